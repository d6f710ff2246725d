/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/token-list.h"

#include "params.h"

/* Comparing is not arithmetic, but takes as long: of a pair of sources, and of a source and a cell.
 */
#define GFLOP_PER_PAIR 1e-9

typedef struct
{
  guint32 merged;
  guint32 sources;
  guint32 items; /* of an image, that lanes own: quads of sources, or cells */
  guint32 cell_vec4;
  guint32 pairs; /* that an item compares */
} List;

static double
list_gflop (const SfNode *node)
{
  const List *list = (const List *)node->params;
  return GFLOP_PER_PAIR * list->items * list->pairs * node->outputs[0]->n;
}

/* All inputs, then all outputs, whole. */
static gboolean
list_record (const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);
  const List *list = (const List *)node->params;
  guint lanes = sf_device_caps (device)->subgroup_size, images = node->outputs[0]->n;
  double gflop = GFLOP_PER_PAIR * list->pairs * images;
  SfKernelSpec spec
      = { node->op->name, node->n_inputs, node->n_outputs, sizeof (struct SfTokenListParams), 1,
          { lanes } };
  SfKernel *kernel = sf_kernel_get (device, &spec, error);
  guint band = sf_recorder_band (recorder, list->items, lanes, gflop, 0);
  gboolean ok = kernel != NULL;
  SfRange ranges[4];

  for (guint i = 0; i < node->n_inputs + node->n_outputs; i++)
    ranges[i]
        = i < node->n_inputs ? node->inputs[i]->range : node->outputs[i - node->n_inputs]->range;
  for (guint first = 0; ok && first < list->items; first += band)
    {
      guint n = MIN (band, list->items - first), groups[3] = { (n + lanes - 1) / lanes, images, 1 };
      struct SfTokenListParams params = {
        .sources = list->sources,
        .merged = list->merged,
        .source_vec4 = sf_pitch (list->sources) / 4,
        .cell_vec4 = list->cell_vec4,
        .first = first,
      };

      ok = sf_recorder_dispatch (recorder, kernel, ranges, &params, groups, n * gflop, error);
    }
  return ok;
}

static const SfOpClass rank_class = { "token-rank", list_gflop, list_record };
static const SfOpClass link_class = { "token-link", list_gflop, list_record };

void
sf_token_list (SfGraph *graph, guint cells, SfTokenMatch *match)
{
  guint n = match->score->n, sources = match->score->c, padded = sf_pitch (sources);
  List rank = { match->merged, sources, padded / 4, sf_pitch (cells) / 4, 4 * padded };
  List link = { match->merged, sources, sf_pitch (cells), sf_pitch (cells) / 4, padded };

  match->rank = sf_graph_tensor (graph, SF_TENSOR_WORK, n, 1, 1, sources);
  match->head = sf_graph_tensor (graph, SF_TENSOR_WORK, n, 1, 1, cells);
  match->next = sf_graph_tensor (graph, SF_TENSOR_WORK, n, 1, 1, sources);
  SfTensor *inputs[] = { match->best, match->rank }, *outputs[] = { match->head, match->next };
  sf_graph_append (graph, &rank_class, &match->score, 1, &match->rank, 1, &rank, sizeof rank);
  sf_graph_append (graph, &link_class, inputs, 2, outputs, 2, &link, sizeof link);
}
