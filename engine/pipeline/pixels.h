/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "graph/tensor.h"
#include "image/image.h"

G_BEGIN_DECLS

/**
 * sf_image_from_tensor:
 * @rgb: [1, h, w, 3] from −1 to 1.
 * @n_invalid: (out) (optional): how many values were no numbers; they become black.
 *
 * Returns: (nullable): the picture, or %NULL when it cannot be read or there is no memory.
 */
SfImage *sf_image_from_tensor (SfTensor *rgb, guint *n_invalid);

G_END_DECLS
