/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe/network.h"

#include "probe/values.h"

/* Odd enough to meet every tail: 77 tokens, 40 channels, groups that straddle texels. */
#define ODD_H 4 /* doubled and cropped: 7 and 11 */
#define ODD_W 6
#define ODD_CHANNELS 40
#define ODD_HEADS 1

/* Whole matrices only, and heads of 40, 80, 160 and 480. */
#define EVEN_SIDE 4 /* doubled: 8 */
#define EVEN_CHANNELS 480
#define EVEN_OUT 48

/* A graph that is being built; the first weight that there is no memory for is the last one. */
typedef struct
{
  /* Owned */
  SfWeightStore *store;
  SfGraph *graph;
  GError *error;

  guint32 seed;
} Builder;

static SfTensor *
matrix (Builder *self, guint out, guint in, SfTaps taps)
{
  return self->error == NULL
             ? sf_trial_matrix (self->store, out, in, taps, ++self->seed, &self->error)
             : NULL;
}

static SfTensor *
vector (Builder *self, guint n)
{
  return self->error == NULL ? sf_trial_vector (self->store, n, ++self->seed, &self->error) : NULL;
}

/* In F32, so that Winograd's convolutions agree with the plain ones of the other family. */
static SfTensor *
winograd (Builder *self, SfTaps taps)
{
  g_autofree float *values = sf_trial_numbers (ODD_CHANNELS * ODD_CHANNELS * 9, ++self->seed);

  if (sf_graph_caps (self->graph)->family != SF_FAMILY_TEXEL)
    taps = SF_TAPS_3X3;
  return self->error == NULL
             ? sf_weight_store_matrix (self->store, SF_DTYPE_F32, ODD_CHANNELS, ODD_CHANNELS, taps,
                                       sf_floats (values), &self->error)
             : NULL;
}

/* x → conv2d, doubled → matmul → conv2d, twice → group norm → attention → out */
static SfTensor *
build_odd (Builder *self, SfTensor *x)
{
  const SfConv2d conv = SF_CONV2D_3X3;
  const SfConv2d up = { 1, 2, 1, 1, 1, 1 };
  SfTensor *doubled = winograd (self, SF_TAPS_WINOGRAD_DOUBLED);
  SfTensor *linear = matrix (self, ODD_CHANNELS, ODD_CHANNELS, 1);
  SfTensor *kernel = matrix (self, ODD_CHANNELS, ODD_CHANNELS, 9);
  SfTensor *second = winograd (self, SF_TAPS_WINOGRAD);
  SfTensor *gamma = vector (self, ODD_CHANNELS), *beta = vector (self, ODD_CHANNELS);

  if (self->error != NULL)
    return NULL;
  SfTensor *h = sf_conv2d (self->graph, x, doubled, &up, NULL);
  h = sf_matmul (self->graph, h, linear, NULL);
  h = sf_conv2d (self->graph, h, kernel, &conv, NULL);
  h = sf_conv2d (self->graph, h, second, &conv, NULL);
  h = sf_group_norm (self->graph, h, NULL, gamma, beta, 8, 1e-5f, TRUE);
  return sf_attention (self->graph, h, h, h, ODD_HEADS, FALSE);
}

/* x + to_out (attention (norm (x))), as a transformer has it. */
static SfTensor *
build_attention (Builder *self, SfTensor *x, guint heads)
{
  SfTensor *gamma = vector (self, EVEN_CHANNELS), *beta = vector (self, EVEN_CHANNELS);
  SfTensor *qkv = matrix (self, 3 * EVEN_CHANNELS, EVEN_CHANNELS, 1);
  SfTensor *out = matrix (self, EVEN_CHANNELS, EVEN_CHANNELS, 1);
  SfEpilogue epilogue = { .bias = vector (self, EVEN_CHANNELS), .residual = x };

  if (self->error != NULL)
    return NULL;
  SfTensor *h = sf_layer_norm (self->graph, x, gamma, beta, 1e-5f);
  h = sf_matmul (self->graph, h, qkv, NULL);
  h = sf_attention_packed (self->graph, &(SfChannels){ h, 0 }, &(SfChannels){ h, EVEN_CHANNELS },
                           &(SfChannels){ h, 2 * EVEN_CHANNELS }, EVEN_CHANNELS, heads, FALSE);
  return sf_matmul (self->graph, h, out, &epilogue);
}

/* One long sum and a short one, after a norm. */
static SfTensor *
build_convolutions (Builder *self, SfTensor *x)
{
  const SfConv2d conv = SF_CONV2D_3X3;
  SfTensor *gamma = vector (self, EVEN_CHANNELS), *beta = vector (self, EVEN_CHANNELS);
  SfTensor *first = matrix (self, EVEN_OUT, EVEN_CHANNELS, 9);
  SfTensor *second = matrix (self, EVEN_OUT, EVEN_OUT, 9);
  SfEpilogue epilogue = { .bias = vector (self, EVEN_OUT), .shift = vector (self, EVEN_OUT) };

  if (self->error != NULL)
    return NULL;
  SfTensor *h = sf_group_norm (self->graph, x, NULL, gamma, beta, 32, 1e-5f, TRUE);
  h = sf_conv2d (self->graph, h, first, &conv, &epilogue);
  epilogue.residual = h;
  return sf_conv2d (self->graph, h, second, &conv, &epilogue);
}

/* Of which the storage family makes sums over parts of K. */
static SfTensor *
build_doubled (Builder *self, SfTensor *x)
{
  const SfConv2d up = { .stride = 1, .upsample = 2, .pad_begin = 1, .pad_end = 1 };
  SfTensor *weight = matrix (self, EVEN_CHANNELS, EVEN_CHANNELS, SF_TAPS_WINOGRAD_DOUBLED);

  return weight != NULL ? sf_conv2d (self->graph, x, weight, &up, NULL) : NULL;
}

static SfTensor *
build_even (Builder *self, SfTensor *x)
{
  const guint dims[] = { 40, 80, 160, EVEN_CHANNELS };

  x = build_doubled (self, x);
  for (guint i = 0; i < G_N_ELEMENTS (dims) && x != NULL; i++)
    x = build_attention (self, x, EVEN_CHANNELS / dims[i]);
  return x != NULL ? build_convolutions (self, x) : NULL;
}

/* Values of a network that are known: every so many of those that a trial keeps. */
#define KNOWN 20
#define KNOWN_TOLERANCE 1e-2 /* of a network of halves; what goes wrong is off by far more */

typedef struct
{
  guint h, w, channels; /* of what goes in */
  guint out_h, out_w, out;
  SfTensor *(*build) (Builder *self, SfTensor *x);
  float known[KNOWN];
} Network;

/* The known values are those of lavapipe's texel kernels, which the op tests hold against plain
 * loops: tests/probe/test-network.c prints and compares them. */
static const Network odd = {
  ODD_H,
  ODD_W,
  ODD_CHANNELS,
  2 * ODD_H - 1,
  2 * ODD_W - 1,
  ODD_CHANNELS,
  build_odd,
  { -0.112539f,  0.0476107f, -0.0852667f, 0.00473319f, 0.0666994f,  0.0829324f, -0.0446807f,
    -0.0594473f, -0.128126f, 0.206239f,   0.120145f,   -0.0294887f, 0.122789f,  0.312993f,
    0.209033f,   0.240761f,  0.104054f,   -0.107546f,  -0.0124559f, 0.26059f },
};

static const Network even = {
  EVEN_SIDE,
  EVEN_SIDE,
  EVEN_CHANNELS,
  2 * EVEN_SIDE,
  2 * EVEN_SIDE,
  EVEN_OUT,
  build_even,
  { 12.2544f, -16.6652f, -38.5718f, -24.169f, 23.4487f,  27.4817f,  -43.4217f,
    -40.47f,  -23.926f,  12.0385f,  31.9042f, -35.4268f, -47.3654f, -31.7724f,
    16.1705f, 26.7175f,  -9.10511f, -34.87f,  -17.3352f, 28.4147f },
};

static gboolean
is_known (const Network *network, const float *values, guint n)
{
  float got[KNOWN];

  for (guint i = 0; i < KNOWN; i++)
    got[i] = values[i * n / KNOWN];
  return sf_trial_near (got, network->known, KNOWN, KNOWN_TOLERANCE);
}

static gboolean
run_built (const Network *network, Builder *self, float *values, guint n, guint32 *digest)
{
  g_autofree float *input = sf_trial_numbers (network->h * network->w * network->channels, 5);
  SfTensor *x
      = sf_graph_tensor (self->graph, SF_TENSOR_HOST, 1, network->h, network->w, network->channels);
  SfTensor *out = sf_graph_tensor (self->graph, SF_TENSOR_HOST, 1, network->out_h, network->out_w,
                                   network->out);
  SfTensor *last = network->build (self, x);

  if (last == NULL)
    return FALSE;
  sf_copy (self->graph, last, out);
  return sf_graph_prepare (self->graph, &self->error) && sf_tensor_write (x, input, &self->error)
         && sf_graph_run (self->graph, NULL, &self->error)
         && sf_trial_read (out, values, n, digest, &self->error);
}

/* Leaves @n values from @values on. */
static gboolean
run (const Network *network, SfDevice *device, SfTrial *trial, float *values, guint n,
     GError **error)
{
  g_autoptr (SfWeightStore) store = sf_weight_store_new (device);
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_DEFAULT);
  Builder builder = { .store = store, .graph = graph };
  gboolean ok = run_built (network, &builder, values, n, &trial->digest);

  if (!ok)
    g_propagate_error (error, builder.error);
  trial->right = trial->right && is_known (network, values, n);
  return ok;
}

gboolean
sf_trial_network (SfDevice *device, gboolean both, SfTrial *trial, GError **error)
{
  const guint n = SF_TRIAL_VALUES, half = n / 2;

  if (!both)
    return run (&odd, device, trial, trial->values, n, error);
  return run (&odd, device, trial, trial->values, half, error)
         && run (&even, device, trial, trial->values + half, n - half, error);
}
