/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "compat.h"
#include "sfumato-state.h"
#include "sfumato-window-private.h"

/* More would not be read. */
#define MAX_SAMPLES 8

G_DEFINE_FINAL_TYPE (SfumatoWindow, sfumato_window, ADW_TYPE_APPLICATION_WINDOW)

gboolean
sfumato_window_is_closed (SfumatoWindow *self)
{
  return gtk_window_get_application (GTK_WINDOW (self)) == NULL;
}

void
sfumato_window_toast (SfumatoWindow *self, const char *message)
{
  g_autofree char *escaped = g_markup_escape_text (message, -1);

  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (escaped));
  sfumato_compat_announce (GTK_WIDGET (self), message);
}

/* Which page the middle shows: a picture wherever there is one. */
static const char *
find_page (SfumatoWindow *self)
{
  if (sfumato_canvas_get_result (self->canvas) != NULL || sfumato_canvas_has_preview (self->canvas))
    return "canvas";
  if (sfumato_jobs_is_busy (self->jobs))
    return "busy";
  return self->model != NULL ? "samples" : "no-model";
}

void
sfumato_window_update (SfumatoWindow *self)
{
  const char *page = find_page (self);

  gtk_stack_set_visible_child_name (self->stack, page);
  gtk_widget_set_visible (self->zoom_bar, g_str_equal (page, "canvas"));
  sfumato_window_update_actions (self);
}

static void
on_view_changed (SfumatoWindow *self)
{
  g_autofree char *text = g_strdup_printf ("%.0f %%", 100 * sfumato_canvas_get_zoom (self->canvas));

  gtk_button_set_label (self->zoom_label, text);
}

void
sfumato_window_show_result (SfumatoWindow *self, SfResult *result)
{
  sfumato_canvas_set_result (self->canvas, result);
  sfumato_window_update (self);
}

static void
on_picture_selected (SfumatoWindow *self, SfumatoPicture *picture)
{
  self->looking_back = sfumato_jobs_is_painting (self->jobs);
  sfumato_window_show_result (self, sfumato_picture_get_result (picture));
}

static void
on_jobs_changed (SfumatoWindow *self)
{
  if (!sfumato_jobs_is_busy (self->jobs))
    {
      sfumato_progress_hide (self->progress);
      sfumato_canvas_set_preview (self->canvas, NULL, 0, 0);
    }
  else
    sfumato_progress_set_queue (self->progress, sfumato_jobs_n_waiting (self->jobs),
                                sfumato_jobs_is_stopping (self->jobs));
  sfumato_window_update (self);
}

static void
on_progress (SfumatoWindow *self, const SfProgress *progress)
{
  sfumato_progress_show (self->progress, progress, sfumato_jobs_n_waiting (self->jobs));
  if (progress->preview == NULL || progress->result != NULL || self->looking_back)
    return;
  const SfRequest *request = sfumato_jobs_get_request (self->jobs);
  if (request != NULL)
    sfumato_canvas_set_preview (self->canvas, progress->preview, request->width, request->height);
  sfumato_window_update (self);
}

static void
on_job_started (SfumatoWindow *self)
{
  self->looking_back = FALSE;
  sfumato_progress_show (self->progress, NULL, sfumato_jobs_n_waiting (self->jobs));
  if (sfumato_jobs_is_painting (self->jobs))
    sfumato_compat_announce (GTK_WIDGET (self), _ ("Drawing started"));
}

/* A dialog of ours may be in front. */
static gboolean
is_any_active (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);
      if (gtk_window_is_active (window))
        return TRUE;
    }
  return FALSE;
}

/* Says so to who is looking at another program. */
static void
notify (SfumatoWindow *self, SfResult *result)
{
  g_autoptr (GNotification) notification = g_notification_new (_ ("The picture is finished"));
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));
  g_autofree char *prompt = sfumato_picture_prompt_of (result->parameters);

  if (is_any_active () || application == NULL)
    return;
  g_notification_set_body (notification, prompt);
  g_application_send_notification (G_APPLICATION (application), "finished", notification);
}

static void
on_finished (SfumatoWindow *self, SfResult *result)
{
  self->looking_back = FALSE;
  sfumato_history_add (self->history, result);
  sfumato_settings_show_used_seed (self->panel, result->seed);
  sfumato_window_show_result (self, result);
  sfumato_compat_announce (GTK_WIDGET (self), _ ("The picture is finished"));
  notify (self, result);
}

/* What a report of the error needs, one line each. @request: (nullable). */
static char *
describe_error (SfumatoWindow *self, const SfRequest *request, const GError *error)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%s, code %d\n", g_quark_to_string (error->domain), error->code);
  g_string_append_printf (text, "Sfumato %s, GTK %u.%u.%u\n", SFUMATO_VERSION,
                          gtk_get_major_version (), gtk_get_minor_version (),
                          gtk_get_micro_version ());
  if (self->model != NULL)
    {
      g_autofree char *path = g_filename_display_name (self->model->path);
      g_string_append_printf (text, "%s, %s, %s\n", self->model->name, self->model->family, path);
    }
  if (request != NULL)
    g_string_append_printf (text, "%u x %u, %u steps, %s, %s, guidance %g, batch %u",
                            request->width, request->height, request->steps, request->sampler,
                            request->schedule, request->cfg, request->batch);
  return g_strchomp (g_string_free (text, FALSE));
}

static void
on_failed (SfumatoWindow *self, const char *title, const SfRequest *request, const GError *error)
{
  g_autofree char *details = describe_error (self, request, error);

  self->generate_when_open &= sfumato_jobs_is_opening (self->jobs);
  sfumato_banner_show_error (self->error, title, error->message, details);
  sfumato_compat_announce (GTK_WIDGET (self), error->message);
  /* A picture's settings can be taken without the model that could not be opened. */
  sfumato_window_open_waiting (self);
}

static void
offer_samples (SfumatoWindow *self)
{
  gboolean any = self->model->sample_prompts[0] != NULL;
  GtkWidget *child;

  gtk_label_set_text (self->samples,
                      any ? _ ("Describe a picture below, or start with one of these.")
                          : _ ("Describe a picture below and press Generate."));
  gtk_widget_set_visible (GTK_WIDGET (self->chips), any);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->chips))) != NULL)
    gtk_flow_box_remove (self->chips, child);
  for (guint i = 0; self->model->sample_prompts[i] != NULL && i < MAX_SAMPLES; i++)
    {
      GtkWidget *chip = gtk_button_new_with_label (self->model->sample_prompts[i]);
      gtk_widget_add_css_class (chip, "pill");
      gtk_widget_add_css_class (chip, "chip");
      gtk_label_set_ellipsize (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (chip))),
                               PANGO_ELLIPSIZE_END);
      gtk_actionable_set_action_name (GTK_ACTIONABLE (chip), "win.sample");
      gtk_actionable_set_action_target (GTK_ACTIONABLE (chip), "s", self->model->sample_prompts[i]);
      gtk_flow_box_append (self->chips, chip);
      gtk_widget_set_focusable (gtk_widget_get_parent (chip), FALSE);
    }
}

/* About the device and the model, a line each. */
static void
show_notices (SfumatoWindow *self)
{
  g_autofree char *device = sf_engine_get_notice (sfumato_jobs_get_engine (self->jobs));
  g_autoptr (GString) text = g_string_new (device);

  if (self->model->limited)
    g_string_append_printf (
        text, "%s%s", text->len > 0 ? "\n" : "",
        _ ("This is a small stand-in model: it shows that everything works, but knows "
           "only a few simple things. Open a Stable Diffusion model for more."));
  if (text->len > 0)
    sfumato_banner_show_notice (self->notice, text->str);
  else
    sfumato_banner_hide (self->notice);
}

static void
on_model_loaded (SfumatoWindow *self, SfModelInfo *info)
{
  g_autofree char *bundled = sf_bundled_model_path ();

  g_clear_pointer (&self->model, sf_model_info_unref);
  self->model = sf_model_info_ref (info);
  self->stand_in &= g_str_equal (info->path, bundled);
  adw_window_title_set_subtitle (self->title, info->name);
  sfumato_settings_set_model (self->panel, info, self->asked);
  if (sfumato_jobs_is_opening (self->jobs))
    sfumato_window_keep_asked (self);
  sfumato_prompt_refresh (self->prompt);
  offer_samples (self);
  show_notices (self);
  sfumato_window_open_waiting (self);
  if (self->generate_when_open && !sfumato_jobs_is_opening (self->jobs))
    sfumato_window_generate (self);
}

SfRequest *
sfumato_window_make_request (SfumatoWindow *self)
{
  SfRequest *request = sf_request_new ();
  g_autofree char *negative = sfumato_prompt_get_negative (self->prompt);

  sfumato_settings_fill (self->panel, request);
  g_free (request->prompt);
  request->prompt = sfumato_prompt_get_text (self->prompt);
  if (*negative != '\0')
    {
      g_free (request->negative_prompt);
      request->negative_prompt = g_steal_pointer (&negative);
    }
  return request;
}

void
sfumato_window_generate (SfumatoWindow *self)
{
  g_autoptr (SfRequest) request = NULL;

  self->generate_when_open = sfumato_jobs_is_opening (self->jobs);
  if (self->generate_when_open && self->model != NULL)
    sfumato_window_toast (self, _ ("Drawing starts when the new model is open"));
  if (self->generate_when_open || self->model == NULL)
    return;
  sfumato_banner_hide (self->error);
  if (!sfumato_settings_check_seed (self->panel))
    sfumato_window_toast (self, _ ("The seed is no whole number, so that a new one is drawn"));
  request = sfumato_window_make_request (self);
  sfumato_jobs_generate (self->jobs, request);
}

void
sfumato_window_set_prompt (SfumatoWindow *self, const char *prompt)
{
  sfumato_prompt_set_text (self->prompt, prompt);
}

static void
on_close_answer (gboolean accepted, gpointer user_data)
{
  SfumatoWindow *self = user_data;

  self->closing = accepted;
  if (accepted)
    gtk_window_close (GTK_WINDOW (self));
}

static gboolean
sfumato_window_close_request (GtkWindow *window)
{
  SfumatoWindow *self = SFUMATO_WINDOW (window);

  if (!self->closing
      && (sfumato_jobs_is_painting (self->jobs) || sfumato_jobs_n_waiting (self->jobs) > 0))
    {
      sfumato_compat_ask (window, _ ("Stop Drawing?"),
                          _ ("A picture is still being made. Closing the window drops it."),
                          _ ("_Stop and Close"), TRUE, on_close_answer, G_OBJECT (self));
      return GDK_EVENT_STOP;
    }
  self->close_when_saved = self->n_saving > 0;
  if (self->close_when_saved)
    return GDK_EVENT_STOP;
  sfumato_window_remember (self);
  sfumato_jobs_clear (self->jobs);
  return GTK_WINDOW_CLASS (sfumato_window_parent_class)->close_request (window);
}

SfumatoWindow *
sfumato_window_new (SfumatoApplication *application)
{
  SfumatoWindow *self = g_object_new (SFUMATO_TYPE_WINDOW, "application", application, NULL);
  SfEngine *engine = sfumato_application_get_engine (application);

  self->jobs = sfumato_jobs_new (engine);
  g_signal_connect_object (self->jobs, "started", G_CALLBACK (on_job_started), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->jobs, "changed", G_CALLBACK (on_jobs_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->jobs, "progress", G_CALLBACK (on_progress), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->jobs, "finished", G_CALLBACK (on_finished), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->jobs, "model-loaded", G_CALLBACK (on_model_loaded), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->jobs, "failed", G_CALLBACK (on_failed), self, G_CONNECT_SWAPPED);
  sfumato_prompt_set_engine (self->prompt, engine);
  sfumato_window_update (self);
  sfumato_prompt_focus (self->prompt);
  return self;
}

static void
sfumato_window_dispose (GObject *object)
{
  SfumatoWindow *self = SFUMATO_WINDOW (object);

  gtk_widget_dispose_template (GTK_WIDGET (object), SFUMATO_TYPE_WINDOW);
  g_clear_object (&self->jobs);
  g_clear_object (&self->settings);
  g_clear_object (&self->picture_when_open);
  g_clear_pointer (&self->model, sf_model_info_unref);
  g_clear_pointer (&self->asked, sf_parameters_free);
  g_clear_pointer (&self->saving, sf_result_unref);
  G_OBJECT_CLASS (sfumato_window_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget)
{
  gtk_widget_class_bind_template_child (widget, SfumatoWindow, toasts);
  gtk_widget_class_bind_template_child (widget, SfumatoWindow, title);
  gtk_widget_class_bind_template_child (widget, SfumatoWindow, error);
  gtk_widget_class_bind_template_child (widget, SfumatoWindow, notice);
  gtk_widget_class_bind_template_child (widget, SfumatoWindow, history_side);
  gtk_widget_class_bind_template_child (widget, SfumatoWindow, settings_side);
  gtk_widget_class_bind_template_child (widget, SfumatoWindow, stack);
  gtk_widget_class_bind_template_child (widget, SfumatoWindow, samples);
  gtk_widget_class_bind_template_child (widget, SfumatoWindow, chips);
  gtk_widget_class_bind_template_child (widget, SfumatoWindow, canvas);
  gtk_widget_class_bind_template_child (widget, SfumatoWindow, zoom_bar);
  gtk_widget_class_bind_template_child (widget, SfumatoWindow, zoom_label);
  gtk_widget_class_bind_template_child (widget, SfumatoWindow, history);
  gtk_widget_class_bind_template_child (widget, SfumatoWindow, prompt);
  gtk_widget_class_bind_template_child (widget, SfumatoWindow, progress);
  gtk_widget_class_bind_template_child (widget, SfumatoWindow, panel);
  gtk_widget_class_bind_template_callback (widget, on_view_changed);
  gtk_widget_class_bind_template_callback (widget, on_picture_selected);
}

static void
sfumato_window_class_init (SfumatoWindowClass *klass)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sfumato_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = sfumato_window_close_request;
  g_type_ensure (SFUMATO_TYPE_BANNER);
  g_type_ensure (SFUMATO_TYPE_CANVAS);
  g_type_ensure (SFUMATO_TYPE_HISTORY);
  g_type_ensure (SFUMATO_TYPE_PROGRESS);
  g_type_ensure (SFUMATO_TYPE_PROMPT);
  g_type_ensure (SFUMATO_TYPE_SETTINGS);
  gtk_widget_class_set_template_from_resource (widget,
                                               "/io/github/sfumato/Sfumato/sfumato-window.ui");
  bind_children (widget);
  sfumato_window_install_actions (widget);
}

static void
add_side_action (SfumatoWindow *self, const char *name, GtkRevealer *side)
{
  g_autoptr (GPropertyAction) action = g_property_action_new (name, side, "reveal-child");

  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (action));
}

static void
sfumato_window_init (SfumatoWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->settings = sfumato_state_open ();
  add_side_action (self, "show-history", self->history_side);
  add_side_action (self, "show-settings", self->settings_side);
  sfumato_window_accept_drops (self);
  sfumato_window_recall (self);
}
