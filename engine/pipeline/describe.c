/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato.h"

#include "base/printable.h"
#include "models/model.h"

/* Of names and problems a foreign file may have very many. */
#define MAX_SHOWN 5

static void add_line (GString *text, const char *title, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* A file's own names must not speak to the terminal. */
static void
add_line (GString *text, const char *title, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *value = g_strdup_vprintf (format, args);
  g_autofree char *shown = sf_printable (value);
  va_end (args);
  g_string_append_printf (text, "%-14s%s\n", title, shown);
}

/* "F16", or "F16 (12 of 686 tensors are something else)". */
static char *
describe_dtype (SfCheckpoint *checkpoint, SfPart part)
{
  SfDtype dtype = sf_checkpoint_part_dtype (checkpoint, part);
  guint n = sf_checkpoint_n_tensors (checkpoint, part);
  guint n_others = n - sf_checkpoint_count_dtype (checkpoint, part, dtype);
  const char *name = dtype == SF_DTYPE_INVALID ? "unknown type" : sf_dtype_name (dtype);
  if (n_others == 0)
    return g_strdup (name);
  return g_strdup_printf ("%s (%u of them something else)", name, n_others);
}

static void
add_part (GString *text, SfCheckpoint *checkpoint, SfPart part)
{
  g_autofree char *title = g_strdup (sf_part_title (part));
  title[0] = g_ascii_toupper (title[0]);
  if (!sf_checkpoint_has_part (checkpoint, part))
    {
      add_line (text, title, "missing");
      return;
    }
  g_autofree char *dtype = describe_dtype (checkpoint, part);
  g_autofree char *size = g_format_size (sf_checkpoint_part_size (checkpoint, part));
  add_line (text, title, "%.2f million parameters in %u tensors, %s, %s",
            sf_checkpoint_n_parameters (checkpoint, part) / 1e6,
            sf_checkpoint_n_tensors (checkpoint, part), dtype, size);
}

static void
add_names (GString *text, const char *title, const char *const *names)
{
  guint n = g_strv_length ((GStrv)names);
  g_autoptr (GString) list = g_string_new (NULL);
  if (n == 0)
    return;
  for (guint i = 0; i < MIN (n, MAX_SHOWN); i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", names[i]);
  add_line (text, title, "%u tensor%s: %s%s", n, n == 1 ? "" : "s", list->str,
            n > MAX_SHOWN ? ", …" : "");
}

static void
add_verdict (GString *text, SfCheckpoint *checkpoint)
{
  g_autoptr (GPtrArray) problems = sf_model_find_problems (checkpoint);
  add_line (text, "Runs here", problems->len == 0 ? "yes" : "no");
  for (guint i = 0; i < MIN (problems->len, MAX_SHOWN); i++)
    add_line (text, "", "%s", (const char *)g_ptr_array_index (problems, i));
  if (problems->len > MAX_SHOWN)
    add_line (text, "", "And %u more.", problems->len - MAX_SHOWN);
}

char *
sf_model_describe (const char *path, GError **error)
{
  g_autoptr (SfCheckpoint) checkpoint = sf_checkpoint_open (path, error);
  if (checkpoint == NULL)
    return NULL;

  g_autoptr (GString) text = g_string_new (NULL);
  add_line (text, "Model", "%s", sf_checkpoint_display_name (checkpoint));
  add_line (text, "Family", "%s, %s", sf_model_family_name (sf_checkpoint_family (checkpoint)),
            sf_variant_name (sf_checkpoint_variant (checkpoint)));
  add_line (text, "Layout", "%s",
            sf_checkpoint_is_ldm (checkpoint) ? "single file (LDM names)" : "diffusers names");
  for (SfPart part = 0; part < SF_N_PARTS; part++)
    add_part (text, checkpoint, part);
  add_line (text, "Tokenizer", "%s",
            sf_checkpoint_tokenizer_folder (checkpoint) != NULL ? "its own" : "the standard one");
  add_names (text, "Not needed", sf_checkpoint_ignored (checkpoint));
  add_names (text, "Not known", sf_checkpoint_unrecognised (checkpoint));
  add_verdict (text, checkpoint);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
