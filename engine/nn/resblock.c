/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/resblock.h"

static void
load_shortcut (SfResblock *self, SfLoader *loader, const SfResblockShape *shape)
{
  guint in = shape->in + shape->skip;
  gsize outer = sf_loader_enter (loader, "conv_shortcut.");

  self->shortcut.weight = sf_loader_columns (loader, "weight", shape->out, in, 0, shape->in);
  if (shape->skip > 0)
    self->shortcut_skip
        = sf_loader_columns (loader, "weight", shape->out, in, shape->in, shape->skip);
  self->shortcut.bias = sf_loader_vector (loader, "bias", shape->out);
  sf_loader_leave (loader, outer);
}

void
sf_resblock_load (SfResblock *self, SfLoader *loader, const char *name,
                  const SfResblockShape *shape)
{
  guint in = shape->in + shape->skip;
  gsize outer = sf_loader_enter (loader, "%s.", name);

  sf_norm_load (&self->norm1, loader, "norm1", in, shape->groups, shape->eps);
  sf_conv_load (&self->conv1, loader, "conv1", in, shape->out);
  if (shape->time > 0)
    sf_linear_load (&self->time, loader, "time_emb_proj", shape->time, shape->out, SF_BIAS);
  sf_norm_load (&self->norm2, loader, "norm2", shape->out, shape->groups, shape->eps);
  sf_conv_load (&self->conv2, loader, "conv2", shape->out, shape->out);
  if (in != shape->out)
    load_shortcut (self, loader, shape);
  sf_loader_leave (loader, outer);
}

/* The 1×1 convolution over both sources is the sum of one over each. */
static SfTensor *
build_shortcut (const SfResblock *self, SfGraph *graph, SfTensor *x, SfTensor *skip)
{
  if (!self->shortcut.weight)
    return x;
  x = sf_linear_build (&self->shortcut, graph, x, SF_ACTIVATION_NONE);
  if (!skip)
    return x;
  return sf_matmul (graph, skip, self->shortcut_skip, &(SfEpilogue){ .residual = x });
}

SfTensor *
sf_resblock_build (const SfResblock *self, SfGraph *graph, SfTensor *x, SfTensor *skip,
                   SfTensor *time)
{
  const SfConv2d conv = SF_CONV2D_3X3;
  SfEpilogue first = { .bias = self->conv1.bias };
  SfEpilogue second = { .bias = self->conv2.bias };
  SfTensor *h;

  if (time)
    first.shift = sf_linear_build (&self->time, graph, time, SF_ACTIVATION_NONE);
  h = sf_norm_build_silu (&self->norm1, graph, x, skip);
  h = sf_conv2d (graph, h, self->conv1.weight, &conv, &first);
  h = sf_norm_build_silu (&self->norm2, graph, h, NULL);
  second.residual = build_shortcut (self, graph, x, skip);
  return sf_conv2d (graph, h, self->conv2.weight, &conv, &second);
}
