/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app-test.h"

#include <math.h>

#include "image/parameters.h"

static SfumatoSettings *
panel_of (SfumatoWindow *window)
{
  return window->panel;
}

static void
test_defaults_of_the_model (void)
{
  SfumatoWindow *window = app_test_open ();
  g_autoptr (SfRequest) request = sf_request_new ();
  g_autoptr (GError) error = NULL;

  sfumato_settings_fill (panel_of (window), request);
  g_assert_cmpuint (request->width, ==, 128);
  g_assert_cmpuint (request->height, ==, 128);
  g_assert_cmpuint (request->steps, ==, 4);
  g_assert_cmpfloat (request->cfg, ==, 6);
  g_assert_cmpstr (request->sampler, ==, "Euler a");
  g_assert_cmpstr (request->schedule, ==, "Automatic");
  g_assert_cmpint (request->seed, ==, -1);
  g_assert_cmpuint (request->batch, ==, 1);
  g_assert_cmpuint (request->cache_interval, ==, 1);
  g_assert_cmpfloat (request->token_merging, ==, 0);
  g_assert_true (sf_request_validate (request, &error));
  g_assert_no_error (error);
  app_test_close (window);
}

static void
test_round_trip (void)
{
  SfumatoWindow *window = app_test_open ();
  g_autoptr (SfParameters) given = sf_parameters_parse (
      "x\nSteps: 33, Sampler: Euler, Schedule type: Karras, CFG scale: 2.5, Seed: 777, "
      "Size: 96x160, Cache interval: 3, Token merging ratio: 0.25, RNG: CPU");
  g_autoptr (SfParameters) stored = sf_parameters_new ();
  g_autoptr (SfRequest) request = sf_request_new ();

  sfumato_settings_restore (panel_of (window), given);
  sfumato_settings_fill (panel_of (window), request);
  g_assert_cmpuint (request->steps, ==, 33);
  g_assert_cmpstr (request->sampler, ==, "Euler");
  g_assert_cmpstr (request->schedule, ==, "Karras");
  g_assert_cmpfloat (request->cfg, ==, 2.5);
  g_assert_cmpint (request->seed, ==, 777);
  g_assert_cmpuint (request->width, ==, 96);
  g_assert_cmpuint (request->height, ==, 160);
  g_assert_cmpint (request->rng, ==, SF_NOISE_CPU);
  g_assert_cmpuint (request->cache_interval, ==, 3);
  g_assert_cmpfloat (request->token_merging, ==, 0.25);

  sfumato_settings_store (panel_of (window), stored);
  sf_parameters_set (&stored->prompt, "x");
  g_autofree char *before = sf_parameters_build (given);
  g_autofree char *after = sf_parameters_build (stored);
  g_assert_cmpstr (after, ==, before);
  app_test_close (window);
}

static void
test_sizes (void)
{
  SfumatoWindow *window = app_test_open ();
  GtkWidget *panel = GTK_WIDGET (panel_of (window));
  g_autoptr (SfRequest) request = sf_request_new ();

  gtk_widget_activate_action (panel, "settings.preset", "s", "96x144");
  gtk_widget_activate_action (panel, "settings.swap", NULL);
  sfumato_settings_fill (panel_of (window), request);
  g_assert_cmpuint (request->width, ==, 144);
  g_assert_cmpuint (request->height, ==, 96);
  app_test_close (window);
}

static void
test_seed (void)
{
  SfumatoWindow *window = app_test_open ();
  g_autoptr (SfRequest) request = sf_request_new ();

  app_test_activate (window, "win.new-seed");
  sfumato_settings_fill (panel_of (window), request);
  g_assert_cmpint (request->seed, >=, 0);
  sfumato_settings_set_seed (panel_of (window), -1);
  sfumato_settings_fill (panel_of (window), request);
  g_assert_cmpint (request->seed, ==, -1);
  sfumato_settings_set_seed (panel_of (window), G_MAXINT64);
  sfumato_settings_fill (panel_of (window), request);
  g_assert_cmpint (request->seed, ==, G_MAXINT64);
  app_test_close (window);
}

/* As many are refused there as the engine would refuse. */
static void
test_least_size (void)
{
  SfumatoWindow *window = app_test_open ();
  g_autoptr (SfRequest) request = sf_request_new ();
  g_autoptr (GError) error = NULL;

  gtk_widget_activate_action (GTK_WIDGET (panel_of (window)), "settings.preset", "s", "8x56");
  sfumato_settings_fill (panel_of (window), request);
  g_assert_cmpuint (request->width, ==, 64);
  g_assert_cmpuint (request->height, ==, 64);
  g_assert_true (sf_request_validate (request, &error));
  app_test_close (window);
}

static void
assert_seed (SfumatoWindow *window, const char *text, gboolean good, gint64 seed)
{
  GtkWidget *panel = GTK_WIDGET (window->panel);
  GObject *entry = gtk_widget_get_template_child (panel, SFUMATO_TYPE_SETTINGS, "seed");
  g_autoptr (SfRequest) request = sf_request_new ();

  gtk_editable_set_text (GTK_EDITABLE (entry), text);
  g_assert_true (sfumato_settings_check_seed (window->panel) == good);
  g_assert_true (gtk_widget_has_css_class (GTK_WIDGET (entry), "error") != good);
  sfumato_settings_fill (window->panel, request);
  g_assert_cmpint (request->seed, ==, seed);
}

static void
test_no_seed (void)
{
  SfumatoWindow *window = app_test_open ();
  const char *said = "The seed is no whole number";

  assert_seed (window, "", TRUE, -1);
  assert_seed (window, "-1", TRUE, -1);
  assert_seed (window, " 42 ", TRUE, 42);
  app_test_activate (window, "win.generate");
  app_test_wait_idle (window);
  g_assert_false (app_test_shows (window->toasts, said));
  assert_seed (window, "99999999999999999999", FALSE, -1);
  assert_seed (window, "-7", FALSE, -1);
  assert_seed (window, "forty-two", FALSE, -1);
  app_test_activate (window, "win.generate");
  g_assert_true (app_test_shows (window->toasts, said));
  app_test_wait_idle (window);
  app_test_close (window);
}

/* What cannot be as it was in another program's picture is said. */
static void
test_restore_lost (void)
{
  SfumatoWindow *window = app_test_open ();
  g_autoptr (SfRequest) request = sf_request_new ();

  sfumato_window_restore (window, "x\nSteps: 3, Sampler: ddim, Schedule type: automatic, Seed: 1, "
                                  "Model: bundled, Clip skip: 1");
  g_assert_false (app_test_shows (window->toasts, "Not taken over"));
  sfumato_window_restore (window,
                          "x\nSteps: 3, Sampler: Zig & zag, Schedule type: Odd, Seed: 1, Model: "
                          "other, Clip skip: 2, Denoising strength: 0.5, Tiny decoder: taesd");
  g_assert_true (app_test_shows (window->toasts,
                                 "Not taken over: sampler “Zig & zag”, schedule “Odd”, model "
                                 "“other”, clip skip 2, the picture that it began with, tiny "
                                 "decoder “taesd”"));
  sfumato_settings_fill (window->panel, request);
  g_assert_cmpstr (request->sampler, ==, sf_samplers_list ()[0]);
  app_test_close (window);
}

/* DDIM has noise levels of its own: the schedule that is chosen waits for another sampler. */
static void
test_no_schedule (void)
{
  SfumatoWindow *window = app_test_open ();
  GObject *row = gtk_widget_get_template_child (GTK_WIDGET (panel_of (window)),
                                                SFUMATO_TYPE_SETTINGS, "schedule");
  g_autoptr (SfParameters) ddim
      = sf_parameters_parse ("x\nSteps: 3, Sampler: DDIM, Schedule type: Karras, Seed: 1");
  g_autoptr (SfParameters) euler
      = sf_parameters_parse ("x\nSteps: 3, Sampler: Euler, Schedule type: Karras, Seed: 1");
  g_autoptr (SfRequest) request = sf_request_new ();

  sfumato_settings_restore (panel_of (window), ddim);
  sfumato_settings_fill (panel_of (window), request);
  g_assert_cmpstr (request->schedule, ==, "Automatic");
  g_assert_false (gtk_widget_get_sensitive (GTK_WIDGET (row)));
  sfumato_settings_restore (panel_of (window), euler);
  sfumato_settings_fill (panel_of (window), request);
  g_assert_cmpstr (request->schedule, ==, "Karras");
  g_assert_true (gtk_widget_get_sensitive (GTK_WIDGET (row)));
  app_test_close (window);
}

/* A number that stands in a field counts, also before the field is left. */
static void
test_typed (void)
{
  SfumatoWindow *window = app_test_open ();
  GObject *steps = gtk_widget_get_template_child (GTK_WIDGET (panel_of (window)),
                                                  SFUMATO_TYPE_SETTINGS, "steps");
  g_autoptr (SfRequest) request = sf_request_new ();

  gtk_editable_set_text (GTK_EDITABLE (steps), "37");
  sfumato_settings_fill (panel_of (window), request);
  g_assert_cmpuint (request->steps, ==, 37);
  app_test_close (window);
}

/* Guidance of two digits, and token merging of three, stay as they are. */
static void
test_digits (void)
{
  SfumatoWindow *window = app_test_open ();
  g_autoptr (SfParameters) given
      = sf_parameters_parse ("x\nSteps: 3, CFG scale: 7.25, Seed: 1, Token merging ratio: 0.333");
  g_autoptr (SfRequest) request = sf_request_new ();

  sfumato_settings_restore (panel_of (window), given);
  sfumato_settings_fill (panel_of (window), request);
  g_assert_cmpfloat (request->cfg, ==, 7.25);
  g_assert_cmpfloat (request->token_merging, ==, 0.333);
  app_test_close (window);
}

/* A seed stands for one kind of noise. */
static void
test_reuse_seed (void)
{
  SfumatoWindow *window = app_test_open ();
  g_autoptr (SfParameters) given = sf_parameters_parse ("x\nSteps: 3, Seed: 9, RNG: CPU");
  g_autoptr (SfRequest) request = sf_request_new ();

  sfumato_settings_use_seed (panel_of (window), given);
  sfumato_settings_fill (panel_of (window), request);
  g_assert_cmpint (request->seed, ==, 9);
  g_assert_cmpint (request->rng, ==, SF_NOISE_CPU);
  app_test_close (window);
}

static void
test_tiny_decoder (void)
{
  SfumatoWindow *window = app_test_open ();
  g_autoptr (SfRequest) request = sf_request_new ();

  sfumato_settings_set_tiny_decoder (panel_of (window), "/models/ta<esd.safetensors");
  sfumato_settings_fill (panel_of (window), request);
  g_assert_cmpstr (request->tiny_decoder, ==, "/models/ta<esd.safetensors");
  gtk_widget_activate_action (GTK_WIDGET (panel_of (window)), "settings.no-tiny-decoder", NULL);
  sfumato_settings_fill (panel_of (window), request);
  g_assert_null (request->tiny_decoder);
  app_test_close (window);
}

/* The same settings make the same picture: one that names no tiny decoder was made without. */
static void
test_restore_tiny_decoder (void)
{
  SfumatoWindow *window = app_test_open ();
  g_autoptr (SfParameters) with = sf_parameters_parse ("x\nSteps: 3, Seed: 1, Tiny decoder: taesd");
  g_autoptr (SfParameters) without = sf_parameters_parse ("x\nSteps: 3, Seed: 1");
  g_autoptr (SfRequest) request = sf_request_new ();

  sfumato_settings_set_tiny_decoder (panel_of (window), "/models/taesd.safetensors");
  sfumato_settings_restore (panel_of (window), with);
  sfumato_settings_fill (panel_of (window), request);
  g_assert_cmpstr (request->tiny_decoder, ==, "/models/taesd.safetensors");
  sfumato_settings_restore (panel_of (window), without);
  sfumato_settings_fill (panel_of (window), request);
  g_assert_null (request->tiny_decoder);
  app_test_close (window);
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/settings/defaults-of-the-model", test_defaults_of_the_model);
  g_test_add_func ("/app/settings/round-trip", test_round_trip);
  g_test_add_func ("/app/settings/sizes", test_sizes);
  g_test_add_func ("/app/settings/seed", test_seed);
  g_test_add_func ("/app/settings/least-size", test_least_size);
  g_test_add_func ("/app/settings/no-seed", test_no_seed);
  g_test_add_func ("/app/settings/restore-lost", test_restore_lost);
  g_test_add_func ("/app/settings/no-schedule", test_no_schedule);
  g_test_add_func ("/app/settings/typed", test_typed);
  g_test_add_func ("/app/settings/digits", test_digits);
  g_test_add_func ("/app/settings/reuse-seed", test_reuse_seed);
  g_test_add_func ("/app/settings/tiny-decoder", test_tiny_decoder);
  g_test_add_func ("/app/settings/restore-tiny-decoder", test_restore_tiny_decoder);
  return g_test_run ();
}
