/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato.h"

#include "files/checkpoint.h"

/* Names that nothing here knows are shown, but a foreign file may have very many. */
#define MAX_NAMES 5

static const char *
part_title (SfPart part)
{
  static const char *const titles[SF_N_PARTS] = { "Text encoder", "U-Net", "VAE" };
  return titles[part];
}

static void add_line (GString *text, const char *title, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static void
add_line (GString *text, const char *title, const char *format, ...)
{
  va_list args;
  g_string_append_printf (text, "%-14s", title);
  va_start (args, format);
  g_string_append_vprintf (text, format, args);
  va_end (args);
  g_string_append_c (text, '\n');
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
  if (!sf_checkpoint_has_part (checkpoint, part))
    {
      add_line (text, part_title (part), "missing");
      return;
    }
  g_autofree char *dtype = describe_dtype (checkpoint, part);
  g_autofree char *size = g_format_size (sf_checkpoint_part_size (checkpoint, part));
  add_line (text, part_title (part), "%.2f million parameters in %u tensors, %s, %s",
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
  for (guint i = 0; i < MIN (n, MAX_NAMES); i++)
    {
      g_autofree char *name = g_strescape (names[i], NULL);
      g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", name);
    }
  add_line (text, title, "%u tensors: %s%s", n, list->str, n > MAX_NAMES ? ", …" : "");
}

static gboolean
has_all_parts (SfCheckpoint *checkpoint)
{
  for (SfPart part = 0; part < SF_N_PARTS; part++)
    if (!sf_checkpoint_has_part (checkpoint, part))
      return FALSE;
  return TRUE;
}

char *
sf_model_describe (const char *path, GError **error)
{
  g_autoptr (GError) reason = NULL;
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
  if (!sf_checkpoint_check_runnable (checkpoint, &reason))
    add_line (text, "Runs here", "no: %s", reason->message);
  else if (!has_all_parts (checkpoint))
    add_line (text, "Runs here", "no: a part is missing");
  else
    add_line (text, "Runs here", "yes");
  return g_string_free (g_steal_pointer (&text), FALSE);
}
