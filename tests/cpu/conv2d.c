/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cpu/cpu.h"

/* One output pixel of one channel: x[h/up][w/up][k] rounded up, weight[k][3][3], the corner may be
 * outside of x. */
static double
pixel (const float *x, const float *weight, int top, int left, int h, int w, guint k, int up)
{
  double sum = 0;

  for (int ky = 0; ky < 3; ky++)
    for (int kx = 0; kx < 3; kx++)
      {
        int py = top + ky, px = left + kx;
        if (py < 0 || px < 0 || py >= h || px >= w)
          continue;
        for (guint i = 0; i < k; i++)
          sum += (double)x[((gsize)(py / up) * ((w + up - 1) / up) + px / up) * k + i]
                 * weight[i * 9 + ky * 3 + kx];
      }
  return sum;
}

void
sf_cpu_conv2d (float *y, const float *x, const float *weight, guint n, guint h, guint w, guint k,
               guint c, const SfConv2d *conv)
{
  int pad = conv->pad_begin, stride = conv->stride, up = conv->upsample;
  int seen_h = h * up - conv->crop_h, seen_w = w * up - conv->crop_w;
  int oh = (seen_h + pad + conv->pad_end - 3) / stride + 1;
  int ow = (seen_w + pad + conv->pad_end - 3) / stride + 1;

  for (guint image = 0; image < n; image++)
    for (int oy = 0; oy < oh; oy++)
      for (int ox = 0; ox < ow; ox++)
        for (guint column = 0; column < c; column++)
          *y++ = pixel (x + (gsize)image * h * w * k, weight + (gsize)column * k * 9,
                        oy * stride - pad, ox * stride - pad, seen_h, seen_w, k, up);
}
