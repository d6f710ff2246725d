# SPDX-License-Identifier: GPL-3.0-or-later
"""Words for a scene, drawn afresh each time."""

from .layout import FLYING

WHERE = {
    "sea": ("on a calm sea", "on the sea", "on the water", "at sea", "on the blue ocean"),
    "meadow": ("in a meadow", "in a green meadow", "on the grass", "in a field of grass"),
    "hills": ("in the hills", "on a hill", "among green hills", "on rolling hills"),
    "desert": ("in the desert", "in a sandy desert", "among sand dunes", "in the sandy desert"),
    "snow": ("in the snow", "in a snowy field", "in a winter landscape", "on white snow"),
    "beach": ("on the beach", "on a sandy beach", "at the seaside", "by the shore"),
    "forest": ("in the forest", "in the woods", "among fir trees", "in a green forest"),
    "city": ("in the city", "in a street", "in the town", "in front of city houses"),
}
ABOVE = {"sea": "over the sea", "meadow": "over a meadow", "hills": "over the hills", "desert": "over the desert",
         "snow": "over the snow", "beach": "over the beach", "forest": "over the forest", "city": "over the city"}
TAGS = {"sea": ("sea", "calm sea", "ocean"), "meadow": ("meadow", "grass"), "hills": ("hills", "green hills"),
        "desert": ("desert", "sand dunes"), "snow": ("snow", "winter"), "beach": ("beach", "seaside"),
        "forest": ("forest", "woods"), "city": ("city", "street", "town")}
WHEN = {
    "day": ("by day", "on a sunny day", "in daylight", "under a blue sky", "on a bright day"),
    "sunset": ("at sunset", "at sunset", "in the evening", "at dusk", "under an orange sky"),
    "night": ("at night", "at night", "in the night", "under a dark sky", "by night"),
    "dawn": ("at dawn", "in the early morning", "at sunrise", "in the morning light"),
    "rain": ("in the rain", "on a rainy day", "under grey clouds in the rain", "in rainy weather"),
    "fog": ("in the fog", "in the mist", "on a foggy day", "in thick fog"),
}
EXTRAS = {
    "sun": ("with the sun", "with a bright sun"),
    "moon": ("with a full moon", "under the moon", "in moonlight"),
    "stars": ("under the stars", "with stars", "under a starry sky"),
    "clouds": ("with clouds", "with white clouds", "under a cloudy sky"),
    "mountains": ("with mountains", "with mountains in the background", "in front of mountains"),
}
RELATED = {
    "left": ("to the left of", "left of", "on the left of"),
    "right": ("to the right of", "right of", "on the right of"),
    "above": ("above", "over", "flying above", "high above"),
    "behind": ("behind", "standing behind"),
}
TURNED = {"left": "right", "right": "left"}  # "b right of a" is "a left of b"
OPENINGS = {
    "picture book": ("a picture of ", "a painting of ", "a drawing of ", "an illustration of ", "a picture book illustration of "),
    "ink": ("an ink drawing of ", "a comic drawing of ", "a drawing with ink outlines of "),
    "watercolour": ("a watercolour of ", "a watercolour painting of ", "a watercolor of "),
    "crayon": ("a crayon drawing of ", "a wax crayon picture of ", "a child's crayon drawing of "),
}
FEW_WORDS = 0.08  # the share of captions that only name a thing or two: what a negative prompt is made of
NUMBERS = {2: ("two", "two", "a pair of"), 3: ("three",), 4: ("four",), 5: ("five",)}
OTHER_NAMES = {"balloon": "hot air balloon", "boat": "sailing boat", "plane": "aeroplane", "bicycle": "bike"}
PLURALS = {"fish": "fish", "sheep": "sheep", "butterfly": "butterflies", "snowman": "snowmen", "bus": "buses", "fox": "foxes",
           "bench": "benches", "church": "churches"}


def _article(words):
    return ("an " if words[0] in "aeiou" else "a ") + words


def _phrase(thing, rng, plain=0.05):
    """ "a red boat", "two sailing boats"; the colour is left out now and then."""
    noun = thing["noun"]
    if noun in OTHER_NAMES and rng.random() < 0.2:
        noun = OTHER_NAMES[noun]
    colour = "" if rng.random() < plain else thing["colour"] + " "
    if thing["count"] == 1:
        return _article(colour + noun)
    many = PLURALS.get(noun, noun + "s")
    return f"{rng.choice(NUMBERS[thing['count']])} {colour}{many}"


def _subject(scene, rng):
    things, relation = scene["things"], scene["relation"]
    said = [_phrase(thing, rng) for thing in things]
    if not relation:
        return said[0]
    kind = relation["kind"]
    if kind in TURNED and rng.random() < 0.3:
        kind, said = TURNED[kind], said[::-1]
    if rng.random() < 0.12:
        return f"{said[0]} and {said[1]}"
    return f"{said[0]} {rng.choice(RELATED[kind])} {said[1]}"


def _place(scene, rng):
    if all(t["noun"] in FLYING for t in scene["things"]) and rng.random() < 0.5:
        return ABOVE[scene["place"]]
    return str(rng.choice(WHERE[scene["place"]]))


def _few_words(scene, rng):
    """One to three words for things to be seen, as people write into a negative prompt."""
    thing = scene["things"][rng.integers(len(scene["things"]))]
    words = [thing["colour"], thing["noun"], f"{thing['colour']} {thing['noun']}", scene["time"],
             str(rng.choice(TAGS[scene["place"]])), *2 * scene["extras"]]
    return ", ".join(rng.permutation(list(dict.fromkeys(rng.choice(words, rng.integers(1, 4))))))


def write(rng, scene):
    """One caption, which may leave something out."""
    if rng.random() < FEW_WORDS:
        return _few_words(scene, rng)
    subject, place, when = _subject(scene, rng), _place(scene, rng), str(rng.choice(WHEN[scene["time"]]))
    extras = [str(rng.choice(EXTRAS[e])) for e in scene["extras"] if rng.random() < 0.2 and scene["time"] != "rain"][:2]
    opening = str(rng.choice(OPENINGS[scene["style"]]))
    if scene["style"] == "picture book" and rng.random() < 0.75 or rng.random() < 0.05:
        opening = ""
    form = rng.random()
    if form < 0.1:
        return ", ".join([(opening + subject), str(rng.choice(TAGS[scene["place"]])), scene["time"], *extras])
    place, when = (text if rng.random() < 0.95 else "" for text in (place, when))
    if form < 0.2 and place:
        return _tidy(f"{opening and opening[:-4] + ': '}{place}, {subject} {when} {' '.join(extras)}")
    if form < 0.35:
        place, when = when, place
    return _tidy(f"{opening}{subject} {place} {when} {' '.join(extras)}")


def full(scene):
    """The caption that names everything once, in the plainest words."""
    things = [_article(f"{t['colour']} {t['noun']}") if t["count"] == 1 else
              f"{NUMBERS[t['count']][0]} {t['colour']} {PLURALS.get(t['noun'], t['noun'] + 's')}" for t in scene["things"]]
    subject = things[0]
    if scene["relation"]:
        subject = f"{things[0]} {RELATED[scene['relation']['kind']][0]} {things[1]}"
    opening = "" if scene["style"] == "picture book" else OPENINGS[scene["style"]][0]
    return _tidy(f"{opening}{subject} {WHERE[scene['place']][0]} {WHEN[scene['time']][0]}")


def _tidy(text):
    return " ".join(text.split()).replace(" ,", ",")
