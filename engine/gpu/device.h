/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "gpu/tile.h"

G_BEGIN_DECLS

/**
 * SfFamily:
 * @SF_FAMILY_AUTO: by the device's limits and the probe's verdict.
 * @SF_FAMILY_TEXEL: every load is a 128-bit texel fetch; no shared memory, no barriers in the heavy
 *   loops. What software drivers are good at (ten times faster there than the other).
 * @SF_FAMILY_STORAGE: storage buffers and shared-memory tiles, for GPUs.
 *
 * Which of the two kernel families a device runs.
 */
typedef enum
{
  SF_FAMILY_AUTO,
  SF_FAMILY_TEXEL,
  SF_FAMILY_STORAGE,
} SfFamily;

/**
 * SfCaps:
 *
 * What a device can do, as far as the engine uses it. Everything beyond Vulkan 1.2 with timeline
 * semaphores is a field here, with a fallback where it is missing.
 */
typedef struct
{
  char name[256];
  char driver[256]; /* "llvmpipe 22.3.6 (LLVM 15.0.6)" */
  guint8 device_uuid[16];
  guint8 driver_uuid[16];
  gboolean software; /* the device is a CPU */
  gboolean discrete;
  SfFamily family; /* never AUTO */
  /* Rows of a lane in a texel product's tile, 2 or 4: a taller one fetches weights less often, and
   * is more code and more registers. No sum depends on it, so the probe chooses. */
  guint tile_loads;
  /* Lanes of the upper half of a vector leave their stores to those of the lower half. The probe
   * chooses here too; only vectors of 512 bits have halves that are worth it. */
  gboolean paired_stores;
  guint winograd_channels;   /* from which on convolutions are Winograd's, see ops/conv2d.c */
  guint subgroup_size;       /* lanes, 4 to 128 */
  guint64 max_texels;        /* elements of a texel buffer view */
  guint64 max_storage_range; /* bytes of a storage buffer binding */
  guint64 max_allocation;    /* bytes of one buffer, below 1 GiB */
  guint64 memory;            /* bytes: of a card all, of the machine what was free; see also
                                sf_device_memory_limit() */
  guint offset_align;        /* of every bound range, in bytes: 256 suits all devices */
  guint max_workgroup;       /* invocations */
  guint shared_memory;       /* bytes */
  SfTileChoice tiles;        /* of products, storage family; never −1 in plain */
  SfMatrixShape matrix;      /* that the matrix units can have, whether they are used or not */
} SfCaps;

/* Whether products of halves run on matrix units: then their bits are others. */
gboolean sf_caps_use_matrix (const SfCaps *caps);

/* What of them bears on tiles. */
SfTileLimits sf_caps_tile_limits (const SfCaps *caps);

typedef struct _SfDevice SfDevice;

typedef enum
{
  SF_DEVICE_DEFAULT = 0,
  /* Validation with synchronization validation; messages are counted, see
   * sf_device_validation_messages(). Fails to open when the layer is not installed. */
  SF_DEVICE_VALIDATE = 1 << 0,
} SfDeviceFlags;

typedef struct
{
  int index;              /* in sf_device_enumerate(), -1 for the best */
  SfFamily family;        /* AUTO outside of tests and the probe */
  SfTileChoice tiles;     /* the probe's */
  guint tile_loads;       /* likewise, of the texel family; 0 for the device's own */
  gboolean paired_stores; /* likewise */
  SfDeviceFlags flags;
  double max_gflop;        /* of one submission; 0: half of SF_MAX_SUBMISSION_GFLOP */
  guint64 max_range;       /* bytes of one binding; 0 means the device's limit */
  guint winograd_channels; /* 0 for the usual number */
} SfDeviceOptions;

#define SF_DEVICE_OPTIONS_INIT                                                                     \
  {                                                                                                \
    .index = -1, .tiles = SF_TILE_CHOICE_NONE                                                      \
  }

/* The two submissions that are under way at a time hold no more together (but on a device that the
 * probe found quick: options.max_gflop), so that a cancelled job ends soon (about 0.1 s on two CPU
 * cores for each ten) and no driver watchdog fires. */
#define SF_MAX_SUBMISSION_GFLOP 20.0

/* Caps of every usable device, best first: discrete, integrated, other, CPU.
 * (element-type SfCaps) (transfer full); NULL with SF_ERROR_DEVICE when there is none. */
GPtrArray *sf_device_enumerate (GError **error);

/* One thread at a time may use a device and what was made from it. */
SfDevice *sf_device_open (const SfDeviceOptions *options, GError **error);
SfDevice *sf_device_ref (SfDevice *self);
void sf_device_unref (SfDevice *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfDevice, sf_device_unref)

const SfCaps *sf_device_caps (SfDevice *self);

/* Whether the driver gave the device up, after a hang or a fault: it has to be opened again. */
gboolean sf_device_is_lost (SfDevice *self);

/* Bytes that all buffers may take together, those that there are included, as things are now: what
 * other programs hold is not ours. 0 if nobody knows. */
guint64 sf_device_memory_limit (SfDevice *self);

/* Bytes that all buffers of the device take now. */
guint64 sf_device_allocated_bytes (SfDevice *self);
/* The most that they took at any time since the device was opened, or since the last time that
 * sf_device_forget_peak() was called. */
guint64 sf_device_peak_bytes (SfDevice *self);
void sf_device_forget_peak (SfDevice *self);

/* Vulkan objects made for the device so far (buffers and their memory, views, pipelines, descriptor
 * pools and sets, command buffers), and submissions: between two steps nothing is made. */
guint64 sf_device_n_objects (SfDevice *self);
guint64 sf_device_n_submissions (SfDevice *self);

/* Messages of the validation layer so far (errors and warnings), and the last one's text. */
guint sf_device_validation_messages (SfDevice *self, const char **last);

G_END_DECLS
