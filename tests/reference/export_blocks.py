#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""export_blocks.py: small models of the real classes with random weights, and what each of their
blocks gives, as

    tests/fixtures/NAME/                     the model, in the layout of diffusers
    tests/fixtures/NAME-blocks.safetensors   inputs and the blocks' outputs
    tests/fixtures/NAME-run.safetensors      a whole run from a prompt to the picture, "plain" only

In the blocks file, a tensor "unet/down_blocks.0.resnets.0.conv2.weight" is what the block that ends
with that weight gives, channels last; "in/…" are inputs. Default initialisation has norms that do
nothing and biases of zero, which would hide swapped or missing ones, so that every parameter is
drawn anew.

    plain   F32; 1×1 convolutions around transformers; groups of 3 and 5 channels; a level without
            attention; quick GELU
    linear  F16, the text encoder BF16; linear layers around transformers; three levels of two
            resnets; a list of head counts; GELU; a VAE of four levels
"""
import json
import shutil
from pathlib import Path

import torch
from diffusers import AutoencoderKL, EulerDiscreteScheduler, UNet2DConditionModel
from diffusers.models.attention import BasicTransformerBlock
from diffusers.models.attention_processor import Attention
from diffusers.models.downsampling import Downsample2D
from diffusers.models.resnet import ResnetBlock2D
from diffusers.models.transformers.transformer_2d import Transformer2DModel
from diffusers.models.upsampling import Upsample2D
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from philox import philox_normal

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
TOKENIZER = FIXTURES / "tokenizer"

MODELS = {
    "plain": dict(
        dtypes=dict(unet=torch.float32, vae=torch.float32, text_encoder=torch.float32),
        text=dict(vocab_size=256, hidden_size=24, intermediate_size=40, num_hidden_layers=2,
                  num_attention_heads=3, max_position_embeddings=16, hidden_act="quick_gelu",
                  bos_token_id=4, eos_token_id=1),
        unet=dict(sample_size=8, in_channels=4, out_channels=4, block_out_channels=(24, 40),
                  layers_per_block=1, norm_num_groups=8, attention_head_dim=(3, 5),
                  down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
                  up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"), cross_attention_dim=24),
        vae=dict(sample_size=32, latent_channels=4, block_out_channels=(16, 24, 40),
                 layers_per_block=1, norm_num_groups=8, scaling_factor=0.18215),
        latent=(2, 12, 20), tokens=16),
    "linear": dict(
        dtypes=dict(unet=torch.float16, vae=torch.float16, text_encoder=torch.bfloat16),
        text=dict(vocab_size=256, hidden_size=40, intermediate_size=88, num_hidden_layers=3,
                  num_attention_heads=5, max_position_embeddings=16, hidden_act="gelu",
                  bos_token_id=4, eos_token_id=1),
        unet=dict(sample_size=8, in_channels=4, out_channels=4, block_out_channels=(16, 40, 48),
                  layers_per_block=2, norm_num_groups=8, attention_head_dim=[2, 5, 3],
                  use_linear_projection=True,
                  down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
                  up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
                  cross_attention_dim=40),
        vae=dict(sample_size=64, latent_channels=4, block_out_channels=(8, 16, 16, 24),
                 layers_per_block=2, norm_num_groups=4, scaling_factor=0.13025),
        latent=(1, 12, 20), tokens=11),
}


# What writes to the sum that blocks add to, and what passes it on at another size. Kept small, so
# that the norms' epsilons show: 1e-6 is not 1e-5.
SMALL = 0.05
WRITERS = ("conv_in", "conv2", "proj_in", "proj_out", "to_out.0", "ff.net.2", "out_proj", "fc2")
PASSERS = ("conv_shortcut", "downsamplers.0.conv", "upsamplers.0.conv")


def randomize(model, dtype):
    """Weights that keep the size of what goes through them; scales around 1; biases that show."""
    for name, p in model.named_parameters():
        module, kind = name.rsplit(".", 1)
        writes, passes = module.endswith(WRITERS), module.endswith(PASSERS)
        if module.endswith(("token_embedding", "position_embedding")):
            value = SMALL * torch.randn_like(p)
        elif p.dim() > 1:
            value = (SMALL if writes else 1) * torch.randn_like(p) * p[0].numel() ** -0.5
        elif kind == "weight":
            value = 0.7 + 0.6 * torch.rand_like(p)
        else:
            value = (SMALL if writes or passes else 1) * 0.3 * torch.randn_like(p)
        p.data = value.to(dtype).float()
    return model.eval()


def rows(x):
    """Channels last."""
    return (x.permute(0, 2, 3, 1) if x.dim() == 4 else x).contiguous()


# The weight with which a block of each class ends here: what the op that reads it writes is the
# block's output, residual included.
ENDS = {
    ResnetBlock2D: "conv2", Transformer2DModel: "proj_out", BasicTransformerBlock: "ff.net.2",
    Downsample2D: "conv", Upsample2D: "conv",
}
WHOLE = ("conv_in", "conv_out", "quant_conv", "post_quant_conv")


def watch(part, model, out):
    def note(key):
        def hook(_module, _args, result):
            result = result[0] if isinstance(result, tuple) else result
            out[f"{part}/{key}.weight"] = rows(getattr(result, "sample", result))
        return hook

    for name, module in model.named_modules():
        end = ENDS.get(type(module))
        if end:
            module.register_forward_hook(note(f"{name}.{end}"))
        elif name.split(".")[-1] in WHOLE:
            module.register_forward_hook(note(name))
        elif isinstance(module, Attention) and part == "vae":
            module.register_forward_hook(note(f"{name}.to_out.0"))
        elif part == "text_encoder" and ".layers." in name and name.split(".")[-1].isdigit():
            name = name if name.startswith("text_model.") else "text_model." + name
            module.register_forward_hook(note(f"{name}.mlp.fc2"))


def make(name, spec):
    torch.manual_seed(len(name))
    parts = dict(
        text_encoder=CLIPTextModel(CLIPTextConfig(**spec["text"])),
        unet=UNet2DConditionModel(**spec["unet"]),
        vae=AutoencoderKL(**spec["vae"], down_block_types=("DownEncoderBlock2D",)
                          * len(spec["vae"]["block_out_channels"]),
                          up_block_types=("UpDecoderBlock2D",)
                          * len(spec["vae"]["block_out_channels"])))
    folder = FIXTURES / name
    shutil.rmtree(folder, ignore_errors=True)
    for part, model in parts.items():
        dtype = spec["dtypes"][part]
        randomize(model, dtype)
        model.to(dtype).save_pretrained(folder / part)
        model.float()
    return folder, parts


def export_blocks(name, spec, parts):
    out = {}
    n, h, w = spec["latent"]
    ids = torch.randint(5, spec["text"]["vocab_size"], (2, spec["tokens"]))
    x = torch.randn(n, spec["unet"]["in_channels"], h, w)
    t = torch.tensor([601.0, 17.25])[:n]
    image = torch.rand(1, 3, 24, 40) * 2 - 1
    z = torch.randn(1, 4, 6, 10) * 2
    out["in/ids"] = ids.float()[:, :, None].contiguous()
    out["in/x"], out["in/time"] = rows(x), t
    out["in/image"], out["in/z"] = rows(image), rows(z)
    for part, model in parts.items():
        watch(part, model, out)
    with torch.no_grad():
        hidden = parts["text_encoder"](ids).last_hidden_state
        out["text_encoder/out"] = hidden
        out["in/context"] = hidden[:n].clone()
        out["unet/out"] = rows(parts["unet"](x, t, hidden[:n]).sample)
        out["vae/decoded"] = rows(parts["vae"].decode(z).sample)
        vae = parts["vae"]
        out["vae/moments"] = rows(vae.quant_conv(vae.encoder(image)))
    kept = dict(out)
    # Sizes that no halving leaves whole; blocks are not kept, for their names are taken.
    odd = torch.randn(1, spec["unet"]["in_channels"], 9, 7)
    with torch.no_grad():
        sample = parts["unet"](odd, t[:1], hidden[:1]).sample
    kept["in/odd"], kept["unet/odd"] = rows(odd), rows(sample)
    save_file({k: v.clone() for k, v in kept.items()}, FIXTURES / f"{name}-blocks.safetensors")


def export_run(name, spec, parts, folder):
    """Seed 42 of the "GPU" kind, two prompts, four Euler steps at 7."""
    prompt, negative, steps, guidance = "a red car", "bad", 4, 7.0
    height, width = 32, 48
    factor = 2 ** (len(spec["vae"]["block_out_channels"]) - 1)
    scheduler = EulerDiscreteScheduler(
        num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012,
        beta_schedule="scaled_linear", timestep_spacing="linspace", prediction_type="epsilon")
    scheduler.save_pretrained(folder / "scheduler")
    shutil.copytree(TOKENIZER, folder / "tokenizer")
    tokenizer = CLIPTokenizer.from_pretrained(
        folder / "tokenizer", model_max_length=spec["text"]["max_position_embeddings"],
        pad_token="<|endoftext|>")
    ids = tokenizer([negative, prompt], padding="max_length", truncation=True,
                    return_tensors="pt").input_ids
    shape = (1, 4, height // factor, width // factor)
    noise = torch.from_numpy(philox_normal(42, shape[1] * shape[2] * shape[3])).reshape(shape)
    scheduler.set_timesteps(steps)
    out = {"ids": ids.int(), "noise": rows(noise), "timesteps": scheduler.timesteps.float(),
           "sigmas": scheduler.sigmas.float()}
    x = noise * scheduler.init_noise_sigma
    with torch.no_grad():
        hidden = parts["text_encoder"](ids).last_hidden_state
        for i, t in enumerate(scheduler.timesteps):
            scaled = scheduler.scale_model_input(x, t)
            eps = parts["unet"](torch.cat([scaled, scaled]), t, hidden).sample
            step = scheduler.step(eps[:1] + guidance * (eps[1:] - eps[:1]), t, x)
            x = step.prev_sample
            out[f"denoised.{i}"], out[f"latent.{i}"] = rows(step.pred_original_sample), rows(x)
        picture = parts["vae"].decode(x / spec["vae"]["scaling_factor"]).sample
    out["hidden"], out["picture"] = hidden, rows(picture)
    meta = dict(prompt=prompt, negative=negative, seed="42", width=str(width), height=str(height),
                steps=str(steps), cfg=str(guidance))
    save_file({k: v.contiguous() for k, v in out.items()}, FIXTURES / f"{name}-run.safetensors",
              meta)
    for key, value in out.items():
        print(key, list(value.shape), f"max {value.float().abs().max():.4f}")


def main():
    torch.set_num_threads(1)
    for name, spec in MODELS.items():
        folder, parts = make(name, spec)
        if name == "plain":
            export_run(name, spec, parts, folder)
        export_blocks(name, spec, parts)
        for path in sorted(folder.rglob("*.json")):
            path.write_text(json.dumps(json.loads(path.read_text()), indent=1) + "\n")


main()
