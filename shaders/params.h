/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The push constants of every shader, included by C and GLSL alike so that they cannot drift apart.
 * Only 32-bit ints and floats. At most 128 bytes each. */
#ifndef SF_PARAMS_H
#define SF_PARAMS_H

/* Rows that a workgroup walks down, in ops that do the same to every row: include/rows.glsl. */
#define SF_ROWS 32

/* The specialization constant that is true where lanes store for each other: include/access.glsl. */
#define SF_PAIRED_STORES_ID 30

/* Offsets and pitches (_vec4) are in vec4s; offsets count from where the bound range begins. */

struct SfGroupNormSumsParams
{
  int rows;        /* of this dispatch, in each image */
  int image_rows;  /* from one image to the next */
  int chunk_rows;
  int chunks;      /* of an image */
  int first_chunk; /* that this dispatch begins with */
  int x, x_vec4;
  int sums, sums_vec4;
};

struct SfGroupNormFoldParams
{
  int rows; /* of an image */
  int chunk_rows, chunks;
  int size; /* channels of a group */
  int channels;
  int pitch4; /* of sums and coefficients */
  float eps;
};

struct SfGroupNormApplyParams
{
  int rows, image_rows;
  int image; /* that this dispatch begins with */
  int quad;  /* where the channels of this source begin in y */
  int x, x_vec4;
  int y, y_vec4;
};

struct SfLayerNormParams
{
  int rows, channels, vec4s;
  int x, y;
  float eps;
};

/* token-match: one dispatch looks for the destinations of some sources of one image. */
struct SfTokenMatchParams
{
  int h, w, salt; /* see include/tokens.glsl */
  int sources;
  int first; /* source that the dispatch begins with */
  int x, x_vec4;
  int score, best, out_vec4; /* out_vec4: of the sources' list, with its padding */
};

/* token-rank and token-link: lists of sources and of cells, one after the other for each image. */
struct SfTokenListParams
{
  int sources, merged;
  int source_vec4, cell_vec4;
  int first; /* source_vec4 (rank) or cell (link) that the dispatch begins with */
};

struct SfTokenMergeParams
{
  int h, w, salt;
  int sources, merged;
  int vec4s;
  int x, y;
  int rank, head, next;
};

struct SfTokenUnmergeParams
{
  int h, w, salt;
  int sources, merged;
  int vec4s;
  int x, residual, y;
  int best, rank;
};

struct SfEmbedParams
{
  int sequence;     /* tokens of a sequence */
  int eights;       /* channels, in eights */
  int vocabulary;   /* rows of the whole table */
  int first, count; /* rows of the piece that is bound */
  int tokens;
};

/* scale-input, guide, mix: on n vec4s, and as many of every further branch after them. */
struct SfFlatParams
{
  int n, branches;
};

#define SF_MIX_SLOTS 6

struct SfLatentRgbParams
{
  int pixels, channels, x_vec4;
};

struct SfLatentSampleParams
{
  int pixels, channels; /* channels of the result */
  int moments_vec4, y_vec4;
  float scale;
};

struct SfAffineParams
{
  int rows, channels, vec4s;
  int x, y;
  float scale, shift;
};

struct SfCopyParams
{
  int n; /* vec4s */
  int x, y;
};

/* winograd-weight: n groups of eight input channels, of rows that hold stride of them for each tap. */
struct SfWinogradWeightParams
{
  int n, stride;
  int x, y;
};

/* matmul and conv2d: one dispatch writes some rows (tokens or output pixels) of some columns.
 * Offsets are in vec4s from where the bound range begins. */
struct SfProductParams
{
  int rows;     /* output rows of this dispatch */
  int groups;   /* input channels of a tap, in groups of 8 */
  int out_vec4; /* pitch of the output in vec4s */
  int block;    /* first column block of this dispatch */
  int x, weight, residual, y, shift;
  /* conv2d */
  int pixel;      /* of its image, that the first row is */
  int out_w;      /* pixels in a line of the output */
  int out_h;      /* winograd-…: lines of an image of it */
  int in_h, in_w; /* of the image as the taps see it: upsampled, cropped; winograd-…: as it is */
  int first_line; /* of the stored image, that the range of x begins with */
  int stride, up, pad; /* up: 1 to double every pixel, else 0 */
  int image_rows;      /* of an image, where a dispatch has all rows of several; else more than rows */
  int split_slices;    /* of K, that a workgroup adds; split-sum: how many sums there are */
  /* winograd-…: rows are tiles of 2×2 output pixels, and @pixel is the first one, counted over all
   * images, as is first_line. */
  int line_tiles, image_tiles;
  int first_tiles;             /* line of tiles that each image begins with */
  int top, lines; /* lines of an image that are stored: the input's, or the output's */
  int shift_vec4;
  int x_step, y_step; /* from one component (image, split of K) to the next */
};

/* Tiles that a workgroup of winograd-input walks over. */
#define SF_WINOGRAD_TILES 8

/* attention: one dispatch writes some queries of one sequence, all heads. */
struct SfAttentionParams
{
  int queries; /* of this dispatch */
  int first;   /* query of its sequence that the dispatch begins with */
  int keys;
  int q, k, v, y;                     /* offsets in vec4s from where the range begins */
  int q_vec4, k_vec4, v_vec4, y_vec4; /* pitches */
  float scale;                        /* 1/√d */
};

/* Tokens four by four: rows of them, of each head. */
struct SfHeadPackParams
{
  int rows, tokens;
  int dims; /* of a head, so vec4s of a row too */
  int x, x_vec4, y;
};

/* bmm: y[z] = scale · x[z] · w[z]. Pitches (_vec4) of rows, and steps from one z to the next. */
struct SfBmmParams
{
  int rows, columns, depth;
  int x, x_vec4, x_step;
  int w, w_vec4, w_step;
  int y, y_vec4, y_step;
  float scale;
};

struct SfSoftmaxParams
{
  int rows, columns, vec4s;
  int x, y;
};

#endif
