# SPDX-License-Identifier: GPL-3.0-or-later
"""The classes and sizes of the model, and what training shares with sampling."""

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

PLACES = 77
VAE = dict(in_channels=3, out_channels=3, latent_channels=4, layers_per_block=1, norm_num_groups=2,
           block_out_channels=(16, 32, 64, 64), sample_size=128,
           down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4)
UNET = dict(sample_size=16, in_channels=4, out_channels=4, layers_per_block=1, norm_num_groups=16,
            block_out_channels=(48, 96, 128), cross_attention_dim=128,
            attention_head_dim=(2, 3, 4),  # in these classes: the number of heads, here 32 wide
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"))
TEXT = dict(hidden_size=128, intermediate_size=512, num_hidden_layers=3, num_attention_heads=4,
            max_position_embeddings=PLACES, hidden_act="quick_gelu", projection_dim=128)
SCHEDULE = dict(num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")


class Painter(torch.nn.Module):
    """Text encoder and U-Net, trained together."""

    def __init__(self, vocabulary):
        super().__init__()
        self.text = CLIPTextModel(CLIPTextConfig(
            vocab_size=vocabulary, bos_token_id=vocabulary - 2, eos_token_id=vocabulary - 1,
            pad_token_id=vocabulary - 1, **TEXT))
        self.unet = UNet2DConditionModel(**UNET)

    def read(self, folder):
        """Takes the weights of a model folder that export.py wrote."""
        self.text.load_state_dict(CLIPTextModel.from_pretrained(folder / "text_encoder").state_dict())
        self.unet.load_state_dict(UNet2DConditionModel.from_pretrained(folder / "unet").state_dict())

    def forward(self, noisy, time, tokens):
        return self.unet(noisy, time, self.text(tokens)[0]).sample


def autoencoder():
    return AutoencoderKL(**VAE)


def tokenizer(folder):
    return CLIPTokenizer.from_pretrained(folder)


def tokens(tok, texts):
    return tok(texts, padding="max_length", max_length=PLACES, truncation=True, return_tensors="pt").input_ids


def alphas():
    """The share of signal power at each step, of the scaled linear schedule."""
    s = SCHEDULE
    betas = torch.linspace(s["beta_start"] ** 0.5, s["beta_end"] ** 0.5, s["num_train_timesteps"]) ** 2
    return torch.cumprod(1 - betas, 0)
