/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/loader-private.h"

#include <string.h>

#include "base/error.h"

/* What waits beside the largest tensor: as much as any but a few have. */
#define AHEAD_BYTES (64u << 20)

/* What a name of the file has become. */
typedef struct
{
  SfTensor *tensor; /* the store's */
  guint first;      /* row */
} Loaded;

SfLoader *
sf_loader_new_blank (SfWeightStore *store)
{
  SfLoader *self = g_new0 (SfLoader, 1);

  self->store = store ? sf_weight_store_ref (store) : NULL;
  self->scope = g_string_new (NULL);
  self->problems = g_ptr_array_new_with_free_func (g_free);
  self->order = g_ptr_array_new ();
  for (SfPart part = 0; part < SF_N_PARTS; part++)
    self->loaded[part] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

SfLoader *
sf_loader_new (SfCheckpoint *checkpoint, SfWeightStore *store, gboolean keep_f32,
               GCancellable *cancellable)
{
  SfLoader *self = sf_loader_new_blank (store);

  self->checkpoint = checkpoint;
  self->cancellable = cancellable ? g_object_ref (cancellable) : NULL;
  self->keep_f32 = keep_f32;
  for (SfPart part = 0; part < SF_N_PARTS; part++)
    self->bytes_in_all += sf_checkpoint_part_size (checkpoint, part);
  return self;
}

void
sf_loader_free (SfLoader *self)
{
  if (!self)
    return;
  for (SfPart part = 0; part < SF_N_PARTS; part++)
    g_hash_table_unref (self->loaded[part]);
  g_clear_pointer (&self->read_ahead, sf_read_ahead_free);
  g_ptr_array_unref (self->order);
  g_clear_pointer (&self->store, sf_weight_store_unref);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
  g_ptr_array_unref (self->problems);
  g_free (self->bytes.data);
  g_free (self->floats.data);
  g_free (self->piece.data);
  g_string_free (self->scope, TRUE);
  g_free (self);
}

/* Without memory or a thread for it tensors are read when they are asked for. */
void
sf_loader_read_ahead (SfLoader *self, GPtrArray *order)
{
  self->read_ahead = sf_read_ahead_new (self->checkpoint, order, AHEAD_BYTES);
  /* Of the file not all may be wanted. */
  self->bytes_in_all = 0;
  for (guint i = 0; i < order->len; i++)
    self->bytes_in_all += ((const SfTensorInfo *)g_ptr_array_index (order, i))->size;
}

GPtrArray *
sf_loader_order (SfLoader *self)
{
  return self->order;
}

void
sf_loader_set_progress (SfLoader *self, SfLoaderProgress progress, gpointer user_data)
{
  self->progress = progress;
  self->progress_data = user_data;
}

void
sf_loader_begin_part (SfLoader *self, SfPart part)
{
  self->part = part;
  g_string_truncate (self->scope, 0);
}

gsize
sf_loader_enter (SfLoader *self, const char *format, ...)
{
  gsize outer = self->scope->len;
  va_list args;

  va_start (args, format);
  g_string_append_vprintf (self->scope, format, args);
  va_end (args);
  return outer;
}

void
sf_loader_leave (SfLoader *self, gsize outer)
{
  g_string_truncate (self->scope, outer);
}

char *
sf_loader_path (SfLoader *self, const char *name)
{
  return g_strconcat (self->scope->str, name, NULL);
}

static const SfTensorInfo *
find (SfLoader *self, const char *name)
{
  if (!self->checkpoint)
    return NULL;
  gsize outer = sf_loader_enter (self, "%s", name);
  const SfTensorInfo *info = sf_checkpoint_find (self->checkpoint, self->part, self->scope->str);

  sf_loader_leave (self, outer);
  return info;
}

gboolean
sf_loader_has (SfLoader *self, const char *name)
{
  return find (self, name) != NULL;
}

/* --- Problems --------------------------------------------------------------------------------- */

/* @problem: (transfer full): the end of a sentence. */
static void
note_problem (SfLoader *self, char *problem)
{
  const char *title = sf_part_title (self->part);

  if (!self->error)
    self->error
        = g_error_new (SF_ERROR, SF_ERROR_MODEL, "The model “%s” cannot be used: its %s %s.",
                       sf_checkpoint_display_name (self->checkpoint), title, problem);
  g_ptr_array_add (self->problems, g_strdup_printf ("The %s %s.", title, problem));
  g_free (problem);
}

static char *
print_shape (guint n_dims, const gint64 *dims)
{
  GString *text = g_string_new ("[");

  for (guint i = 0; i < n_dims; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? ", " : "", dims[i]);
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

static void
note_shape (SfLoader *self, const SfTensorInfo *info, guint n_dims, const gint64 *dims)
{
  g_autofree char *has = print_shape (info->n_dims, info->dims);
  g_autofree char *expected = print_shape (n_dims, dims);

  note_problem (self, g_strdup_printf ("has the tensor “%s” with the shape %s, expected is %s",
                                       info->name, has, expected));
}

/* Whether the tensor is shaped so; 1s at the end may be there or not, for a linear layer and a 1×1
 * convolution are the same. */
static gboolean
is_shaped (const SfTensorInfo *info, guint n_dims, const gint64 *dims)
{
  for (guint i = 0; i < MAX (n_dims, info->n_dims); i++)
    if ((i < info->n_dims ? info->dims[i] : 1) != (i < n_dims ? dims[i] : 1))
      return FALSE;
  return TRUE;
}

/* --- Reading ---------------------------------------------------------------------------------- */

void *
sf_loader_room (SfLoader *self, SfRoom *room, gsize size)
{
  if (room->data && room->size >= size)
    return room->data;
  g_free (room->data);
  room->size = MAX (size, 1);
  room->data = g_try_malloc (room->size);
  if (!room->data && !self->error)
    self->error = g_error_new (SF_ERROR, SF_ERROR_MEMORY,
                               "There is no memory left for a tensor of %.0f MB; close other "
                               "programs or open a smaller model.",
                               size / 1e6);
  return room->data;
}

static const void *
read_now (SfLoader *self, const SfTensorInfo *info)
{
  void *data = sf_loader_room (self, &self->bytes, info->size);

  return data && sf_checkpoint_read (self->checkpoint, info, data, &self->error) ? data : NULL;
}

static const void *
read_bytes (SfLoader *self, const SfTensorInfo *info)
{
  if (g_cancellable_set_error_if_cancelled (self->cancellable, &self->error))
    return NULL;
  const void *data = self->read_ahead ? sf_read_ahead_next (self->read_ahead, info, &self->error)
                                      : read_now (self, info);
  if (!data)
    return NULL;
  self->bytes_read += info->size;
  if (self->progress)
    self->progress (MIN (1, (double)self->bytes_read / MAX (self->bytes_in_all, 1)),
                    self->progress_data);
  return data;
}

static gsize
count_values (guint n_dims, const gint64 *dims)
{
  gsize n = 1;

  for (guint i = 0; i < n_dims; i++)
    n *= dims[i];
  return n;
}

static const float *
zeros (SfLoader *self, gsize n)
{
  float *values = sf_loader_room (self, &self->floats, n * sizeof *values);

  if (values)
    memset (values, 0, n * sizeof *values);
  return values;
}

SfValues
sf_loader_take (SfLoader *self, const char *name, guint n_dims, const gint64 *dims)
{
  const SfTensorInfo *info = find (self, name);

  if (self->error && self->store)
    return sf_floats (NULL);
  if (!self->checkpoint)
    return sf_floats (zeros (self, count_values (n_dims, dims)));
  if (!info)
    note_problem (self, g_strdup_printf ("lacks the tensor “%s%s”", self->scope->str, name));
  else if (!is_shaped (info, n_dims, dims))
    note_shape (self, info, n_dims, dims);
  else if (self->store)
    return (SfValues){ info->dtype, read_bytes (self, info) };
  else if (!sf_dtype_is_float (info->dtype))
    note_problem (self,
                  g_strdup_printf ("has the tensor “%s” in another type than floats of 16, 32 "
                                   "or 64 bits",
                                   info->name));
  else
    g_ptr_array_add (self->order, (gpointer)info);
  return sf_floats (NULL);
}

const float *
sf_loader_take_floats (SfLoader *self, const char *name, guint n_dims, const gint64 *dims)
{
  const SfValues values = sf_loader_take (self, name, n_dims, dims);
  gsize n = count_values (n_dims, dims);

  if (!values.data || values.dtype == SF_DTYPE_F32)
    return values.data;
  float *floats = sf_loader_room (self, &self->floats, n * sizeof *floats);
  if (floats)
    sf_convert_to_f32 (floats, values, n);
  return floats;
}

SfDtype
sf_loader_file_type (SfLoader *self, const char *name)
{
  const SfTensorInfo *info = find (self, name);

  return info ? info->dtype : SF_DTYPE_INVALID;
}

SfTensor *
sf_loader_remember_rows (SfLoader *self, const char *name, SfTensor *tensor, guint first)
{
  const Loaded loaded = { tensor, first };
  g_autofree char *full_name = sf_loader_path (self, name);

  if (tensor && !g_hash_table_contains (self->loaded[self->part], full_name))
    g_hash_table_insert (self->loaded[self->part], g_steal_pointer (&full_name),
                         g_memdup2 (&loaded, sizeof loaded));
  return tensor;
}

SfTensor *
sf_loader_remember (SfLoader *self, const char *name, SfTensor *tensor)
{
  return sf_loader_remember_rows (self, name, tensor, 0);
}

SfDtype
sf_loader_storage_type (SfLoader *self, const char *name)
{
  gsize size = sf_dtype_size (sf_loader_file_type (self, name));

  return self->keep_f32 && size > 2 ? SF_DTYPE_F32 : SF_DTYPE_F16;
}

SfTensor *
sf_loader_blank_matrix (SfLoader *self, const char *name, guint out, guint in, SfTaps taps)
{
  if (self->error)
    return NULL;
  return sf_loader_remember (
      self, name, sf_weight_store_blank_matrix (self->store, out, in, taps, &self->error));
}

SfTensor *
sf_loader_matrix (SfLoader *self, const char *name, guint out, guint in, SfTaps taps)
{
  const gint64 side = taps > SF_TAPS_1X1 ? 3 : 1;
  const gint64 dims[] = { out, in, side, side };
  if (!self->checkpoint)
    return sf_loader_blank_matrix (self, name, out, in, taps);
  const SfValues values = sf_loader_take (self, name, taps > SF_TAPS_1X1 ? 4 : 2, dims);

  if (!values.data)
    return NULL;
  return sf_loader_remember (self, name,
                             sf_weight_store_matrix (self->store,
                                                     sf_loader_storage_type (self, name), out, in,
                                                     taps, values, &self->error));
}

SfTensor *
sf_loader_conv (SfLoader *self, const char *name, guint out, guint in, const SfConv2d *conv)
{
  gboolean large = self->part == SF_PART_VAE; /* between the latent's size and the picture's */
  SfTaps taps = SF_TAPS_3X3;

  if (self->store)
    taps = sf_conv2d_taps (sf_weight_store_caps (self->store), out, in, conv, large);
  return sf_loader_matrix (self, name, out, in, taps);
}

SfTensor *
sf_loader_columns (SfLoader *self, const char *name, guint out, guint in, guint first, guint n)
{
  const gint64 dims[] = { out, in };
  if (!self->checkpoint)
    return sf_loader_blank_matrix (self, name, out, n, SF_TAPS_1X1);
  const SfValues values = sf_loader_take (self, name, 2, dims);

  if (!values.data)
    return NULL;
  gsize width = n * sf_dtype_size (values.dtype);
  guint8 *piece = sf_loader_room (self, &self->piece, out * width);
  if (!piece)
    return NULL;
  for (gsize row = 0; row < out; row++)
    memcpy (piece + row * width, sf_values_from (values, row * in + first).data, width);
  return sf_loader_remember (
      self, name,
      sf_weight_store_matrix (self->store, sf_loader_storage_type (self, name), out, n, SF_TAPS_1X1,
                              (SfValues){ values.dtype, piece }, &self->error));
}

SfTensor *
sf_loader_vector (SfLoader *self, const char *name, guint n)
{
  const gint64 dims[] = { n };
  const float *values = sf_loader_take_floats (self, name, 1, dims);

  if (!values)
    return NULL;
  return sf_loader_remember (self, name,
                             sf_weight_store_vector (self->store, n, values, &self->error));
}

SfTensor *
sf_loader_table (SfLoader *self, const char *name, guint rows, guint c)
{
  const gint64 dims[] = { rows, c };
  const SfValues values = sf_loader_take (self, name, 2, dims);

  if (!values.data)
    return NULL;
  return sf_loader_remember (self, name,
                             sf_weight_store_table (self->store,
                                                    sf_loader_storage_type (self, name), rows, c,
                                                    values, &self->error));
}

/* --- Afterwards ------------------------------------------------------------------------------- */

gboolean
sf_loader_finish (SfLoader *self, GError **error)
{
  if (!self->error)
    return !self->store || sf_weight_store_trim (self->store, error);
  g_propagate_error (error, g_error_copy (self->error));
  return FALSE;
}

GPtrArray *
sf_loader_problems (SfLoader *self)
{
  return self->problems;
}

SfTensor *
sf_loader_lookup (SfLoader *self, SfPart part, const char *full_name, guint *first)
{
  const Loaded *loaded = g_hash_table_lookup (self->loaded[part], full_name);

  if (first)
    *first = loaded ? loaded->first : 0;
  return loaded ? loaded->tensor : NULL;
}
