/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The driver's pipeline cache on disk. */
#include <glib/gstdio.h>
#include <time.h>

#include "base/cache.h"
#include "gpu/kernel.h"
#include "gpu/vk.h"

/* Nobody takes that long to write a cache. */
#define LEFTOVER_SECONDS 3600

/* Each driver and device has its own. */
static char *
cache_name (SfDevice *device)
{
  GString *name = g_string_new ("pipelines-");

  for (guint i = 0; i < sizeof device->caps.driver_uuid; i++)
    g_string_append_printf (name, "%02x",
                            device->caps.driver_uuid[i] ^ device->caps.device_uuid[i]);
  return g_string_free (name, FALSE);
}

/* A cache is an optimisation: whatever is wrong with its file, an empty one does. The driver checks
 * that the data is its own. */
void
sf_kernel_cache_load (SfDevice *device)
{
  g_autofree char *name = cache_name (device);
  g_autofree char *path = sf_cache_find (name);
  g_autofree char *data = NULL;
  VkPipelineCacheCreateInfo info = { .sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO };
  gsize size = 0;

  if (g_file_get_contents (path, &data, &size, NULL))
    {
      info.initialDataSize = size;
      info.pInitialData = data;
    }
  VkResult result = vkCreatePipelineCache (device->device, &info, NULL, &device->pipeline_cache);
  info.initialDataSize = 0;
  if (result != VK_SUCCESS)
    result = vkCreatePipelineCache (device->device, &info, NULL, &device->pipeline_cache);
  if (result != VK_SUCCESS)
    device->pipeline_cache = VK_NULL_HANDLE;
}

/* A process that is killed while it saves leaves what g_file_set_contents() was writing. */
static void
remove_leftovers (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path), *name = g_path_get_basename (path);
  g_autofree char *prefix = g_strconcat (name, ".", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *entry;

  while (dir != NULL && (entry = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *other = g_build_filename (folder, entry, NULL);
      GStatBuf info;
      if (g_str_has_prefix (entry, prefix) && g_stat (other, &info) == 0
          && time (NULL) - info.st_mtime > LEFTOVER_SECONDS)
        g_unlink (other);
    }
}

void
sf_kernel_cache_save (SfDevice *device)
{
  g_autofree char *name = cache_name (device);
  g_autofree char *path = sf_cache_place (name);
  gsize size = 0;

  if (device->pipeline_cache == VK_NULL_HANDLE
      || vkGetPipelineCacheData (device->device, device->pipeline_cache, &size, NULL) != VK_SUCCESS)
    return;
  g_autofree char *data = g_malloc (MAX (size, 1));
  if (vkGetPipelineCacheData (device->device, device->pipeline_cache, &size, data) != VK_SUCCESS)
    return;
  remove_leftovers (path);
  g_file_set_contents (path, data, size, NULL);
}
