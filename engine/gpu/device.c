/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu/vk.h"

#include <string.h>

#include "base/error.h"
#include "gpu/kernel.h"

/* Two slices are in flight at a time, so that the device never waits for the host; halving the
 * limit keeps what a cancel waits for below it. */
#define DEFAULT_SLICE_GFLOP (SF_MAX_SUBMISSION_GFLOP / 2)

#define MAX_DEVICES 16

typedef struct
{
  SfCaps caps;
  VkPhysicalDevice physical;
  guint queue_family;
} Candidate;

static int
candidate_rank (const Candidate *c)
{
  return c->caps.discrete ? 0 : c->caps.software ? 2 : 1;
}

/* Of two cards the one with more memory: of software drivers it is what is free just then. */
static int
compare_candidates (gconstpointer a, gconstpointer b)
{
  guint64 memory_a = ((const Candidate *)a)->caps.memory;
  guint64 memory_b = ((const Candidate *)b)->caps.memory;
  int difference = candidate_rank (a) - candidate_rank (b);

  return difference != 0 || ((const Candidate *)a)->caps.software
             ? difference
             : (memory_a < memory_b) - (memory_a > memory_b);
}

static GArray *
list_candidates (VkInstance instance, GError **error)
{
  VkPhysicalDevice devices[MAX_DEVICES];
  guint n = MAX_DEVICES;
  g_autoptr (GArray) list = g_array_new (FALSE, TRUE, sizeof (Candidate));

  VkResult result = vkEnumeratePhysicalDevices (instance, &n, devices);
  if (result != VK_SUCCESS && result != VK_INCOMPLETE)
    n = 0;
  for (guint i = 0; i < n; i++)
    {
      Candidate candidate = { .physical = devices[i] };
      if (!sf_caps_read (devices[i], &candidate.caps, &candidate.queue_family))
        continue;
      sf_matrix_read (instance, devices[i], &candidate.caps);
      g_array_append_val (list, candidate);
    }
  if (list->len == 0)
    {
      g_set_error (error, SF_ERROR, SF_ERROR_DEVICE,
                   "No usable Vulkan device was found; install your graphics card's driver, or "
                   "mesa-vulkan-drivers to compute on the processor.");
      return NULL;
    }
  g_array_sort (list, compare_candidates);
  return g_steal_pointer (&list);
}

GPtrArray *
sf_device_enumerate (GError **error)
{
  VkInstance instance = sf_instance_new (FALSE, error);
  if (instance == VK_NULL_HANDLE)
    return NULL;

  g_autoptr (GArray) candidates = list_candidates (instance, error);
  vkDestroyInstance (instance, NULL);
  if (candidates == NULL)
    return NULL;

  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < candidates->len; i++)
    g_ptr_array_add (list,
                     g_memdup2 (&g_array_index (candidates, Candidate, i).caps, sizeof (SfCaps)));
  return list;
}

/* A tile that the device cannot run is not taken, whoever asks for it. */
static void
choose_tile (SfCaps *caps, SfTileUse use, int number)
{
  const SfTileLimits limits = sf_caps_tile_limits (caps);
  const SfTile *tile = number >= 0 ? sf_tile_get (number) : NULL;

  if (tile != NULL && sf_tile_fits (tile, &limits))
    caps->tiles.plain[use] = number;
}

static void
choose_matrix_tile (SfCaps *caps, SfTileUse use, int number)
{
  const SfTileLimits limits = sf_caps_tile_limits (caps);
  const SfTile *tile = number >= 0 ? sf_matrix_tile_get (number) : NULL;
  gboolean fits = caps->family == SF_FAMILY_STORAGE && tile != NULL
                  && sf_matrix_tile_fits (tile, &limits, &caps->matrix, FALSE);

  caps->tiles.matrix[use] = fits ? number : -1;
}

static gboolean
pick_physical (SfDevice *self, const SfDeviceOptions *options, GError **error)
{
  g_autoptr (GArray) candidates = list_candidates (self->instance, error);
  if (candidates == NULL)
    return FALSE;

  guint index = options->index < 0 ? 0 : options->index;
  if (index >= candidates->len)
    {
      g_set_error (error, SF_ERROR, SF_ERROR_DEVICE,
                   "There is no device %u; `sfumato-cli devices` lists those there are.", index);
      return FALSE;
    }
  const Candidate *candidate = &g_array_index (candidates, Candidate, index);
  self->caps = candidate->caps;
  self->physical = candidate->physical;
  self->queue_family = candidate->queue_family;
  if (options->family != SF_FAMILY_AUTO)
    self->caps.family = options->family;
  for (guint i = 0; i < SF_TILE_USES; i++)
    {
      choose_tile (&self->caps, i, options->tiles.plain[i]);
      choose_matrix_tile (&self->caps, i, options->tiles.matrix[i]);
    }
  self->caps.tiles.plain_attention = options->tiles.plain_attention;
  if (options->tile_loads > 0)
    self->caps.tile_loads = options->tile_loads;
  self->caps.paired_stores = options->paired_stores;
  if (options->winograd_channels > 0)
    self->caps.winograd_channels = options->winograd_channels;
  if (options->max_range > 0)
    self->caps.max_storage_range = MIN (options->max_range, self->caps.max_storage_range);
  return TRUE;
}

static gboolean
create_logical (SfDevice *self, GError **error)
{
  float priority = 1;
  SfMatrixFeatures matrix;
  VkDeviceQueueCreateInfo queue = {
    .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
    .queueFamilyIndex = self->queue_family,
    .queueCount = 1,
    .pQueuePriorities = &priority,
  };
  VkPhysicalDeviceVulkan12Features features = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES,
    .timelineSemaphore = VK_TRUE,
  };
  VkDeviceCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
    .pNext = &features,
    .queueCreateInfoCount = 1,
    .pQueueCreateInfos = &queue,
  };

  if (sf_caps_use_matrix (&self->caps))
    sf_matrix_enable (&matrix, &features, &info);
  VkResult result = vkCreateDevice (self->physical, &info, NULL, &self->device);
  if (result != VK_SUCCESS)
    return sf_vk_fail (error, result, "open the device");
  vkGetDeviceQueue (self->device, self->queue_family, 0, &self->queue);
  vkGetPhysicalDeviceMemoryProperties (self->physical, &self->memory_types);
  return TRUE;
}

static gboolean
create_objects (SfDevice *self, GError **error)
{
  VkCommandPoolCreateInfo pool = {
    .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
    .queueFamilyIndex = self->queue_family,
  };
  VkSemaphoreTypeCreateInfo type = {
    .sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO,
    .semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE,
  };
  VkSemaphoreCreateInfo semaphore
      = { .sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO, .pNext = &type };

  VkResult result = vkCreateCommandPool (self->device, &pool, NULL, &self->command_pool);
  if (result == VK_SUCCESS)
    result = vkCreateSemaphore (self->device, &semaphore, NULL, &self->timeline);
  if (result != VK_SUCCESS)
    return sf_vk_fail (error, result, "open the device");
  sf_kernels_init (self);
  return TRUE;
}

SfDevice *
sf_device_open (const SfDeviceOptions *options, GError **error)
{
  g_autoptr (SfDevice) self = g_new0 (SfDevice, 1);
  gboolean validate = options->flags & SF_DEVICE_VALIDATE;

  g_atomic_ref_count_init (&self->ref_count);
  self->max_gflop = options->max_gflop > 0 ? options->max_gflop : DEFAULT_SLICE_GFLOP;
  self->instance = sf_instance_new (validate, error);
  if (self->instance == VK_NULL_HANDLE)
    return NULL;
  if (validate)
    sf_instance_watch (self);
  if (!pick_physical (self, options, error) || !create_logical (self, error)
      || !create_objects (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

SfDevice *
sf_device_ref (SfDevice *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static void
destroy_logical (SfDevice *self)
{
  vkDeviceWaitIdle (self->device);
  if (self->kernels != NULL)
    sf_kernels_clear (self);
  vkDestroySemaphore (self->device, self->timeline, NULL);
  vkDestroyCommandPool (self->device, self->command_pool, NULL);
  vkDestroyDevice (self->device, NULL);
}

void
sf_device_unref (SfDevice *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  if (self->device != VK_NULL_HANDLE)
    destroy_logical (self);
  if (self->instance != VK_NULL_HANDLE)
    {
      sf_instance_unwatch (self);
      vkDestroyInstance (self->instance, NULL);
    }
  g_free (self->last_message);
  g_free (self);
}

const SfCaps *
sf_device_caps (SfDevice *self)
{
  return &self->caps;
}

gboolean
sf_device_is_lost (SfDevice *self)
{
  return self->lost;
}

guint64
sf_device_allocated_bytes (SfDevice *self)
{
  return self->allocated;
}

guint64
sf_device_n_objects (SfDevice *self)
{
  return self->n_objects;
}

guint64
sf_device_n_submissions (SfDevice *self)
{
  return self->timeline_value; /* each signals the next one */
}

guint64
sf_device_peak_bytes (SfDevice *self)
{
  return self->peak;
}

void
sf_device_forget_peak (SfDevice *self)
{
  self->peak = self->allocated;
}

guint
sf_device_validation_messages (SfDevice *self, const char **last)
{
  if (last != NULL)
    *last = self->last_message;
  return self->n_messages;
}
