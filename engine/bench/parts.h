/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bench/measure.h"
#include "models/model.h"

G_BEGIN_DECLS

/* The parts of a bench, one file each. All tell their rows and fail as the engine does. */

/* What the device reaches with a plain matrix product and a plain copy; fills @gflops and
 * @bandwidth. */
gboolean sf_bench_floor (SfBench *self, GError **error);

gboolean sf_bench_ops (SfBench *self, GError **error);

gboolean sf_bench_text (SfBench *self, const SfModel *model, GError **error);

/* For a picture of @size pixels a side. */
gboolean sf_bench_unet (SfBench *self, const SfModel *model, guint size, GError **error);
gboolean sf_bench_vae (SfBench *self, const SfModel *model, guint size, GError **error);
gboolean sf_bench_picture (SfBench *self, const SfModel *model, guint size, GError **error);

/* Times the nodes of a recorded graph: a row for each op and shape in the part "NAME-nodes", most
 * time first, and for each op in "NAME-kinds". */
gboolean sf_bench_nodes (SfBench *self, SfGraph *graph, const char *name, GError **error);

/* Stable Diffusion 1.5. */
extern const SfModelConfig sf_bench_sd15;

G_END_DECLS
