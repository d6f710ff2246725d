/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How much memory there is, in all and now. */
#include "gpu/carve-out.h"
#include "gpu/vk.h"

#include <stdio.h>
#include <string.h>

/* Of the heap that buffers are put into: the largest that is the device's own. */
static guint
find_heap (const VkPhysicalDeviceMemoryProperties *memory)
{
  guint64 largest = 0;
  guint best = 0;

  for (guint i = 0; i < memory->memoryHeapCount; i++)
    if ((memory->memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT)
        && memory->memoryHeaps[i].size > largest)
      {
        largest = memory->memoryHeaps[i].size;
        best = i;
      }
  return best;
}

guint64
sf_memory_heap_size (VkPhysicalDevice physical)
{
  VkPhysicalDeviceMemoryProperties memory;

  vkGetPhysicalDeviceMemoryProperties (physical, &memory);
  return memory.memoryHeapCount > 0 ? memory.memoryHeaps[find_heap (&memory)].size : 0;
}

guint64
sf_memory_available (void)
{
  g_autofree char *text = NULL;
  guint64 kib = 0;

  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL))
    return 0;
  const char *line = strstr (text, "MemAvailable:");
  if (line == NULL || sscanf (line, "MemAvailable: %" G_GUINT64_FORMAT, &kib) != 1)
    return 0;
  return kib * 1024;
}

/* What the driver thinks that this process can have, with what it has; 0 if it does not say. */
static guint64
read_budget (SfDevice *self)
{
  VkPhysicalDeviceMemoryBudgetPropertiesEXT budget
      = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT };
  VkPhysicalDeviceMemoryProperties2 memory
      = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2, .pNext = &budget };

  if (!sf_vk_has_extension (self->physical, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME))
    return 0;
  vkGetPhysicalDeviceMemoryProperties2 (self->physical, &memory);
  return budget.heapBudget[find_heap (&memory.memoryProperties)];
}

static guint64
least_known (guint64 a, guint64 b)
{
  return a == 0 ? b : b == 0 ? a : MIN (a, b);
}

/* What a processor's graphics can have beside what it has: the system's, and what is set aside. */
static guint64
read_shared (SfDevice *self)
{
  guint64 available = sf_memory_available ();
  VkPhysicalDeviceProperties properties;

  if (available == 0)
    return 0;
  vkGetPhysicalDeviceProperties (self->physical, &properties);
  return available + sf_carve_out_free (SF_CARVE_OUT_ROOT, properties.vendorID, properties.deviceID)
         + self->allocated;
}

guint64
sf_device_memory_limit (SfDevice *self)
{
  guint64 shared = read_shared (self);

  /* The heap that a software driver names says nothing: lavapipe 22.3 has 2 GiB whatever there is.
   */
  if (self->caps.software)
    return shared > 0 ? shared : self->caps.memory;
  guint64 own = least_known (self->caps.memory, read_budget (self));
  return self->caps.discrete ? own : least_known (own, shared);
}
