/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato.h"

#include "sampling/sampler.h"
#include "sampling/sigma-schedule.h"

SfRequest *
sf_request_new (void)
{
  SfRequest *self = g_new0 (SfRequest, 1);

  self->seed = -1;
  self->batch = 1;
  self->previews = TRUE;
  return self;
}

SfRequest *
sf_request_copy (const SfRequest *request)
{
  SfRequest *copy = g_memdup2 (request, sizeof *request);

  copy->prompt = g_strdup (request->prompt);
  copy->negative_prompt = g_strdup (request->negative_prompt);
  copy->sampler = g_strdup (request->sampler);
  copy->schedule = g_strdup (request->schedule);
  copy->tiny_decoder = g_strdup (request->tiny_decoder);
  return copy;
}

void
sf_request_free (SfRequest *request)
{
  g_free (request->prompt);
  g_free (request->negative_prompt);
  g_free (request->sampler);
  g_free (request->schedule);
  g_free (request->tiny_decoder);
  g_free (request);
}

static gboolean refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_propagate_error (error, g_error_new_valist (SF_ERROR, SF_ERROR_ARGUMENT, format, args));
  va_end (args);
  return FALSE;
}

static gboolean
validate_side (const char *what, guint size, GError **error)
{
  if (size == 0 || (size % 8 == 0 && size >= SF_REQUEST_MIN_SIZE && size <= SF_REQUEST_MAX_SIZE))
    return TRUE;
  return refuse (error, "The %s must be a multiple of 8 between %d and %d pixels, not %u.", what,
                 SF_REQUEST_MIN_SIZE, SF_REQUEST_MAX_SIZE, size);
}

static gboolean
validate_text (const char *what, const char *text, GError **error)
{
  return text == NULL || g_utf8_validate (text, -1, NULL)
         || refuse (error, "The %s is not valid UTF-8 text.", what);
}

static gboolean
validate_numbers (const SfRequest *request, GError **error)
{
  if (request->steps > SF_REQUEST_MAX_STEPS)
    return refuse (error, "The number of steps must be between 1 and %d.", SF_REQUEST_MAX_STEPS);
  if (request->cfg != 0
      && !(request->cfg >= SF_REQUEST_MIN_CFG && request->cfg <= SF_REQUEST_MAX_CFG))
    return refuse (error, "The guidance scale (CFG) must be between %d and %d.", SF_REQUEST_MIN_CFG,
                   SF_REQUEST_MAX_CFG);
  if (request->seed < -1 || request->seed > G_MAXINT64 - SF_REQUEST_MAX_BATCH)
    return refuse (error,
                   "The seed must be -1 (draw one) or a whole number from 0 to about 9·10¹⁸.");
  if (request->batch < 1 || request->batch > SF_REQUEST_MAX_BATCH)
    return refuse (error, "A batch has between 1 and %d pictures.", SF_REQUEST_MAX_BATCH);
  if (request->cache_interval > SF_REQUEST_MAX_CACHE_INTERVAL)
    return refuse (error, "The cache interval must be between 1 (no cache) and %d steps.",
                   SF_REQUEST_MAX_CACHE_INTERVAL);
  if (!(request->token_merging >= 0 && request->token_merging <= SF_REQUEST_MAX_TOKEN_MERGING))
    return refuse (error, "The token merging ratio must be between 0 (none) and %g.",
                   SF_REQUEST_MAX_TOKEN_MERGING);
  return TRUE;
}

static gboolean
refuse_name (const char *what, const char *name, const char *const *choices, GError **error)
{
  g_autofree char *list = g_strjoinv (", ", (GStrv)choices);

  return refuse (error, "There is no %s “%s”; choose one of: %s.", what, name, list);
}

static gboolean
validate_names (const SfRequest *request, GError **error)
{
  const SfSamplerClass *sampler = sf_samplers ()[0];

  if (request->sampler != NULL && (sampler = sf_sampler_find (request->sampler)) == NULL)
    return refuse_name ("sampler", request->sampler, sf_samplers_list (), error);
  if (request->schedule != NULL && sf_sampler_schedule (sampler, request->schedule) == NULL)
    return refuse_name ("schedule", request->schedule, sf_schedules_list (), error);
  if (!sf_schedule_is_automatic (request->schedule) && !sf_sampler_takes_schedule (sampler))
    return refuse (error, "%s has noise levels of its own, so that the schedule must be Automatic.",
                   sf_sampler_name (sampler));
  return TRUE;
}

gboolean
sf_request_validate (const SfRequest *request, GError **error)
{
  return validate_text ("prompt", request->prompt, error)
         && validate_text ("negative prompt", request->negative_prompt, error)
         && validate_side ("width", request->width, error)
         && validate_side ("height", request->height, error) && validate_numbers (request, error)
         && validate_names (request, error);
}

static gpointer
build_sampler_names (gpointer unused)
{
  GPtrArray *names = g_ptr_array_new ();

  for (const SfSamplerClass *const *s = sf_samplers (); *s != NULL; s++)
    g_ptr_array_add (names, (gpointer)sf_sampler_name (*s));
  g_ptr_array_add (names, NULL);
  return g_ptr_array_free (names, FALSE);
}

const char *const *
sf_samplers_list (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, build_sampler_names, NULL);
}

gboolean
sf_samplers_take_schedule (const char *sampler)
{
  const SfSamplerClass *found = sampler != NULL ? sf_sampler_find (sampler) : NULL;

  return found != NULL && sf_sampler_takes_schedule (found);
}

static gpointer
build_schedule_names (gpointer unused)
{
  GPtrArray *names = g_ptr_array_new ();

  g_ptr_array_add (names, (gpointer)SF_SCHEDULE_AUTOMATIC);
  for (const SfSigmaSchedule *const *s = sf_sigma_schedules (); *s != NULL; s++)
    g_ptr_array_add (names, (gpointer)(*s)->name);
  g_ptr_array_add (names, NULL);
  return g_ptr_array_free (names, FALSE);
}

const char *const *
sf_schedules_list (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, build_schedule_names, NULL);
}
