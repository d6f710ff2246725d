/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/weight.h"

#include <string.h>

#include "base/error.h"
#include "ops/weight-pack.h"

/* Blocks start small, for small models, and double up to here, so that a full-size model needs a
 * few dozen allocations. What a large matrix leaves at a block's end is filled by smaller ones. */
#define FIRST_BLOCK ((guint64)16 << 20)
#define LARGEST_BLOCK ((guint64)128 << 20)

/* At least; most tensors are smaller. */
#define STAGING_BYTES ((guint64)16 << 20)

#define LARGEST_HALF 65504.0f

/* Both bytes of a half: 0.004. */
#define BLANK_BYTE 0x1c

typedef struct
{
  SfBuffer *buffer;
  guint64 used; /* bytes */
} Block;

struct _SfWeightStore
{
  int ref_count;
  /* Owned */
  SfDevice *device;
  GArray *blocks;     /* of Block */
  GPtrArray *tensors; /* SfTensor */
  SfBuffer *staging;  /* nullable: where tensors are packed that the host can't see */
  /* The rest */
  guint64 bytes;
};

static void
block_clear (gpointer data)
{
  sf_buffer_free (((Block *)data)->buffer);
}

SfWeightStore *
sf_weight_store_new (SfDevice *device)
{
  SfWeightStore *self = g_new0 (SfWeightStore, 1);
  self->ref_count = 1;
  self->device = sf_device_ref (device);
  self->blocks = g_array_new (FALSE, FALSE, sizeof (Block));
  g_array_set_clear_func (self->blocks, block_clear);
  self->tensors = g_ptr_array_new_with_free_func (g_free);
  return self;
}

SfWeightStore *
sf_weight_store_ref (SfWeightStore *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
sf_weight_store_unref (SfWeightStore *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_ptr_array_unref (self->tensors);
  g_array_unref (self->blocks);
  g_clear_pointer (&self->staging, sf_buffer_free);
  sf_device_unref (self->device);
  g_free (self);
}

guint64
sf_weight_store_bytes (SfWeightStore *self)
{
  return self->bytes;
}

const SfCaps *
sf_weight_store_caps (SfWeightStore *self)
{
  return sf_device_caps (self->device);
}

static Block *
add_block (SfWeightStore *self, guint64 at_least, GError **error)
{
  const SfCaps *caps = sf_device_caps (self->device);
  guint64 size = FIRST_BLOCK << MIN (self->blocks->len, 3);
  size = MAX (MIN (MIN (size, LARGEST_BLOCK), caps->max_allocation), at_least);
  Block block = { sf_buffer_new (self->device, size, SF_MEMORY_DEVICE, NULL), 0 };

  /* What is wanted may be all that is left. */
  if (block.buffer == NULL)
    block.buffer = sf_buffer_new (self->device, at_least, SF_MEMORY_DEVICE, error);
  if (block.buffer == NULL)
    return NULL;
  g_array_append_val (self->blocks, block);
  self->bytes += sf_buffer_size (block.buffer);
  return &g_array_index (self->blocks, Block, self->blocks->len - 1);
}

/* The block with the least room that is enough, or NULL. */
static Block *
find_block (SfWeightStore *self, guint64 size)
{
  guint64 least = G_MAXUINT64;
  Block *best = NULL;

  for (guint i = 0; i < self->blocks->len; i++)
    {
      Block *block = &g_array_index (self->blocks, Block, i);
      guint64 room
          = sf_buffer_size (block->buffer) - MIN (block->used, sf_buffer_size (block->buffer));
      if (room < size || room >= least)
        continue;
      least = room;
      best = block;
    }
  return best;
}

static gboolean
take_range (SfWeightStore *self, guint64 size, SfRange *range, GError **error)
{
  const SfCaps *caps = sf_device_caps (self->device);

  if (size > caps->max_allocation)
    {
      g_autofree char *needed = g_format_size (size);
      g_set_error (error, SF_ERROR, SF_ERROR_MEMORY,
                   "The model has one matrix of %s, more than the graphics device allows at once; "
                   "choose another device.",
                   needed);
      return FALSE;
    }
  Block *block = find_block (self, size);
  if (block == NULL)
    block = add_block (self, size, error);
  if (block == NULL)
    return FALSE;
  *range = (SfRange){ block->buffer, block->used, size };
  block->used
      = (block->used + size + caps->offset_align - 1) / caps->offset_align * caps->offset_align;
  return TRUE;
}

gboolean
sf_weight_store_trim (SfWeightStore *self, GError **error)
{
  Block *last
      = self->blocks->len > 0 ? &g_array_index (self->blocks, Block, self->blocks->len - 1) : NULL;

  g_clear_pointer (&self->staging, sf_buffer_free);
  if (last == NULL || last->used >= sf_buffer_size (last->buffer))
    return TRUE;
  g_autoptr (SfBuffer) smaller = sf_buffer_new (self->device, last->used, SF_MEMORY_DEVICE, NULL);
  /* There has to be room for both for a moment; the larger one does as well. */
  if (smaller == NULL)
    return TRUE;
  if (!sf_buffer_copy (last->buffer, 0, smaller, 0, MIN (last->used, sf_buffer_size (smaller)),
                       error))
    return FALSE;
  for (guint i = 0; i < self->tensors->len; i++)
    {
      SfTensor *tensor = g_ptr_array_index (self->tensors, i);
      if (tensor->range.buffer == last->buffer)
        tensor->range.buffer = smaller;
    }
  self->bytes -= sf_buffer_size (last->buffer) - sf_buffer_size (smaller);
  sf_buffer_free (last->buffer);
  last->buffer = g_steal_pointer (&smaller);
  return TRUE;
}

static SfTensor *
add_tensor (SfWeightStore *self, SfTensor shape, GError **error)
{
  if (!take_range (self, shape.size, &shape.range, error))
    return NULL;
  shape.kind = SF_TENSOR_CONSTANT;
  shape.first = shape.last = -1;
  SfTensor *tensor = g_memdup2 (&shape, sizeof shape);
  g_ptr_array_add (self->tensors, tensor);
  return tensor;
}

/* Where the values of @tensor can be written, to be followed by end_write(). */
static void *
begin_write (SfWeightStore *self, SfTensor *tensor, GError **error)
{
  guint8 *data = sf_buffer_data (tensor->range.buffer);

  if (data != NULL)
    return data + tensor->range.offset;
  if (self->staging != NULL && sf_buffer_size (self->staging) < tensor->size)
    g_clear_pointer (&self->staging, sf_buffer_free);
  if (self->staging == NULL)
    self->staging
        = sf_buffer_new (self->device, MAX (tensor->size, STAGING_BYTES), SF_MEMORY_HOST, error);
  return self->staging != NULL ? sf_buffer_data (self->staging) : NULL;
}

static SfTensor *
end_write (SfWeightStore *self, SfTensor *tensor, GError **error)
{
  const SfRange *range = &tensor->range;

  if (sf_buffer_data (range->buffer) != NULL)
    return tensor;
  return sf_buffer_copy (self->staging, 0, range->buffer, range->offset, tensor->size, error)
             ? tensor
             : NULL;
}

/* Whether every finite value is a finite half, and what is made of it. */
static gboolean
fits_halves (SfValues src, gsize n, SfTaps taps)
{
  float growth = sf_taps_growth (taps);

  return (src.dtype == SF_DTYPE_F16 && growth == 1)
         || sf_values_largest (src, n) * growth <= LARGEST_HALF;
}

static SfPacking
packing_for (SfWeightStore *self, SfDtype dtype, guint out, guint in, SfTaps taps)
{
  const SfCaps *caps = sf_device_caps (self->device);

  return (SfPacking){
    dtype, out, in, taps, caps->family == SF_FAMILY_TEXEL ? caps->subgroup_size : 0, FALSE
  };
}

static SfTensor *
add_matrix (SfWeightStore *self, const SfPacking *packing, GError **error)
{
  return add_tensor (self,
                     (SfTensor){ .dtype = packing->dtype,
                                 .n = 1,
                                 .h = sf_taps_count (packing->taps),
                                 .w = packing->in,
                                 .c = packing->out,
                                 .taps = packing->taps,
                                 .pitch = sf_pitch (packing->out),
                                 .size = sf_packing_bytes (packing) },
                     error);
}

SfTensor *
sf_weight_store_blank_matrix (SfWeightStore *self, guint out, guint in, SfTaps taps, GError **error)
{
  const SfPacking packing = packing_for (self, SF_DTYPE_F16, out, in, taps);
  SfTensor *tensor = add_matrix (self, &packing, error);
  void *dst = tensor != NULL ? begin_write (self, tensor, error) : NULL;

  if (dst == NULL)
    return NULL;
  memset (dst, BLANK_BYTE, tensor->size);
  return end_write (self, tensor, error);
}

/* @packing: its dtype may become F32. */
static SfTensor *
pack_matrix (SfWeightStore *self, SfPacking packing, SfValues src, GError **error)
{
  guint read = sf_taps_count (packing.taps);
  if (packing.dtype == SF_DTYPE_F16
      && !fits_halves (src, (gsize)packing.out * packing.in * read, packing.taps))
    packing.dtype = SF_DTYPE_F32;
  SfTensor *tensor = add_matrix (self, &packing, error);
  void *dst = tensor != NULL ? begin_write (self, tensor, error) : NULL;
  if (dst == NULL)
    return NULL;
  sf_packing_run (&packing, dst, src);
  return end_write (self, tensor, error);
}

SfTensor *
sf_weight_store_matrix (SfWeightStore *self, SfDtype dtype, guint out, guint in, SfTaps taps,
                        SfValues src, GError **error)
{
  return pack_matrix (self, packing_for (self, dtype, out, in, taps), src, error);
}

SfTensor *
sf_weight_store_gated_matrix (SfWeightStore *self, SfDtype dtype, guint out, guint in, SfValues src,
                              GError **error)
{
  SfPacking packing = packing_for (self, dtype, out, in, SF_TAPS_1X1);

  g_assert (out % 16 == 0);
  packing.gated = TRUE;
  return pack_matrix (self, packing, src, error);
}

SfTensor *
sf_weight_store_vector (SfWeightStore *self, guint n, const float *src, GError **error)
{
  return sf_weight_store_table (self, SF_DTYPE_F32, 1, n, sf_floats (src), error);
}

SfTensor *
sf_weight_store_gated_vector (SfWeightStore *self, guint n, const float *src, GError **error)
{
  g_autofree float *values = g_new (float, n);

  for (guint i = 0; i < n; i++)
    values[i] = src[sf_gated_row (i, n)];
  return sf_weight_store_vector (self, n, values, error);
}

/* @values: room for @c of them. */
static void
fill_row (void *dst, SfDtype dtype, SfValues src, guint c, float *values)
{
  if (src.dtype == dtype)
    {
      memcpy (dst, src.data, c * sf_dtype_size (dtype));
      return;
    }
  sf_convert_to_f32 (dtype == SF_DTYPE_F32 ? dst : values, src, c);
  if (dtype == SF_DTYPE_F16)
    sf_convert_to_f16 (dst, values, c);
}

SfTensor *
sf_weight_store_table (SfWeightStore *self, SfDtype dtype, guint rows, guint c, SfValues src,
                       GError **error)
{
  guint pitch = sf_pitch (c);

  if (dtype == SF_DTYPE_F16 && !fits_halves (src, (gsize)rows * c, SF_TAPS_1X1))
    dtype = SF_DTYPE_F32;
  gsize element = sf_dtype_size (dtype);
  SfTensor *tensor = add_tensor (self,
                                 (SfTensor){ .dtype = dtype,
                                             .n = 1,
                                             .h = 1,
                                             .w = rows,
                                             .c = c,
                                             .pitch = pitch,
                                             .size = (guint64)rows * pitch * element },
                                 error);
  guint8 *dst = tensor != NULL ? begin_write (self, tensor, error) : NULL;
  if (dst == NULL)
    return NULL;
  g_autofree float *values = g_new (float, c);
  for (guint row = 0; row < rows; row++, dst += pitch * element)
    {
      fill_row (dst, dtype, sf_values_from (src, (gsize)row * c), c, values);
      memset (dst + c * element, 0, (pitch - c) * element);
    }
  return end_write (self, tensor, error);
}
