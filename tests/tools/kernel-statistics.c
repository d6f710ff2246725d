/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Compiles all kernels that Stable Diffusion 1.5 has at 512 × 512 with guidance, and prints what
 * the driver says of each: instructions, registers, what is spilled from them. Nothing is computed,
 * so the device may be one that only its driver believes in; see CONTRIBUTING.md.
 *
 *   kernel-statistics [TILE [MATRIX-TILE]]     numbers of engine/gpu/tile.c's tables */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vulkan/vulkan.h>

#include "bench/parts.h"
#include "pipeline/pipeline.h"

#define FOLDER "/sfumato/shaders"
#define MAX_STATISTICS 64
#define REAL(name) ((PFN_##name)dlsym (RTLD_NEXT, #name))

/* VkShaderModule → its shader's name. Kernels are compiled by several threads. */
static GMutex lock;
static GHashTable *modules;

/* --- What the driver says --------------------------------------------------------------------- */

static void
print_statistics (VkDevice device, VkPipeline pipeline)
{
  VkPipelineExecutableInfoKHR info
      = { .sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INFO_KHR, .pipeline = pipeline };
  VkPipelineExecutableStatisticKHR statistics[MAX_STATISTICS];
  guint n = MAX_STATISTICS;
  PFN_vkGetPipelineExecutableStatisticsKHR get
      = (PFN_vkGetPipelineExecutableStatisticsKHR)vkGetDeviceProcAddr (
          device, "vkGetPipelineExecutableStatisticsKHR");

  for (guint i = 0; i < n; i++)
    statistics[i] = (VkPipelineExecutableStatisticKHR){
      .sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_STATISTIC_KHR
    };
  if (get == NULL || get (device, &info, &n, statistics) < VK_SUCCESS)
    return;
  for (guint i = 0; i < n; i++)
    if (statistics[i].format == VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_FLOAT64_KHR)
      printf ("  %s: %g\n", statistics[i].name, statistics[i].value.f64);
    else
      printf ("  %s: %" G_GINT64_FORMAT "\n", statistics[i].name, statistics[i].value.i64);
}

static void
print_kernel (VkDevice device, const VkComputePipelineCreateInfo *info, VkPipeline pipeline,
              double seconds)
{
  const VkSpecializationInfo *spec = info->stage.pSpecializationInfo;

  g_mutex_lock (&lock);
  printf ("%s", (const char *)g_hash_table_lookup (modules, info->stage.module));
  for (gsize i = 0; i < spec->dataSize / sizeof (gint32); i++)
    printf (" %d", ((const gint32 *)spec->pData)[i]);
  printf ("\n  compiled in %.2f s\n", seconds);
  print_statistics (device, pipeline);
  g_mutex_unlock (&lock);
}

/* --- Between the engine and the loader -------------------------------------------------------- */

static const char *
find_shader (const VkShaderModuleCreateInfo *info)
{
  g_auto (GStrv) names = g_resources_enumerate_children (FOLDER, 0, NULL);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = g_strconcat (FOLDER "/", names[i], NULL);
      g_autoptr (GBytes) code = g_resources_lookup_data (path, 0, NULL);
      if (g_bytes_get_size (code) == info->codeSize
          && memcmp (g_bytes_get_data (code, NULL), info->pCode, info->codeSize) == 0)
        return g_intern_string (names[i]);
    }
  return "?";
}

VKAPI_ATTR VkResult VKAPI_CALL
vkCreateShaderModule (VkDevice device, const VkShaderModuleCreateInfo *info,
                      const VkAllocationCallbacks *allocator, VkShaderModule *module)
{
  VkResult result = REAL (vkCreateShaderModule) (device, info, allocator, module);

  g_mutex_lock (&lock);
  if (result == VK_SUCCESS)
    g_hash_table_insert (modules, *module, (gpointer)find_shader (info));
  g_mutex_unlock (&lock);
  return result;
}

VKAPI_ATTR VkResult VKAPI_CALL
vkCreateComputePipelines (VkDevice device, VkPipelineCache cache, uint32_t n,
                          const VkComputePipelineCreateInfo *infos,
                          const VkAllocationCallbacks *allocator, VkPipeline *pipelines)
{
  VkComputePipelineCreateInfo info = infos[0];
  gint64 start = g_get_monotonic_time ();

  info.flags |= VK_PIPELINE_CREATE_CAPTURE_STATISTICS_BIT_KHR;
  VkResult result
      = REAL (vkCreateComputePipelines) (device, VK_NULL_HANDLE, n, &info, allocator, pipelines);
  if (result == VK_SUCCESS)
    print_kernel (device, &info, pipelines[0], (g_get_monotonic_time () - start) * 1e-6);
  return result;
}

VKAPI_ATTR VkResult VKAPI_CALL
vkCreateDevice (VkPhysicalDevice physical, const VkDeviceCreateInfo *info,
                const VkAllocationCallbacks *allocator, VkDevice *device)
{
  VkPhysicalDevicePipelineExecutablePropertiesFeaturesKHR features = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PIPELINE_EXECUTABLE_PROPERTIES_FEATURES_KHR,
    .pNext = (void *)info->pNext,
    .pipelineExecutableInfo = VK_TRUE,
  };
  g_autofree const char **names = g_new (const char *, info->enabledExtensionCount + 1);
  VkDeviceCreateInfo more = *info;

  for (guint i = 0; i < info->enabledExtensionCount; i++)
    names[i] = info->ppEnabledExtensionNames[i];
  names[more.enabledExtensionCount++] = VK_KHR_PIPELINE_EXECUTABLE_PROPERTIES_EXTENSION_NAME;
  more.ppEnabledExtensionNames = names;
  more.pNext = &features;
  return REAL (vkCreateDevice) (physical, &more, allocator, device);
}

/* --- The whole -------------------------------------------------------------------------------- */

static gboolean
compile (const SfDeviceOptions *options, GError **error)
{
  const SfShape shape = { .height = 64, .width = 64, .chunks = 1, .branches = 2 };
  g_autoptr (SfDevice) device = sf_device_open (options, error);
  g_autoptr (SfModel) model
      = device != NULL ? sf_model_new_blank (device, &sf_bench_sd15, error) : NULL;
  g_autoptr (SfPipeline) pipeline
      = model != NULL ? sf_pipeline_new (model, device, SF_GRAPH_DEFAULT, &shape, 0, NULL, error)
                      : NULL;

  return pipeline != NULL;
}

int
main (int argc, char **argv)
{
  SfDeviceOptions options = SF_DEVICE_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;

  modules = g_hash_table_new (NULL, NULL);
  for (guint use = 0; use < SF_TILE_USES; use++)
    {
      options.tiles.plain[use] = argc > 1 ? atoi (argv[1]) : -1;
      options.tiles.matrix[use] = argc > 2 ? atoi (argv[2]) : -1;
    }
  if (compile (&options, &error))
    return 0;
  fprintf (stderr, "%s\n", error->message);
  return 1;
}
