/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/pipeline.h"

#include "base/error.h"

/* What a plan is made for. */
typedef struct
{
  SfPipeline *pipeline;
  const SfModel *model;
  SfDevice *device;
  SfGraphFlags flags;
  guint64 limit;  /* 0 for none */
  gboolean given; /* by the user */
  GCancellable *cancellable;
} Plan;

/* --- How much is needed ----------------------------------------------------------------------- */

enum
{
  CONDITIONER = 1 << 0,
  DENOISER = 1 << 1,
  DECODER = 1 << 2,
  ALL = CONDITIONER | DENOISER | DECODER
};

/* More than any device has: of a way that has a tensor larger than an allocation may be. */
#define IMPOSSIBLE G_MAXUINT64

/* Of weights, of what the host shares with all graphs, and of the arena that @which need. */
static guint64
planned_bytes (const Plan *plan, guint which)
{
  SfPipeline *self = plan->pipeline;
  g_autoptr (SfArena) arena = sf_arena_new (plan->device);
  SfGraph *graphs[]
      = { sf_conditioner_graph (self->conditioner), sf_denoiser_graph (self->denoiser), NULL };
  guint64 bytes = sf_weight_store_bytes (plan->model->weights);

  if (self->decoder != NULL)
    graphs[2] = sf_decoder_graph (self->decoder);
  else if (which & DECODER)
    return IMPOSSIBLE;
  if (self->shape.tiny != NULL)
    bytes += sf_tiny_decoder_bytes (self->shape.tiny);
  for (guint i = 0; i < G_N_ELEMENTS (graphs) && graphs[i] != NULL; i++)
    {
      bytes += sf_graph_host_bytes (graphs[i]);
      if (which & (1u << i))
        sf_graph_use_arena (graphs[i], arena);
    }
  return bytes + sf_arena_bytes (arena);
}

static gboolean
fits (const Plan *plan, guint64 bytes)
{
  return bytes != IMPOSSIBLE && (plan->limit == 0 || bytes <= plan->limit);
}

/* --- Ways ------------------------------------------------------------------------------------- */

static gboolean
plan_conditioner (const Plan *plan, GError **error)
{
  SfPipeline *self = plan->pipeline;
  guint chunks = self->shape.chunks * self->shape.branches;

  self->conditioner
      = sf_conditioner_new (plan->model, plan->device, NULL, plan->flags, chunks, error);
  return self->conditioner != NULL;
}

static gboolean
plan_denoiser (const Plan *plan, gboolean derive_each, gboolean one_by_one, GError **error)
{
  SfPipeline *self = plan->pipeline;
  const SfDenoiserShape shape = {
    .height = self->shape.height,
    .width = self->shape.width,
    .branches = self->shape.branches,
    .tokens = self->shape.chunks * plan->model->config.text.places,
    .with_cache = self->shape.with_cache,
    .merging = self->shape.merging,
    .same = self->shape.same,
    .one_by_one = one_by_one,
    .derive_each = derive_each,
  };

  g_clear_pointer (&self->denoiser, sf_denoiser_free);
  self->one_by_one = one_by_one;
  self->derive_each = derive_each;
  self->denoiser = sf_denoiser_new (plan->model, plan->device, NULL, plan->flags, &shape, error);
  return self->denoiser != NULL;
}

/* Leaves no decoder where it is impossible. */
static gboolean
plan_decoder (const Plan *plan, const SfVaeStrips *strips, GError **error)
{
  SfPipeline *self = plan->pipeline;

  g_clear_pointer (&self->decoder, sf_decoder_free);
  self->strips = *strips;
  self->decoder = sf_decoder_new (plan->model, self->shape.tiny, plan->device, NULL, plan->flags,
                                  self->shape.height, self->shape.width, &self->strips, error);
  return self->decoder != NULL;
}

/* --- Choosing --------------------------------------------------------------------------------- */

/* Tries more and more strips, as long as they help and can be had. Returns: the bytes of the last
 * try. */
static guint64
try_strips (const Plan *plan, guint levels)
{
  guint64 before = IMPOSSIBLE, bytes = IMPOSSIBLE;

  for (guint n = 2; n / 2 < plan->pipeline->shape.height; n *= 2)
    {
      plan_decoder (plan, &(SfVaeStrips){ levels, n }, NULL);
      bytes = planned_bytes (plan, DECODER);
      if (fits (plan, bytes) || (bytes != IMPOSSIBLE && bytes > before / 100 * 99))
        break;
      before = bytes;
    }
  return bytes;
}

/* Strips of as few levels as possible, since each costs time. */
static gboolean
choose_decoder (const Plan *plan, GError **error)
{
  guint most = plan->pipeline->shape.tiny == NULL ? sf_vae_max_strip_levels (plan->model->vae) : 0;
  guint64 bytes = planned_bytes (plan, DECODER), least = bytes;
  SfVaeStrips best = { 0 };

  for (guint levels = 1; levels <= most && !fits (plan, bytes); levels++)
    {
      bytes = try_strips (plan, levels);
      if (bytes < least)
        {
          least = bytes;
          best = plan->pipeline->strips;
        }
    }
  return fits (plan, bytes) || plan_decoder (plan, &best, error);
}

/* What costs least time first. */
static gboolean
choose_denoiser (const Plan *plan, GError **error)
{
  const SfShape *shape = &plan->pipeline->shape;

  if (fits (plan, planned_bytes (plan, DENOISER)))
    return TRUE;
  if (!plan_denoiser (plan, TRUE, FALSE, error))
    return FALSE;
  if (shape->branches == 1 || shape->same || fits (plan, planned_bytes (plan, DENOISER)))
    return TRUE;
  return plan_denoiser (plan, TRUE, TRUE, error);
}

/* Each graph has to fit by itself, as they share their memory. */
static gboolean
choose (const Plan *plan, GError **error)
{
  if (!plan_conditioner (plan, error) || !plan_denoiser (plan, FALSE, FALSE, error))
    return FALSE;
  plan_decoder (plan, &(SfVaeStrips){ 0 }, NULL);
  return choose_denoiser (plan, error) && choose_decoder (plan, error);
}

static gboolean
check_memory (const Plan *plan, GError **error)
{
  guint64 needed = plan->pipeline->bytes;
  const char *whose = plan->given ? "the limit is" : "the device has left";
  const char *advice
      = plan->pipeline->shape.chunks > 1 ? "a smaller size or a shorter prompt" : "a smaller size";

  if (fits (plan, needed))
    return TRUE;
  g_autofree char *needs = g_format_size (needed);
  g_autofree char *has = g_format_size (plan->limit);
  g_set_error (error, SF_ERROR, SF_ERROR_MEMORY,
               "This picture needs %s of memory and %s %s; choose %s.", needs, whose, has, advice);
  return FALSE;
}

/* All kernels of all graphs are under way before the first is waited for. */
static gboolean
record (const Plan *plan, GError **error)
{
  SfPipeline *self = plan->pipeline;
  SfGraph *graphs[] = { sf_conditioner_graph (self->conditioner),
                        sf_denoiser_graph (self->denoiser), sf_decoder_graph (self->decoder) };

  for (guint i = 0; i < G_N_ELEMENTS (graphs); i++)
    if (!sf_graph_compile (graphs[i], error))
      return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (graphs); i++)
    if (!sf_graph_record (graphs[i], plan->cancellable, error))
      return FALSE;
  return TRUE;
}

gboolean
sf_shape_equal (const SfShape *a, const SfShape *b)
{
  return a->height == b->height && a->width == b->width && a->chunks == b->chunks
         && a->branches == b->branches && a->same == b->same && a->with_cache == b->with_cache
         && a->merging == b->merging && a->tiny == b->tiny;
}

static void
clear_graphs (SfPipeline *self)
{
  g_clear_pointer (&self->conditioner, sf_conditioner_free);
  g_clear_pointer (&self->denoiser, sf_denoiser_free);
  g_clear_pointer (&self->decoder, sf_decoder_free);
  self->strips = (SfVaeStrips){ 0 };
}

static gboolean
make (const Plan *plan, GError **error)
{
  SfPipeline *self = plan->pipeline;

  self->bytes = 0;
  if (!choose (plan, error))
    return FALSE;
  self->bytes = planned_bytes (plan, ALL);
  return check_memory (plan, error) && record (plan, error);
}

/* A plan may keep to the limit, and its memory is not to be had all the same. The next one may take
 * so much of the last one's work memory. */
#define NEXT_LIMIT 0.85

static guint64
next_limit (const Plan *plan)
{
  guint64 weights = sf_weight_store_bytes (plan->model->weights);

  return weights + (plan->pipeline->bytes - weights) * NEXT_LIMIT;
}

SfPipeline *
sf_pipeline_new (const SfModel *model, SfDevice *device, SfGraphFlags flags, const SfShape *shape,
                 guint64 limit, GCancellable *cancellable, GError **error)
{
  g_autoptr (SfPipeline) self = g_new0 (SfPipeline, 1);
  g_autoptr (GError) first = NULL, again = NULL;
  Plan plan = { .pipeline = self,
                .model = model,
                .device = device,
                .flags = flags,
                .limit = limit > 0 ? limit : sf_device_memory_limit (device),
                .given = limit > 0,
                .cancellable = cancellable };

  self->shape = *shape;
  if (make (&plan, &first))
    return g_steal_pointer (&self);
  /* A driver may have less to give than it said: other ways of painting that need less memory. */
  while (g_error_matches (again != NULL ? again : first, SF_ERROR, SF_ERROR_MEMORY)
         && self->bytes > 0 && fits (&plan, self->bytes))
    {
      plan.limit = next_limit (&plan);
      clear_graphs (self);
      g_clear_error (&again);
      if (make (&plan, &again))
        return g_steal_pointer (&self);
    }
  /* Where memory is short to the end, the first error tells it, as it has the numbers of what was
   * asked for. Where the last try failed for another reason, that is told. */
  gboolean other = again != NULL && !g_error_matches (again, SF_ERROR, SF_ERROR_MEMORY);
  g_propagate_error (error, other ? g_steal_pointer (&again) : g_steal_pointer (&first));
  return NULL;
}

void
sf_pipeline_free (SfPipeline *self)
{
  clear_graphs (self);
  g_free (self);
}
