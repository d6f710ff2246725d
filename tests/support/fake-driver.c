/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/fake-driver.h"

#include <dlfcn.h>
#include <string.h>
#include <vulkan/vulkan.h>

SfFakeDriver sf_fake_driver;

/* Sizes by memory; pipelines are compiled by several threads. */
static GMutex lock;
static GHashTable *sizes;
static guint64 given, peak;
static guint n_pipelines, n_refused, seen_type;
static GCond released;

static VkDevice lost;

#define REAL(name) ((PFN_##name)dlsym (RTLD_NEXT, #name))

guint64
sf_fake_driver_given (void)
{
  return given;
}

guint64
sf_fake_driver_peak (void)
{
  return peak;
}

void
sf_fake_driver_release (void)
{
  g_mutex_lock (&lock);
  sf_fake_driver.held_pipelines = 0;
  g_cond_broadcast (&released);
  g_mutex_unlock (&lock);
}

guint
sf_fake_driver_n_pipelines (void)
{
  g_mutex_lock (&lock);
  guint n = n_pipelines;
  g_mutex_unlock (&lock);
  return n;
}

guint
sf_fake_driver_n_refused (void)
{
  return n_refused;
}

VKAPI_ATTR VkResult VKAPI_CALL
vkWaitSemaphores (VkDevice device, const VkSemaphoreWaitInfo *info, uint64_t timeout)
{
  VkResult result = REAL (vkWaitSemaphores) (device, info, timeout);

  if (sf_fake_driver.loses_device)
    lost = device;
  sf_fake_driver.loses_device = FALSE;
  return lost == device ? VK_ERROR_DEVICE_LOST : result;
}

VKAPI_ATTR void VKAPI_CALL
vkDestroyDevice (VkDevice device, const VkAllocationCallbacks *allocator)
{
  lost = lost == device ? VK_NULL_HANDLE : lost;
  REAL (vkDestroyDevice) (device, allocator);
}

VKAPI_ATTR VkResult VKAPI_CALL
vkCreateComputePipelines (VkDevice device, VkPipelineCache cache, uint32_t n,
                          const VkComputePipelineCreateInfo *infos,
                          const VkAllocationCallbacks *allocator, VkPipeline *pipelines)
{
  g_mutex_lock (&lock);
  n_pipelines++;
  while (sf_fake_driver.held_pipelines > 0 && n_pipelines > sf_fake_driver.held_pipelines)
    g_cond_wait (&released, &lock);
  gboolean fails = sf_fake_driver.failing_pipelines > 0;
  if (fails)
    sf_fake_driver.failing_pipelines--;
  g_mutex_unlock (&lock);
  return fails ? VK_ERROR_OUT_OF_DEVICE_MEMORY
               : REAL (vkCreateComputePipelines) (device, cache, n, infos, allocator, pipelines);
}

VKAPI_ATTR VkResult VKAPI_CALL
vkCreatePipelineCache (VkDevice device, const VkPipelineCacheCreateInfo *info,
                       const VkAllocationCallbacks *allocator, VkPipelineCache *cache)
{
  if (sf_fake_driver.refuses_cache && info->initialDataSize > 0)
    return VK_ERROR_UNKNOWN;
  return REAL (vkCreatePipelineCache) (device, info, allocator, cache);
}

/* The driver's first type that the host sees: there is one. */
static guint
find_seen (const VkPhysicalDeviceMemoryProperties *memory)
{
  const VkMemoryPropertyFlags flags
      = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
  guint i = 0;

  while ((memory->memoryTypes[i].propertyFlags & flags) != flags)
    i++;
  return i;
}

/* Two types that are that one: the first, so it says, is the card's own. */
VKAPI_ATTR void VKAPI_CALL
vkGetPhysicalDeviceMemoryProperties (VkPhysicalDevice device,
                                     VkPhysicalDeviceMemoryProperties *memory)
{
  REAL (vkGetPhysicalDeviceMemoryProperties) (device, memory);
  if (!sf_fake_driver.hides_memory)
    return;
  seen_type = find_seen (memory);
  memory->memoryTypes[1] = memory->memoryTypes[0] = memory->memoryTypes[seen_type];
  memory->memoryTypes[0].propertyFlags = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
  memory->memoryTypes[1].propertyFlags &= ~VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
  memory->memoryTypeCount = 2;
}

VKAPI_ATTR void VKAPI_CALL
vkGetBufferMemoryRequirements (VkDevice device, VkBuffer buffer, VkMemoryRequirements *needs)
{
  REAL (vkGetBufferMemoryRequirements) (device, buffer, needs);
  if (sf_fake_driver.hides_memory)
    needs->memoryTypeBits = 3;
}

static VkResult
allocate (VkDevice device, const VkMemoryAllocateInfo *info, const VkAllocationCallbacks *allocator,
          VkDeviceMemory *memory)
{
  VkMemoryAllocateInfo real = *info;

  if (sf_fake_driver.hides_memory)
    real.memoryTypeIndex = seen_type;
  return REAL (vkAllocateMemory) (device, &real, allocator, memory);
}

VKAPI_ATTR VkResult VKAPI_CALL
vkAllocateMemory (VkDevice device, const VkMemoryAllocateInfo *info,
                  const VkAllocationCallbacks *allocator, VkDeviceMemory *memory)
{
  guint64 size = info->allocationSize;

  if (sf_fake_driver.memory > 0 && given + size > sf_fake_driver.memory)
    {
      n_refused++;
      return VK_ERROR_OUT_OF_DEVICE_MEMORY;
    }
  VkResult result = allocate (device, info, allocator, memory);
  if (result != VK_SUCCESS)
    return result;
  if (sizes == NULL)
    sizes = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_hash_table_insert (sizes, *memory, g_memdup2 (&size, sizeof size));
  given += size;
  peak = MAX (peak, given);
  return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL
vkFreeMemory (VkDevice device, VkDeviceMemory memory, const VkAllocationCallbacks *allocator)
{
  const guint64 *size = sizes != NULL ? g_hash_table_lookup (sizes, memory) : NULL;

  if (size != NULL)
    {
      given -= *size;
      g_hash_table_remove (sizes, memory);
    }
  REAL (vkFreeMemory) (device, memory, allocator);
}

/* One that has a budget is a card. */
VKAPI_ATTR void VKAPI_CALL
vkGetPhysicalDeviceProperties2 (VkPhysicalDevice device, VkPhysicalDeviceProperties2 *properties)
{
  REAL (vkGetPhysicalDeviceProperties2) (device, properties);
  if (sf_fake_driver.budget > 0)
    properties->properties.deviceType = VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU;
}

VKAPI_ATTR VkResult VKAPI_CALL
vkEnumerateDeviceExtensionProperties (VkPhysicalDevice device, const char *layer, uint32_t *n,
                                      VkExtensionProperties *properties)
{
  if (sf_fake_driver.budget == 0)
    return REAL (vkEnumerateDeviceExtensionProperties) (device, layer, n, properties);
  *n = 1;
  if (properties != NULL)
    strcpy (properties->extensionName, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
  return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL
vkGetPhysicalDeviceMemoryProperties2 (VkPhysicalDevice device,
                                      VkPhysicalDeviceMemoryProperties2 *memory)
{
  VkPhysicalDeviceMemoryBudgetPropertiesEXT *budget = memory->pNext;

  memory->pNext = NULL;
  REAL (vkGetPhysicalDeviceMemoryProperties2) (device, memory);
  memory->pNext = budget;
  for (guint i = 0; budget != NULL && i < VK_MAX_MEMORY_HEAPS; i++)
    budget->heapBudget[i] = sf_fake_driver.budget;
}
