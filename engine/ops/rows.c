/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/rows.h"

#include "params.h"

guint
sf_rows_band (const SfCaps *caps, guint rows, guint pitch, guint granule)
{
  guint64 fit = sf_span_limit (caps) / (pitch * sizeof (float));

  fit = MIN (fit, SF_MAX_GROUPS * SF_ROWS);
  return fit >= rows ? rows : MAX (fit / granule, 1) * granule;
}

guint
sf_flat_band (const SfCaps *caps, guint rows, guint pitch)
{
  guint64 fit = (guint64)SF_MAX_GROUPS * SF_ROWS * caps->subgroup_size / (pitch / 4);

  return MIN (sf_rows_band (caps, rows, pitch, 1), MAX (fit, 1));
}

void
sf_rows_groups (const SfCaps *caps, guint vec4s, guint rows, guint images, guint groups[3])
{
  groups[0] = (vec4s + caps->subgroup_size - 1) / caps->subgroup_size;
  groups[1] = (rows + SF_ROWS - 1) / SF_ROWS;
  groups[2] = images;
}

void
sf_flat_groups (const SfCaps *caps, guint n, guint groups[3])
{
  guint group = caps->subgroup_size * SF_ROWS;

  groups[0] = (n + group - 1) / group;
  groups[1] = groups[2] = 1;
}
