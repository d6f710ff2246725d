/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/layers.h"

/* --- Linear ----------------------------------------------------------------------------------- */

void
sf_linear_load (SfLinear *self, SfLoader *loader, const char *name, guint in, guint out,
                SfBias bias)
{
  gsize outer = sf_loader_enter (loader, "%s.", name);

  self->weight = sf_loader_matrix (loader, "weight", out, in, SF_TAPS_1X1);
  self->bias = bias == SF_BIAS ? sf_loader_vector (loader, "bias", out) : NULL;
  sf_loader_leave (loader, outer);
}

void
sf_linear_load_stack (SfLinear *self, SfLoader *loader, const SfLoaderStack *stack, guint in,
                      SfBias bias)
{
  self->weight = sf_loader_matrix_stack (loader, stack, "weight", in);
  self->bias = bias == SF_BIAS ? sf_loader_vector_stack (loader, stack, "bias") : NULL;
}

void
sf_linear_load_gated (SfLinear *self, SfLoader *loader, const char *name, guint in, guint out)
{
  gsize outer = sf_loader_enter (loader, "%s.", name);

  self->weight = sf_loader_gated_matrix (loader, "weight", 2 * out, in);
  self->bias = sf_loader_gated_vector (loader, "bias", 2 * out);
  sf_loader_leave (loader, outer);
}

SfTensor *
sf_linear_build (const SfLinear *self, SfGraph *graph, SfTensor *x, SfActivation activation)
{
  const SfEpilogue epilogue = { .bias = self->bias, .activation = activation };

  return sf_matmul (graph, x, self->weight, &epilogue);
}

SfTensor *
sf_linear_build_residual (const SfLinear *self, SfGraph *graph, SfTensor *x, SfTensor *residual)
{
  const SfEpilogue epilogue = { .bias = self->bias, .residual = residual };

  return sf_matmul (graph, x, self->weight, &epilogue);
}

/* --- Convolution ------------------------------------------------------------------------------ */

static const SfConv2d same = SF_CONV2D_3X3;
static const SfConv2d upsample = { .stride = 1, .upsample = 2, .pad_begin = 1, .pad_end = 1 };
static const SfConv2d downsample = { .stride = 2, .upsample = 1, .pad_begin = 1, .pad_end = 1 };

static void
load_conv (SfConv *self, SfLoader *loader, const char *name, guint in, guint out,
           const SfConv2d *conv, SfBias bias)
{
  gsize outer = sf_loader_enter (loader, "%s.", name);

  self->weight = sf_loader_conv (loader, "weight", out, in, conv);
  self->bias = bias == SF_BIAS ? sf_loader_vector (loader, "bias", out) : NULL;
  sf_loader_leave (loader, outer);
}

void
sf_conv_load (SfConv *self, SfLoader *loader, const char *name, guint in, guint out)
{
  load_conv (self, loader, name, in, out, &same, SF_BIAS);
}

void
sf_conv_load_upsample (SfConv *self, SfLoader *loader, const char *name, guint in, guint out,
                       SfBias bias)
{
  load_conv (self, loader, name, in, out, &upsample, bias);
}

void
sf_conv_load_downsample (SfConv *self, SfLoader *loader, const char *name, guint in, guint out)
{
  load_conv (self, loader, name, in, out, &downsample, SF_BIAS);
}

static SfTensor *
build_conv (const SfConv *self, SfGraph *graph, SfTensor *x, const SfConv2d *conv)
{
  const SfEpilogue epilogue = { .bias = self->bias };

  return sf_conv2d (graph, x, self->weight, conv, &epilogue);
}

SfTensor *
sf_conv_build (const SfConv *self, SfGraph *graph, SfTensor *x)
{
  return build_conv (self, graph, x, &same);
}

SfTensor *
sf_conv_build_relu (const SfConv *self, SfGraph *graph, SfTensor *x, SfTensor *residual)
{
  const SfEpilogue epilogue
      = { .bias = self->bias, .residual = residual, .activation = SF_ACTIVATION_RELU };

  return sf_conv2d (graph, x, self->weight, &same, &epilogue);
}

SfTensor *
sf_conv_build_upsample (const SfConv *self, SfGraph *graph, SfTensor *x, guint h, guint w)
{
  SfConv2d conv = upsample;

  conv.crop_h = 2 * x->lines - h;
  conv.crop_w = 2 * x->w - w;
  return build_conv (self, graph, x, &conv);
}

SfTensor *
sf_conv_build_downsample (const SfConv *self, SfGraph *graph, SfTensor *x)
{
  return build_conv (self, graph, x, &downsample);
}

SfTensor *
sf_conv_build_downsample_end (const SfConv *self, SfGraph *graph, SfTensor *x)
{
  SfConv2d conv = downsample;

  conv.pad_begin = 0;
  return build_conv (self, graph, x, &conv);
}

/* --- Norms ------------------------------------------------------------------------------------ */

void
sf_norm_load (SfNorm *self, SfLoader *loader, const char *name, guint channels, guint groups,
              float eps)
{
  gsize outer = sf_loader_enter (loader, "%s.", name);

  self->gamma = sf_loader_vector (loader, "weight", channels);
  self->beta = sf_loader_vector (loader, "bias", channels);
  self->groups = groups;
  self->eps = eps;
  sf_loader_leave (loader, outer);
}

SfTensor *
sf_norm_build (const SfNorm *self, SfGraph *graph, SfTensor *x)
{
  if (self->groups == 0)
    return sf_layer_norm (graph, x, self->gamma, self->beta, self->eps);
  return sf_group_norm (graph, x, NULL, self->gamma, self->beta, self->groups, self->eps, FALSE);
}

SfTensor *
sf_norm_build_silu (const SfNorm *self, SfGraph *graph, SfTensor *x, SfTensor *skip)
{
  return sf_group_norm (graph, x, skip, self->gamma, self->beta, self->groups, self->eps, TRUE);
}
