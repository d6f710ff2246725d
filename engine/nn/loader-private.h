/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/loader.h"
#include "nn/read-ahead.h"

G_BEGIN_DECLS

/* Memory that grows as it is needed. */
typedef struct
{
  void *data;
  gsize size;
} SfRoom;

struct _SfLoader
{
  /* Owned */
  SfWeightStore *store;
  GCancellable *cancellable;
  GString *scope;
  GPtrArray *problems;            /* of char * */
  GPtrArray *order;               /* of SfTensorInfo, borrowed: without a store */
  SfReadAhead *read_ahead;        /* or NULL */
  GHashTable *loaded[SF_N_PARTS]; /* name → what it has become */
  SfRoom bytes;                   /* of the tensor being read, without @read_ahead */
  SfRoom floats;                  /* it as such */
  SfRoom piece;                   /* columns of it, or of a stack so far */
  GError *error;

  /* Borrowed */
  SfCheckpoint *checkpoint;
  SfLoaderProgress progress;
  gpointer progress_data;

  SfPart part;
  gboolean keep_f32;
  guint64 bytes_in_all;
  guint64 bytes_read;
};

/* @room, which is one of @self's, of at least @size bytes, without what was in it. NULL, and an
 * error of the loader's, where there is no memory for it. */
void *sf_loader_room (SfLoader *self, SfRoom *room, gsize size);

/* The tensor's values, valid until the next call; data is NULL if it is not there, or not so, or
 * there is no store to put it in. */
SfValues sf_loader_take (SfLoader *self, const char *name, guint n_dims, const gint64 *dims);
/* The same as floats, or NULL. */
const float *sf_loader_take_floats (SfLoader *self, const char *name, guint n_dims,
                                    const gint64 *dims);

/* The type that the file has it in; SF_DTYPE_INVALID if it is not there. */
SfDtype sf_loader_file_type (SfLoader *self, const char *name);

/* The type that a matrix of this name is stored as. */
SfDtype sf_loader_storage_type (SfLoader *self, const char *name);

/* Of a loader without a checkpoint. */
SfTensor *sf_loader_blank_matrix (SfLoader *self, const char *name, guint out, guint in,
                                  SfTaps taps);

/* Lets sf_loader_lookup() find @tensor by @name, or its rows from @first on. Returns: @tensor
 * (nullable). */
SfTensor *sf_loader_remember (SfLoader *self, const char *name, SfTensor *tensor);
SfTensor *sf_loader_remember_rows (SfLoader *self, const char *name, SfTensor *tensor, guint first);

G_END_DECLS
