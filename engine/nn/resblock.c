/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/resblock.h"

#include "graph/view.h"

/* --- The time embedding ----------------------------------------------------------------------- */

void
sf_time_stack_begin (SfTimeStack *self)
{
  self->modules = g_ptr_array_new_with_free_func (g_free);
  self->channels = g_array_new (FALSE, FALSE, sizeof (guint));
}

void
sf_time_stack_load (SfTimeStack *self, SfLoader *loader, guint time)
{
  const SfLoaderStack stack = {
    .n = self->modules->len,
    .modules = (const char *const *)self->modules->pdata,
    .outs = (const guint *)self->channels->data,
  };

  sf_linear_load_stack (&self->linear, loader, &stack, time, SF_BIAS);
  g_clear_pointer (&self->modules, g_ptr_array_unref);
  g_clear_pointer (&self->channels, g_array_unref);
}

/* Returns: the first of the block's channels. */
static guint
add_block (SfTimeStack *self, SfLoader *loader, guint channels)
{
  guint first = sf_loader_stack_rows ((const guint *)self->channels->data, self->channels->len);

  g_ptr_array_add (self->modules, sf_loader_path (loader, "time_emb_proj"));
  g_array_append_val (self->channels, channels);
  return first;
}

/* --- Blocks ----------------------------------------------------------------------------------- */

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
  if (shape->time)
    self->time_first = add_block (shape->time, loader, shape->out);
  sf_norm_load (&self->norm2, loader, "norm2", shape->out, shape->groups, shape->eps);
  sf_conv_load (&self->conv2, loader, "conv2", shape->out, shape->out);
  if (in != shape->out)
    load_shortcut (self, loader, shape);
  sf_loader_leave (loader, outer);
}

/* What the second convolution adds, if it can be had beforehand: the 1×1 convolution over both
 * sources is the sum of one over each. */
static SfTensor *
build_residual (const SfResblock *self, SfGraph *graph, SfTensor *x, SfTensor *skip)
{
  if (!self->shortcut.weight)
    return x;
  if (!skip)
    return NULL;
  x = sf_linear_build (&self->shortcut, graph, x, SF_ACTIVATION_NONE);
  return sf_matmul (graph, skip, self->shortcut_skip, &(SfEpilogue){ .residual = x });
}

/* Without a skip the shortcut is added afterwards, in place: it needs no memory, which matters to
 * VAEs. */
static SfTensor *
add_shortcut (const SfResblock *self, SfGraph *graph, SfTensor *x, SfTensor *y)
{
  const SfEpilogue epilogue = { .bias = self->shortcut.bias, .residual = y, .into = y };

  return sf_matmul (graph, x, self->shortcut.weight, &epilogue);
}

/* The lines of @x that @y holds. */
static SfTensor *
same_lines (SfGraph *graph, SfTensor *x, const SfTensor *y)
{
  return x->h == y->h ? x : sf_graph_lines (graph, x, y->top, y->h);
}

static SfTensor *
build (const SfResblock *self, SfGraph *graph, SfTensor *x, SfTensor *skip, SfTensor *time,
       SfStrip *strip)
{
  SfEpilogue first = { .shift = time, .shift_first = self->time_first }, second = { 0 };
  SfTensor *h, *y;

  h = sf_norm_conv_build (&self->norm1, &self->conv1, graph, x, skip, &first, strip);
  if (!h)
    return NULL;
  second.into = sf_strip_inner (graph, h);
  x = same_lines (graph, x, second.into);
  second.residual = build_residual (self, graph, x, skip);
  y = sf_norm_conv_build (&self->norm2, &self->conv2, graph, h, NULL, &second, strip);
  return y && !second.residual ? add_shortcut (self, graph, x, y) : y;
}

SfTensor *
sf_resblock_build (const SfResblock *self, SfGraph *graph, SfTensor *x, SfTensor *skip,
                   SfTensor *time)
{
  return build (self, graph, x, skip, time, NULL);
}

SfTensor *
sf_resblock_build_strip (const SfResblock *self, SfGraph *graph, SfTensor *x, SfStrip *strip)
{
  return build (self, graph, x, NULL, NULL, strip);
}
