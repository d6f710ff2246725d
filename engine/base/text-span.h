/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A part of a text, in bytes: from @start up to and without @end. */
typedef struct
{
  gsize start;
  gsize end;
} SfTextSpan;

G_END_DECLS
