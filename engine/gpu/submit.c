/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu/vk.h"

/* As sf_vk_fail(), of a call that tells when the device is lost. */
static gboolean
fail (SfDevice *device, VkResult result, const char *doing, GError **error)
{
  device->lost = device->lost || result == VK_ERROR_DEVICE_LOST;
  return sf_vk_fail (error, result, doing);
}

VkCommandBuffer
sf_vk_begin (SfDevice *device, VkCommandBufferUsageFlags flags, GError **error)
{
  VkCommandBufferAllocateInfo allocate = {
    .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
    .commandPool = device->command_pool,
    .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
    .commandBufferCount = 1,
  };
  VkCommandBufferBeginInfo begin
      = { .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO, .flags = flags };
  VkCommandBuffer commands = VK_NULL_HANDLE;

  device->n_objects++;
  VkResult result = vkAllocateCommandBuffers (device->device, &allocate, &commands);
  if (result == VK_SUCCESS)
    result = vkBeginCommandBuffer (commands, &begin);
  if (result == VK_SUCCESS)
    return commands;
  if (commands != VK_NULL_HANDLE)
    vkFreeCommandBuffers (device->device, device->command_pool, 1, &commands);
  sf_vk_fail (error, result, "begin recording");
  return VK_NULL_HANDLE;
}

gboolean
sf_vk_submit (SfDevice *device, VkCommandBuffer commands, guint64 *value, GError **error)
{
  guint64 signal = device->timeline_value + 1;
  VkTimelineSemaphoreSubmitInfo timeline = {
    .sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO,
    .signalSemaphoreValueCount = 1,
    .pSignalSemaphoreValues = &signal,
  };
  VkSubmitInfo info = {
    .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
    .pNext = &timeline,
    .commandBufferCount = 1,
    .pCommandBuffers = &commands,
    .signalSemaphoreCount = 1,
    .pSignalSemaphores = &device->timeline,
  };

  VkResult result = vkQueueSubmit (device->queue, 1, &info, VK_NULL_HANDLE);
  if (result != VK_SUCCESS)
    return fail (device, result, "start the work", error);
  device->timeline_value = *value = signal;
  return TRUE;
}

gboolean
sf_vk_wait (SfDevice *device, guint64 value, GError **error)
{
  VkSemaphoreWaitInfo info = {
    .sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO,
    .semaphoreCount = 1,
    .pSemaphores = &device->timeline,
    .pValues = &value,
  };

  VkResult result = vkWaitSemaphores (device->device, &info, G_MAXUINT64);
  if (result != VK_SUCCESS)
    return fail (device, result, "finish the work", error);
  return TRUE;
}
