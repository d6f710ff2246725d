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

/* Lays the values of all members, @row of them in a row, where they belong in the piece, and finds
 * the widest type that one of them wants. Returns: NULL if one of them is not there; all are looked
 * at. */
static const float *
take_stack (SfLoader *self, const SfLoaderStack *stack, const char *name, guint n_dims, guint row,
            SfDtype *dtype)
{
  gboolean whole = TRUE;

  *dtype = SF_DTYPE_F16;
  g_array_set_size (self->piece, 0); /* what lies between them is zero */
  g_array_set_size (self->piece, (gsize)sf_loader_stack_rows (stack->outs, stack->n) * row);
  for (guint i = 0; i < stack->n; i++)
    {
      const gint64 dims[] = { stack->outs[i], row };
      gsize first = sf_loader_stack_rows (stack->outs, i);
      gsize outer = sf_loader_enter (self, "%s.", stack->modules[i]);
      const float *values = sf_loader_take (self, name, n_dims, dims);
      if (values)
        memcpy ((float *)self->piece->data + first * row, values,
                (gsize)stack->outs[i] * row * sizeof *values);
      if (values && sf_loader_storage_type (self, name) == SF_DTYPE_F32)
        *dtype = SF_DTYPE_F32;
      whole = whole && values;
      sf_loader_leave (self, outer);
    }
  return whole ? (const float *)self->piece->data : NULL;
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
  SfDtype dtype;
  if (!self->checkpoint)
    return sf_loader_blank_matrix (self, name, out, in, SF_TAPS_1X1);
  const float *values = take_stack (self, stack, name, 2, in, &dtype);

  if (!values)
    return NULL;
  return remember_stack (
      self, stack, name,
      sf_weight_store_matrix (self->store, dtype, out, in, SF_TAPS_1X1, values, &self->error));
}

SfTensor *
sf_loader_vector_stack (SfLoader *self, const SfLoaderStack *stack, const char *name)
{
  guint out = sf_loader_stack_rows (stack->outs, stack->n);
  SfDtype dtype;
  const float *values = take_stack (self, stack, name, 1, 1, &dtype);

  if (!values)
    return NULL;
  return remember_stack (self, stack, name,
                         sf_weight_store_vector (self->store, out, values, &self->error));
}

/* --- Gates ------------------------------------------------------------------------------------ */

SfTensor *
sf_loader_gated_matrix (SfLoader *self, const char *name, guint out, guint in)
{
  const gint64 dims[] = { out, in };
  if (!self->checkpoint)
    return sf_loader_blank_matrix (self, name, out, in, 1);
  const float *values = sf_loader_take (self, name, 2, dims);

  if (!values)
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
  const float *values = sf_loader_take (self, name, 1, dims);

  if (!values)
    return NULL;
  return sf_loader_remember (self, name,
                             sf_weight_store_gated_vector (self->store, n, values, &self->error));
}
