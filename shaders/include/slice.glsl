/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the workgroup tiles of a product (storage and matrix form) reach memory: DEPTH of K for ROWS
 * rows of x and COLUMNS columns of the weights, a vec4 of x or a group of eight weights for a thread
 * at a time. What lies beyond an end of K or outside of the image is zero;
 * what lies beyond the last row or column is any other and is not stored. */

const int GROUPS = DEPTH / 8; /* of eight along K, in a slice */
const int PARTS = DEPTH / 4;  /* vec4s */
const int X_LOADS = (ROWS * PARTS + WIDTH - 1) / WIDTH;
const int W_LOADS = (COLUMNS * GROUPS + WIDTH - 1) / WIDTH;

/* A thread's loads are all of the same part of a slice, since WIDTH is a multiple of PARTS. */
int x_tap, x_group; /* of the next one */
#ifdef SF_CONV
ivec2 x_corner[X_LOADS];
#else
int x_row[X_LOADS]; /* where it begins in x_in, in vec4s */
#endif

/* A step along K leads to the next taps, where a tap has few channels. */
void sf_slice_wrap (SfProductParams p)
{
#ifdef SF_CONV
  while (x_group >= p.groups)
    {
      x_group -= p.groups;
      x_tap++;
    }
#endif
}

/* Notes which rows the thread will load, from the first slice on. */
void sf_slice_begin (int row0, int thread, SfProductParams p)
{
  x_tap = 0;
  x_group = thread % PARTS / 2;
  sf_slice_wrap (p);
  [[unroll]] for (int i = 0; i < X_LOADS; i++)
    {
      const int row = min (row0 + (i * WIDTH + thread) / PARTS, p.rows - 1);
#ifdef SF_CONV
      x_corner[i] = sf_corner (row, p);
#else
      x_row[i] = p.x + row * p.groups * 2;
#endif
    }
}

void sf_slice_next (SfProductParams p)
{
  x_group += GROUPS;
  sf_slice_wrap (p);
}

/* Load @i of a slice of x. */
vec4 sf_slice_x (int i, int thread, SfProductParams p)
{
#ifdef SF_CONV
  bool inside;
  const int x = sf_pixel (x_corner[i], x_tap, p, inside);
  inside = inside && x_tap < SIDE * SIDE;
#else
  const bool inside = x_group < p.groups;
  const int x = x_row[i];
#endif
  vec4 value = vec4 (0.0);
  if (inside && i * WIDTH + thread < ROWS * PARTS)
    value = sf_load (x_in, x + x_group * 2 + thread % 2);
  return value;
}

/* Where group @group along K of the tile's column @column is, in groups; −1 beyond the end of K. */
int sf_slice_weights (int column, int group, SfProductParams p)
{
  const int depth = SIDE * SIDE * p.groups;
  const int columns = sf_column4s (p) * 4 - p.block * COLUMNS; /* that the weight range holds */
  column = min (int (gl_WorkGroupID.x) * COLUMNS + column, columns - 1);
  return group < depth ? column * depth + group : -1;
}
