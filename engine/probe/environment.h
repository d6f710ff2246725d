/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether sf_environment_prepare() found no verdict on how wide the software driver's vectors
 * should be, where that could be decided yet, before this process first uses Vulkan, and where it
 * matters: the device @index may be one of software. */
gboolean sf_environment_is_undecided (guint index);

/* Looks for the verdict again. From any one thread. */
void sf_environment_decide (void);

G_END_DECLS
