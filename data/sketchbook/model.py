# SPDX-License-Identifier: GPL-3.0-or-later
"""The classes and sizes of the model, and what training shares with sampling."""

from dataclasses import dataclass

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

PLACES = 77
SCHEDULE = dict(num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")


@dataclass(frozen=True)
class Sizes:
    """How large the three networks are for a world."""
    vae: tuple
    unet: tuple  # attention, in heads of 32, at all levels but the first
    text: int
    text_layers: int


SIZES = {"small": Sizes((32, 64, 64, 64), (64, 96, 160), 128, 3),
         "full": Sizes((32, 64, 128, 128), (64, 128, 192), 192, 4)}


def _vae(world):
    channels = SIZES[world.name].vae
    return dict(in_channels=3, out_channels=3, latent_channels=4, layers_per_block=1, norm_num_groups=4,
                block_out_channels=channels, sample_size=world.size,
                down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4)


def _unet(world):
    sizes = SIZES[world.name]
    return dict(sample_size=world.size // 8, in_channels=4, out_channels=4, layers_per_block=1, norm_num_groups=16,
                block_out_channels=sizes.unet, cross_attention_dim=sizes.text,
                attention_head_dim=tuple(c // 32 for c in sizes.unet),  # in these classes: the number of heads
                down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
                up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"))


def _text(world, vocabulary):
    sizes = SIZES[world.name]
    return dict(hidden_size=sizes.text, intermediate_size=4 * sizes.text, num_hidden_layers=sizes.text_layers,
                num_attention_heads=sizes.text // 32, max_position_embeddings=PLACES, hidden_act="quick_gelu",
                projection_dim=sizes.text, vocab_size=vocabulary, bos_token_id=vocabulary - 2,
                eos_token_id=vocabulary - 1, pad_token_id=vocabulary - 1)


class Painter(torch.nn.Module):
    """Text encoder and U-Net, trained together."""

    def __init__(self, world, vocabulary):
        super().__init__()
        self.text = CLIPTextModel(CLIPTextConfig(**_text(world, vocabulary)))
        self.unet = UNet2DConditionModel(**_unet(world))

    def read(self, folder):
        """Takes the weights of a model folder that export.py wrote."""
        self.text.load_state_dict(CLIPTextModel.from_pretrained(folder / "text_encoder").state_dict())
        self.unet.load_state_dict(UNet2DConditionModel.from_pretrained(folder / "unet").state_dict())

    def forward(self, noisy, time, tokens):
        return self.unet(noisy, time, self.text(tokens)[0]).sample


def autoencoder(world):
    return AutoencoderKL(**_vae(world))


def tokenizer(folder):
    return CLIPTokenizer.from_pretrained(folder)


def tokens(tok, texts, places=PLACES):
    return tok(texts, padding="max_length", max_length=places, truncation=True, return_tensors="pt").input_ids


def alphas():
    """The share of signal power at each step, of the scaled linear schedule."""
    s = SCHEDULE
    betas = torch.linspace(s["beta_start"] ** 0.5, s["beta_end"] ** 0.5, s["num_train_timesteps"]) ** 2
    return torch.cumprod(1 - betas, 0)
