/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe/verdict.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/cache.h"

#define FILE_NAME "probe.ini"
#define WIDTH_GROUP "software driver"

/* To be raised when gpu/tile.c's tables change, whose numbers a verdict names, or a kernel of
 * theirs does: what was tried is then not what there is. */
#define KERNELS 9

static char *
processor_name (void)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL))
    return g_strdup ("unknown");
  const char *line = strstr (text, "model name");
  const char *value = line != NULL ? strchr (line, ':') : NULL;
  if (value == NULL)
    return g_strdup ("unknown");
  return g_strstrip (g_strndup (value + 1, strcspn (value + 1, "\n")));
}

/* A key file's group name may hold neither brackets nor control characters. */
static char *
group_name (const SfCaps *caps)
{
  g_autofree char *processor = processor_name ();
  GString *build = g_string_new (NULL);

  /* A driver may be built anew and keep its number. */
  for (guint i = 0; i < sizeof caps->driver_uuid; i++)
    g_string_append_printf (build, "%02x", caps->driver_uuid[i]);
  char *name = g_strdup_printf ("%s; %s; %s; %s", caps->name, caps->driver, build->str, processor);
  g_string_free (build, TRUE);
  return g_strcanon (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,;()-",
                     '_');
}

static GKeyFile *
open_file (void)
{
  g_autofree char *path = sf_cache_find (FILE_NAME);
  GKeyFile *file = g_key_file_new ();

  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL);
  return file;
}

static gboolean
load_tiles (GKeyFile *file, const char *group, const char *key, int tiles[SF_TILE_USES])
{
  gsize n = 0;
  g_autofree int *list = g_key_file_get_integer_list (file, group, key, &n, NULL);

  if (n != SF_TILE_USES)
    return FALSE;
  memcpy (tiles, list, n * sizeof *tiles);
  return TRUE;
}

gboolean
sf_verdict_load (const SfCaps *caps, SfVerdict *verdict)
{
  g_autoptr (GKeyFile) file = open_file ();
  g_autofree char *group = group_name (caps);

  if (g_key_file_get_integer (file, group, "kernels", NULL) != KERNELS)
    return FALSE;
  int family = g_key_file_get_integer (file, group, "family", NULL);
  int tile_loads = g_key_file_get_integer (file, group, "tile-loads", NULL);
  if (family < SF_FAMILY_AUTO || family > SF_FAMILY_STORAGE || (tile_loads != 2 && tile_loads != 4))
    return FALSE;
  *verdict = (SfVerdict){ .family = family, .tile_loads = tile_loads };
  verdict->broken = g_key_file_get_boolean (file, group, "broken", NULL);
  verdict->paired_stores = g_key_file_get_boolean (file, group, "paired-stores", NULL);
  verdict->gflops = g_key_file_get_double (file, group, "gflops", NULL);
  verdict->tiles.plain_attention = g_key_file_get_boolean (file, group, "plain-attention", NULL);
  return load_tiles (file, group, "tiles", verdict->tiles.plain)
         && load_tiles (file, group, "matrix-tiles", verdict->tiles.matrix);
}

/* Size and time of the software driver's library: a vector width that was tried with one version
 * must not be used with the next. NULL when there is none, or when the user named drivers. */
static char *
software_driver_stamp (void)
{
  static const char *const folders[]
      = { "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib" };
  GStatBuf info;

  if (g_getenv ("VK_DRIVER_FILES") != NULL || g_getenv ("VK_ICD_FILENAMES") != NULL)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_build_filename (folders[i], "libvulkan_lvp.so", NULL);
      g_autofree char *processor = processor_name ();
      if (g_stat (path, &info) == 0)
        return g_strdup_printf ("%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "; %s", path,
                                (gint64)info.st_size, (gint64)info.st_mtime, processor);
    }
  return NULL;
}

static gboolean
has_stamp (GKeyFile *file, const char *stamp)
{
  g_autofree char *then = g_key_file_get_string (file, WIDTH_GROUP, "stamp", NULL);

  return g_strcmp0 (then, stamp) == 0;
}

/* What the software driver's vectors should be, or that this device is not concerned. A new stamp
 * makes what was known void. */
static void
set_width (GKeyFile *file, const char *stamp, const SfCaps *caps, guint index,
           const SfVerdict *verdict)
{
  g_autofree char *card = g_strdup_printf ("card-%u", index);
  const char *what = caps->software ? "none" : verdict->broken ? "broken" : "right";

  if (!has_stamp (file, stamp))
    g_key_file_remove_group (file, WIDTH_GROUP, NULL);
  g_key_file_set_string (file, WIDTH_GROUP, "stamp", stamp);
  g_key_file_set_string (file, WIDTH_GROUP, card, what);
  if (caps->software)
    g_key_file_set_integer (file, WIDTH_GROUP, "vector-width", verdict->vector_width);
}

gboolean
sf_verdict_save (const SfCaps *caps, guint index, const SfVerdict *verdict, GError **error)
{
  g_autoptr (GKeyFile) file = open_file ();
  g_autofree char *group = group_name (caps);
  g_autofree char *stamp = software_driver_stamp ();
  g_autofree char *path = sf_cache_place (FILE_NAME);

  g_key_file_set_boolean (file, group, "broken", verdict->broken);
  g_key_file_set_integer (file, group, "family", verdict->family);
  g_key_file_set_integer (file, group, "kernels", KERNELS);
  g_key_file_set_integer (file, group, "tile-loads", verdict->tile_loads);
  g_key_file_set_boolean (file, group, "paired-stores", verdict->paired_stores);
  g_key_file_set_boolean (file, group, "plain-attention", verdict->tiles.plain_attention);
  g_key_file_set_integer_list (file, group, "tiles", (int *)verdict->tiles.plain, SF_TILE_USES);
  g_key_file_set_integer_list (file, group, "matrix-tiles", (int *)verdict->tiles.matrix,
                               SF_TILE_USES);
  g_key_file_set_double (file, group, "gflops", verdict->gflops);
  if (stamp != NULL)
    set_width (file, stamp, caps, index, verdict);
  return g_key_file_save_to_file (file, path, error);
}

gboolean
sf_verdict_may_widen (void)
{
  g_autofree char *stamp = software_driver_stamp ();

#ifdef __x86_64__
  return stamp != NULL && g_getenv ("GALLIUM_OVERRIDE_CPU_CAPS") == NULL
         && __builtin_cpu_supports ("avx512f");
#else
  return FALSE;
#endif
}

SfCardVerdict
sf_verdict_of_card (guint index)
{
  g_autofree char *stamp = software_driver_stamp ();
  g_autofree char *card = g_strdup_printf ("card-%u", index);
  g_autoptr (GKeyFile) file = open_file ();

  if (stamp == NULL || !has_stamp (file, stamp))
    return SF_CARD_UNKNOWN;
  g_autofree char *what = g_key_file_get_string (file, WIDTH_GROUP, card, NULL);
  return g_strcmp0 (what, "right") == 0    ? SF_CARD_RIGHT
         : g_strcmp0 (what, "broken") == 0 ? SF_CARD_BROKEN
                                           : SF_CARD_UNKNOWN;
}

int
sf_verdict_vector_width (void)
{
  g_autofree char *stamp = software_driver_stamp ();
  g_autoptr (GKeyFile) file = open_file ();

  if (stamp == NULL || !has_stamp (file, stamp)
      || !g_key_file_has_key (file, WIDTH_GROUP, "vector-width", NULL))
    return -1;
  return g_key_file_get_integer (file, WIDTH_GROUP, "vector-width", NULL) == 512 ? 512 : 0;
}
