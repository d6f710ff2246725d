/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu/buffer.h"

#include <string.h>

#include "base/error.h"
#include "gpu/vk.h"

/* Staging copies go in pieces of this size: large enough that submitting costs nothing. */
#define STAGING_BYTES (16u << 20)

struct _SfBuffer
{
  /* Owned */
  SfDevice *device;
  VkBuffer buffer;
  VkDeviceMemory memory;

  guint64 size;
  guint64 allocated; /* what the driver makes of it */
  void *data;
};

static int
find_memory_type (SfDevice *device, guint32 allowed, VkMemoryPropertyFlags flags)
{
  for (guint i = 0; i < device->memory_types.memoryTypeCount; i++)
    if ((allowed & (1u << i))
        && (device->memory_types.memoryTypes[i].propertyFlags & flags) == flags)
      return i;
  return -1;
}

/* Of memory that the host sees: all of the device's, not a window of a card that says it is none.
 */
static int
find_shared_type (SfDevice *device, guint32 allowed, VkMemoryPropertyFlags flags)
{
  const VkPhysicalDeviceMemoryProperties *memory = &device->memory_types;
  int type = device->caps.discrete ? -1 : find_memory_type (device, allowed, flags);

  if (type < 0 || device->caps.software)
    return type;
  guint64 size = memory->memoryHeaps[memory->memoryTypes[type].heapIndex].size;
  return size >= device->caps.memory ? type : -1;
}

/* Tries the wishes in order; the last one is what Vulkan guarantees. */
static int
choose_memory_type (SfDevice *device, guint32 allowed, SfMemoryKind kind)
{
  const VkMemoryPropertyFlags mapped
      = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
  const VkMemoryPropertyFlags local = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
  const VkMemoryPropertyFlags cached = VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
  int type = -1;

  if (kind == SF_MEMORY_DEVICE)
    {
      type = find_shared_type (device, allowed, local | mapped | cached);
      if (type < 0)
        type = find_shared_type (device, allowed, local | mapped);
      return type >= 0 ? type : find_memory_type (device, allowed, local);
    }
  type = find_memory_type (device, allowed, mapped | cached);
  return type >= 0 ? type : find_memory_type (device, allowed, mapped);
}

static VkResult
allocate (SfBuffer *self, SfMemoryKind kind)
{
  SfDevice *device = self->device;
  VkMemoryRequirements needs;

  vkGetBufferMemoryRequirements (device->device, self->buffer, &needs);
  int type = choose_memory_type (device, needs.memoryTypeBits, kind);
  if (type < 0)
    return VK_ERROR_OUT_OF_DEVICE_MEMORY;
  VkMemoryAllocateInfo info = {
    .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
    .allocationSize = needs.size,
    .memoryTypeIndex = type,
  };
  VkResult result = vkAllocateMemory (device->device, &info, NULL, &self->memory);
  if (result == VK_SUCCESS)
    device->allocated += self->allocated = needs.size;
  device->peak = MAX (device->peak, device->allocated);
  if (result == VK_SUCCESS)
    result = vkBindBufferMemory (device->device, self->buffer, self->memory, 0);
  const VkMemoryPropertyFlags mapped
      = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
  VkMemoryPropertyFlags flags = device->memory_types.memoryTypes[type].propertyFlags;
  if (result == VK_SUCCESS && (flags & mapped) == mapped)
    result = vkMapMemory (device->device, self->memory, 0, VK_WHOLE_SIZE, 0, &self->data);
  return result;
}

/* lavapipe compiles a kernel once for every choice of which of its buffers have a size that is a
 * power of two. None has. */
static guint64
odd_size (guint64 size)
{
  return (size & (size - 1)) == 0 ? size + 16 : size;
}

/* Too many allocations are a want of memory too: fewer and smaller ones help. */
static gboolean
is_full (VkResult result)
{
  return result == VK_ERROR_OUT_OF_DEVICE_MEMORY || result == VK_ERROR_OUT_OF_HOST_MEMORY
         || result == VK_ERROR_TOO_MANY_OBJECTS || result == VK_ERROR_MEMORY_MAP_FAILED;
}

SfBuffer *
sf_buffer_new (SfDevice *device, guint64 size, SfMemoryKind kind, GError **error)
{
  guint64 least = MAX (size, 256);
  VkBufferCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
    .size = odd_size (least),
    .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_STORAGE_TEXEL_BUFFER_BIT
             | VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT,
  };
  g_autoptr (SfBuffer) self = g_new0 (SfBuffer, 1);

  self->device = sf_device_ref (device);
  self->size = least;
  device->n_objects++;
  VkResult result = vkCreateBuffer (device->device, &info, NULL, &self->buffer);
  if (result == VK_SUCCESS)
    result = allocate (self, kind);
  if (result == VK_SUCCESS)
    return g_steal_pointer (&self);
  if (is_full (result))
    g_set_error (error, SF_ERROR, SF_ERROR_MEMORY,
                 "The device has no room for another %.0f MB; make a smaller picture or close "
                 "other programs that use it.",
                 size / 1e6);
  else
    sf_vk_fail (error, result, "make room");
  return NULL;
}

void
sf_buffer_free (SfBuffer *self)
{
  vkDestroyBuffer (self->device->device, self->buffer, NULL);
  vkFreeMemory (self->device->device, self->memory, NULL);
  self->device->allocated -= self->allocated;
  sf_device_unref (self->device);
  g_free (self);
}

guint64
sf_buffer_size (const SfBuffer *self)
{
  return self->size;
}

void *
sf_buffer_data (const SfBuffer *self)
{
  return self->data;
}

VkBuffer
sf_buffer_handle (const SfBuffer *self)
{
  return self->buffer;
}

gboolean
sf_buffer_copy (SfBuffer *from, guint64 from_offset, SfBuffer *to, guint64 to_offset, guint64 size,
                GError **error)
{
  SfDevice *device = from->device;
  VkMemoryBarrier barrier = {
    .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
    .srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT,
    .dstAccessMask = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT,
  };
  VkBufferCopy region = { .srcOffset = from_offset, .dstOffset = to_offset, .size = size };
  guint64 value;

  VkCommandBuffer commands
      = sf_vk_begin (device, VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT, error);
  if (commands == VK_NULL_HANDLE)
    return FALSE;
  const VkPipelineStageFlags all = VK_PIPELINE_STAGE_ALL_COMMANDS_BIT | VK_PIPELINE_STAGE_HOST_BIT;
  vkCmdPipelineBarrier (commands, all, all, 0, 1, &barrier, 0, NULL, 0, NULL);
  vkCmdCopyBuffer (commands, from->buffer, to->buffer, 1, &region);
  vkCmdPipelineBarrier (commands, all, all, 0, 1, &barrier, 0, NULL, 0, NULL);
  vkEndCommandBuffer (commands);
  gboolean ok = sf_vk_submit (device, commands, &value, error) && sf_vk_wait (device, value, error);
  vkFreeCommandBuffers (device->device, device->command_pool, 1, &commands);
  return ok;
}

gboolean
sf_buffer_write (SfBuffer *self, guint64 offset, const void *src, gsize size, GError **error)
{
  if (self->data != NULL)
    {
      memcpy ((char *)self->data + offset, src, size);
      return TRUE;
    }
  g_autoptr (SfBuffer) staging
      = sf_buffer_new (self->device, MIN (size, STAGING_BYTES), SF_MEMORY_HOST, error);
  if (staging == NULL)
    return FALSE;
  for (gsize done = 0; done < size; done += STAGING_BYTES)
    {
      gsize piece = MIN (size - done, STAGING_BYTES);
      memcpy (staging->data, (const char *)src + done, piece);
      if (!sf_buffer_copy (staging, 0, self, offset + done, piece, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
sf_buffer_read (SfBuffer *self, guint64 offset, void *dst, gsize size, GError **error)
{
  if (self->data != NULL)
    {
      memcpy (dst, (char *)self->data + offset, size);
      return TRUE;
    }
  g_autoptr (SfBuffer) staging
      = sf_buffer_new (self->device, MIN (size, STAGING_BYTES), SF_MEMORY_HOST, error);
  if (staging == NULL)
    return FALSE;
  for (gsize done = 0; done < size; done += STAGING_BYTES)
    {
      gsize piece = MIN (size - done, STAGING_BYTES);
      if (!sf_buffer_copy (self, offset + done, staging, 0, piece, error))
        return FALSE;
      memcpy ((char *)dst + done, staging->data, piece);
    }
  return TRUE;
}
