/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "gpu/device.h"

G_BEGIN_DECLS

typedef void (*SfProbeFunc) (gpointer data);

/**
 * sf_probe_open_device:
 * @index: in sf_devices_list(), or −1 for the best that has right kernels.
 * @on_probe: (nullable) (scope call): called before a probe, with @data: it takes some seconds, or
 *   two minutes for each kernel that hangs.
 * @cancellable: (nullable): ends a probe, which then is begun anew the next time.
 * @notice: (out) (optional) (nullable): a sentence about the device that was passed over first.
 *
 * Opens a device with the kernel variants that a probe found right and quick; a device that was
 * never probed is probed first, in child processes. Where that cannot be done the device's own
 * choice has to do. A device of which no kernels are right is an error, or passed over for the
 * next.
 */
SfDevice *sf_probe_open_device (int index, SfProbeFunc on_probe, gpointer data,
                                GCancellable *cancellable, char **notice, GError **error);

/* What people should know when of @all devices (element-type SfCaps) the one of number @used was
 * opened and @first would have been, if it had right kernels. %NULL if they are the same. */
char *sf_probe_notice (GPtrArray *all, guint first, guint used);

G_END_DECLS
