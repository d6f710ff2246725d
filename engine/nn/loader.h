/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "files/checkpoint.h"
#include "ops/ops.h"

G_BEGIN_DECLS

/**
 * SfLoader:
 *
 * Takes weights by their names out of a checkpoint and puts them into a store. Names are relative
 * to a scope, as modules of PyTorch are nested:
 *
 * |[<!-- language="C" -->
 *   gsize outer = sf_loader_enter (loader, "down_blocks.%u.", i);
 *   conv->weight = sf_loader_conv (loader, "conv_in.weight", out, in, &conv2d);
 *   sf_loader_leave (loader, outer);
 * ]|
 *
 * The first thing that goes wrong is remembered and everything after it gives %NULL, so that
 * loading code asks once, at the end. Without a store nothing is read: then the loader goes on
 * after a problem and collects all of them, which tells what a file lacks.
 */
typedef struct _SfLoader SfLoader;

/* @fraction: of the checkpoint's bytes, 0 to 1. */
typedef void (*SfLoaderProgress) (double fraction, gpointer user_data);

/**
 * sf_loader_new:
 * @checkpoint: outlives the loader.
 * @store: (nullable): %NULL only checks names and shapes.
 * @keep_f32: whether matrices that the file has in more than 16 bits stay F32.
 */
SfLoader *sf_loader_new (SfCheckpoint *checkpoint, SfWeightStore *store, gboolean keep_f32,
                         GCancellable *cancellable);

/* A loader without a checkpoint, for measuring: every matrix that is asked for is there, of the
 * expected shape and with the same small number everywhere; vectors and tables are zero. */
SfLoader *sf_loader_new_blank (SfWeightStore *store);
void sf_loader_free (SfLoader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfLoader, sf_loader_free)

/**
 * sf_loader_read_ahead:
 * @order: (element-type SfTensorInfo): from sf_loader_order() of a loader of the same checkpoint
 *   without a store that loaded the same. Every tensor is asked for in this order then.
 *
 * Reads in a thread of its own what will be asked for, while other tensors are packed.
 */
void sf_loader_read_ahead (SfLoader *self, GPtrArray *order);
/* Of a loader without a store: what it was asked for and has found. (transfer none) */
GPtrArray *sf_loader_order (SfLoader *self);

/* @progress is called from the functions below. */
void sf_loader_set_progress (SfLoader *self, SfLoaderProgress progress, gpointer user_data);

/* The part that names belong to from here on; the scope is empty then. */
void sf_loader_begin_part (SfLoader *self, SfPart part);
gsize sf_loader_enter (SfLoader *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* A name as it is from outside of all scopes. */
char *sf_loader_path (SfLoader *self, const char *name);
void sf_loader_leave (SfLoader *self, gsize outer);

/* Whether the file has the tensor. */
gboolean sf_loader_has (SfLoader *self, const char *name);

/* [out, in] with SF_TAPS_1X1, for sf_matmul(), or else [out, in, 3, 3] for sf_conv2d(). */
SfTensor *sf_loader_matrix (SfLoader *self, const char *name, guint out, guint in, SfTaps taps);
/* [out, in, 3, 3], for sf_conv2d() of @conv alone. */
SfTensor *sf_loader_conv (SfLoader *self, const char *name, guint out, guint in,
                          const SfConv2d *conv);
/* A matrix [out, in] whose second half of rows are gates, for SF_ACTIVATION_GEGLU, and its bias.
 * Rows are interleaved: see sf_gated_row(). */
SfTensor *sf_loader_gated_matrix (SfLoader *self, const char *name, guint out, guint in);
SfTensor *sf_loader_gated_vector (SfLoader *self, const char *name, guint n);
/* The columns @first … @first + @n − 1 of a matrix [out, in] or [out, in, 1, 1]: a product over
 * channels that lie in two tensors is two products. */
SfTensor *sf_loader_columns (SfLoader *self, const char *name, guint out, guint in, guint first,
                             guint n);
/* [n], as F32: a bias, or a norm's scale or shift. */
SfTensor *sf_loader_vector (SfLoader *self, const char *name, guint n);

/* Modules whose matrices (or vectors) lie one under the other, the i-th one's @outs[i] rows from
 * sf_loader_stack_rows (@outs, i) on. */
typedef struct
{
  guint n;
  const char *const *modules;
  const guint *outs;
} SfLoaderStack;

/* Rows of the first @n, each a multiple of 8: then any of them can be read from the result. */
guint sf_loader_stack_rows (const guint *outs, guint n);
/* Of matrices [out, in], “MODULE.@name”: [rows, in]. */
SfTensor *sf_loader_matrix_stack (SfLoader *self, const SfLoaderStack *stack, const char *name,
                                  guint in);
/* The same of vectors: [rows]. */
SfTensor *sf_loader_vector_stack (SfLoader *self, const SfLoaderStack *stack, const char *name);
/* [rows, c], for sf_embed(). */
SfTensor *sf_loader_table (SfLoader *self, const char *name, guint rows, guint c);

/* After the last tensor: whether all went well; if not, sets @error to the first problem. Gives
 * back what the store has too much. */
gboolean sf_loader_finish (SfLoader *self, GError **error);

/* Such as “The U-Net lacks the tensor …”; of a loader without a store, all. (element-type utf8)
 * (transfer none) */
GPtrArray *sf_loader_problems (SfLoader *self);

/**
 * sf_loader_lookup:
 * @first: (out) (optional): the row, or output channel, that it begins with: not 0 where several
 *   were stacked.
 *
 * Returns: (nullable) (transfer none): what was loaded by its whole name within @part; the first
 * piece where a matrix was cut in columns.
 */
SfTensor *sf_loader_lookup (SfLoader *self, SfPart part, const char *full_name, guint *first);

G_END_DECLS
