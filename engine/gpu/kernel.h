/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/device.h"

G_BEGIN_DECLS

#define SF_KERNEL_MAX_SPEC 20
/* Some small boards have no more storage buffers in a stage. */
#define SF_KERNEL_MAX_BINDINGS 8

/**
 * SfKernelSpec:
 * @name: the shader's name, "matmul" for shaders/matmul/. The device's family picks the variant.
 * @n_reads: bindings 0 … n_reads − 1: declared with SF_READ (texels or storage by family).
 * @n_writes: the bindings after them: declared with SF_WRITE (always storage).
 * @push_size: bytes of push constants, at most 128.
 * @n_spec: specialization constants 0 … n_spec − 1, 32 bits each.
 * @subgroup_size: 0, or for the matrix form of the shader how many lanes a subgroup has.
 */
typedef struct
{
  const char *name;
  guint n_reads;
  guint n_writes;
  guint push_size;
  guint n_spec;
  gint32 spec[SF_KERNEL_MAX_SPEC];
  guint subgroup_size;
} SfKernelSpec;

typedef struct _SfKernel SfKernel;

/* The pipeline for @spec, kept by the device. (transfer none) The first call begins to compile it
 * in another thread; recording a dispatch waits for that. Only for the thread that owns the device.
 */
SfKernel *sf_kernel_get (SfDevice *device, const SfKernelSpec *spec, GError **error);

/* Writes the device's pipeline cache to where caches lie; also done when it is closed. */
void sf_kernel_cache_save (SfDevice *device);

G_END_DECLS
