/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sixteen products of a Winograd convolution, one for each component of the tiles: z. */
#version 460
#extension GL_GOOGLE_include_directive : require
#define SF_WINOGRAD
#include "include/product.texel.glsl"

void main ()
{
  sf_product ();
}
