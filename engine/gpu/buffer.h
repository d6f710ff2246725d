/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/device.h"

G_BEGIN_DECLS

/**
 * SfMemoryKind:
 * @SF_MEMORY_DEVICE: fastest for shaders. Mapped too where the device's memory is the host's.
 * @SF_MEMORY_HOST: mapped and coherent: what the host writes or reads each step.
 */
typedef enum
{
  SF_MEMORY_DEVICE,
  SF_MEMORY_HOST,
} SfMemoryKind;

typedef struct _SfBuffer SfBuffer;

/* A buffer of @size bytes that shaders can bind as storage or as texels. Contents undefined. Fails
 * with SF_ERROR_MEMORY, saying how much was asked for. */
SfBuffer *sf_buffer_new (SfDevice *device, guint64 size, SfMemoryKind kind, GError **error);
void sf_buffer_free (SfBuffer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfBuffer, sf_buffer_free)

guint64 sf_buffer_size (const SfBuffer *self);
/* The mapping, or NULL. */
void *sf_buffer_data (const SfBuffer *self);

/* Copy to or from the device, through a staging buffer where it is not mapped. Nothing that uses
 * the range may be running. */
gboolean sf_buffer_write (SfBuffer *self, guint64 offset, const void *src, gsize size,
                          GError **error);
gboolean sf_buffer_read (SfBuffer *self, guint64 offset, void *dst, gsize size, GError **error);

/* On the device, and waits for it. What was written to the mapping of @from is seen. */
gboolean sf_buffer_copy (SfBuffer *from, guint64 from_offset, SfBuffer *to, guint64 to_offset,
                         guint64 size, GError **error);

/* A piece of a buffer, as a shader binds it. Offsets are multiples of caps->offset_align. */
typedef struct
{
  SfBuffer *buffer;
  guint64 offset;
  guint64 size;
} SfRange;

G_END_DECLS
