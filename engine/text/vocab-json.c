/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/vocab-json.h"

#include "base/json-pull.h"

gboolean
sf_vocab_json_parse (const char *data, gsize size, SfVocabJsonFunc func, gpointer user_data,
                     gsize *offset)
{
  g_autoptr (GString) token = g_string_new (NULL);
  gboolean good = TRUE;
  SfJsonPull pull;
  guint64 id;
  guint n = 0;

  sf_json_pull_init (&pull, data, size);
  sf_json_pull_enter (&pull, '{');
  while (good && sf_json_pull_member (&pull, &n, token))
    {
      good = token->len > 0 && sf_json_pull_uint (&pull, &id) && id <= SF_VOCAB_JSON_MAX_ID;
      if (good)
        func (token->str, id, user_data);
    }
  good = good && sf_json_pull_finish (&pull);
  *offset = (gsize)(pull.at - pull.text);
  return good;
}
