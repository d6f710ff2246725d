# SPDX-License-Identifier: GPL-3.0-or-later
"""The things of the world: each draws itself with a pen, in one main colour.

A thing stands on (0, 0) with y upwards and is about 1 high; `night` says whether its
lamps are lit. The order is that of the labels in masks and of the pairs held out: new
ones go to the end.
"""

from . import animals, buildings, heavens, objects, plants, vehicles

_DRAWN = (
    # The small world.
    vehicles.boat, buildings.house, buildings.castle, plants.tree, plants.flower, animals.cat,
    vehicles.balloon, buildings.lighthouse, animals.bird, plants.mushroom, vehicles.car, animals.fish,
    # The full one.
    buildings.windmill, buildings.church, buildings.tent, buildings.bridge,
    plants.fir, plants.palm, plants.cactus, plants.pumpkin, plants.apple,
    animals.dog, animals.rabbit, animals.sheep, animals.duck, animals.owl, animals.butterfly,
    animals.elephant, animals.turtle, animals.whale, animals.snail,
    vehicles.train, vehicles.bus, vehicles.truck, vehicles.plane, vehicles.rocket, vehicles.bicycle, vehicles.submarine,
    objects.umbrella, objects.kite, objects.lamp, objects.bench, objects.teapot, objects.chair, objects.clock,
    objects.cake, objects.robot, objects.snowman,
    heavens.mountain, heavens.moon, heavens.star)

NOUNS = {draw.__name__: draw for draw in _DRAWN}
