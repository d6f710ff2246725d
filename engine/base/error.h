/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SfError:
 * @SF_ERROR_ARGUMENT: a request that cannot be carried out as asked (size, steps, empty prompt).
 * @SF_ERROR_DEVICE: no usable Vulkan device, or the driver failed.
 * @SF_ERROR_MEMORY: the work does not fit the memory there is or the limit that was set.
 * @SF_ERROR_MODEL: a model file that is damaged, foreign or incomplete.
 * @SF_ERROR_IMAGE: an image file that cannot be read or written.
 *
 * Everything that a user, a file or a driver can cause. Each message is one sentence that names
 * what is wrong and, where it helps, what to do. Cancellation is %G_IO_ERROR_CANCELLED; file system
 * trouble keeps its %G_FILE_ERROR or %G_IO_ERROR.
 */
typedef enum
{
  SF_ERROR_ARGUMENT,
  SF_ERROR_DEVICE,
  SF_ERROR_MEMORY,
  SF_ERROR_MODEL,
  SF_ERROR_IMAGE,
} SfError;

#define SF_ERROR (sf_error_quark ())
GQuark sf_error_quark (void);

G_END_DECLS
