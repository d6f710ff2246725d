/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "files/safetensors-header.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json-pull.h"

/* The longest tensor name that an error message shows whole. */
#define SHOWN_NAME_CHARS 100

/* One pass over the JSON. */
typedef struct
{
  SfJsonPull pull;
  guint64 data_begin;
  guint64 data_size;
  SfHeader *header;

  /* Owned */
  GString *name;
  GString *key;
  GString *text;
  char *refusal; /* the first thing wrong that is not JSON's */
} Parse;

static SfHeader *
header_new (void)
{
  SfHeader *header = g_new0 (SfHeader, 1);

  header->tensors = g_array_new (FALSE, TRUE, sizeof (SfTensorInfo));
  header->index = g_hash_table_new (g_str_hash, g_str_equal);
  header->names = g_string_chunk_new (4096);
  return header;
}

void
sf_header_free (SfHeader *header)
{
  if (!header)
    return;
  g_array_unref (header->tensors);
  g_hash_table_unref (header->index);
  g_string_chunk_free (header->names);
  g_free (header);
}

const SfTensorInfo *
sf_header_lookup (SfHeader *header, const char *name)
{
  guint place = GPOINTER_TO_UINT (g_hash_table_lookup (header->index, name));

  return place > 0 ? &g_array_index (header->tensors, SfTensorInfo, place - 1) : NULL;
}

/* Notes what is wrong with a tensor. Returns: FALSE. */
static gboolean
refuse (Parse *parse, const char *tensor, const char *what)
{
  g_autofree char *start = NULL;

  if (parse->refusal)
    return FALSE;
  if (g_utf8_strlen (tensor, -1) > SHOWN_NAME_CHARS)
    start = g_utf8_substring (tensor, 0, SHOWN_NAME_CHARS);
  parse->refusal
      = g_strdup_printf ("its tensor “%s%s” %s", start ? start : tensor, start ? "…" : "", what);
  return FALSE;
}

static gboolean
read_shape (Parse *parse, SfTensorInfo *info)
{
  guint n = 0;

  sf_json_pull_enter (&parse->pull, '[');
  while (sf_json_pull_item (&parse->pull, &n))
    {
      guint64 dim;
      if (!sf_json_pull_uint (&parse->pull, &dim))
        return FALSE;
      if (n > SF_MAX_DIMS)
        return refuse (parse, parse->name->str, "has more than eight dimensions");
      if (dim > G_MAXINT64)
        return refuse (parse, parse->name->str, "is impossibly large");
      info->dims[n - 1] = dim;
    }
  info->n_dims = n;
  return TRUE;
}

static gboolean
read_offsets (Parse *parse, SfTensorInfo *info)
{
  guint64 range[2] = { 0, 0 };
  guint n = 0;

  sf_json_pull_enter (&parse->pull, '[');
  while (sf_json_pull_item (&parse->pull, &n))
    if (n > 2 || !sf_json_pull_uint (&parse->pull, &range[n - 1]))
      break;
  if (parse->pull.problem)
    return FALSE;
  if (n != 2)
    return refuse (parse, parse->name->str, "does not say where it begins and ends");
  if (range[0] > range[1])
    return refuse (parse, parse->name->str, "ends before it begins");
  if (range[1] > parse->data_size)
    return refuse (parse, parse->name->str,
                   "lies beyond the end of the file: copy or download the model again");
  info->offset = parse->data_begin + range[0];
  info->size = range[1] - range[0];
  return TRUE;
}

static gboolean
check_size (Parse *parse, const SfTensorInfo *info)
{
  guint64 size = MAX (sf_dtype_size (info->dtype), 1);

  for (guint i = 0; i < info->n_dims; i++)
    if (!g_uint64_checked_mul (&size, size, info->dims[i]))
      return refuse (parse, parse->name->str, "is impossibly large");
  if (info->dtype != SF_DTYPE_INVALID && size != info->size)
    return refuse (parse, parse->name->str, "has a size that does not fit its shape");
  return TRUE;
}

/* Reads one of the three members that a tensor has. Returns: its bit, 0 for any other or on
 * failure. */
static guint
read_tensor_member (Parse *parse, SfTensorInfo *info)
{
  if (strcmp (parse->key->str, "dtype") == 0)
    {
      if (!sf_json_pull_string (&parse->pull, parse->text))
        return 0;
      info->dtype = sf_dtype_from_name (parse->text->str);
      return 1;
    }
  if (strcmp (parse->key->str, "shape") == 0)
    return read_shape (parse, info) ? 2 : 0;
  if (strcmp (parse->key->str, "data_offsets") == 0)
    return read_offsets (parse, info) ? 4 : 0;
  sf_json_pull_skip (&parse->pull);
  return 0;
}

static gboolean
read_tensor (Parse *parse)
{
  SfTensorInfo info = { 0 };
  guint n = 0, seen = 0;

  sf_json_pull_enter (&parse->pull, '{');
  while (!parse->refusal && sf_json_pull_member (&parse->pull, &n, parse->key))
    {
      guint bit = read_tensor_member (parse, &info);
      if (seen & bit)
        return refuse (parse, parse->name->str, "is described twice");
      seen |= bit;
    }
  if (parse->refusal || parse->pull.problem)
    return FALSE;
  if (seen != 7)
    return refuse (parse, parse->name->str, "lacks its type, shape or place");
  if (!check_size (parse, &info))
    return FALSE;
  if (g_hash_table_contains (parse->header->index, parse->name->str))
    return refuse (parse, parse->name->str, "is there twice");
  info.name = g_string_chunk_insert (parse->header->names, parse->name->str);
  g_array_append_val (parse->header->tensors, info);
  g_hash_table_insert (parse->header->index, (char *)info.name,
                       GUINT_TO_POINTER (parse->header->tensors->len));
  return TRUE;
}

/* What it says is of no use here, but it has to be an object. */
static void
skip_metadata (Parse *parse)
{
  guint n = 0;

  sf_json_pull_enter (&parse->pull, '{');
  while (sf_json_pull_member (&parse->pull, &n, parse->key))
    sf_json_pull_skip (&parse->pull);
}

static int
compare_offsets (const void *a, const void *b)
{
  const SfTensorInfo *x = *(SfTensorInfo *const *)a, *y = *(SfTensorInfo *const *)b;

  if (x->offset != y->offset)
    return x->offset < y->offset ? -1 : 1;
  return x->size < y->size ? -1 : x->size > y->size;
}

static void
check_overlaps (Parse *parse)
{
  guint n = parse->header->tensors->len;
  if (n == 0)
    return;

  g_autofree SfTensorInfo **sorted = g_new (SfTensorInfo *, n);
  for (guint i = 0; i < n; i++)
    sorted[i] = &g_array_index (parse->header->tensors, SfTensorInfo, i);
  qsort (sorted, n, sizeof *sorted, compare_offsets);
  for (guint i = 1; i < n; i++)
    if (sorted[i - 1]->offset + sorted[i - 1]->size > sorted[i]->offset)
      {
        refuse (parse, sorted[i]->name, "lies over another one");
        return;
      }
}

static void
read_all (Parse *parse)
{
  guint n = 0;

  sf_json_pull_enter (&parse->pull, '{');
  while (!parse->refusal && sf_json_pull_member (&parse->pull, &n, parse->name))
    if (strcmp (parse->name->str, "__metadata__") == 0)
      skip_metadata (parse);
    else
      read_tensor (parse);
  if (parse->refusal)
    return;
  if (sf_json_pull_finish (&parse->pull))
    check_overlaps (parse);
  else
    {
      g_autofree char *problem = sf_json_pull_problem (&parse->pull);
      parse->refusal = g_strdup_printf ("in its header %s", problem);
    }
}

SfHeader *
sf_header_parse (const char *json, gsize len, guint64 data_size, const char *file_name,
                 GError **error)
{
  g_autoptr (SfHeader) header = header_new ();
  Parse parse = {
    .data_begin = 8 + len,
    .data_size = data_size,
    .header = header,
    .name = g_string_new (NULL),
    .key = g_string_new (NULL),
    .text = g_string_new (NULL),
  };
  g_autofree char *refusal = NULL;

  sf_json_pull_init (&parse.pull, json, len);
  read_all (&parse);
  refusal = parse.refusal;
  g_string_free (parse.name, TRUE);
  g_string_free (parse.key, TRUE);
  g_string_free (parse.text, TRUE);
  if (!refusal)
    return g_steal_pointer (&header);
  g_set_error (error, SF_ERROR, SF_ERROR_MODEL, "“%s” is damaged: %s.", file_name, refusal);
  return NULL;
}
