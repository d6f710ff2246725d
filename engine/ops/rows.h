/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/recorder.h"
#include "ops/span.h"

G_BEGIN_DECLS

/**
 * What ops that do the same to every row (pixel or token) have in common: see
 * shaders/include/rows.glsl.
 */

/* What Vulkan guarantees in each dimension of a dispatch. */
#define SF_MAX_GROUPS 65535

/* Rows that one dispatch can have: @pitch is that of the widest tensor whose rows are bound. A
 * multiple of @granule, unless all @rows fit. */
guint sf_rows_band (const SfCaps *caps, guint rows, guint pitch, guint granule);

/* The same of a kernel that goes through its rows as one line, see sf_flat_groups(). */
guint sf_flat_band (const SfCaps *caps, guint rows, guint pitch);

/* The same for ops that need not know channels, see shaders/include/flat.glsl: workgroups for @n
 * vec4s or pixels. */
void sf_flat_groups (const SfCaps *caps, guint n, guint groups[3]);

/* Workgroups for @rows rows of @vec4s each. */
void sf_rows_groups (const SfCaps *caps, guint vec4s, guint rows, guint images, guint groups[3]);

G_END_DECLS
