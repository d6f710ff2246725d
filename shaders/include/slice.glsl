/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the workgroup tiles of a product (storage and matrix form) reach memory: DEPTH of K for ROWS
 * rows of x and COLUMNS columns of the weights, a vec4 of x (or eight halves) or a group of eight
 * weights for a thread at a time. Which of the tile's rows (and columns) a thread loads, the form tells
 * by sf_slice_row(). What lies beyond an end of K or outside of the image is zero;
 * what lies beyond the last row or column is any other and is not stored. */

const int GROUPS = DEPTH / 8; /* of eight along K, in a slice */
const int PARTS = DEPTH / 4;  /* vec4s */
const int X_VEC4S = X_HALVES ? 1 : 2; /* of a group of x */
const int X_PARTS = GROUPS * X_VEC4S; /* loads of a row of x */
const int X_LOADS = (ROWS * X_PARTS + WIDTH - 1) / WIDTH;
const int W_LOADS = (COLUMNS * GROUPS + WIDTH - 1) / WIDTH;

/* A thread's loads are all of the same part of a slice, since WIDTH is a multiple of X_PARTS. */
int x_tap, x_group; /* of the next one */
int x_row[X_LOADS]; /* where it begins in x_in, in vec4s; −1 if it is not there */
#ifdef SF_CONV
ivec2 x_corner[X_LOADS];
int x_image[X_LOADS]; /* where its image begins */

/* Where the rows' pixels are for another tap. */
void sf_slice_tap (SfProductParams p)
{
  [[unroll]] for (int i = 0; i < X_LOADS; i++)
    {
      bool inside;
      const int x = sf_pixel (x_corner[i], x_tap, p, inside);
      x_row[i] = inside && x_tap < SIDE * SIDE ? x_image[i] + x : -1;
    }
}
#endif

/* A step along K leads to the next taps, where a tap has few channels. */
void sf_slice_wrap (SfProductParams p)
{
#ifdef SF_CONV
  if (x_group >= p.groups)
    {
      while (x_group >= p.groups)
        {
          x_group -= p.groups;
          x_tap++;
        }
      sf_slice_tap (p);
    }
#endif
}

/* Notes which rows the thread will load, from slice @slice on. */
void sf_slice_begin (int slice, int row0, int thread, SfProductParams p)
{
  x_group = slice * GROUPS + thread % X_PARTS / X_VEC4S;
  [[unroll]] for (int i = 0; i < X_LOADS; i++)
    {
      const int row = min (row0 + sf_slice_row ((i * WIDTH + thread) / X_PARTS), p.rows - 1);
#ifdef SF_CONV
      const int image = row / p.image_rows;
      x_corner[i] = sf_corner (row - image * p.image_rows, p);
      x_image[i] = image * p.x_step;
#else
      x_row[i] = p.x + row * p.groups * X_VEC4S;
#endif
    }
#ifdef SF_CONV
  x_tap = x_group / p.groups;
  x_group -= x_tap * p.groups;
  sf_slice_tap (p);
#endif
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
  const bool inside = x_row[i] >= 0;
#else
  const bool inside = x_group < p.groups;
#endif
  vec4 value = vec4 (0.0);
  if (inside && (ROWS * X_PARTS % WIDTH == 0 || i * WIDTH + thread < ROWS * X_PARTS))
    value = sf_load (x_in, x_row[i] + x_group * X_VEC4S + thread % X_VEC4S);
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
