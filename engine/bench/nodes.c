/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/parts.h"
#include "graph/profile.h"

#define ROUNDS 3

/* The nodes of one op, or of one op and shape, taken together. */
typedef struct
{
  guint count;
  double seconds;
  double gflop;
  double bytes;

  /* Owned */
  char *shape; /* "" for all */

  /* Borrowed */
  const char *name;
} Group;

static void
group_free (gpointer data)
{
  Group *self = data;
  g_free (self->shape);
  g_free (self);
}

static char *
describe (const SfNode *node)
{
  const SfTensor *in = node->n_inputs > 0 && node->inputs[0] ? node->inputs[0] : node->outputs[0];
  const SfTensor *out = node->outputs[0];

  return g_strdup_printf ("%u × %u × %u × %u → %u × %u × %u", in->n, in->h, in->w, in->c, out->h,
                          out->w, out->c);
}

/* @key: (transfer full) */
static void
add (GHashTable *groups, char *key, const char *shape, const SfNode *node, double seconds)
{
  Group *group = g_hash_table_lookup (groups, key);

  if (group == NULL)
    {
      group = g_new0 (Group, 1);
      group->name = node->op->name;
      group->shape = g_strdup (shape);
      g_hash_table_insert (groups, g_strdup (key), group);
    }
  group->count++;
  group->seconds += seconds;
  group->gflop += sf_node_gflop (node);
  group->bytes += sf_node_bytes (node);
  g_free (key);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  double x = (*(Group *const *)a)->seconds, y = (*(Group *const *)b)->seconds;

  return x < y ? 1 : x > y ? -1 : 0;
}

static void
tell (SfBench *self, GHashTable *groups, const char *part)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, groups);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (sorted, value);
  g_ptr_array_sort (sorted, compare);
  for (guint i = 0; i < sorted->len; i++)
    {
      const Group *group = g_ptr_array_index (sorted, i);
      sf_bench_tell (self, (SfBenchRow){ part, group->name, group->shape, group->count,
                                         group->seconds, group->gflop, group->bytes, 0 });
    }
}

static GHashTable *
new_groups (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, group_free);
}

gboolean
sf_bench_nodes (SfBench *self, SfGraph *graph, const char *name, GError **error)
{
  guint n = sf_graph_n_nodes (graph);
  g_autofree double *seconds = g_new0 (double, n);
  g_autoptr (GHashTable) shapes = new_groups ();
  g_autoptr (GHashTable) kinds = new_groups ();
  g_autofree char *nodes_part = g_strconcat (name, "-nodes", NULL);
  g_autofree char *kinds_part = g_strconcat (name, "-kinds", NULL);

  if (!sf_graph_profile (graph, self->options->quick ? 1 : ROUNDS, seconds, NULL, error))
    return FALSE;
  for (guint i = 0; i < sf_graph_part_end (graph, 0); i++)
    {
      const SfNode *node = sf_graph_node (graph, i);
      g_autofree char *shape = describe (node);
      add (shapes, g_strconcat (node->op->name, shape, NULL), shape, node, seconds[i]);
      add (kinds, g_strdup (node->op->name), "", node, seconds[i]);
    }
  tell (self, shapes, nodes_part);
  tell (self, kinds, kinds_part);
  return TRUE;
}
