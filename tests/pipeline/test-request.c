/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Every sentence of sf_request_validate(). */

#include "sfumato.h"

#include <math.h>
#include <string.h>

typedef struct
{
  const char *says; /* NULL: nothing is wrong */
  SfRequest request;
} Case;

#define SIDE "must be a multiple of 8 between 64 and 4096 pixels, not "

static const Case cases[] = {
  { NULL, { .batch = 1 } },
  { NULL, { .prompt = (char *)"", .batch = 64, .seed = -1 } },
  { NULL, { .width = 64, .height = 4096, .steps = 1000, .cfg = 30, .batch = 1 } },
  { NULL, { .sampler = (char *)"euler a", .schedule = (char *)"karras", .cfg = 1, .batch = 1 } },
  { "The prompt is not valid UTF-8 text.", { .prompt = (char *)"a\xff", .batch = 1 } },
  { "The negative prompt is not valid UTF-8 text.",
    { .negative_prompt = (char *)"\xc3", .batch = 1 } },
  { "The width " SIDE "56.", { .width = 56, .batch = 1 } },
  { "The width " SIDE "65.", { .width = 65, .batch = 1 } },
  { "The height " SIDE "4104.", { .height = 4104, .batch = 1 } },
  { "The height " SIDE "4294967288.", { .height = G_MAXUINT - 7, .batch = 1 } },
  { "The number of steps must be between 1 and 1000.", { .steps = 1001, .batch = 1 } },
  { "The guidance scale (CFG) must be between 1 and 30.", { .cfg = 0.5, .batch = 1 } },
  { "The guidance scale (CFG) must be between 1 and 30.", { .cfg = 30.5, .batch = 1 } },
  { "The guidance scale (CFG) must be between 1 and 30.", { .cfg = -1, .batch = 1 } },
  { "The guidance scale (CFG) must be between 1 and 30.", { .cfg = NAN, .batch = 1 } },
  { "The seed must be -1 (draw one) or a whole number from 0 to", { .seed = -2, .batch = 1 } },
  { "The seed must be -1 (draw one) or a whole number from 0 to",
    { .seed = G_MAXINT64, .batch = 2 } },
  { "A batch has between 1 and 64 pictures.", { .batch = 0 } },
  { "A batch has between 1 and 64 pictures.", { .batch = 65 } },
  { "The token merging ratio must be between 0 (none) and 0.75.",
    { .token_merging = 0.8, .batch = 1 } },
  { "The token merging ratio must be between 0 (none) and 0.75.",
    { .token_merging = NAN, .batch = 1 } },
  { "There is no sampler “Oiler”; choose one of: DPM++ 2M, ",
    { .sampler = (char *)"Oiler", .batch = 1 } },
  { NULL, { .sampler = (char *)"ddim", .schedule = (char *)"automatic", .batch = 1 } },
  { "DDIM has noise levels of its own, so that the schedule must be Automatic.",
    { .sampler = (char *)"ddim", .schedule = (char *)"Karras", .batch = 1 } },
  { "There is no schedule “Baroque”; choose one of: Automatic, ",
    { .schedule = (char *)"Baroque", .batch = 1 } },
};

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GError) error = NULL;
  gboolean good = sf_request_validate (&c->request, &error);

  if (c->says == NULL)
    {
      g_assert_no_error (error);
      g_assert_true (good);
      return;
    }
  g_assert_error (error, SF_ERROR, SF_ERROR_ARGUMENT);
  g_assert_false (good);
  if (!g_str_has_prefix (error->message, c->says))
    g_error ("“%s”, should be “%s”", error->message, c->says);
  g_assert_true (g_str_has_suffix (error->message, "."));
}

static void
test_names (void)
{
  static const char *const samplers[] = { "Euler", "Euler a", "DDIM", "DPM++ 2M", NULL };
  static const char *const schedules[] = { "Automatic", "Uniform", "Karras", NULL };

  for (guint i = 0; samplers[i] != NULL; i++)
    g_assert_true (g_strv_contains (sf_samplers_list (), samplers[i]));
  for (guint i = 0; schedules[i] != NULL; i++)
    g_assert_true (g_strv_contains (sf_schedules_list (), schedules[i]));
  g_assert_cmpstr (sf_schedules_list ()[0], ==, "Automatic");
}

static void
test_copy (void)
{
  g_autoptr (SfRequest) request = sf_request_new ();

  g_assert_cmpint (request->seed, ==, -1);
  g_assert_cmpuint (request->batch, ==, 1);
  g_assert_true (request->previews);
  request->prompt = g_strdup ("a");
  request->negative_prompt = g_strdup ("b");
  request->sampler = g_strdup ("c");
  request->schedule = g_strdup ("d");
  g_autoptr (SfRequest) copy = sf_request_copy (request);
  g_assert_true (copy->prompt != request->prompt);
  g_assert_cmpstr (copy->prompt, ==, "a");
  g_assert_cmpstr (copy->negative_prompt, ==, "b");
  g_assert_cmpstr (copy->sampler, ==, "c");
  g_assert_cmpstr (copy->schedule, ==, "d");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/request/%02u", i);
      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/request/names", test_names);
  g_test_add_func ("/request/copy", test_copy);
  return g_test_run ();
}
