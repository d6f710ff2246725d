/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/parts.h"

#include <string.h>

#include "nn/attention.h"

/* What a case builds with; @size is the case's. */
typedef struct
{
  SfBench *bench;
  SfGraph *graph;
  SfWeightStore *store;
  const guint *size;
  GPtrArray *inputs; /* of SfTensor */
} Site;

typedef struct
{
  const char *name;
  /* Returns: (nullable): the op's output. */
  SfTensor *(*build) (const Site *site, GError **error);
  char *(*describe) (const guint *size);
} Kind;

static SfTensor *
input (const Site *site, guint n, guint h, guint w, guint c)
{
  SfTensor *x = sf_graph_tensor (site->graph, SF_TENSOR_STATE, n, h, w, c);

  g_ptr_array_add (site->inputs, x);
  return x;
}

static SfTensor *
vector (const Site *site, guint n, GError **error)
{
  g_autofree float *zeros = g_new0 (float, n);

  return sf_weight_store_vector (site->store, n, zeros, error);
}

/* rows × k → c */
static SfTensor *
build_matmul (const Site *site, GError **error)
{
  const guint *s = site->size;
  SfTensor *weight = sf_weight_store_blank_matrix (site->store, s[2], s[1], SF_TAPS_1X1, error);

  return weight ? sf_matmul (site->graph, input (site, 1, 1, s[0], s[1]), weight, NULL) : NULL;
}

/* n × side × side × k → c */
static SfTensor *
build_conv (const Site *site, const SfConv2d *conv, GError **error)
{
  const guint *s = site->size;
  gboolean large = s[1] > 128; /* as the VAE's are */
  const SfCaps *caps = sf_weight_store_caps (site->store);
  SfTaps taps = sf_conv2d_taps (caps, s[3], s[2], conv, large);
  SfTensor *weight = sf_weight_store_blank_matrix (site->store, s[3], s[2], taps, error);

  return weight ? sf_conv2d (site->graph, input (site, s[0], s[1], s[1], s[2]), weight, conv, NULL)
                : NULL;
}

static SfTensor *
build_conv2d (const Site *site, GError **error)
{
  const SfConv2d conv = SF_CONV2D_3X3;

  return build_conv (site, &conv, error);
}

/* To half the side. */
static SfTensor *
build_conv2d_down (const Site *site, GError **error)
{
  const SfConv2d conv = { .stride = 2, .upsample = 1, .pad_begin = 1, .pad_end = 1 };

  return build_conv (site, &conv, error);
}

/* To twice the side. */
static SfTensor *
build_conv2d_up (const Site *site, GError **error)
{
  const SfConv2d conv = { .stride = 1, .upsample = 2, .pad_begin = 1, .pad_end = 1 };

  return build_conv (site, &conv, error);
}

/* n × queries × keys, heads of d */
static SfTensor *
build_heads (const Site *site, gboolean causal)
{
  const guint *s = site->size;
  SfTensor *q = input (site, s[0], 1, s[1], s[3] * s[4]);
  SfTensor *k = input (site, s[0], 1, s[2], s[3] * s[4]);
  SfTensor *v = input (site, s[0], 1, s[2], s[3] * s[4]);

  return sf_attention (site->graph, q, k, v, s[3], causal);
}

static SfTensor *
build_attention (const Site *site, GError **error)
{
  return build_heads (site, FALSE);
}

static SfTensor *
build_causal (const Site *site, GError **error)
{
  return build_heads (site, TRUE);
}

/* n × side × side × c, heads, tokens merged in percent: with its projections, which merging saves
 * too */
static SfTensor *
build_self_attention (const Site *site, GError **error)
{
  const guint *s = site->size;
  SfTensor *x = input (site, s[0], s[1], s[1], s[2]);
  SfTensor *qkv = sf_weight_store_blank_matrix (site->store, 3 * s[2], s[2], SF_TAPS_1X1, error);
  SfTensor *out
      = qkv ? sf_weight_store_blank_matrix (site->store, s[2], s[2], SF_TAPS_1X1, error) : NULL;
  const SfSelfAttention layer = { { qkv, NULL }, { out, NULL }, s[3] };

  return out ? sf_self_attention_build_merging (&layer, site->graph, x, s[4] / 100.0, 0, x) : NULL;
}

/* n × side × side × c */
static SfTensor *
build_group_norm (const Site *site, GError **error)
{
  const guint *s = site->size;
  SfTensor *gamma = vector (site, s[2], error);
  SfTensor *beta = gamma ? vector (site, s[2], error) : NULL;

  return beta ? sf_group_norm (site->graph, input (site, s[0], s[1], s[1], s[2]), NULL, gamma, beta,
                               32, 1e-5f, TRUE)
              : NULL;
}

/* rows × c */
static SfTensor *
build_layer_norm (const Site *site, GError **error)
{
  const guint *s = site->size;
  SfTensor *gamma = vector (site, s[1], error);
  SfTensor *beta = gamma ? vector (site, s[1], error) : NULL;

  return beta ? sf_layer_norm (site->graph, input (site, 1, 1, s[0], s[1]), gamma, beta, 1e-5f)
              : NULL;
}

/* rows × in → out, of twice as many */
static SfTensor *
build_geglu (const Site *site, GError **error)
{
  const SfEpilogue epilogue = { .activation = SF_ACTIVATION_GEGLU };
  const guint *s = site->size;
  SfTensor *weight = sf_weight_store_blank_matrix (site->store, 2 * s[2], s[1], SF_TAPS_1X1, error);

  return weight ? sf_matmul (site->graph, input (site, 1, 1, s[0], s[1]), weight, &epilogue) : NULL;
}

/* n × tokens × c, of a table of rows */
static SfTensor *
build_embed (const Site *site, GError **error)
{
  const guint *s = site->size;
  g_autofree float *zeros = g_new0 (float, (gsize)s[3] * s[2]);
  SfTensor *table
      = sf_weight_store_table (site->store, SF_DTYPE_F16, s[3], s[2], sf_floats (zeros), error);
  SfTensor *places = table != NULL ? sf_weight_store_table (site->store, SF_DTYPE_F16, s[1], s[2],
                                                            sf_floats (zeros), error)
                                   : NULL;

  return places ? sf_embed (site->graph, input (site, s[0], 1, s[1], 1), table, places) : NULL;
}

static SfTensor *
build_copy (const Site *site, GError **error)
{
  const guint *s = site->size;
  SfTensor *out = input (site, s[0], s[1], s[1], s[2]);

  sf_copy (site->graph, input (site, s[0], s[1], s[1], s[2]), out);
  return out;
}

static SfTensor *
build_affine (const Site *site, GError **error)
{
  const guint *s = site->size;

  return sf_affine (site->graph, input (site, s[0], s[1], s[1], s[2]), 2, -1);
}

/* --- Around the U-Net: n branches × side × side × c ------------------------------------------- */

static SfTensor *
build_scale_input (const Site *site, GError **error)
{
  const guint *s = site->size;

  return sf_scale_input (site->graph, input (site, 1, s[1], s[1], s[2]), input (site, 1, 1, 1, 8),
                         s[0]);
}

static SfTensor *
build_guide (const Site *site, GError **error)
{
  const guint *s = site->size;
  SfTensor *denoised = input (site, 1, s[1], s[1], s[2]);

  sf_guide (site->graph, input (site, 1, s[1], s[1], s[2]), input (site, s[0], s[1], s[1], s[2]),
            input (site, 1, 1, 1, 8), denoised);
  return denoised;
}

static SfTensor *
build_mix (const Site *site, GError **error)
{
  const guint *s = site->size;
  SfTensor *slots[SF_MIX_SLOTS];

  for (guint i = 0; i < SF_MIX_SLOTS; i++)
    slots[i] = input (site, s[0], s[1], s[1], s[2]);
  sf_mix (site->graph, slots, input (site, s[0], s[1], s[1], s[2]),
          input (site, 1, 1, SF_MIX_SLOTS + 1, 8));
  return slots[0];
}

static SfTensor *
build_latent_rgb (const Site *site, GError **error)
{
  const guint *s = site->size;
  SfTensor *rgb = input (site, s[0], s[1], s[1], 3);

  sf_latent_rgb (site->graph, input (site, s[0], s[1], s[1], s[2]), input (site, 1, 1, s[2] + 1, 3),
                 rgb);
  return rgb;
}

/* --- Cases ------------------------------------------------------------------------------------ */

static char *
describe_matmul (const guint *s)
{
  return g_strdup_printf ("%u × %u → %u", s[0], s[1], s[2]);
}

static char *
describe_conv2d (const guint *s)
{
  return g_strdup_printf ("%u × %u² × %u → %u", s[0], s[1], s[2], s[3]);
}

static char *
describe_attention (const guint *s)
{
  return g_strdup_printf ("%u × %u × %u, %u heads of %u", s[0], s[1], s[2], s[3], s[4]);
}

static char *
describe_self_attention (const guint *s)
{
  return g_strdup_printf ("%u × %u² × %u, %u %% merged", s[0], s[1], s[2], s[4]);
}

static char *
describe_picture (const guint *s)
{
  return g_strdup_printf ("%u × %u² × %u", s[0], s[1], s[2]);
}

static char *
describe_tokens (const guint *s)
{
  return g_strdup_printf ("%u × %u × %u of %u", s[0], s[1], s[2], s[3]);
}

static char *
describe_rows (const guint *s)
{
  return g_strdup_printf ("%u × %u", s[0], s[1]);
}

static const Kind matmul = { "matmul", build_matmul, describe_matmul };
static const Kind conv2d = { "conv2d", build_conv2d, describe_conv2d };
static const Kind conv2d_down = { "conv2d to a half", build_conv2d_down, describe_conv2d };
static const Kind conv2d_up = { "conv2d to twice", build_conv2d_up, describe_conv2d };
static const Kind attention = { "attention", build_attention, describe_attention };
static const Kind self_attention
    = { "self-attention", build_self_attention, describe_self_attention };
static const Kind group_norm = { "group_norm + SiLU", build_group_norm, describe_picture };
static const Kind layer_norm = { "layer_norm", build_layer_norm, describe_rows };
static const Kind geglu = { "matmul + GEGLU", build_geglu, describe_matmul };
static const Kind causal = { "causal attention", build_causal, describe_attention };
static const Kind embed = { "embed", build_embed, describe_tokens };
static const Kind copy = { "copy", build_copy, describe_picture };
static const Kind affine = { "affine", build_affine, describe_picture };
static const Kind scale_input = { "scale_input", build_scale_input, describe_picture };
static const Kind guide = { "guide", build_guide, describe_picture };
static const Kind mix = { "mix", build_mix, describe_picture };
static const Kind latent_rgb = { "latent_rgb", build_latent_rgb, describe_picture };

/* With guidance, so two branches; of 512² for Stable Diffusion 1.5 and 1024² for XL. Text encoder
 * and VAE are much the same in both: theirs are here once, the VAE's of 512² and for one picture.
 */
static const struct
{
  const Kind *kind;
  guint size[5];
} cases[] = {
  /* 1.5's transformers at 64², 32², 16² and 8², and their context. */
  { &matmul, { 8192, 320, 320 } },
  { &matmul, { 8192, 320, 960 } },
  { &matmul, { 8192, 1280, 320 } },
  { &matmul, { 2048, 640, 640 } },
  { &matmul, { 2048, 640, 1920 } },
  { &matmul, { 2048, 2560, 640 } },
  { &matmul, { 512, 1280, 1280 } },
  { &matmul, { 512, 1280, 10240 } },
  { &matmul, { 512, 5120, 1280 } },
  { &matmul, { 128, 1280, 1280 } },
  { &matmul, { 128, 1280, 10240 } },
  { &matmul, { 154, 768, 320 } },
  { &matmul, { 154, 768, 1280 } },
  /* XL's at 64² and 32², and their context. */
  { &matmul, { 8192, 640, 640 } },
  { &matmul, { 8192, 640, 5120 } },
  { &matmul, { 8192, 2560, 640 } },
  { &matmul, { 2048, 1280, 1280 } },
  { &matmul, { 2048, 1280, 10240 } },
  { &matmul, { 2048, 5120, 1280 } },
  { &matmul, { 154, 2048, 640 } },
  { &matmul, { 154, 2048, 1280 } },
  /* The time embedding, and the text encoder. */
  { &matmul, { 2, 1280, 1280 } },
  { &matmul, { 154, 768, 3072 } },
  { &matmul, { 154, 3072, 768 } },
  /* 1.5's resnets, down and up. */
  { &conv2d, { 2, 64, 4, 320 } },
  { &conv2d, { 2, 64, 320, 320 } },
  { &conv2d, { 2, 64, 640, 320 } },
  { &conv2d, { 2, 64, 960, 320 } },
  { &conv2d, { 2, 64, 320, 4 } },
  { &conv2d, { 2, 32, 640, 640 } },
  { &conv2d, { 2, 32, 1280, 640 } },
  { &conv2d, { 2, 32, 1920, 640 } },
  { &conv2d, { 2, 16, 1280, 1280 } },
  { &conv2d, { 2, 16, 2560, 1280 } },
  { &conv2d, { 2, 8, 1280, 1280 } },
  { &conv2d, { 2, 8, 2560, 1280 } },
  { &conv2d_down, { 2, 64, 320, 320 } },
  { &conv2d_up, { 2, 16, 1280, 1280 } },
  { &conv2d_up, { 2, 32, 640, 640 } },
  /* XL's. */
  { &conv2d, { 2, 128, 320, 320 } },
  { &conv2d, { 2, 128, 960, 320 } },
  { &conv2d, { 2, 64, 640, 640 } },
  { &conv2d, { 2, 64, 1920, 640 } },
  { &conv2d, { 2, 32, 1280, 1280 } },
  { &conv2d, { 2, 32, 2560, 1280 } },
  /* The VAE's. */
  { &conv2d, { 1, 64, 512, 512 } },
  { &conv2d, { 1, 256, 256, 256 } },
  { &conv2d, { 1, 512, 128, 128 } },
  { &conv2d, { 1, 512, 128, 3 } },
  { &conv2d_up, { 1, 128, 512, 512 } },
  { &conv2d_up, { 1, 256, 256, 256 } },
  /* 1.5's, to itself and to the text. */
  { &attention, { 2, 4096, 4096, 8, 40 } },
  { &attention, { 2, 1024, 1024, 8, 80 } },
  { &attention, { 2, 256, 256, 8, 160 } },
  { &attention, { 2, 64, 64, 8, 160 } },
  { &attention, { 2, 4096, 77, 8, 40 } },
  { &attention, { 2, 1024, 77, 8, 80 } },
  { &attention, { 2, 256, 77, 8, 160 } },
  { &attention, { 2, 64, 77, 8, 160 } },
  /* XL's, the VAE's, the text encoder's. */
  { &attention, { 2, 4096, 4096, 10, 64 } },
  { &attention, { 2, 1024, 1024, 20, 64 } },
  { &attention, { 2, 4096, 77, 10, 64 } },
  { &attention, { 2, 1024, 77, 20, 64 } },
  { &attention, { 1, 4096, 4096, 1, 512 } },
  { &causal, { 2, 77, 77, 12, 64 } },
  { &self_attention, { 2, 64, 320, 8, 0 } },
  { &self_attention, { 2, 64, 320, 8, 30 } },
  { &self_attention, { 2, 64, 320, 8, 50 } },
  /* What only moves memory: 1.5's, XL's, the VAE's. */
  { &group_norm, { 2, 64, 320 } },
  { &group_norm, { 2, 32, 640 } },
  { &group_norm, { 2, 16, 1280 } },
  { &group_norm, { 2, 128, 320 } },
  { &group_norm, { 2, 64, 640 } },
  { &group_norm, { 1, 512, 128 } },
  { &layer_norm, { 8192, 320 } },
  { &layer_norm, { 2048, 640 } },
  { &layer_norm, { 8192, 640 } },
  { &layer_norm, { 2048, 1280 } },
  { &geglu, { 8192, 320, 1280 } },
  { &geglu, { 2048, 640, 2560 } },
  { &geglu, { 8192, 640, 2560 } },
  { &geglu, { 2048, 1280, 5120 } },
  { &embed, { 2, 77, 768, 154 } }, /* of a table with no more rows than are read */
  { &copy, { 2, 64, 320 } },
  { &affine, { 1, 64, 4 } },
  { &scale_input, { 2, 64, 4 } },
  { &guide, { 2, 64, 4 } },
  { &mix, { 1, 64, 4 } },
  { &latent_rgb, { 1, 64, 4 } },
};

static gboolean
is_asked_for (const SfBench *self, const char *name, const char *shape)
{
  const char *match = self->options->match;

  return match == NULL || strstr (name, match) != NULL || strstr (shape, match) != NULL;
}

static gboolean
bench_case (SfBench *self, const Kind *kind, const guint *size, GError **error)
{
  g_autofree char *shape = kind->describe (size);

  if (!is_asked_for (self, kind->name, shape))
    return TRUE;
  g_autoptr (SfWeightStore) store = sf_weight_store_new (self->device);
  g_autoptr (SfGraph) graph = sf_graph_new (self->device, SF_GRAPH_DERIVE_ONCE);
  g_autoptr (GPtrArray) inputs = g_ptr_array_new ();
  const Site site = { self, graph, store, size, inputs };
  SfTensor *out = kind->build (&site, error);

  if (out == NULL)
    return FALSE;
  sf_graph_keep (graph, out);
  double seconds = sf_bench_time_filled (self, graph, inputs, error);
  if (seconds < 0)
    return FALSE;
  sf_bench_tell_graph (self, graph, "ops", kind->name, shape, seconds);
  return TRUE;
}

gboolean
sf_bench_ops (SfBench *self, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    if (!bench_case (self, cases[i].kind, cases[i].size, error))
      return FALSE;
  return TRUE;
}
