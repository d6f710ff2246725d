/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato.h"

#include "gpu/device.h"
#include "probe/verdict.h"

static GStrv
describe_features (const SfCaps *caps)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *subgroup = g_strdup_printf ("subgroups of %u", caps->subgroup_size);
  SfVerdict verdict;

  g_strv_builder_add (builder,
                      caps->family == SF_FAMILY_TEXEL ? "texel kernels" : "storage kernels");
  g_strv_builder_add (builder, subgroup);
  gboolean probed = sf_verdict_load (caps, &verdict);
  if (probed && verdict.tiles.matrix[0] >= 0)
    g_strv_builder_add (builder, "matrix units");
  g_strv_builder_add (builder, !probed          ? "not probed yet"
                               : verdict.broken ? "no right kernels"
                                                : "probed");
  return g_strv_builder_end (builder);
}

GPtrArray *
sf_devices_list (GError **error)
{
  g_autoptr (GPtrArray) all = sf_device_enumerate (error);
  if (all == NULL)
    return NULL;

  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify)sf_device_info_free);
  for (guint i = 0; i < all->len; i++)
    {
      const SfCaps *caps = g_ptr_array_index (all, i);
      SfDeviceInfo *info = g_new0 (SfDeviceInfo, 1);
      info->index = i;
      info->name = g_strdup (caps->name);
      info->driver = g_strdup (caps->driver);
      info->memory = caps->memory;
      info->software = caps->software;
      info->features = describe_features (caps);
      g_ptr_array_add (list, info);
    }
  return list;
}
