/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/weight-pack.h"

#include <string.h>

/* A thread is worth starting for this many values: a few milliseconds of packing. */
#define VALUES_PER_THREAD (1u << 20)
#define MAX_THREADS 16

guint
sf_taps_count (SfTaps taps)
{
  return taps == SF_TAPS_1X1 ? 1 : 9;
}

float
sf_taps_growth (SfTaps taps)
{
  return taps == SF_TAPS_WINOGRAD ? 2.25f : taps == SF_TAPS_WINOGRAD_DOUBLED ? 9 : 1;
}

/* Output channels with padding: whole column blocks (texel), or the pitch (storage). */
static guint
n_columns (const SfPacking *self)
{
  guint granule = self->lanes ? self->lanes * 4 : 8;
  return (self->out + granule - 1) / granule * granule;
}

/* Groups of 8 along K. */
static guint
n_groups (const SfPacking *self)
{
  return sf_taps_count (self->taps) * sf_pitch (self->in) / 8;
}

/* One texel of F16, two of F32. */
static guint
group_bytes (const SfPacking *self)
{
  return 8 * sf_dtype_size (self->dtype);
}

guint64
sf_packing_bytes (const SfPacking *self)
{
  return (guint64)n_columns (self) * n_groups (self) * group_bytes (self);
}

guint
sf_gated_row (guint column, guint out)
{
  guint pair = column / 4 * 2, i = column % 4;
  return i < 2 ? pair + i : out / 2 + pair + i - 2;
}

/* What one thread packs, and where it works on a column. */
typedef struct
{
  /* Owned */
  float *values;   /* of a column in the order of the file, where that has other than floats */
  float *row;      /* along K */
  guint16 *halves; /* the same, as it is stored; NULL where floats are */

  /* Borrowed */
  const SfPacking *packing;
  guint8 *dst;
  SfValues src;

  guint first, end; /* columns */
} Job;

/* What ops/winograd.c makes of three values for doubled pixels; they are @step apart. */
static void
transform_three (const float *k, guint step, float *u, guint u_step)
{
  u[0] = k[0];
  u[u_step] = k[0] + k[step] + k[2 * step];
  u[2 * u_step] = k[2 * step];
}

/* G·g·Gᵀ of a 3×3 kernel. */
static void
transform_kernel (const float *kernel, float *u)
{
  float rows[9];

  for (guint y = 0; y < 3; y++)
    transform_three (kernel + 3 * y, 1, rows + 3 * y, 1);
  for (guint x = 0; x < 3; x++)
    transform_three (rows + x, 3, u + x, 3);
}

/* The same as gather() for the components of 3×3 kernels. */
static void
gather_winograd (const SfPacking *self, const float *src, float *row)
{
  guint pitch = sf_pitch (self->in);
  float u[9];

  for (guint i = 0; i < self->in; i++)
    {
      transform_kernel (src + (gsize)i * 9, u);
      for (guint component = 0; component < 9; component++)
        row[component * pitch + i] = u[component];
    }
}

/* Elements of @size bytes, [in][taps] → [taps][pitch (in)]. */
static inline void
gather (const SfPacking *self, const guint8 *src, gsize size, guint8 *row)
{
  gsize pitch = sf_pitch (self->in), taps = sf_taps_count (self->taps);

  if (taps == 1)
    memcpy (row, src, self->in * size);
  else
    for (gsize tap = 0; tap < taps; tap++)
      for (gsize i = 0; i < self->in; i++)
        memcpy (row + (tap * pitch + i) * size, src + (i * taps + tap) * size, size);
}

/* Halves that stay as they are. */
static gboolean
is_moved (const Job *job)
{
  return job->src.dtype == SF_DTYPE_F16 && job->packing->dtype == SF_DTYPE_F16
         && job->packing->taps != SF_TAPS_WINOGRAD_DOUBLED;
}

/* Through F32, @n elements along K. */
static void
convert_column (Job *job, SfValues src, gsize n)
{
  const SfPacking *self = job->packing;
  const float *values = src.data;

  if (src.dtype != SF_DTYPE_F32)
    {
      sf_convert_to_f32 (job->values, src, (gsize)self->in * sf_taps_count (self->taps));
      values = job->values;
    }
  if (self->taps == SF_TAPS_WINOGRAD_DOUBLED)
    gather_winograd (self, values, job->row);
  else
    gather (self, (const guint8 *)values, sizeof *values, (guint8 *)job->row);
  if (job->halves != NULL)
    sf_convert_to_f16 (job->halves, job->row, n);
}

/* One column of the matrix, as it is stored. Padding within a row is never touched and stays zero;
 * a column beyond the last one is all zero. */
static const void *
make_column (Job *job, guint column)
{
  const SfPacking *self = job->packing;
  gsize n = (gsize)n_groups (self) * 8;
  guint row = self->gated ? sf_gated_row (column, self->out) : column;
  void *packed = job->halves != NULL ? (void *)job->halves : job->row;

  if (column >= self->out)
    return memset (packed, 0, n * sf_dtype_size (self->dtype));
  SfValues src = sf_values_from (job->src, (gsize)row * self->in * sf_taps_count (self->taps));
  if (is_moved (job))
    gather (self, src.data, sizeof (guint16), packed);
  else
    convert_column (job, src, n);
  return packed;
}

/* Where the first group of a column goes, and how far apart its groups are, in groups. */
static gsize
column_place (const SfPacking *self, guint column, gsize *stride)
{
  gsize groups = n_groups (self);

  if (self->lanes == 0)
    {
      *stride = 1;
      return column * groups;
    }
  guint block = column / (self->lanes * 4), rest = column % (self->lanes * 4);
  guint lane = rest / 4, j = rest % 4;
  *stride = self->lanes;
  return ((gsize)block * 4 + j) * groups * self->lanes + lane;
}

static void
pack_column (const SfPacking *self, guint8 *dst, guint column, const void *row)
{
  guint bytes = group_bytes (self), groups = n_groups (self);
  gsize stride, place = column_place (self, column, &stride);

  for (guint i = 0; i < groups; i++)
    memcpy (dst + (place + i * stride) * bytes, (const guint8 *)row + (gsize)i * bytes, bytes);
}

static gpointer
pack_columns (gpointer data)
{
  Job *job = data;
  const SfPacking *self = job->packing;
  gsize n = (gsize)n_groups (self) * 8;

  if (job->src.dtype != SF_DTYPE_F32 && !is_moved (job))
    job->values = g_new (float, (gsize)self->in *sf_taps_count (self->taps));
  job->row = g_new0 (float, n);
  job->halves = self->dtype == SF_DTYPE_F16 ? g_new0 (guint16, n) : NULL;
  for (guint column = job->first; column < job->end; column++)
    pack_column (self, job->dst, column, make_column (job, column));
  g_free (job->halves);
  g_free (job->row);
  g_free (job->values);
  return NULL;
}

void
sf_packing_run (const SfPacking *self, void *dst, SfValues src)
{
  guint columns = n_columns (self);
  guint64 values = (guint64)columns * n_groups (self) * 8;
  guint n = CLAMP (values / VALUES_PER_THREAD, 1, MIN (g_get_num_processors (), MAX_THREADS));
  Job jobs[MAX_THREADS];
  GThread *threads[MAX_THREADS];

  for (guint i = 0; i < n; i++)
    {
      jobs[i] = (Job){ .packing = self,
                       .dst = dst,
                       .src = src,
                       .first = (guint64)columns * i / n,
                       .end = (guint64)columns * (i + 1) / n };
      /* A thread that the system refuses costs time only. */
      threads[i] = i > 0 ? g_thread_try_new ("sf-pack", pack_columns, &jobs[i], NULL) : NULL;
    }
  for (guint i = 0; i < n; i++)
    if (threads[i] == NULL)
      pack_columns (&jobs[i]);
  for (guint i = 0; i < n; i++)
    if (threads[i] != NULL)
      g_thread_join (threads[i]);
}
