/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato-picture.h"

#include "image/parameters.h"
#include "sfumato-texture.h"

struct _SfumatoPicture
{
  GObject parent_instance;

  /* Owned */
  SfResult *result;
  GdkTexture *texture;
  char *prompt;
};

G_DEFINE_FINAL_TYPE (SfumatoPicture, sfumato_picture, G_TYPE_OBJECT)

char *
sfumato_picture_prompt_of (const char *parameters)
{
  g_autoptr (SfParameters) parsed = sf_parameters_parse (parameters != NULL ? parameters : "");

  return g_strdup (parsed->prompt);
}

char *
sfumato_picture_suggest_name (SfResult *result)
{
  g_autofree char *prompt = sfumato_picture_prompt_of (result->parameters);
  g_autofree char *ascii = g_str_to_ascii (prompt, NULL);
  g_autofree char *words = g_ascii_strdown (ascii, 40);

  g_strcanon (words, "abcdefghijklmnopqrstuvwxyz0123456789", ' ');
  g_auto (GStrv) parts = g_strsplit (g_strstrip (words), " ", -1);
  GString *name = g_string_new (NULL);
  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0')
      g_string_append_printf (name, "%s-", parts[i]);
  if (name->len == 0)
    g_string_append (name, "sfumato-");
  g_string_append_printf (name, "%" G_GINT64_FORMAT ".png", result->seed);
  return g_string_free (name, FALSE);
}

SfResult *
sfumato_picture_get_result (SfumatoPicture *self)
{
  return self->result;
}

GdkPaintable *
sfumato_picture_get_thumbnail (SfumatoPicture *self)
{
  return GDK_PAINTABLE (self->texture);
}

const char *
sfumato_picture_get_prompt (SfumatoPicture *self)
{
  return self->prompt;
}

SfumatoPicture *
sfumato_picture_new (SfResult *result)
{
  SfumatoPicture *self = g_object_new (SFUMATO_TYPE_PICTURE, NULL);

  self->result = sf_result_ref (result);
  self->texture = sfumato_texture_new (result->image);
  self->prompt = sfumato_picture_prompt_of (result->parameters);
  return self;
}

static void
sfumato_picture_finalize (GObject *object)
{
  SfumatoPicture *self = SFUMATO_PICTURE (object);

  g_clear_pointer (&self->result, sf_result_unref);
  g_clear_object (&self->texture);
  g_free (self->prompt);
  G_OBJECT_CLASS (sfumato_picture_parent_class)->finalize (object);
}

static void
sfumato_picture_class_init (SfumatoPictureClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sfumato_picture_finalize;
}

static void
sfumato_picture_init (SfumatoPicture *self)
{
}
