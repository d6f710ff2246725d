/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SF_CARVE_OUT_ROOT "/sys/class/drm"

/**
 * sf_carve_out_free:
 * @root: %SF_CARVE_OUT_ROOT.
 * @vendor, @device: PCI numbers, as Vulkan tells them.
 *
 * What is free of the memory that the firmware set aside for a processor's graphics, in bytes. The
 * system does not count it as its own, so that it comes on top of what is available there. Linux's
 * amdgpu driver says how much it is (Documentation/gpu/amdgpu, mem_info_vram_*); of others, and of
 * graphics without, 0.
 */
guint64 sf_carve_out_free (const char *root, guint32 vendor, guint32 device);

G_END_DECLS
