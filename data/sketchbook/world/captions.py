# SPDX-License-Identifier: GPL-3.0-or-later
"""Words for a scene, drawn afresh each time."""

WHERE = {
    "sea": ("on a calm sea", "on the sea", "on a calm sea", "on the water", "at sea", "on the blue ocean"),
    "meadow": ("in a meadow", "in a green meadow", "on the grass", "in a field of grass"),
    "hills": ("in the hills", "on a hill", "among green hills", "on rolling hills"),
    "desert": ("in the desert", "in a sandy desert", "among sand dunes", "on the sand"),
    "snow": ("in the snow", "in a snowy field", "in a winter landscape", "on white snow"),
}
ABOVE = {"sea": "over the sea", "meadow": "over a meadow", "hills": "over the hills",
         "desert": "over the desert", "snow": "over the snow"}
TAGS = {"sea": ("sea", "calm sea", "ocean"), "meadow": ("meadow", "grass"), "hills": ("hills", "green hills"),
        "desert": ("desert", "sand dunes"), "snow": ("snow", "winter")}
WHEN = {
    "day": ("by day", "on a sunny day", "in daylight", "under a blue sky", "on a bright day", ""),
    "sunset": ("at sunset", "at sunset", "at sunset", "in the evening", "at dusk", "under an orange sky"),
    "night": ("at night", "at night", "at night", "in the night", "under a dark sky", "by night"),
}
EXTRAS = {
    "sun": ("with the sun", "with a bright sun", "and the sun"),
    "moon": ("with a full moon", "under the moon", "and the moon", "in moonlight"),
    "stars": ("under the stars", "with stars", "and stars", "under a starry sky"),
    "clouds": ("with clouds", "with white clouds", "and clouds", "under a cloudy sky"),
    "mountains": ("with mountains", "with mountains in the background", "in front of mountains", "and mountains"),
}
OPENINGS = ("a picture of ", "a painting of ", "a drawing of ", "an illustration of ")


def _thing(thing, rng):
    noun = "hot air balloon" if thing["noun"] == "balloon" and rng.random() < 0.3 else thing["noun"]
    noun = "sailing boat" if noun == "boat" and rng.random() < 0.15 else noun
    if rng.random() < 0.06:
        return noun, noun
    return noun, f"{thing['colour']} {noun}"


def _article(words):
    return ("an " if words[0] in "aeiou" else "a ") + words


def write(scene, rng):
    """One caption for a scene (the dictionary of Scene.as_dict)."""
    things = list(scene["things"])
    rng.shuffle(things)
    phrases = [_thing(t, rng)[1] for t in things]
    extras = [e for e in scene["extras"] if rng.random() < 0.6]
    rng.shuffle(extras)
    if rng.random() < 0.15:
        return _tags(scene, phrases, extras, rng)
    said = [_article(p) for p in phrases]
    text = rng.choice((" and ", " and ", " next to ", " with ")).join(said)
    if rng.random() > 0.07:
        flies = all(t["noun"] == "balloon" for t in things)
        text += " " + (ABOVE[scene["place"]] if flies and rng.random() < 0.7 else rng.choice(WHERE[scene["place"]]))
    if rng.random() > 0.07:
        text += " " + rng.choice(WHEN[scene["hour"]])
    for extra in extras[:2]:
        text += rng.choice((" ", " ", ", ")) + rng.choice(EXTRAS[extra])
    if rng.random() < 0.2:
        text = rng.choice(OPENINGS) + text
    return " ".join(text.split())


def _tags(scene, phrases, extras, rng):
    tags = phrases + [rng.choice(TAGS[scene["place"]]), scene["hour"]] + extras
    return ", ".join(tags)
