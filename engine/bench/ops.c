/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/parts.h"
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
  SfTensor *weight = sf_weight_store_blank_matrix (site->store, s[2], s[1], 1, error);

  return weight ? sf_matmul (site->graph, input (site, 1, 1, s[0], s[1]), weight, NULL) : NULL;
}

/* n × side × side × k → c */
static SfTensor *
build_conv2d (const Site *site, GError **error)
{
  const SfConv2d conv = SF_CONV2D_3X3;
  const guint *s = site->size;
  SfTensor *weight = sf_weight_store_blank_matrix (site->store, s[3], s[2], 9, error);

  return weight ? sf_conv2d (site->graph, input (site, s[0], s[1], s[1], s[2]), weight, &conv, NULL)
                : NULL;
}

/* n × queries × keys, heads of d */
static SfTensor *
build_attention (const Site *site, GError **error)
{
  const guint *s = site->size;
  SfTensor *q = input (site, s[0], 1, s[1], s[3] * s[4]);
  SfTensor *k = input (site, s[0], 1, s[2], s[3] * s[4]);
  SfTensor *v = input (site, s[0], 1, s[2], s[3] * s[4]);

  return sf_attention (site->graph, q, k, v, s[3], FALSE);
}

/* n × side × side × c, heads, tokens merged in percent: with its projections, which merging saves
 * too */
static SfTensor *
build_self_attention (const Site *site, GError **error)
{
  const guint *s = site->size;
  SfTensor *x = input (site, s[0], s[1], s[1], s[2]);
  SfTensor *qkv = sf_weight_store_blank_matrix (site->store, 3 * s[2], s[2], 1, error);
  SfTensor *out = qkv ? sf_weight_store_blank_matrix (site->store, s[2], s[2], 1, error) : NULL;
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
  SfTensor *weight = sf_weight_store_blank_matrix (site->store, 2 * s[2], s[1], 1, error);

  return weight ? sf_matmul (site->graph, input (site, 1, 1, s[0], s[1]), weight, &epilogue) : NULL;
}

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
describe_rows (const guint *s)
{
  return g_strdup_printf ("%u × %u", s[0], s[1]);
}

static const Kind matmul = { "matmul", build_matmul, describe_matmul };
static const Kind conv2d = { "conv2d", build_conv2d, describe_conv2d };
static const Kind attention = { "attention", build_attention, describe_attention };
static const Kind self_attention
    = { "self-attention", build_self_attention, describe_self_attention };
static const Kind group_norm = { "group_norm + SiLU", build_group_norm, describe_picture };
static const Kind layer_norm = { "layer_norm", build_layer_norm, describe_rows };
static const Kind geglu = { "matmul + GEGLU", build_geglu, describe_matmul };

/* With guidance, so two branches; of 512² for SD 1.5 and 1024² for SDXL, with the VAE's attention,
 * which has one branch. */
static const struct
{
  const Kind *kind;
  guint size[5];
} cases[] = {
  { &matmul, { 8192, 320, 320 } },
  { &matmul, { 8192, 320, 960 } },
  { &matmul, { 8192, 1280, 320 } },
  { &matmul, { 2048, 640, 640 } },
  { &matmul, { 2048, 640, 1920 } },
  { &matmul, { 2048, 2560, 640 } },
  { &matmul, { 512, 1280, 1280 } },
  { &matmul, { 512, 1280, 10240 } },
  { &matmul, { 512, 5120, 1280 } },
  { &matmul, { 154, 768, 320 } },
  { &matmul, { 154, 2048, 1280 } },   /* SDXL's context */
  { &matmul, { 2048, 1280, 10240 } }, /* SDXL's 32² */
  { &conv2d, { 2, 64, 320, 320 } },
  { &conv2d, { 2, 64, 960, 320 } },
  { &conv2d, { 2, 32, 640, 640 } },
  { &conv2d, { 2, 32, 1920, 640 } },
  { &conv2d, { 2, 16, 1280, 1280 } },
  { &conv2d, { 2, 16, 2560, 1280 } },
  { &conv2d, { 2, 8, 1280, 1280 } },
  { &conv2d, { 2, 128, 320, 320 } }, /* SDXL */
  { &conv2d, { 1, 64, 512, 512 } },  /* the VAE */
  { &conv2d, { 1, 512, 128, 128 } },
  { &attention, { 2, 4096, 4096, 8, 40 } },
  { &attention, { 2, 1024, 1024, 8, 80 } },
  { &attention, { 2, 256, 256, 8, 160 } },
  { &attention, { 2, 4096, 77, 8, 40 } },
  { &attention, { 2, 1024, 77, 8, 80 } },
  { &attention, { 2, 256, 77, 8, 160 } },
  { &attention, { 2, 4096, 4096, 10, 64 } }, /* SDXL */
  { &attention, { 2, 1024, 1024, 20, 64 } },
  { &attention, { 2, 4096, 77, 10, 64 } },
  { &attention, { 1, 4096, 4096, 1, 512 } }, /* the VAE */
  { &self_attention, { 2, 64, 320, 8, 0 } },
  { &self_attention, { 2, 64, 320, 8, 30 } },
  { &self_attention, { 2, 64, 320, 8, 50 } },
  { &group_norm, { 2, 64, 320 } },
  { &group_norm, { 2, 32, 640 } },
  { &group_norm, { 1, 512, 128 } },
  { &layer_norm, { 8192, 320 } },
  { &layer_norm, { 2048, 640 } },
  { &geglu, { 8192, 320, 1280 } },
  { &geglu, { 2048, 640, 2560 } },
};

static gboolean
bench_case (SfBench *self, const Kind *kind, const guint *size, GError **error)
{
  g_autoptr (SfWeightStore) store = sf_weight_store_new (self->device);
  g_autoptr (SfGraph) graph = sf_graph_new (self->device, SF_GRAPH_DEFAULT);
  g_autoptr (GPtrArray) inputs = g_ptr_array_new ();
  const Site site = { self, graph, store, size, inputs };
  SfTensor *out = kind->build (&site, error);
  g_autofree char *shape = kind->describe (size);

  if (out == NULL)
    return FALSE;
  sf_graph_keep (graph, out);
  return sf_bench_graph (self, graph, inputs, "ops", kind->name, shape, error);
}

gboolean
sf_bench_ops (SfBench *self, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    if (!bench_case (self, cases[i].kind, cases[i].size, error))
      return FALSE;
  return TRUE;
}
