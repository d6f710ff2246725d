/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato.h"

/* The reference-counted records of the public interface. Results cross threads, so the counts are
 * atomic. */

void
sf_device_info_free (SfDeviceInfo *info)
{
  g_free (info->name);
  g_free (info->driver);
  g_strfreev (info->features);
  g_free (info);
}

SfModelInfo *
sf_model_info_ref (SfModelInfo *info)
{
  g_atomic_ref_count_inc (&info->ref_count);
  return info;
}

void
sf_model_info_unref (SfModelInfo *info)
{
  if (!g_atomic_ref_count_dec (&info->ref_count))
    return;
  g_free (info->path);
  g_free (info->name);
  g_free (info->family);
  g_free (info->dtype);
  g_free (info->default_sampler);
  g_strfreev (info->sample_prompts);
  g_clear_pointer (&info->words, g_hash_table_unref);
  g_free (info);
}

SfResult *
sf_result_ref (SfResult *result)
{
  g_atomic_ref_count_inc (&result->ref_count);
  return result;
}

void
sf_result_unref (SfResult *result)
{
  if (!g_atomic_ref_count_dec (&result->ref_count))
    return;
  sf_image_unref (result->image);
  g_free (result->parameters);
  g_free (result);
}
