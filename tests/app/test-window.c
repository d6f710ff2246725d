/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app-test.h"

#include "image/png.h"

static gboolean
has_preview (gpointer window)
{
  return sfumato_canvas_has_preview (SFUMATO_WINDOW (window)->canvas);
}

static const char *
page (SfumatoWindow *window)
{
  return gtk_stack_get_visible_child_name (window->stack);
}

static void
test_prompt_to_picture (void)
{
  SfumatoWindow *window = app_test_open ();

  g_assert_cmpstr (page (window), ==, "samples");
  sfumato_prompt_set_text (window->prompt, "a red boat");
  app_test_activate (window, "win.generate");
  app_test_wait_idle (window);

  g_autoptr (SfRequest) request = fake_engine_last_request ();
  g_assert_cmpstr (request->prompt, ==, "a red boat");
  g_assert_null (request->negative_prompt);
  SfResult *result = sfumato_canvas_get_result (window->canvas);
  g_assert_nonnull (result);
  g_assert_cmpuint (result->image->width, ==, 128);
  g_assert_cmpstr (page (window), ==, "canvas");
  g_assert_cmpuint (sfumato_history_get_n (window->history), ==, 1);
  app_test_close (window);
}

static void
test_previews (void)
{
  SfumatoWindow *window = app_test_open ();

  fake_engine_hold (TRUE);
  app_test_activate (window, "win.generate");
  app_test_wait (has_preview, window);
  g_assert_cmpstr (page (window), ==, "canvas");
  g_assert_null (sfumato_canvas_get_result (window->canvas));
  g_assert_cmpstr (sfumato_progress_get_text (window->progress), ==, "Step 1/4 · 3 s left");
  fake_engine_release ();
  app_test_wait_idle (window);
  g_assert_false (sfumato_canvas_has_preview (window->canvas));
  g_assert_nonnull (sfumato_canvas_get_result (window->canvas));
  app_test_close (window);
}

/* What takes long because memory is short says so. */
static void
test_in_strips (void)
{
  SfumatoWindow *window = app_test_open ();
  const SfProgress progress
      = { .phase = SF_PHASE_DECODING, .n_images = 1, .in_strips = TRUE, .seconds_left = 5 };

  sfumato_progress_show (window->progress, &progress, 0);
  g_assert_cmpstr (sfumato_progress_get_text (window->progress), ==,
                   "Finishing bit by bit, as memory is short · 5 s left");
  app_test_close (window);
}

static void
test_stop (void)
{
  SfumatoWindow *window = app_test_open ();

  fake_engine_hold (TRUE);
  app_test_activate (window, "win.generate");
  app_test_wait (has_preview, window);
  app_test_activate (window, "win.stop");
  g_assert_cmpstr (sfumato_progress_get_text (window->progress), ==, "Stopping");
  app_test_wait_idle (window);
  g_assert_null (sfumato_banner_get_text (window->error));
  g_assert_null (sfumato_canvas_get_result (window->canvas));
  g_assert_cmpstr (page (window), ==, "samples");

  fake_engine_release ();
  app_test_activate (window, "win.generate");
  app_test_wait_idle (window);
  g_assert_nonnull (sfumato_canvas_get_result (window->canvas));
  app_test_close (window);
}

static void
test_queue (void)
{
  SfumatoWindow *window = app_test_open ();

  fake_engine_hold (TRUE);
  for (guint i = 0; i < 3; i++)
    app_test_activate (window, "win.generate");
  app_test_wait (has_preview, window);
  g_assert_cmpuint (sfumato_jobs_n_waiting (window->jobs), ==, 2);
  g_assert_true (g_str_has_suffix (sfumato_progress_get_text (window->progress), "2 queued"));
  fake_engine_release ();
  app_test_wait_idle (window);
  g_assert_cmpuint (fake_engine_n_requests (), ==, 3);
  g_assert_cmpuint (sfumato_history_get_n (window->history), ==, 3);
  app_test_close (window);
}

static gboolean
is_mapped (gpointer widget)
{
  return gtk_widget_get_mapped (widget) && gtk_widget_get_height (widget) > 0;
}

static void
unfold (SfumatoBanner *banner)
{
  GtkWidget *widget = GTK_WIDGET (banner);
  GObject *button = gtk_widget_get_template_child (widget, SFUMATO_TYPE_BANNER, "unfold");
  GObject *details = gtk_widget_get_template_child (widget, SFUMATO_TYPE_BANNER, "details");

  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
  app_test_wait (is_mapped, details);
  g_assert_nonnull (strstr (gtk_label_get_text (GTK_LABEL (details)), "bundled"));
}

static void
test_error (void)
{
  SfumatoWindow *window = app_test_open ();

  fake_engine_fail_with (
      g_error_new_literal (SF_ERROR, SF_ERROR_MEMORY, "It needs 3 GB: choose a smaller size."));
  app_test_activate (window, "win.generate");
  app_test_wait_idle (window);
  g_assert_cmpstr (sfumato_banner_get_text (window->error), ==,
                   "It needs 3 GB: choose a smaller size.");
  unfold (window->error);

  app_test_activate (window, "win.generate");
  app_test_wait_idle (window);
  g_assert_null (sfumato_banner_get_text (window->error));
  app_test_close (window);
}

static void
test_model_error (void)
{
  SfumatoWindow *window = app_test_open ();
  g_autoptr (GFile) file = g_file_new_for_path ("/models/damaged.safetensors");

  fake_engine_fail_with (
      g_error_new_literal (SF_ERROR, SF_ERROR_MODEL, "It is cut off: download it again."));
  sfumato_window_open (window, file);
  app_test_wait_idle (window);
  g_assert_cmpstr (sfumato_banner_get_text (window->error), ==,
                   "It is cut off: download it again.");
  g_assert_cmpstr (window->model->name, ==, "bundled");
  app_test_close (window);
}

static void
test_limited (void)
{
  fake_engine_set_limited (TRUE);
  SfumatoWindow *window = app_test_open ();

  g_assert_nonnull (sfumato_banner_get_text (window->notice));
  fake_engine_set_limited (FALSE);
  sfumato_window_open_model (window, "other");
  app_test_wait_idle (window);
  g_assert_null (sfumato_banner_get_text (window->notice));
  g_assert_cmpstr (adw_window_title_get_subtitle (window->title), ==, "other");
  app_test_close (window);
}

/* A card that is not used is told, above what is told of the model. */
static void
test_notice (void)
{
  fake_engine_set_notice ("A card gives wrong results and is not used.");
  fake_engine_set_limited (TRUE);
  SfumatoWindow *window = app_test_open ();

  g_assert_true (g_str_has_prefix (sfumato_banner_get_text (window->notice),
                                   "A card gives wrong results and is not used.\nThis is"));
  fake_engine_set_limited (FALSE);
  sfumato_window_open_model (window, "other");
  app_test_wait_idle (window);
  g_assert_cmpstr (sfumato_banner_get_text (window->notice), ==,
                   "A card gives wrong results and is not used.");
  app_test_close (window);
}

/* Asked for while the model is being read, as `./run "a prompt"` does. */
static void
test_generate_before_the_model (void)
{
  SfumatoWindow *window = app_test_open ();

  g_clear_pointer (&window->model, sf_model_info_unref);
  sfumato_window_open_model (window, "slow");
  sfumato_window_generate (window);
  g_assert_cmpuint (fake_engine_n_requests (), ==, 0);
  app_test_wait_idle (window);
  g_assert_cmpuint (fake_engine_n_requests (), ==, 1);
  app_test_close (window);
}

/* Who stops the model does not get a picture from the next one. */
static void
test_stop_before_the_model (void)
{
  SfumatoWindow *window = app_test_open ();

  g_clear_pointer (&window->model, sf_model_info_unref);
  fake_engine_hold (TRUE);
  sfumato_window_open_model (window, "slow");
  sfumato_window_generate (window);
  app_test_activate (window, "win.stop");
  app_test_wait_idle (window);
  g_assert_null (window->model);
  fake_engine_release ();
  sfumato_window_open_model (window, "later");
  app_test_wait_idle (window);
  g_assert_cmpstr (window->model->name, ==, "later");
  g_assert_cmpuint (fake_engine_n_requests (), ==, 0);
  app_test_close (window);
}

static void
note_pictures (SfumatoWindow *window)
{
  g_object_set_data (G_OBJECT (window), "n-pictures",
                     GUINT_TO_POINTER (sfumato_history_get_n (window->history)));
}

/* Pictures are drawn by the model that they were asked of; another one is opened after them. */
static void
test_model_waits (void)
{
  SfumatoWindow *window = app_test_open ();

  g_signal_connect_swapped (window->jobs, "model-loaded", G_CALLBACK (note_pictures), window);
  fake_engine_hold (TRUE);
  app_test_activate (window, "win.generate");
  app_test_activate (window, "win.generate");
  app_test_wait (has_preview, window);
  sfumato_window_open_model (window, "other");
  app_test_activate (window, "win.generate");
  g_assert_true (app_test_shows (window->toasts, "when the new model is open"));
  fake_engine_release ();
  app_test_wait_idle (window);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (window), "n-pictures")), ==, 2);
  g_assert_cmpuint (fake_engine_n_requests (), ==, 3);
  g_assert_cmpstr (window->model->name, ==, "other");
  app_test_close (window);
}

/* What does not open gets no picture, and the model that is open does not draw in its place. */
static void
test_model_waits_and_fails (void)
{
  SfumatoWindow *window = app_test_open ();

  fake_engine_fail_with (g_error_new_literal (SF_ERROR, SF_ERROR_MODEL, "It is cut off."));
  sfumato_window_open_model (window, "other");
  app_test_activate (window, "win.generate");
  app_test_wait_idle (window);
  g_assert_cmpstr (sfumato_banner_get_text (window->error), ==, "It is cut off.");
  g_assert_cmpuint (fake_engine_n_requests (), ==, 0);
  app_test_close (window);
}

/* A new model brings its own settings, but for what was changed while it was being opened. */
static void
test_settings_of_models (void)
{
  SfumatoWindow *window = app_test_open ();
  g_autoptr (SfParameters) wide = sf_parameters_parse ("x\nSteps: 9, Size: 192x64, Seed: 3");
  g_autoptr (SfParameters) steps = sf_parameters_parse ("x\nSteps: 11, Seed: 3");

  sfumato_settings_restore (window->panel, wide);
  sfumato_window_open_model (window, "other");
  sfumato_settings_restore (window->panel, steps);
  app_test_wait_idle (window);
  g_autoptr (SfRequest) request = sfumato_window_make_request (window);
  g_assert_cmpuint (request->width, ==, 128);
  g_assert_cmpuint (request->steps, ==, 11);

  sfumato_settings_restore (window->panel, wide);
  sfumato_window_open_model (window, "other");
  app_test_wait_idle (window);
  g_autoptr (SfRequest) again = sfumato_window_make_request (window);
  g_assert_cmpuint (again->width, ==, 192);
  g_assert_cmpuint (again->steps, ==, 9);
  app_test_close (window);
}

static void
test_stop_all (void)
{
  SfumatoWindow *window = app_test_open ();

  fake_engine_hold (TRUE);
  for (guint i = 0; i < 3; i++)
    app_test_activate (window, "win.generate");
  app_test_wait (has_preview, window);
  app_test_activate (window, "win.stop-all");
  app_test_wait_idle (window);
  g_assert_cmpuint (fake_engine_n_requests (), ==, 1);
  g_assert_cmpuint (sfumato_history_get_n (window->history), ==, 0);
  app_test_close (window);
}

static void
test_save (void)
{
  SfumatoWindow *window = app_test_open ();
  g_autofree char *path = app_test_temporary_path ("saved.png");
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autofree char *parameters = NULL;
  g_autoptr (GError) error = NULL;

  sfumato_prompt_set_text (window->prompt, "a green hill");
  app_test_activate (window, "win.generate");
  app_test_wait_idle (window);
  app_test_save (window, file);
  g_autoptr (SfImage) image = sf_image_load_png (path, &parameters, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (image->width, ==, 128);
  g_assert_cmpstr (parameters, ==, sfumato_canvas_get_result (window->canvas)->parameters);

  g_autoptr (GFile) nowhere = g_file_new_for_path ("/nowhere/at/all.png");
  app_test_save (window, nowhere);
  g_assert_nonnull (sfumato_banner_get_text (window->error));
  app_test_remove_with_folder (path);
  app_test_close (window);
}

static void
test_history (void)
{
  SfumatoWindow *window = app_test_open ();

  sfumato_prompt_set_text (window->prompt, "the first");
  sfumato_settings_set_seed (window->panel, 11);
  app_test_activate (window, "win.generate");
  app_test_wait_idle (window);
  sfumato_prompt_set_text (window->prompt, "the second");
  sfumato_settings_set_seed (window->panel, 22);
  app_test_activate (window, "win.generate");
  app_test_wait_idle (window);
  g_assert_cmpint (sfumato_canvas_get_result (window->canvas)->seed, ==, 22);

  app_test_activate (window, "win.older");
  g_assert_cmpint (sfumato_canvas_get_result (window->canvas)->seed, ==, 11);
  app_test_activate (window, "win.reuse-all");
  g_autofree char *prompt = sfumato_prompt_get_text (window->prompt);
  g_assert_cmpstr (prompt, ==, "the first");
  g_autoptr (SfRequest) request = sfumato_window_make_request (window);
  g_assert_cmpint (request->seed, ==, 11);
  app_test_activate (window, "win.newer");
  g_assert_cmpint (sfumato_canvas_get_result (window->canvas)->seed, ==, 22);
  app_test_close (window);
}

static gboolean
is_at_step_two (gpointer window)
{
  const char *text = sfumato_progress_get_text (SFUMATO_WINDOW (window)->progress);

  return g_str_has_prefix (text, "Step 2/");
}

/* Who looks at an older picture meanwhile is left alone until the new one is finished. */
static void
test_history_meanwhile (void)
{
  SfumatoWindow *window = app_test_open ();

  sfumato_settings_set_seed (window->panel, 11);
  app_test_activate (window, "win.generate");
  app_test_wait_idle (window);
  app_test_activate (window, "win.generate");
  app_test_wait_idle (window);
  fake_engine_hold (TRUE);
  sfumato_settings_set_seed (window->panel, 33);
  app_test_activate (window, "win.generate");
  app_test_wait (has_preview, window);
  app_test_activate (window, "win.older");
  g_assert_false (sfumato_canvas_has_preview (window->canvas));
  fake_engine_step ();
  app_test_wait (is_at_step_two, window);
  g_assert_false (sfumato_canvas_has_preview (window->canvas));
  fake_engine_release ();
  app_test_wait_idle (window);
  g_assert_cmpint (sfumato_canvas_get_result (window->canvas)->seed, ==, 33);
  app_test_close (window);
}

/* The newest picture is selected as soon as it is finished, and can be looked at all the same while
 * the next one is drawn; what is done to pictures is done to the one that is seen. */
static void
test_newest_meanwhile (void)
{
  SfumatoWindow *window = app_test_open ();

  app_test_activate (window, "win.generate");
  app_test_wait_idle (window);
  fake_engine_hold (TRUE);
  app_test_activate (window, "win.generate");
  app_test_wait (has_preview, window);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.copy", NULL);
  g_assert_false (app_test_shows (window->toasts, "Picture copied"));
  app_test_activate (window, "win.newer");
  g_assert_false (sfumato_canvas_has_preview (window->canvas));
  app_test_activate (window, "win.copy");
  g_assert_true (app_test_shows (window->toasts, "Picture copied"));
  fake_engine_release ();
  app_test_wait_idle (window);
  app_test_close (window);
}

static gboolean
is_behind_dialog (gpointer window)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) each = g_list_model_get_item (windows, i);
      if (GTK_IS_DIALOG (each) && gtk_window_is_active (each))
        return TRUE;
    }
  return FALSE;
}

static void
close_dialogs (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = g_list_model_get_n_items (windows); i-- > 0;)
    {
      g_autoptr (GtkWindow) each = g_list_model_get_item (windows, i);
      if (GTK_IS_DIALOG (each))
        gtk_dialog_response (GTK_DIALOG (each), GTK_RESPONSE_CANCEL);
    }
}

/* The dialog is about the picture that was shown when it opened, whatever is finished meanwhile. */
static void
test_save_meanwhile (void)
{
  SfumatoWindow *window = app_test_open ();

  app_test_activate (window, "win.generate");
  app_test_wait_idle (window);
  g_autoptr (SfResult) first = sf_result_ref (sfumato_canvas_get_result (window->canvas));
  app_test_activate (window, "win.save");
  app_test_wait (is_behind_dialog, window);
  app_test_activate (window, "win.generate");
  app_test_wait_idle (window);
  g_assert_true (sfumato_canvas_get_result (window->canvas) != first);
  g_assert_true (window->saving == first);
  close_dialogs ();
  g_assert_null (window->saving);
  app_test_close (window);
}

/* A prompt is the user's: what takes its place can be undone. */
static void
test_undo (void)
{
  SfumatoWindow *window = app_test_open ();
  GObject *view
      = gtk_widget_get_template_child (GTK_WIDGET (window->prompt), SFUMATO_TYPE_PROMPT, "text");
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));

  gtk_text_buffer_insert_at_cursor (buffer, "a long thought", -1);
  sfumato_window_set_prompt (window, "a red boat");
  gtk_text_buffer_undo (buffer);
  g_autofree char *prompt = sfumato_prompt_get_text (window->prompt);
  g_assert_cmpstr (prompt, ==, "a long thought");
  app_test_close (window);
}

static void
test_samples (void)
{
  SfumatoWindow *window = app_test_open ();
  GtkFlowBoxChild *child = gtk_flow_box_get_child_at_index (window->chips, 1);

  g_signal_emit_by_name (gtk_flow_box_child_get_child (child), "clicked");
  app_test_wait_idle (window);
  g_autoptr (SfRequest) request = fake_engine_last_request ();
  g_assert_cmpstr (request->prompt, ==, "a green hill");
  app_test_close (window);
}

/* Drops a file where GTK would. */
static void
drop (SfumatoWindow *window, const char *path)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (window->stack));
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GSList) files = g_slist_append (NULL, file);
  g_auto (GValue) value = G_VALUE_INIT;
  gboolean taken = FALSE;

  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, gdk_file_list_new_from_list (files));
  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GObject) controller = g_list_model_get_item (controllers, i);
      if (GTK_IS_DROP_TARGET (controller))
        g_signal_emit_by_name (controller, "drop", &value, 10.0, 10.0, &taken);
    }
  g_assert_true (taken);
}

static void
test_drop_model (void)
{
  SfumatoWindow *window = app_test_open ();

  drop (window, "/models/dropped.safetensors");
  app_test_wait_idle (window);
  g_assert_cmpstr (window->model->name, ==, "dropped.safetensors");
  app_test_close (window);
}

static void
test_drop_picture (void)
{
  SfumatoWindow *window = app_test_open ();
  g_autofree char *path = app_test_temporary_path ("dropped.png");
  g_autoptr (SfImage) image = sf_image_new (8, 8, 3);

  g_assert_true (sf_image_save_png (
      image, path, "a tower\nSteps: 9, Sampler: Euler, Seed: 5, Size: 64x256", NULL));
  drop (window, path);
  app_test_wait_read (window);
  g_assert_nonnull (app_test_find_dialog ());
  adw_message_dialog_response (app_test_find_dialog (), "accept");
  g_autoptr (SfRequest) request = sfumato_window_make_request (window);
  g_assert_cmpstr (request->prompt, ==, "a tower");
  g_assert_cmpuint (request->steps, ==, 9);
  g_assert_cmpstr (request->sampler, ==, "Euler");
  g_assert_cmpint (request->seed, ==, 5);
  g_assert_cmpuint (request->width, ==, 64);
  g_assert_cmpuint (request->height, ==, 256);
  app_test_remove_with_folder (path);
  app_test_close (window);
}

static void
test_close_asks (void)
{
  SfumatoWindow *window = app_test_open ();

  fake_engine_hold (TRUE);
  app_test_activate (window, "win.generate");
  app_test_wait (has_preview, window);
  gtk_window_close (GTK_WINDOW (window));
  g_assert_nonnull (app_test_find_dialog ());
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (window)));
  adw_message_dialog_response (app_test_find_dialog (), "cancel");
  g_assert_true (sfumato_jobs_is_busy (window->jobs));
  app_test_close (window);
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/window/prompt-to-picture", test_prompt_to_picture);
  g_test_add_func ("/app/window/previews", test_previews);
  g_test_add_func ("/app/window/in-strips", test_in_strips);
  g_test_add_func ("/app/window/stop", test_stop);
  g_test_add_func ("/app/window/queue", test_queue);
  g_test_add_func ("/app/window/error", test_error);
  g_test_add_func ("/app/window/model-error", test_model_error);
  g_test_add_func ("/app/window/limited", test_limited);
  g_test_add_func ("/app/window/notice", test_notice);
  g_test_add_func ("/app/window/generate-before-the-model", test_generate_before_the_model);
  g_test_add_func ("/app/window/stop-before-the-model", test_stop_before_the_model);
  g_test_add_func ("/app/window/model-waits", test_model_waits);
  g_test_add_func ("/app/window/model-waits-and-fails", test_model_waits_and_fails);
  g_test_add_func ("/app/window/settings-of-models", test_settings_of_models);
  g_test_add_func ("/app/window/stop-all", test_stop_all);
  g_test_add_func ("/app/window/save", test_save);
  g_test_add_func ("/app/window/save-meanwhile", test_save_meanwhile);
  g_test_add_func ("/app/window/newest-meanwhile", test_newest_meanwhile);
  g_test_add_func ("/app/window/undo", test_undo);
  g_test_add_func ("/app/window/history", test_history);
  g_test_add_func ("/app/window/history-meanwhile", test_history_meanwhile);
  g_test_add_func ("/app/window/samples", test_samples);
  g_test_add_func ("/app/window/drop-model", test_drop_model);
  g_test_add_func ("/app/window/drop-picture", test_drop_picture);
  g_test_add_func ("/app/window/close-asks", test_close_asks);
  return g_test_run ();
}
