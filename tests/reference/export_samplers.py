#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/sampling/samplers.json: trajectories of diffusers' schedulers.

Every scheduler starts from the same noise and is fed the same random "model outputs", one a step, so
what is compared is the scheduler alone. Latents are stored in the coordinates x0 + sigma * noise,
whatever the scheduler's own are, except the last of a trajectory, which is the scheduler's result.

Settings are chosen so that diffusers and k-diffusion (which the engine follows) mean the same:
  - Uniform: whole timesteps (steps - 1 divides 999), where interpolating sigma or log sigma is one;
    DPM++ gets them as custom timesteps, its own "linspace" has one more.
  - DPM++ 2M: order 2, midpoint, last sigma 0, whose last step is of first order for any number of
    steps, as in k-diffusion. It starts from noise * sigma, not from unit noise.
  - Euler a has no Karras option in diffusers: its sigmas are replaced.

Needs torch and diffusers. The fixture is committed; run this only to change it:
    python3 tests/reference/export_samplers.py
"""
import json
import pathlib
from unittest import mock

import diffusers
import torch
from diffusers.schedulers import scheduling_euler_ancestral_discrete as ancestral

N = 24  # numbers in a latent
MAX_STEPS = 28
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}


def rounded(values, digits=8):
    return [float(f"{float(v):.{digits}g}") for v in values]


def uniform_timesteps(steps):
    assert 999 % (steps - 1) == 0
    return list(range(999, -1, -999 // (steps - 1)))


def euler(steps, schedule, prediction):
    scheduler = diffusers.EulerDiscreteScheduler(
        **BETAS, timestep_spacing="linspace", use_karras_sigmas=schedule == "Karras", prediction_type=prediction)
    scheduler.set_timesteps(steps)
    return scheduler, scheduler.sigmas, scheduler.timesteps, "sigma", None


def euler_ancestral(steps, schedule, prediction):
    scheduler = diffusers.EulerAncestralDiscreteScheduler(
        **BETAS, timestep_spacing="linspace", prediction_type=prediction)
    scheduler.set_timesteps(steps)
    if schedule == "Karras":
        _, scheduler.sigmas, scheduler.timesteps, _, _ = euler(steps, schedule, prediction)
    return scheduler, scheduler.sigmas, scheduler.timesteps, "sigma", None


def ddim(steps, schedule, prediction):
    scheduler = diffusers.DDIMScheduler(
        **BETAS, timestep_spacing="leading", steps_offset=1, set_alpha_to_one=False, clip_sample=False,
        prediction_type=prediction)
    scheduler.set_timesteps(steps)
    alphas = torch.cat([scheduler.alphas_cumprod[scheduler.timesteps], scheduler.final_alpha_cumprod[None]])
    return scheduler, ((1 - alphas) / alphas).sqrt(), scheduler.timesteps, "unit", None


def dpmpp_2m(steps, schedule, prediction):
    scheduler = diffusers.DPMSolverMultistepScheduler(
        **BETAS, algorithm_type="dpmsolver++", solver_order=2, solver_type="midpoint", final_sigmas_type="zero",
        use_karras_sigmas=schedule == "Karras", prediction_type=prediction)
    if schedule == "Karras":
        scheduler.set_timesteps(steps)
    else:
        scheduler.set_timesteps(timesteps=uniform_timesteps(steps))
    # Karras timesteps are rounded here and not in k-diffusion
    return scheduler, scheduler.sigmas, scheduler.timesteps, "unit", 0.5001 if schedule == "Karras" else None


CASES = [
    ("Euler", euler, "Uniform", 10, "epsilon"),
    ("Euler", euler, "Uniform", 4, "v_prediction"),
    ("Euler", euler, "Karras", 11, "epsilon"),
    ("Euler a", euler_ancestral, "Uniform", 10, "epsilon"),
    ("Euler a", euler_ancestral, "Uniform", 4, "v_prediction"),
    ("Euler a", euler_ancestral, "Karras", 7, "epsilon"),
    ("DDIM", ddim, "Uniform", 10, "epsilon"),
    ("DDIM", ddim, "Uniform", 7, "v_prediction"),
    ("DDIM", ddim, "Karras", 3, "epsilon"),
    ("DPM++ 2M", dpmpp_2m, "Uniform", 10, "epsilon"),
    ("DPM++ 2M", dpmpp_2m, "Uniform", 28, "epsilon"),
    ("DPM++ 2M", dpmpp_2m, "Karras", 8, "epsilon"),
    ("DPM++ 2M", dpmpp_2m, "Karras", 20, "v_prediction"),
    ("DPM++ 2M", dpmpp_2m, "Karras", 1, "epsilon"),
]


def run(scheduler, sigmas, timesteps, coordinates, noise, outputs, step_noise, starts_at_sigma):
    """Returns the trajectory; in "unit" coordinates a latent is x / sqrt(1 + sigma^2)."""
    unit = (1 + sigmas.double() ** 2).sqrt() if coordinates == "unit" else torch.ones(len(sigmas)).double()
    start = sigmas[0] if starts_at_sigma else (1 + sigmas[0] ** 2).sqrt()
    x = (noise * start / unit[0]).float()
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(0)
    trajectory = []
    for i, t in enumerate(timesteps):
        scheduler.is_scale_input_called = True  # the input goes to no model
        with mock.patch.object(ancestral, "randn_tensor", lambda *a, **k: step_noise[i]):
            x = scheduler.step(outputs[i], t, x).prev_sample
        last = i == len(timesteps) - 1
        trajectory.append(rounded(x if last else x.double() * unit[i + 1]))
    return trajectory


def export_case(name, make, schedule, steps, prediction, noise, outputs, step_noise):
    scheduler, sigmas, timesteps, coordinates, slack = make(steps, schedule, prediction)
    assert len(timesteps) == steps and len(sigmas) == steps + 1
    trajectory = run(scheduler, sigmas, timesteps, coordinates, noise, outputs, step_noise, name != "DDIM")
    return {"sampler": name, "schedule": schedule, "steps": steps, "prediction": prediction,
            "sigmas": rounded(sigmas), "timesteps": rounded(timesteps), "timestep_slack": slack or 0.05,
            "trajectory": trajectory}


def export_levels():
    """The noise levels of both kinds of betas at every 37th training step."""
    levels = []
    for kind, start, end in (("scaled_linear", 0.00085, 0.012), ("linear", 0.0001, 0.02)):
        alphas = diffusers.DDPMScheduler(beta_start=start, beta_end=end, beta_schedule=kind).alphas_cumprod
        levels.append({"kind": kind, "beta_start": start, "beta_end": end, "stride": 37,
                       "sigmas": rounded(((1 - alphas) / alphas).sqrt()[::37])})
    return levels


def main():
    generator = torch.Generator().manual_seed(2)
    noise = torch.randn(N, generator=generator)
    outputs = torch.randn(MAX_STEPS, N, generator=generator)
    step_noise = torch.randn(MAX_STEPS, N, generator=generator)
    fixture = {
        "diffusers": diffusers.__version__,
        "levels": export_levels(),
        "noise": rounded(noise, 9),
        "outputs": [rounded(row, 9) for row in outputs],
        "step_noise": [rounded(row, 9) for row in step_noise],
        "cases": [export_case(*case, noise, outputs, step_noise) for case in CASES],
    }
    path = pathlib.Path(__file__).parent.parent / "sampling" / "samplers.json"
    text = json.dumps(fixture, separators=(",", ":"))
    path.write_text(text.replace('{"sampler"', '\n{"sampler"').replace(',"cases"', ',\n"cases"') + "\n")


main()
