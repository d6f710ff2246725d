/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * sf_json_load_object:
 *
 * A small configuration file whose outermost value is an object, through json-glib, once the pull
 * reader has found it harmless.
 *
 * Returns: (transfer full): or %NULL with SF_ERROR_MODEL or a G_FILE_ERROR.
 */
JsonObject *sf_json_load_object (const char *path, GError **error);

G_END_DECLS
