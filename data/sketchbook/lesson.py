# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of text encoder and U-Net while they learn to paint.

The error of v hardly depends on which of two things stands on the left, so the U-Net
does not learn it from that error, and the text encoder forgets what train_text.py taught
it. Both are asked plainly: the text encoder what the caption says, the U-Net which noun
and colour are in each cell of its finest attention. In much noise only the caption can
tell. All answers come from linear layers, which are thrown away.
"""

import numpy as np
import torch
import torch.nn.functional as F

import train_text
from world import layout


class Lesson(torch.nn.Module):
    """Listens to a model.Painter and judges its last batch."""

    def __init__(self, painter, world):
        super().__init__()
        self.world, self.seen = world, {}
        self.classes = [len(world.nouns) + 1, len(world.colours) + 1]
        self.asked = train_text.questions(world)
        self.text = torch.nn.Linear(painter.text.config.hidden_size, sum(self.asked.values()))
        self._listen(painter.text, "text")
        parts = {"down": _attentions(painter.unet.down_blocks)[0], "up": _attentions(painter.unet.up_blocks)[-1]}
        self.cells = torch.nn.ModuleDict()
        for name, part in parts.items():
            self.cells[name] = torch.nn.Conv2d(part.proj_out.weight.shape[0], sum(self.classes), 1)
            self._listen(part, name)

    def _listen(self, part, name):
        part.register_forward_hook(lambda _module, _given, made: self.seen.__setitem__(name, made[0]))

    def forward(self, scenes, tokens):
        """The cross-entropies of the answers of the text encoder and of the U-Net."""
        right = torch.tensor([train_text.answers(self.world, scene) for scene in scenes])
        of_text, _ = train_text.loss(self.seen["text"].float(), tokens, right, self.text, self.asked)
        return of_text, sum(self._ask(name, scenes) for name in self.cells) / len(self.cells)

    def _ask(self, name, scenes):
        states = self.seen[name].float()
        right = np.stack([cells(self.world, scene, states.shape[-1]) for scene in scenes], 1)
        said = self.cells[name](states).split(self.classes, 1)
        return sum(F.cross_entropy(s, torch.from_numpy(r)) for s, r in zip(said, right))


def _attentions(blocks):
    return [part for block in blocks for part in getattr(block, "attentions", ())]


def cells(world, scene, side):
    """Two maps, side × side: 1 + noun and 1 + colour of the nearest thing whose box holds the cell's centre, or 0."""
    out = np.zeros((2, side, side), np.int64)
    centres = (np.arange(side) + 0.5) / side
    for item in scene["items"]:
        thing = scene["things"][item["thing"]]
        half = 0.4 * layout.WIDTHS[thing["noun"]] * item["size"]  # a little less than the box, whose corners are empty
        xs = np.abs(centres - item["x"]) < half
        ys = (centres > item["y"] - item["size"]) & (centres < item["y"])
        out[:, ys[:, None] & xs] = np.array([[1 + world.nouns.index(thing["noun"])], [1 + world.colours.index(thing["colour"])]])
    return out
