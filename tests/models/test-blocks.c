/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Text encoder, U-Net and VAE against PyTorch, block by block. */

#include "bench.h"

/* What is loaded: a fixture, its matrices as they are in the file or as halves. */
typedef struct
{
  const char *fixture;
  gboolean keep_f32;
  double tolerance;
} Case;

/* "linear" is stored in 16 bits, so that nothing is lost on the way. */
static const Case plain_f32 = { "plain", TRUE, 1e-4 };
static const Case plain_f16 = { "plain", FALSE, 5e-3 };
static const Case linear = { "linear", FALSE, 1e-4 };
/* Activations are rounded to halves before each product. */
static const Case matrix = { "linear", FALSE, 1e-2 };

static void
run (SfGraph *graph)
{
  g_autoptr (GError) error = NULL;

  sf_graph_run (graph, NULL, &error);
  g_assert_no_error (error);
}

static void
prepare (SfGraph *graph)
{
  g_autoptr (GError) error = NULL;

  sf_graph_prepare (graph, &error);
  g_assert_no_error (error);
}

/* What is built and compared, with blocks if the graph keeps them. */
typedef void Walk (Bench *bench, SfGraph *graph, gboolean blocks);

static void
walk_text (Bench *bench, SfGraph *graph, gboolean blocks)
{
  SfTensor *ids = bench_input (bench, graph, "in/ids");
  SfTensor *out = sf_clip_text_build (bench->text, graph, ids);

  sf_graph_keep (graph, out);
  prepare (graph);
  bench_fill (bench, ids, "in/ids");
  run (graph);
  if (blocks)
    bench_compare_blocks (bench, graph, SF_PART_TEXT_ENCODER);
  bench_compare (bench, out, "text_encoder/out");
}

static void
fill_time (Bench *bench, SfTensor *time)
{
  g_autofree float *steps = bench_values (bench, "in/time", NULL);
  g_autofree float *values = g_new (float, time->n * time->c);

  for (guint i = 0; i < time->n; i++)
    sf_unet_time_embedding (&bench->config.unet, steps[i], values + i * time->c);
  sf_test_fill (time, values);
}

static SfTensor *
build_unet (Bench *bench, SfGraph *graph, SfTensor *x, SfTensor *time, SfTensor *context)
{
  g_autoptr (SfUnetText) text = sf_unet_text_new (bench->unet, graph, context->n, context->w);

  sf_unet_build_text (bench->unet, graph, context, text);
  return sf_unet_build (bench->unet, graph, x, time, text, 0, NULL);
}

static void
walk_unet (Bench *bench, SfGraph *graph, gboolean blocks)
{
  SfTensor *x = bench_input (bench, graph, "in/x");
  SfTensor *context = bench_input (bench, graph, "in/context");
  SfTensor *time = sf_test_input (graph, x->n, 1, 1, bench->config.unet.channels[0]);
  SfTensor *out = build_unet (bench, graph, x, time, context);

  sf_graph_keep (graph, out);
  prepare (graph);
  bench_fill (bench, x, "in/x");
  bench_fill (bench, context, "in/context");
  fill_time (bench, time);
  run (graph);
  if (blocks)
    bench_compare_blocks (bench, graph, SF_PART_UNET);
  bench_compare (bench, out, "unet/out");
}

/* One row of the batch, at a size that no halving leaves whole. */
static void
walk_odd (Bench *bench, SfGraph *graph, gboolean blocks)
{
  SfTensor *x = bench_input (bench, graph, "in/odd");
  const SfTensorInfo *rows;
  g_autofree float *first_row = bench_values (bench, "in/context", &rows);
  SfTensor *context = sf_test_input (graph, 1, 1, rows->dims[1], rows->dims[2]);
  SfTensor *time = sf_test_input (graph, 1, 1, 1, bench->config.unet.channels[0]);
  SfTensor *out = build_unet (bench, graph, x, time, context);

  sf_graph_keep (graph, out);
  prepare (graph);
  bench_fill (bench, x, "in/odd");
  sf_test_fill (context, first_row);
  fill_time (bench, time);
  run (graph);
  bench_compare (bench, out, "unet/odd");
}

static void
walk_decoder (Bench *bench, SfGraph *graph, gboolean blocks)
{
  SfTensor *z = bench_input (bench, graph, "in/z");
  SfTensor *out = sf_vae_build_decoder (bench->vae, graph, z, NULL);

  sf_graph_keep (graph, out);
  prepare (graph);
  bench_fill (bench, z, "in/z");
  run (graph);
  if (blocks)
    bench_compare_blocks (bench, graph, SF_PART_VAE);
  bench_compare (bench, out, "vae/decoded");
}

static void
walk_encoder (Bench *bench, SfGraph *graph, gboolean blocks)
{
  SfTensor *image = bench_input (bench, graph, "in/image");
  SfTensor *out = sf_vae_build_encoder (bench->vae, graph, image);

  sf_graph_keep (graph, out);
  prepare (graph);
  bench_fill (bench, image, "in/image");
  run (graph);
  if (blocks)
    bench_compare_blocks (bench, graph, SF_PART_VAE);
  bench_compare (bench, out, "vae/moments");
}

static Walk *const walks[] = { walk_text, walk_unet, walk_odd, walk_decoder, walk_encoder };

static void
walk_all (const Case *c, SfDevice *device, SfGraphFlags flags)
{
  g_autoptr (Bench) bench = bench_new (device, c->fixture, c->keep_f32, c->tolerance);

  for (guint i = 0; i < G_N_ELEMENTS (walks); i++)
    {
      g_autoptr (SfGraph) graph = sf_graph_new (device, flags);
      walks[i](bench, graph, flags & SF_GRAPH_KEEP_ALL);
    }
  if (flags & SF_GRAPH_KEEP_ALL)
    bench_assert_complete (bench);
}

static void
test_plain_f32 (gconstpointer data)
{
  walk_all (&plain_f32, sf_test_device (GPOINTER_TO_UINT (data)), SF_GRAPH_KEEP_ALL);
}

static void
test_plain_f16 (gconstpointer data)
{
  walk_all (&plain_f16, sf_test_device (GPOINTER_TO_UINT (data)), SF_GRAPH_KEEP_ALL);
}

static void
test_linear (gconstpointer data)
{
  walk_all (&linear, sf_test_device (GPOINTER_TO_UINT (data)), SF_GRAPH_KEEP_ALL);
}

/* Memory is given to others as soon as it is free, and is NaN in between. */
static void
test_poison (gconstpointer data)
{
  walk_all (&plain_f32, sf_test_device (GPOINTER_TO_UINT (data)), SF_GRAPH_POISON);
  walk_all (&linear, sf_test_device (GPOINTER_TO_UINT (data)), SF_GRAPH_POISON);
}

/* Whole networks on matrix units: block by block, and with halves in memory between them. */
static void
test_matrix (void)
{
  g_autoptr (SfDevice) device = sf_test_device_matrix_or_skip ();

  if (device == NULL)
    return;
  walk_all (&matrix, device, SF_GRAPH_KEEP_ALL);
  walk_all (&matrix, device, SF_GRAPH_POISON);
}

/* What has become one matrix is still found by the names of its parts. */
static void
test_stacks (void)
{
  const char *const names[] = { "to_q", "to_k", "to_v" };
  g_autoptr (Bench) bench = bench_new (sf_test_device (SF_FAMILY_AUTO), "plain", TRUE, 0);
  guint channels = bench->config.unet.channels[0];
  SfTensor *stack = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = g_strconcat ("down_blocks.0.attentions.0.transformer_blocks.0.attn1.",
                                           names[i], ".weight", NULL);
      guint first = 99;
      SfTensor *found = sf_loader_lookup (bench->loader, SF_PART_UNET, name, &first);
      g_assert_nonnull (found);
      g_assert_cmpuint (first, ==, i * channels);
      g_assert_cmpuint (found->c, ==, 3 * channels);
      g_assert_true (stack == NULL || found == stack);
      stack = found;
    }
}

int
main (int argc, char **argv)
{
  gboolean small = sf_test_small (argc, argv), large = sf_test_large (argc, argv);

  g_test_init (&argc, &argv, NULL);
  if (small)
    {
      g_test_add_func ("/models/blocks/stacks", test_stacks);
      sf_test_add_families ("/models/blocks/plain", test_plain_f32);
      sf_test_add_families ("/models/blocks/linear", test_linear);
    }
  if (large)
    {
      sf_test_add_families ("/models/blocks/halves", test_plain_f16);
      sf_test_add_families ("/models/blocks/poison", test_poison);
      g_test_add_func ("/models/blocks/matrix", test_matrix);
    }
  return sf_test_run ();
}
