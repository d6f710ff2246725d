/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/device.h"

G_BEGIN_DECLS

/* Runs every heavy kernel, one after the other, in sizes that meet every tail; on devices other
 * than software also in sizes that have none, and with heads of every kind, since there those are
 * other kernels. Leaves @n values of what comes out. */
gboolean sf_trial_network (SfDevice *device, float *values, guint n, guint32 *digest,
                           GError **error);

G_END_DECLS
