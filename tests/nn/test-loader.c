/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a loader makes of tensors in all types is what the store makes of the same values as floats.
 */

#include "nn/loader.h"

#include <string.h>

#include "base/error.h"
#include "support/remove-all.h"
#include "support/sf-test.h"

#define PREFIX "time_embedding."
#define IN 24
#define OUT 16
#define MAX_VALUES (OUT * IN * 9)

typedef struct
{
  const char *name;
  SfDtype dtype;
  guint rows, columns, side;
} Member;

static const Member members[] = {
  { PREFIX "q.weight", SF_DTYPE_F16, OUT, IN, 1 }, { PREFIX "k.weight", SF_DTYPE_BF16, OUT, IN, 1 },
  { PREFIX "v.weight", SF_DTYPE_F64, OUT, IN, 1 }, { PREFIX "w.weight", SF_DTYPE_F16, OUT, IN, 1 },
  { PREFIX "q.bias", SF_DTYPE_F16, OUT, 1, 1 },    { PREFIX "k.bias", SF_DTYPE_F32, OUT, 1, 1 },
  { PREFIX "conv", SF_DTYPE_F16, OUT, IN, 3 },     { PREFIX "i.weight", SF_DTYPE_I8, OUT, IN, 1 },
};

/* The @i-th value of member @m: one that all types have. */
static float
value_of (guint m, gsize i)
{
  return (int)((i * 37 + m * 11) % 201) - 100;
}

static gsize
count (const Member *member)
{
  return (gsize)member->rows * member->columns * member->side * member->side;
}

static void
append_value (GByteArray *data, SfDtype dtype, float value)
{
  guint16 half = sf_half_from_float (value);
  double wide = value;

  if (dtype == SF_DTYPE_F64 || dtype == SF_DTYPE_I8) /* of an integer any bytes do */
    g_byte_array_append (data, (guint8 *)&wide, sf_dtype_size (dtype));
  else if (dtype == SF_DTYPE_F16)
    g_byte_array_append (data, (guint8 *)&half, sizeof half);
  else
    g_byte_array_append (data, (guint8 *)&value + (dtype == SF_DTYPE_BF16 ? 2 : 0),
                         sf_dtype_size (dtype));
}

static void
append_member (GString *header, GByteArray *data, guint m)
{
  const Member *member = &members[m];
  guint first = data->len;

  for (gsize i = 0; i < count (member); i++)
    append_value (data, member->dtype, value_of (m, i));
  g_string_append_printf (header, "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[%u", m > 0 ? "," : "{",
                          member->name, sf_dtype_name (member->dtype), member->rows);
  if (member->columns > 1)
    g_string_append_printf (header, ",%u", member->columns);
  if (member->side > 1)
    g_string_append (header, ",3,3");
  g_string_append_printf (header, "],\"data_offsets\":[%u,%u]}", first, data->len);
}

static SfCheckpoint *
write_model (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  g_autoptr (GString) header = g_string_new (NULL);
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autoptr (GError) error = NULL;

  for (guint m = 0; m < G_N_ELEMENTS (members); m++)
    append_member (header, data, m);
  g_string_append_c (header, '}');
  guint64 len = GUINT64_TO_LE (header->len);
  g_byte_array_prepend (data, (const guint8 *)header->str, header->len);
  g_byte_array_prepend (data, (const guint8 *)&len, sizeof len);
  g_file_set_contents (path, (const char *)data->data, data->len, &error);
  g_assert_no_error (error);
  SfCheckpoint *checkpoint = sf_checkpoint_open (path, &error);
  g_assert_no_error (error);
  return checkpoint;
}

static guint8 *
read_back (const SfTensor *tensor)
{
  guint8 *bytes = g_malloc (tensor->size);
  g_autoptr (GError) error = NULL;

  sf_buffer_read (tensor->range.buffer, tensor->range.offset, bytes, tensor->size, &error);
  g_assert_no_error (error);
  return bytes;
}

static void
assert_same (SfTensor *got, SfTensor *want)
{
  g_assert_nonnull (got);
  g_assert_nonnull (want);
  g_autofree guint8 *a = read_back (got), *b = read_back (want);
  g_assert_cmpuint (got->dtype, ==, want->dtype);
  g_assert_cmpmem (a, got->size, b, want->size);
}

/* Of one type, and of several. */
static void
check_stack (SfLoader *loader, SfWeightStore *store, const guint *which, guint n)
{
  static const char *const modules[] = { "q", "k", "v", "w" };
  static const guint outs[] = { OUT, OUT, OUT, OUT };
  const char *chosen[4];
  float values[4 * OUT * IN];

  for (guint j = 0; j < n; j++)
    {
      chosen[j] = modules[which[j]];
      for (guint i = 0; i < OUT * IN; i++)
        values[j * OUT * IN + i] = value_of (which[j], i);
    }
  const SfLoaderStack stack = { n, chosen, outs };
  assert_same (sf_loader_matrix_stack (loader, &stack, "weight", IN),
               sf_weight_store_matrix (store, SF_DTYPE_F16, n * OUT, IN, SF_TAPS_1X1,
                                       sf_floats (values), NULL));
}

static void
check_bias (SfLoader *loader, SfWeightStore *store)
{
  static const char *const modules[] = { "q", "k" };
  static const guint outs[] = { OUT, OUT };
  const SfLoaderStack stack = { 2, modules, outs };
  float values[2 * OUT];

  for (guint i = 0; i < 2 * OUT; i++)
    values[i] = value_of (4 + i / OUT, i % OUT);
  assert_same (sf_loader_vector_stack (loader, &stack, "bias"),
               sf_weight_store_vector (store, 2 * OUT, values, NULL));
  assert_same (sf_loader_vector (loader, "q.bias", OUT),
               sf_weight_store_vector (store, OUT, values, NULL));
  assert_same (sf_loader_gated_vector (loader, "q.bias", OUT),
               sf_weight_store_gated_vector (store, OUT, values, NULL));
}

/* Columns of a matrix, with gates, as a table. */
static void
check_matrix (SfLoader *loader, SfWeightStore *store, guint m)
{
  const char *name = members[m].name + strlen (PREFIX);
  float values[OUT * IN], piece[OUT * 10];

  for (guint i = 0; i < OUT * IN; i++)
    values[i] = value_of (m, i);
  for (guint i = 0; i < OUT * 10; i++)
    piece[i] = values[i / 10 * IN + 5 + i % 10];
  assert_same (
      sf_loader_columns (loader, name, OUT, IN, 5, 10),
      sf_weight_store_matrix (store, SF_DTYPE_F16, OUT, 10, SF_TAPS_1X1, sf_floats (piece), NULL));
  assert_same (
      sf_loader_gated_matrix (loader, name, OUT, IN),
      sf_weight_store_gated_matrix (store, SF_DTYPE_F16, OUT, IN, sf_floats (values), NULL));
  assert_same (sf_loader_table (loader, name, OUT, IN),
               sf_weight_store_table (store, SF_DTYPE_F16, OUT, IN, sf_floats (values), NULL));
}

static void
check_conv (SfLoader *loader, SfWeightStore *store)
{
  float values[MAX_VALUES];

  for (guint i = 0; i < MAX_VALUES; i++)
    values[i] = value_of (6, i);
  assert_same (
      sf_loader_matrix (loader, "conv", OUT, IN, SF_TAPS_3X3),
      sf_weight_store_matrix (store, SF_DTYPE_F16, OUT, IN, SF_TAPS_3X3, sf_floats (values), NULL));
}

/* The model, a store, and what loads from the one to the other. */
typedef struct
{
  /* Owned */
  char *folder;
  SfCheckpoint *checkpoint;
  SfWeightStore *store;
  SfLoader *loader;
} Fixture;

/* @data: whether matrices are wanted as exact as the file. */
static void
set_up (Fixture *self, gconstpointer data)
{
  self->folder = g_dir_make_tmp ("sfumato-test-XXXXXX", NULL);
  self->checkpoint = write_model (self->folder);
  self->store = sf_weight_store_new (sf_test_device (SF_FAMILY_AUTO));
  self->loader = sf_loader_new (self->checkpoint, self->store, data != NULL, NULL);
  sf_loader_begin_part (self->loader, SF_PART_UNET);
  sf_loader_enter (self->loader, PREFIX);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  sf_loader_free (self->loader);
  sf_weight_store_unref (self->store);
  sf_checkpoint_free (self->checkpoint);
  remove_all (self->folder);
  g_free (self->folder);
}

static void
test_types (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  check_stack (self->loader, self->store, (const guint[]){ 0, 3 }, 2);
  check_stack (self->loader, self->store, (const guint[]){ 0, 1, 2 }, 3);
  check_bias (self->loader, self->store);
  for (guint m = 0; m < 3; m++)
    check_matrix (self->loader, self->store, m);
  check_conv (self->loader, self->store);
  sf_loader_finish (self->loader, &error);
  g_assert_no_error (error);
}

static void
test_exact (Fixture *self, gconstpointer data)
{
  float values[OUT * IN];

  for (guint m = 0; m < 3; m++)
    {
      for (guint i = 0; i < OUT * IN; i++)
        values[i] = value_of (m, i);
      SfDtype dtype = members[m].dtype == SF_DTYPE_F64 ? SF_DTYPE_F32 : SF_DTYPE_F16;
      assert_same (
          sf_loader_matrix (self->loader, members[m].name + strlen (PREFIX), OUT, IN, SF_TAPS_1X1),
          sf_weight_store_matrix (self->store, dtype, OUT, IN, SF_TAPS_1X1, sf_floats (values),
                                  NULL));
    }
}

/* No numbers that a model can be made of: an error, also where others in the stack are right. */
static void
test_integers (Fixture *self, gconstpointer data)
{
  static const char *const modules[] = { "q", "i" };
  static const guint outs[] = { OUT, OUT };
  const SfLoaderStack stack = { 2, modules, outs };
  g_autoptr (GError) error = NULL;

  g_assert_null (sf_loader_matrix_stack (self->loader, &stack, "weight", IN));
  g_assert_false (sf_loader_finish (self->loader, &error));
  g_assert_error (error, SF_ERROR, SF_ERROR_MODEL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/nn/loader/types", Fixture, NULL, set_up, test_types, tear_down);
  g_test_add ("/nn/loader/exact", Fixture, GUINT_TO_POINTER (TRUE), set_up, test_exact, tear_down);
  g_test_add ("/nn/loader/integers", Fixture, NULL, set_up, test_integers, tear_down);
  return sf_test_run ();
}
