/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "probe/trial.h"

G_BEGIN_DECLS

/* Runs every heavy kernel, one after the other, in sizes that meet every tail; with @both also in
 * sizes that have none, and with heads of every kind: on devices other than software those are
 * other kernels. Leaves in @trial what comes out, and in its @right, which has to be set, whether
 * that is near what is known. */
gboolean sf_trial_network (SfDevice *device, gboolean both, SfTrial *trial, GError **error);

G_END_DECLS
