/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Activations. GLSL has no erf: this is formula 7.1.26 of Abramowitz and Stegun, Handbook of
 * Mathematical Functions, with an error below 1.5e-7. */

float sf_erf (float x)
{
  float t = 1.0 / (1.0 + 0.3275911 * abs (x));
  float p = 1.061405429;
  p = p * t - 1.453152027;
  p = p * t + 1.421413741;
  p = p * t - 0.284496736;
  p = p * t + 0.254829592;
  return sign (x) * (1.0 - p * t * exp (-x * x));
}

float sf_sigmoid (float x)
{
  return 1.0 / (1.0 + exp (-x));
}

float sf_silu (float x)
{
  return x * sf_sigmoid (x);
}

float sf_gelu (float x)
{
  return 0.5 * x * (1.0 + sf_erf (x * 0.70710678118));
}

float sf_quick_gelu (float x)
{
  return x * sf_sigmoid (1.702 * x);
}
