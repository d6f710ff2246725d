/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The graphs of a picture: poison, slices, memory, guidance of 1. */

#include <string.h>

#include "studio.h"

#define PIXELS (RUN_WIDTH * RUN_HEIGHT * 3)

/* Memory is given to others as soon as it is free, and is NaN in between. The second run finds what
 * the first has left. @interval: of the feature cache. */
static void
compare_poisoned (SfDevice *device, guint interval)
{
  g_autoptr (Studio) studio = studio_new (device, SF_MODEL_DEFAULT);

  studio->interval = interval;
  g_autoptr (SfPipeline) clean = studio_pipeline (studio, SF_GRAPH_DEFAULT, 2);
  g_autoptr (SfPipeline) poisoned = studio_pipeline (studio, SF_GRAPH_POISON, 2);
  g_autofree float *want = studio_run (studio, clean, RUN_CFG, NULL, NULL);

  for (guint i = 0; i < 2; i++)
    {
      g_autofree float *got = studio_run (studio, poisoned, RUN_CFG, NULL, NULL);
      g_assert_cmpmem (got, PIXELS * sizeof *got, want, PIXELS * sizeof *want);
    }
}

static void
test_poison (gconstpointer family)
{
  compare_poisoned (sf_test_device (GPOINTER_TO_UINT (family)), 0);
}

static void
test_poison_with_cache (gconstpointer family)
{
  compare_poisoned (sf_test_device (GPOINTER_TO_UINT (family)), 2);
}

/* A weight of 0 takes the negative prompt out, as leaving it out does. */
static void
test_guidance_of_1 (gconstpointer family)
{
  g_autoptr (Studio) studio
      = studio_new (sf_test_device (GPOINTER_TO_UINT (family)), SF_MODEL_DEFAULT);
  g_autoptr (SfPipeline) two = studio_pipeline (studio, SF_GRAPH_DEFAULT, 2);
  g_autoptr (SfPipeline) one = studio_pipeline (studio, SF_GRAPH_DEFAULT, 1);
  g_autofree float *want = studio_run (studio, two, 1, NULL, NULL);
  g_autofree float *got = studio_run (studio, one, 1, NULL, NULL);

  sf_test_compare ("one branch", got, want, PIXELS, 1e-5);
}

/* --- Less memory, or less work, and the same bits -----------------------------------------------
 */

/* A denoiser in one of its ways, with a feature cache or without: three steps. */
static float *
denoise (Studio *studio, SfDenoiserShape shape, guint interval)
{
  const SfModelConfig *config = &studio->model->config;
  const double weights[] = { 1 - RUN_CFG, RUN_CFG };
  const SfEvaluation evaluation = { .sigma = 3, .timestep = 500 };
  const SfSamplerUpdate update = { .a = { { 0.3, 0.7 } } };
  gsize n = shape.height * shape.width * config->vae.latent_channels;
  gsize n_context = (gsize)shape.tokens * config->unet.context;
  g_autoptr (SfArena) arena = sf_arena_new (studio->device);
  g_autoptr (GError) error = NULL;

  shape.with_cache = interval > 1;
  g_autoptr (SfDenoiser) denoiser
      = sf_denoiser_new (studio->model, studio->device, arena, SF_GRAPH_POISON, &shape, &error);
  g_autofree float *context = sf_test_random (2 * n_context, 2, 1);
  float *latent = sf_test_random (n, 1, 3);
  if (studio->same)
    memcpy (context + n_context, context, n_context * sizeof *context);
  g_assert_true (sf_graph_record (sf_denoiser_graph (denoiser), NULL, &error));
  g_assert_true (sf_denoiser_set_context (denoiser, context, &error));
  g_assert_true (sf_denoiser_start (denoiser, latent, NULL, &error));
  for (guint i = 0; i < 3; i++)
    g_assert_true (sf_denoiser_step (denoiser, &evaluation, &update, NULL, weights,
                                     interval > 1 && i % interval != 0, NULL, &error));
  g_assert_true (sf_denoiser_read (denoiser, latent, &error));
  return latent;
}

/* @same: both branches have one conditioning. */
static void
compare_ways (SfDevice *device, SfDenoiserShape way, gboolean same)
{
  SfDenoiserShape plain = { .height = 10, .width = 7, .branches = 2, .tokens = 9 };
  g_autoptr (Studio) studio = studio_new (device, SF_MODEL_DEFAULT);
  gsize n = plain.height * plain.width * studio->model->config.vae.latent_channels;

  studio->same = same;
  way.height = plain.height;
  way.width = plain.width;
  way.branches = plain.branches;
  way.tokens = plain.tokens;
  for (guint interval = 1; interval < 3; interval++)
    {
      g_autofree float *want = denoise (studio, plain, interval);
      g_autofree float *got = denoise (studio, way, interval);
      g_assert_cmpmem (got, n * sizeof *got, want, n * sizeof *want);
    }
}

static void
test_one_by_one (gconstpointer family)
{
  compare_ways (sf_test_device (GPOINTER_TO_UINT (family)), (SfDenoiserShape){ .one_by_one = TRUE },
                FALSE);
}

static void
test_same_conditioning (gconstpointer family)
{
  compare_ways (sf_test_device (GPOINTER_TO_UINT (family)), (SfDenoiserShape){ .same = TRUE },
                TRUE);
}

/* The latent that everything is decoded of: its lines are no multiple of any strip's. */
#define HEIGHT 22
#define WIDTH 12

/* @strips: (inout) (nullable). The picture as the graph leaves it, of @n values. */
static float *
decode (Studio *studio, SfVaeStrips *strips, gsize *n)
{
  g_autoptr (SfArena) arena = sf_arena_new (studio->device);
  g_autoptr (GError) error = NULL;
  g_autoptr (SfDecoder) decoder = sf_decoder_new (studio->model, NULL, studio->device, arena,
                                                  SF_GRAPH_POISON, HEIGHT, WIDTH, strips, &error);
  g_autofree float *latent
      = sf_test_random (HEIGHT * WIDTH * studio->model->config.vae.latent_channels, 3, 0.5);
  SfGraph *graph = sf_decoder_graph (decoder);
  SfTensor *picture = sf_graph_node (graph, sf_graph_n_nodes (graph) - 1)->outputs[0];

  g_assert_true (sf_graph_record (graph, NULL, &error));
  g_autoptr (SfImage) image = sf_decoder_run (decoder, latent, NULL, &error);
  g_assert_no_error (error);
  *n = (gsize)sf_tensor_rows (picture) * picture->c;
  return sf_test_read (picture);
}

static void
compare_strips (SfDevice *device)
{
  static const SfVaeStrips ways[] = { { 1, 2 }, { 1, 3 }, { 1, 99 }, { 2, 2 }, { 2, 7 } };
  g_autoptr (Studio) studio = studio_new (device, SF_MODEL_DEFAULT);
  gsize n;
  g_autofree float *want = decode (studio, NULL, &n);

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      SfVaeStrips strips = ways[i];
      g_autofree float *got = decode (studio, &strips, &n);
      g_test_message ("%u levels in %u strips", strips.levels, strips.n);
      g_assert_cmpuint (strips.n, >, 1);
      g_assert_cmpmem (got, n * sizeof *got, want, n * sizeof *want);
    }
}

static void
test_strips (gconstpointer family)
{
  compare_strips (sf_test_device (GPOINTER_TO_UINT (family)));
}

/* All of it with Winograd's convolutions, and what they have made of weights at every step. */
static void
test_winograd (gconstpointer family)
{
  g_autoptr (SfDevice) device = sf_test_device_winograd (GPOINTER_TO_UINT (family));

  compare_poisoned (device, 0);
  compare_poisoned (device, 2);
  compare_ways (device, (SfDenoiserShape){ .derive_each = TRUE }, FALSE);
  compare_ways (device, (SfDenoiserShape){ .derive_each = TRUE, .one_by_one = TRUE }, FALSE);
  compare_strips (device);
}

/* --- Submissions ------------------------------------------------------------------------------ */

static void
assert_cut (SfGraph *graph, double limit)
{
  SfRecorder *recorder = sf_graph_recorder (graph);

  g_test_message ("%.3f GFLOP in %u slices, the largest %.4f", sf_graph_gflop (graph),
                  sf_recorder_n_slices (recorder), sf_recorder_largest_slice (recorder));
  g_assert_cmpfloat (sf_recorder_largest_slice (recorder), <=, limit);
  g_assert_cmpfloat (sf_recorder_n_slices (recorder), >=, sf_graph_part_gflop (graph, 0) / limit);
}

/* Where the work is cut makes no difference to the picture. */
static void
test_slices (gconstpointer data)
{
  const double limit = 0.01;
  SfFamily family = GPOINTER_TO_UINT (data);
  g_autoptr (SfDevice) device = sf_test_device_open (family, limit);
  g_autoptr (Studio) whole_studio = studio_new (sf_test_device (family), SF_MODEL_DEFAULT);
  g_autoptr (Studio) cut_studio = studio_new (device, SF_MODEL_DEFAULT);
  g_autoptr (SfPipeline) whole = studio_pipeline (whole_studio, SF_GRAPH_DEFAULT, 2);
  g_autoptr (SfPipeline) cut = studio_pipeline (cut_studio, SF_GRAPH_DEFAULT, 2);
  g_autofree float *want = studio_run (whole_studio, whole, RUN_CFG, NULL, NULL);
  g_autofree float *got = studio_run (cut_studio, cut, RUN_CFG, NULL, NULL);

  assert_cut (sf_denoiser_graph (cut->denoiser), limit);
  assert_cut (sf_decoder_graph (cut->decoder), limit);
  g_assert_cmpfloat (sf_graph_gflop (sf_decoder_graph (cut->decoder)), >, 2 * limit);
  g_assert_cmpmem (got, PIXELS * sizeof *got, want, PIXELS * sizeof *want);
}

/* Recorded and not run: attention over 65,536 places alone is some hundred GFLOP. */
static void
test_large_slices (gconstpointer family)
{
  const SfShape shape = { .height = 256, .width = 256, .chunks = 1, .branches = 2 };
  g_autoptr (Studio) studio
      = studio_new (sf_test_device (GPOINTER_TO_UINT (family)), SF_MODEL_DEFAULT);
  g_autoptr (GError) error = NULL;
  g_autoptr (SfPipeline) pipeline
      = sf_pipeline_new (studio->model, studio->device, SF_GRAPH_DEFAULT, &shape, 0, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpfloat (sf_graph_gflop (sf_denoiser_graph (pipeline->denoiser)), >, 200);
  assert_cut (sf_denoiser_graph (pipeline->denoiser), SF_MAX_SUBMISSION_GFLOP);
  assert_cut (sf_decoder_graph (pipeline->decoder), SF_MAX_SUBMISSION_GFLOP);
}

/* A step has no product over the text: what it attends to is made once a picture. */
static void
test_text_once (gconstpointer family)
{
  g_autoptr (Studio) studio
      = studio_new (sf_test_device (GPOINTER_TO_UINT (family)), SF_MODEL_DEFAULT);
  g_autoptr (SfPipeline) pipeline = studio_pipeline (studio, SF_GRAPH_DEFAULT, 2);
  SfGraph *graph = sf_denoiser_graph (pipeline->denoiser);
  guint places = studio->model->config.text.places, products[2] = { 0 };

  for (guint i = 0; i < sf_graph_n_nodes (graph); i++)
    {
      const SfNode *node = sf_graph_node (graph, i);
      const SfTensor *x = node->inputs[0];
      if (strcmp (node->op->name, "matmul") == 0 && x->h == 1 && x->w == places)
        products[i < sf_graph_part_end (graph, 0) ? 0 : 1]++;
    }
  g_assert_cmpuint (products[0], ==, 0);
  g_assert_cmpuint (products[1], >, 0);
}

/* --- Memory ----------------------------------------------------------------------------------- */

static void
assert_planned (SfDevice *device, guint64 planned)
{
  guint64 allocated = sf_device_allocated_bytes (device);

  g_test_message ("planned %.3f MB, allocated %.3f MB", planned / 1e6, allocated / 1e6);
  g_assert_cmpfloat (allocated, >=, planned * 0.98);
  g_assert_cmpfloat (allocated, <=, planned * 1.02);
}

static void
test_memory (gconstpointer family)
{
  const SfShape shape = { .height = 64, .width = 96, .chunks = 2, .branches = 2 };
  g_autoptr (SfDevice) device = sf_test_device_open (GPOINTER_TO_UINT (family), 0);
  g_autoptr (Studio) studio = studio_new (device, SF_MODEL_DEFAULT);
  g_autoptr (GError) error = NULL;

  assert_planned (device, sf_weight_store_bytes (studio->model->weights));
  SfPipeline *pipeline
      = sf_pipeline_new (studio->model, device, SF_GRAPH_DEFAULT, &shape, 0, NULL, &error);
  g_assert_no_error (error);
  assert_planned (device, pipeline->bytes);
  g_assert_cmpuint (pipeline->bytes, >, sf_weight_store_bytes (studio->model->weights));
  g_assert_cmpuint (sf_graph_work_bytes (sf_decoder_graph (pipeline->decoder)), <, pipeline->bytes);
  sf_pipeline_free (pipeline);
  assert_planned (device, sf_weight_store_bytes (studio->model->weights));
  g_clear_pointer (&studio->model, sf_model_free);
  g_assert_cmpuint (sf_device_allocated_bytes (device), ==, 0);
}

typedef struct
{
  Studio *studio;
  SfShape shape;
  float *want; /* (nullable): the picture */
  gboolean derive_each, one_by_one, strips;
} Squeeze;

static void
compare_squeezed (Squeeze *self, SfPipeline *pipeline)
{
  g_test_message ("%.3f MB: %s, %u levels in %u strips", pipeline->bytes / 1e6,
                  pipeline->one_by_one    ? "one by one"
                  : pipeline->derive_each ? "weights each time"
                                          : "together",
                  pipeline->strips.levels, pipeline->strips.n);
  self->derive_each |= pipeline->derive_each && !pipeline->one_by_one;
  self->one_by_one |= pipeline->one_by_one;
  self->strips |= pipeline->strips.levels > 0;
  assert_planned (self->studio->device, pipeline->bytes);
  if (self->want == NULL)
    return;
  sf_device_forget_peak (self->studio->device);
  g_autofree float *got = studio_run (self->studio, pipeline, RUN_CFG, NULL, NULL);
  g_assert_cmpfloat (sf_device_peak_bytes (self->studio->device), <=, pipeline->bytes * 1.02);
  g_assert_cmpmem (got, PIXELS * sizeof *got, self->want, PIXELS * sizeof *self->want);
}

/* Less and less memory: what still fits is planned to fit, takes what was planned, and gives the
 * same picture. @bytes: what is needed as it comes. */
static void
squeeze (Squeeze *self, guint64 bytes)
{
  Studio *studio = self->studio;
  guint64 weights = sf_weight_store_bytes (studio->model->weights);

  for (guint64 work = bytes - weights; work > 0; work = work / 10 * 9)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SfPipeline) pipeline
          = sf_pipeline_new (studio->model, studio->device, SF_GRAPH_DEFAULT, &self->shape,
                             weights + work, NULL, &error);
      if (pipeline == NULL)
        {
          g_assert_error (error, SF_ERROR, SF_ERROR_MEMORY);
          return;
        }
      g_assert_cmpuint (pipeline->bytes, <=, weights + work);
      compare_squeezed (self, pipeline);
    }
}

/* What was resorted to on the way. */
typedef struct
{
  gboolean derive_each, strips;
} Ways;

static Ways
squeeze_picture (SfDevice *device)
{
  g_autoptr (Studio) studio = studio_new (device, SF_MODEL_DEFAULT);
  SfPipeline *ample = studio_pipeline (studio, SF_GRAPH_DEFAULT, 2);
  g_autofree float *want = studio_run (studio, ample, RUN_CFG, NULL, NULL);
  guint64 bytes = ample->bytes;
  Squeeze self = { .studio = studio, .shape = ample->shape, .want = want };

  g_assert_false (ample->one_by_one);
  g_assert_cmpuint (ample->strips.levels, ==, 0);
  sf_pipeline_free (ample);
  squeeze (&self, bytes);
  return (Ways){ self.derive_each, self.strips };
}

static void
test_short_memory (gconstpointer family)
{
  g_autoptr (SfDevice) device = sf_test_device_open (GPOINTER_TO_UINT (family), 0);
  Ways ways = squeeze_picture (device);

  g_assert_true (ways.strips);
}

/* Where what is made of weights takes most. */
static void
test_short_memory_winograd (void)
{
  g_autoptr (SfDevice) device = sf_test_device_winograd (SF_FAMILY_TEXEL);
  Ways ways = squeeze_picture (device);

  g_assert_true (ways.derive_each);
}

/* Where the U-Net needs most. */
static void
test_short_memory_unet (gconstpointer family)
{
  g_autoptr (SfDevice) device = sf_test_device_open (GPOINTER_TO_UINT (family), 0);
  g_autoptr (Studio) studio = studio_new (device, SF_MODEL_DEFAULT);
  Squeeze self
      = { .studio = studio, .shape = { .height = 40, .width = 48, .chunks = 1, .branches = 2 } };

  squeeze (&self, sf_weight_store_bytes (studio->model->weights) + 12000000);
  g_assert_true (self.one_by_one);
  g_assert_true (self.strips);
}

/* A plan that does not fit is refused before anything is allocated. */
static void
test_limit (void)
{
  const SfShape shape = { .height = 512, .width = 512, .chunks = 1, .branches = 2 };
  g_autoptr (SfDevice) device = sf_test_device_open (SF_FAMILY_AUTO, 0);
  g_autoptr (Studio) studio = studio_new (device, SF_MODEL_DEFAULT);
  guint64 weights = sf_weight_store_bytes (studio->model->weights);
  guint64 allocated = sf_device_allocated_bytes (device);
  g_autoptr (GError) error = NULL;

  g_assert_null (sf_pipeline_new (studio->model, device, SF_GRAPH_DEFAULT, &shape,
                                  weights + 50000000, NULL, &error));
  g_assert_error (error, SF_ERROR, SF_ERROR_MEMORY);
  g_assert_cmpuint (sf_device_allocated_bytes (device), ==, allocated);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  sf_test_add_families ("/graphs/poison", test_poison);
  sf_test_add_families ("/graphs/poison-with-cache", test_poison_with_cache);
  sf_test_add_families ("/graphs/guidance-of-1", test_guidance_of_1);
  sf_test_add_families ("/graphs/text-once", test_text_once);
  sf_test_add_families ("/graphs/one-by-one", test_one_by_one);
  sf_test_add_families ("/graphs/same-conditioning", test_same_conditioning);
  sf_test_add_families ("/graphs/strips", test_strips);
  sf_test_add_families ("/graphs/winograd", test_winograd);
  sf_test_add_families ("/graphs/slices", test_slices);
  sf_test_add_families ("/graphs/large-slices", test_large_slices);
  sf_test_add_families ("/graphs/memory", test_memory);
  sf_test_add_families ("/graphs/short-memory", test_short_memory);
  sf_test_add_families ("/graphs/short-memory-unet", test_short_memory_unet);
  g_test_add_func ("/graphs/short-memory-winograd", test_short_memory_winograd);
  g_test_add_func ("/graphs/limit", test_limit);
  return sf_test_run ();
}
