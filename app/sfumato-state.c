/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato-state.h"

static char *
own_folder (void)
{
  g_autofree char *path = g_file_read_link ("/proc/self/exe", NULL);

  return path != NULL ? g_path_get_dirname (path) : NULL;
}

GSettings *
sfumato_state_open (void)
{
  GSettingsSchemaSource *known = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchemaSource) beside = NULL;
  g_autoptr (GSettingsSchema) schema = NULL;
  g_autofree char *folder = own_folder ();

  if (folder != NULL)
    beside = g_settings_schema_source_new_from_directory (folder, known, TRUE, NULL);
  if (beside == NULL && known == NULL)
    return NULL;
  schema = g_settings_schema_source_lookup (beside != NULL ? beside : known, SFUMATO_ID, TRUE);
  return schema != NULL ? g_settings_new_full (schema, NULL, NULL) : NULL;
}
