/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu/vk.h"

#include <string.h>

#include "gpu/kernel.h"

/* One texel holds 16 bytes. SD1.5's largest tensor at 512×512, a VAE feature map of 256 channels,
 * has 2^24 texels; a device that cannot view as many is not for the texel kernels. */
#define MIN_TEXELS (1u << 24)

/* With fewer the transforms take as long as they save. */
#define WINOGRAD_CHANNELS 256

/* Larger allocations fail on some drivers that name no limit; blocks need not be larger. Some bound
 * a buffer by what they bound an allocation by, and sf_buffer_new() adds a little. */
#define MAX_ALLOCATION (1ull << 30)
#define ALLOCATION_MARGIN (64u << 10)

static gboolean
find_queue (VkPhysicalDevice physical, guint *family)
{
  VkQueueFamilyProperties families[16];
  guint n = G_N_ELEMENTS (families);

  vkGetPhysicalDeviceQueueFamilyProperties (physical, &n, families);
  for (guint i = 0; i < n; i++)
    if (families[i].queueFlags & VK_QUEUE_COMPUTE_BIT)
      {
        *family = i;
        return TRUE;
      }
  return FALSE;
}

static SfFamily
choose_family (const SfCaps *caps, const VkPhysicalDeviceSubgroupProperties *subgroup)
{
  VkSubgroupFeatureFlags needed = VK_SUBGROUP_FEATURE_BASIC_BIT | VK_SUBGROUP_FEATURE_SHUFFLE_BIT;
  gboolean subgroups = (subgroup->supportedOperations & needed) == needed
                       && (subgroup->supportedStages & VK_SHADER_STAGE_COMPUTE_BIT);

  if (caps->software && subgroups && caps->max_texels >= MIN_TEXELS)
    return SF_FAMILY_TEXEL;
  return SF_FAMILY_STORAGE;
}

static void
copy_limits (SfCaps *caps, const VkPhysicalDeviceLimits *limits, guint64 max_allocation)
{
  caps->max_texels = limits->maxTexelBufferElements;
  caps->max_storage_range = limits->maxStorageBufferRange;
  caps->max_allocation = MIN (MAX_ALLOCATION, max_allocation) - ALLOCATION_MARGIN;
  caps->offset_align = MAX (
      256, MAX (limits->minStorageBufferOffsetAlignment, limits->minTexelBufferOffsetAlignment));
  caps->max_workgroup
      = MIN (limits->maxComputeWorkGroupInvocations, limits->maxComputeWorkGroupSize[0]);
  caps->shared_memory = limits->maxComputeSharedMemorySize;
}

gboolean
sf_caps_use_matrix (const SfCaps *caps)
{
  for (guint i = 0; i < SF_TILE_USES; i++)
    if (caps->tiles.matrix[i] < 0)
      return FALSE;
  return caps->matrix.m > 0;
}

SfTileLimits
sf_caps_tile_limits (const SfCaps *caps)
{
  return (SfTileLimits){ caps->max_workgroup, caps->shared_memory, caps->subgroup_size,
                         caps->software, caps->discrete };
}

gboolean
sf_caps_read (VkPhysicalDevice physical, SfCaps *caps, guint *queue_family)
{
  VkPhysicalDeviceVulkan12Features features12
      = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES };
  VkPhysicalDeviceFeatures2 features
      = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, .pNext = &features12 };
  VkPhysicalDeviceSubgroupProperties subgroup
      = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES };
  VkPhysicalDeviceMaintenance3Properties maintenance3
      = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES, .pNext = &subgroup };
  VkPhysicalDeviceDriverProperties driver
      = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES, .pNext = &maintenance3 };
  VkPhysicalDeviceIDProperties id
      = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES, .pNext = &driver };
  VkPhysicalDeviceProperties2 properties
      = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &id };

  vkGetPhysicalDeviceProperties2 (physical, &properties);
  if (properties.properties.apiVersion < VK_API_VERSION_1_2)
    return FALSE;
  vkGetPhysicalDeviceFeatures2 (physical, &features);
  if (!features12.timelineSemaphore
      || properties.properties.limits.maxPerStageDescriptorStorageBuffers < SF_KERNEL_MAX_BINDINGS)
    return FALSE;
  *caps = (SfCaps){ .tiles = SF_TILE_CHOICE_NONE };
  if (!find_queue (physical, queue_family))
    return FALSE;

  g_strlcpy (caps->name, properties.properties.deviceName, sizeof caps->name);
  g_snprintf (caps->driver, sizeof caps->driver, "%s %s", driver.driverName, driver.driverInfo);
  memcpy (caps->device_uuid, id.deviceUUID, sizeof caps->device_uuid);
  memcpy (caps->driver_uuid, id.driverUUID, sizeof caps->driver_uuid);
  caps->software = properties.properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
  caps->discrete = properties.properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU;
  caps->subgroup_size = subgroup.subgroupSize;
  copy_limits (caps, &properties.properties.limits, maintenance3.maxMemoryAllocationSize);
  caps->memory = caps->software ? sf_memory_available () : sf_memory_heap_size (physical);
  caps->family = choose_family (caps, &subgroup);
  const SfTileLimits tile_limits = sf_caps_tile_limits (caps);
  sf_tile_defaults (&tile_limits, caps->tiles.plain);
  caps->tile_loads = 2; /* until the probe has tried */
  caps->winograd_channels = WINOGRAD_CHANNELS;
  return TRUE;
}
