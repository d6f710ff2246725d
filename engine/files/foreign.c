/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "files/foreign.h"

#include <string.h>

static const struct
{
  const char *magic;
  gsize len;
  const char *hint;
} magics[] = {
  /* torch.save() since PyTorch 1.6 writes a zip of pickles, before that bare pickles. */
  { "PK\003\004", 4, "it looks like a PyTorch pickle (.ckpt, .pt): convert it to safetensors" },
  { "\200\002", 2, "it looks like a PyTorch pickle (.ckpt, .pt): convert it to safetensors" },
  { "GGUF", 4, "it looks like a GGUF model: open the safetensors version of the model" },
  { "version https://git-lfs", 23,
    "it is a Git LFS pointer that stands in for the model: download the model itself" },
  { "\211PNG", 4, "it looks like a picture" },
  { "\377\330\377", 3, "it looks like a picture" },
  { "\211HDF", 4, "it looks like an HDF5 file: convert it to safetensors" },
  { "7z\274\257", 4, "it looks like an archive: unpack it first" },
  { "Rar!", 4, "it looks like an archive: unpack it first" },
  { "\037\213", 2, "it looks like an archive: unpack it first" },
  { "{", 1, "it looks like a JSON file: open the folder that it is in" },
};

/* Downloads that failed are often the page that said so. */
static gboolean
looks_like_web_page (const guint8 *head, gsize n)
{
  gsize i = 0;

  if (n >= 3 && memcmp (head, "\357\273\277", 3) == 0)
    i = 3;
  while (i < n && g_ascii_isspace (head[i]))
    i++;
  return n - i >= 5
         && (g_ascii_strncasecmp ((const char *)head + i, "<!doc", 5) == 0
             || g_ascii_strncasecmp ((const char *)head + i, "<html", 5) == 0
             || g_ascii_strncasecmp ((const char *)head + i, "<?xml", 5) == 0);
}

const char *
sf_foreign_hint (const guint8 *head, gsize n)
{
  if (looks_like_web_page (head, n))
    return "it looks like a web page: the download failed, so download it again";
  for (gsize i = 0; i < G_N_ELEMENTS (magics); i++)
    if (n >= magics[i].len && memcmp (head, magics[i].magic, magics[i].len) == 0)
      return magics[i].hint;
  return NULL;
}
