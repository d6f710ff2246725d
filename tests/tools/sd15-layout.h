/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Values are spread evenly over center ± scale. */
typedef struct
{
  char *name;
  guint n_dims;
  guint64 dims[4];
  double center;
  double scale;
} Tensor;

/* Returns: (transfer full): Stable Diffusion 1.5's 1130 weights under their names in a single file,
 * as Tensor; in an order of our own. */
GArray *sd15_list_tensors (void);

G_END_DECLS
