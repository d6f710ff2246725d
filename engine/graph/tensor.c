/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/tensor.h"

#include <string.h>

gboolean
sf_tensor_write (SfTensor *self, const float *src, GError **error)
{
  gsize rows = sf_tensor_rows (self);

  if (self->pitch == self->c)
    return sf_buffer_write (self->range.buffer, self->range.offset, src, self->size, error);

  g_autofree float *padded = g_new0 (float, rows * self->pitch);
  for (gsize i = 0; i < rows; i++)
    memcpy (padded + i * self->pitch, src + i * self->c, self->c * sizeof *src);
  return sf_buffer_write (self->range.buffer, self->range.offset, padded, self->size, error);
}

gboolean
sf_tensor_read (SfTensor *self, float *dst, GError **error)
{
  gsize rows = sf_tensor_rows (self);

  if (self->pitch == self->c)
    return sf_buffer_read (self->range.buffer, self->range.offset, dst, self->size, error);

  g_autofree float *padded = g_new (float, rows * self->pitch);
  if (!sf_buffer_read (self->range.buffer, self->range.offset, padded, self->size, error))
    return FALSE;
  for (gsize i = 0; i < rows; i++)
    memcpy (dst + i * self->c, padded + i * self->pitch, self->c * sizeof *dst);
  return TRUE;
}
