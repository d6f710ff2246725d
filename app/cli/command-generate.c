/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"

#include "generate-options.h"
#include "image/png.h"
#include "output.h"
#include "progress-line.h"

#include <glib-unix.h>
#include <stdio.h>

/* One run: load the model, make the pictures, save each as it is finished. The first error ends
 * it. */
typedef struct
{
  /* Owned */
  CliGenerateOptions *options;
  CliProgressLine *line;
  SfEngine *engine;
  GMainLoop *loop;
  GCancellable *cancellable;
  GError *error;
} Run;

static Run *
run_new (CliGenerateOptions *options)
{
  Run *self = g_new0 (Run, 1);
  self->options = options;
  self->line = cli_progress_line_new (cli_progress_style (options->quiet));
  self->loop = g_main_loop_new (NULL, FALSE);
  self->cancellable = g_cancellable_new ();
  return self;
}

static void
run_free (Run *self)
{
  cli_generate_options_free (self->options);
  cli_progress_line_free (self->line);
  g_clear_object (&self->engine);
  g_main_loop_unref (self->loop);
  g_object_unref (self->cancellable);
  g_clear_error (&self->error);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Run, run_free)

/* Keeps the first error and has the engine stop; its own end then ends the loop. */
static void
run_fail (Run *self, GError *error)
{
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
  g_cancellable_cancel (self->cancellable);
}

static gboolean
save_preview (Run *self, const SfProgress *progress, GError **error)
{
  g_autofree char *path
      = cli_output_preview_path (self->options->preview_dir, progress->index, progress->n_images,
                                 progress->step, progress->n_steps);
  return sf_image_save_png (progress->preview, path, NULL, error);
}

static gboolean
save_result (Run *self, const SfResult *result, GError **error)
{
  const CliGenerateOptions *options = self->options;
  g_autofree char *path
      = cli_output_path (options->output, result->index, options->request->batch, result->seed);
  if (!sf_image_save_png (result->image, path, result->parameters, error))
    return FALSE;
  if (!options->quiet)
    {
      cli_progress_line_clear (self->line);
      printf ("%s\n", path);
      fflush (stdout);
      fprintf (stderr, "%ux%u, seed %" G_GINT64_FORMAT ", %.1f s\n", result->image->width,
               result->image->height, result->seed, result->seconds);
    }
  return TRUE;
}

static void
on_progress (const SfProgress *progress, gpointer data)
{
  Run *self = data;
  GError *error = NULL;
  if (self->error != NULL)
    return;
  cli_progress_line_update (self->line, progress);
  if (self->options->preview_dir != NULL && progress->preview != NULL
      && !save_preview (self, progress, &error))
    run_fail (self, g_steal_pointer (&error));
  else if (progress->result != NULL && !save_result (self, progress->result, &error))
    run_fail (self, g_steal_pointer (&error));
}

static void
on_generated (GObject *source, GAsyncResult *result, gpointer data)
{
  Run *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) results = sf_engine_generate_finish (SF_ENGINE (source), result, &error);
  if (results == NULL)
    run_fail (self, g_steal_pointer (&error));
  g_main_loop_quit (self->loop);
}

static void
tell_model (Run *self, const SfModelInfo *model)
{
  if (self->options->quiet)
    return;
  cli_progress_line_clear (self->line);
  fprintf (stderr, "%s, %s%s\n", model->name, model->family,
           model->interim ? ": an interim model, briefly trained on simple drawings" : "");
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  Run *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SfModelInfo) model = sf_engine_load_model_finish (SF_ENGINE (source), result, &error);
  if (model == NULL)
    {
      run_fail (self, g_steal_pointer (&error));
      g_main_loop_quit (self->loop);
      return;
    }
  tell_model (self, model);
  sf_engine_generate_async (self->engine, self->options->request, self->cancellable, on_progress,
                            self, on_generated, self);
}

/* The source goes with the first signal: a second Ctrl+C ends the program at once. */
static gboolean
on_interrupt (gpointer data)
{
  Run *self = data;
  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_REMOVE;
}

static gboolean
prepare_places (const CliGenerateOptions *options, GError **error)
{
  return cli_output_check (options->output, options->request->batch, error)
         && (options->preview_dir == NULL
             || cli_output_prepare_folder (options->preview_dir, error));
}

static CliStatus
finish (Run *self)
{
  cli_progress_line_clear (self->line);
  if (self->error == NULL)
    return CLI_OK;
  if (g_error_matches (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return cli_fail (CLI_FAILED, "Stopped before everything was finished.");
  return cli_fail (CLI_FAILED, self->error->message);
}

static CliStatus
run (GStrv args)
{
  g_autoptr (GError) error = NULL;
  CliGenerateOptions *options = cli_generate_options_parse (args);
  if (options == NULL)
    return CLI_USAGE;

  g_autoptr (Run) self = run_new (options);
  if (!prepare_places (options, &error))
    return cli_fail (CLI_FAILED, error->message);

  g_unix_signal_add (SIGINT, on_interrupt, self);
  g_unix_signal_add (SIGTERM, on_interrupt, self);
  self->engine = sf_engine_new (&options->engine);
  sf_engine_load_model_async (self->engine, options->model, self->cancellable, on_progress, self,
                              on_loaded, self);
  g_main_loop_run (self->loop);
  return finish (self);
}

const CliCommand cli_command_generate = { "generate", "Make pictures from a prompt", run };
