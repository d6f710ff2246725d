/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/product.matrix.glsl"

void main ()
{
  sf_product ();
}
