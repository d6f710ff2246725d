/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/hazards.h"

struct _SfHazards
{
  /* Owned */
  GArray *reads;  /* of SfRange */
  GArray *writes; /* of SfRange */
};

SfHazards *
sf_hazards_new (void)
{
  SfHazards *self = g_new0 (SfHazards, 1);

  self->reads = g_array_new (FALSE, FALSE, sizeof (SfRange));
  self->writes = g_array_new (FALSE, FALSE, sizeof (SfRange));
  return self;
}

void
sf_hazards_free (SfHazards *self)
{
  g_array_unref (self->reads);
  g_array_unref (self->writes);
  g_free (self);
}

static gboolean
overlaps_any (GArray *ranges, const SfRange *range)
{
  for (guint i = 0; i < ranges->len; i++)
    {
      const SfRange *other = &g_array_index (ranges, SfRange, i);
      if (other->buffer == range->buffer && other->offset < range->offset + range->size
          && range->offset < other->offset + other->size)
        return TRUE;
    }
  return FALSE;
}

gboolean
sf_hazards_conflict (SfHazards *self, const SfRange *range, gboolean write)
{
  return overlaps_any (self->writes, range) || (write && overlaps_any (self->reads, range));
}

void
sf_hazards_note (SfHazards *self, const SfRange *range, gboolean write)
{
  g_array_append_val (write ? self->writes : self->reads, *range);
}

void
sf_hazards_clear (SfHazards *self)
{
  g_array_set_size (self->reads, 0);
  g_array_set_size (self->writes, 0);
}
