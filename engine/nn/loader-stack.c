/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Matrices whose rows are not those of the file: several in one, and those with gates. */
#include "nn/loader-private.h"

#include <string.h>

/* --- Stacks ----------------------------------------------------------------------------------- */

guint
sf_loader_stack_rows (const guint *outs, guint n)
{
  guint rows = 0;

  for (guint i = 0; i < n; i++)
    rows += sf_pitch (outs[i]);
  return rows;
}

/* What all members are in, or else F32; @stored: the widest type that one of them wants. */
static SfDtype
stack_type (SfLoader *self, const SfLoaderStack *stack, const char *name, SfDtype *stored)
{
  SfDtype common = SF_DTYPE_INVALID;

  *stored = SF_DTYPE_F16;
  for (guint i = 0; i < stack->n; i++)
    {
      gsize outer = sf_loader_enter (self, "%s.", stack->modules[i]);
      SfDtype dtype = sf_loader_file_type (self, name);
      common = i == 0 || dtype == common ? dtype : SF_DTYPE_F32;
      if (sf_loader_storage_type (self, name) == SF_DTYPE_F32)
        *stored = SF_DTYPE_F32;
      sf_loader_leave (self, outer);
    }
  return common != SF_DTYPE_INVALID ? common : SF_DTYPE_F32;
}

/* Lays the values of all members, @row of them in a row, where they belong in the piece, as @dtype.
 * Data is NULL if one of them is not there; all are looked at. */
static SfValues
take_stack (SfLoader *self, const SfLoaderStack *stack, const char *name, guint n_dims, guint row,
            SfDtype dtype)
{
  gsize size = sf_dtype_size (dtype);
  gsize n_bytes = (gsize)sf_loader_stack_rows (stack->outs, stack->n) * row * size;
  guint8 *piece = sf_loader_room (self, &self->piece, n_bytes);
  gboolean whole = piece != NULL;

  if (piece)
    memset (piece, 0, n_bytes); /* what lies between them */
  for (guint i = 0; i < stack->n; i++)
    {
      const gint64 dims[] = { stack->outs[i], row };
      gsize n = (gsize)stack->outs[i] * row;
      gsize at = (gsize)sf_loader_stack_rows (stack->outs, i) * row * size;
      gsize outer = sf_loader_enter (self, "%s.", stack->modules[i]);
      const SfValues values = sf_loader_take (self, name, n_dims, dims);
      if (piece && values.data && values.dtype == dtype)
        memcpy (piece + at, values.data, n * size);
      else if (piece && values.data)
        sf_convert_to_f32 ((float *)(piece + at), values, n);
      whole = whole && values.data;
      sf_loader_leave (self, outer);
    }
  return (SfValues){ dtype, whole ? piece : NULL };
}

static SfTensor *
remember_stack (SfLoader *self, const SfLoaderStack *stack, const char *name, SfTensor *tensor)
{
  for (guint i = 0; i < stack->n; i++)
    {
      gsize outer = sf_loader_enter (self, "%s.", stack->modules[i]);
      sf_loader_remember_rows (self, name, tensor, sf_loader_stack_rows (stack->outs, i));
      sf_loader_leave (self, outer);
    }
  return tensor;
}

SfTensor *
sf_loader_matrix_stack (SfLoader *self, const SfLoaderStack *stack, const char *name, guint in)
{
  guint out = sf_loader_stack_rows (stack->outs, stack->n);
  SfDtype stored;
  if (!self->checkpoint)
    return sf_loader_blank_matrix (self, name, out, in, SF_TAPS_1X1);
  SfDtype dtype = stack_type (self, stack, name, &stored);
  const SfValues values = take_stack (self, stack, name, 2, in, dtype);

  if (!values.data)
    return NULL;
  return remember_stack (
      self, stack, name,
      sf_weight_store_matrix (self->store, stored, out, in, SF_TAPS_1X1, values, &self->error));
}

SfTensor *
sf_loader_vector_stack (SfLoader *self, const SfLoaderStack *stack, const char *name)
{
  guint out = sf_loader_stack_rows (stack->outs, stack->n);
  const SfValues values = take_stack (self, stack, name, 1, 1, SF_DTYPE_F32);

  if (!values.data)
    return NULL;
  return remember_stack (self, stack, name,
                         sf_weight_store_vector (self->store, out, values.data, &self->error));
}

/* --- Gates ------------------------------------------------------------------------------------ */

SfTensor *
sf_loader_gated_matrix (SfLoader *self, const char *name, guint out, guint in)
{
  const gint64 dims[] = { out, in };
  if (!self->checkpoint)
    return sf_loader_blank_matrix (self, name, out, in, SF_TAPS_1X1);
  const SfValues values = sf_loader_take (self, name, 2, dims);

  if (!values.data)
    return NULL;
  return sf_loader_remember (self, name,
                             sf_weight_store_gated_matrix (self->store,
                                                           sf_loader_storage_type (self, name), out,
                                                           in, values, &self->error));
}

SfTensor *
sf_loader_gated_vector (SfLoader *self, const char *name, guint n)
{
  const gint64 dims[] = { n };
  const float *values = sf_loader_take_floats (self, name, 1, dims);

  if (!values)
    return NULL;
  return sf_loader_remember (self, name,
                             sf_weight_store_gated_vector (self->store, n, values, &self->error));
}
