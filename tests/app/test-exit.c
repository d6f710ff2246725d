/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program's end, which is not before that of what the engine works at. */
#include "app-test.h"

#define TICK_MS 20

typedef enum
{
  OPENING,
  DRAWING,
  CLOSING,
  CLOSED,
  RELEASED,
} Stage;

typedef struct
{
  Stage stage;

  /* Borrowed */
  GtkApplication *application;
  gpointer window; /* NULL when it is gone */
} Life;

static void
start_drawing (Life *self)
{
  SfumatoWindow *window = SFUMATO_WINDOW (gtk_application_get_active_window (self->application));

  if (window == NULL || window->model == NULL)
    return;
  self->window = window;
  g_object_add_weak_pointer (self->window, &self->window);
  fake_engine_hold (TRUE);
  fake_engine_set_deaf (TRUE);
  app_test_activate (window, "win.generate");
  self->stage = DRAWING;
}

static void
stop_and_close (Life *self)
{
  if (!sfumato_canvas_has_preview (SFUMATO_WINDOW (self->window)->canvas))
    return;
  gtk_window_close (self->window);
  AdwMessageDialog *dialog = app_test_find_dialog ();
  adw_message_dialog_response (dialog, "accept");
  gtk_window_destroy (GTK_WINDOW (dialog));
  self->stage = CLOSING;
}

static gboolean
on_tick (gpointer data)
{
  Life *self = data;

  if (self->stage == OPENING)
    start_drawing (self);
  else if (self->stage == DRAWING)
    stop_and_close (self);
  else if (self->stage == CLOSING && self->window == NULL)
    self->stage = CLOSED;
  else if (self->stage == CLOSED)
    {
      g_assert_cmpuint (fake_engine_n_running (), ==, 1);
      fake_engine_release ();
      self->stage = RELEASED;
    }
  return self->stage != RELEASED;
}

static void
test_exit_waits (void)
{
  g_autoptr (SfumatoApplication) application = sfumato_application_new ();
  Life life = { .application = GTK_APPLICATION (application) };
  char *argv[] = { (char *)"sfumato", NULL };

  g_application_set_flags (G_APPLICATION (application),
                           G_APPLICATION_NON_UNIQUE | G_APPLICATION_HANDLES_COMMAND_LINE);
  g_timeout_add (TICK_MS, on_tick, &life);
  g_assert_cmpint (g_application_run (G_APPLICATION (application), 1, argv), ==, 0);
  g_assert_cmpint (life.stage, ==, RELEASED);
  g_assert_cmpuint (fake_engine_n_running (), ==, 0);
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/exit/waits", test_exit_waits);
  return g_test_run ();
}
