/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "compat.h"
#include "image/parameters.h"
#include "sfumato-texture.h"
#include "sfumato-window-private.h"

static void
on_generate (GtkWidget *widget, const char *action, GVariant *parameter)
{
  sfumato_window_generate (SFUMATO_WINDOW (widget));
}

static void
on_stop (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SfumatoWindow *self = SFUMATO_WINDOW (widget);

  /* What waits for the model is stopped with it: another one may be opened much later. */
  if (!sfumato_jobs_is_painting (self->jobs))
    {
      self->generate_when_open = FALSE;
      g_clear_object (&self->picture_when_open);
    }
  sfumato_jobs_stop (self->jobs);
}

static void
on_stop_all (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SfumatoWindow *self = SFUMATO_WINDOW (widget);

  self->generate_when_open = FALSE;
  g_clear_object (&self->picture_when_open);
  sfumato_jobs_clear (self->jobs);
}

static void
on_focus_prompt (GtkWidget *widget, const char *action, GVariant *parameter)
{
  sfumato_prompt_focus (SFUMATO_WINDOW (widget)->prompt);
}

static void
on_new_seed (GtkWidget *widget, const char *action, GVariant *parameter)
{
  sfumato_settings_draw_seed (SFUMATO_WINDOW (widget)->panel);
}

static void
on_chosen (GFile *file, gpointer user_data)
{
  if (file != NULL)
    sfumato_window_open (SFUMATO_WINDOW (user_data), file);
}

static void
on_open (GtkWidget *widget, const char *action, GVariant *parameter)
{
  sfumato_compat_choose (GTK_WINDOW (widget), _ ("Open a Model"), _ ("Models"), "*.safetensors",
                         on_chosen, G_OBJECT (widget));
}

static void
on_open_folder (GtkWidget *widget, const char *action, GVariant *parameter)
{
  sfumato_compat_choose (GTK_WINDOW (widget), _ ("Open a Model Folder"), NULL, NULL, on_chosen,
                         G_OBJECT (widget));
}

static void
on_open_bundled (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_autofree char *path = sf_bundled_model_path ();

  sfumato_window_open_model (SFUMATO_WINDOW (widget), path);
}

static void
on_save (GtkWidget *widget, const char *action, GVariant *parameter)
{
  sfumato_window_save (SFUMATO_WINDOW (widget));
}

static void
on_copy (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SfumatoWindow *self = SFUMATO_WINDOW (widget);
  SfResult *result = sfumato_canvas_get_result (self->canvas);

  if (result == NULL)
    return;
  g_autoptr (GdkTexture) texture = sfumato_texture_new (result->image);
  gdk_clipboard_set_texture (gtk_widget_get_clipboard (widget), texture);
  sfumato_window_toast (self, _ ("Picture copied"));
}

static void
on_reuse (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SfumatoWindow *self = SFUMATO_WINDOW (widget);
  SfResult *result = sfumato_canvas_get_result (self->canvas);

  if (result == NULL)
    return;
  g_autoptr (SfParameters) parameters = sf_parameters_parse (result->parameters);
  if (g_str_equal (action, "win.reuse-prompt"))
    {
      sfumato_prompt_set_text (self->prompt, parameters->prompt);
      sfumato_prompt_set_negative (self->prompt, parameters->negative);
    }
  else if (g_str_equal (action, "win.reuse-seed"))
    sfumato_settings_use_seed (self->panel, parameters);
  else
    sfumato_window_restore (self, result->parameters);
}

static void
on_zoom (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SfumatoCanvas *canvas = SFUMATO_WINDOW (widget)->canvas;

  if (g_str_equal (action, "win.zoom-in"))
    sfumato_canvas_zoom_in (canvas);
  else if (g_str_equal (action, "win.zoom-out"))
    sfumato_canvas_zoom_out (canvas);
  else if (g_str_equal (action, "win.zoom-fit"))
    sfumato_canvas_zoom_fit (canvas);
  else
    sfumato_canvas_zoom_original (canvas);
}

static void
on_move (GtkWidget *widget, const char *action, GVariant *parameter)
{
  sfumato_history_move (SFUMATO_WINDOW (widget)->history,
                        g_str_equal (action, "win.newer") ? -1 : 1);
}

/* @parameter: a sample prompt. */
static void
on_sample (GtkWidget *widget, const char *action, GVariant *parameter)
{
  sfumato_window_set_prompt (SFUMATO_WINDOW (widget), g_variant_get_string (parameter, NULL));
  sfumato_window_generate (SFUMATO_WINDOW (widget));
}

void
sfumato_window_update_actions (SfumatoWindow *self)
{
  static const char *const of_pictures[]
      = { "win.save", "win.copy", "win.reuse-prompt", "win.reuse-seed", "win.reuse-all" };
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean busy = sfumato_jobs_is_busy (self->jobs);
  gboolean shown = sfumato_canvas_get_result (self->canvas) != NULL
                   && !sfumato_canvas_has_preview (self->canvas);

  for (guint i = 0; i < G_N_ELEMENTS (of_pictures); i++)
    gtk_widget_action_set_enabled (widget, of_pictures[i], shown);
  gtk_widget_action_set_enabled (widget, "win.stop", busy);
  gtk_widget_action_set_enabled (widget, "win.stop-all", busy);
  gtk_widget_action_set_enabled (widget, "win.generate", self->model != NULL || busy);
}

void
sfumato_window_install_actions (GtkWidgetClass *klass)
{
  static const struct
  {
    const char *name;
    const char *type;
    GtkWidgetActionActivateFunc activate;
  } actions[] = {
    { "win.generate", NULL, on_generate },
    { "win.stop", NULL, on_stop },
    { "win.stop-all", NULL, on_stop_all },
    { "win.focus-prompt", NULL, on_focus_prompt },
    { "win.new-seed", NULL, on_new_seed },
    { "win.open", NULL, on_open },
    { "win.open-folder", NULL, on_open_folder },
    { "win.open-bundled", NULL, on_open_bundled },
    { "win.save", NULL, on_save },
    { "win.copy", NULL, on_copy },
    { "win.reuse-prompt", NULL, on_reuse },
    { "win.reuse-seed", NULL, on_reuse },
    { "win.reuse-all", NULL, on_reuse },
    { "win.zoom-in", NULL, on_zoom },
    { "win.zoom-out", NULL, on_zoom },
    { "win.zoom-fit", NULL, on_zoom },
    { "win.zoom-original", NULL, on_zoom },
    { "win.newer", NULL, on_move },
    { "win.older", NULL, on_move },
    { "win.sample", "s", on_sample },
  };

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (klass, actions[i].name, actions[i].type, actions[i].activate);
  /* Not an accelerator: popovers and dialogs must see Escape first. */
  gtk_widget_class_add_binding_action (klass, GDK_KEY_Escape, 0, "win.stop", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_Escape, GDK_SHIFT_MASK, "win.stop-all", NULL);
}
