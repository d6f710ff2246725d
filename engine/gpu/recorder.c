/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu/recorder.h"

#include "base/error.h"
#include "gpu/vk.h"

#define SETS_PER_POOL 256

/* What Vulkan guarantees in each dimension of a dispatch. */
#define MAX_GROUPS 65535

typedef struct
{
  VkCommandBuffer commands;
  double gflop;
} Slice;

struct _SfRecorder
{
  /* Owned */
  SfDevice *device;
  GArray *slices;    /* of Slice */
  GArray *pools;     /* of VkDescriptorPool */
  GHashTable *views; /* SfRange → VkBufferView */
  GCancellable *cancellable;

  guint sets_left;
  gboolean open; /* the last slice is being recorded */
  gboolean dry;  /* records nothing */
};

static guint
range_hash (gconstpointer data)
{
  const SfRange *range = data;
  return g_direct_hash (range->buffer) ^ (guint)(range->offset >> 4) ^ (guint)(range->size << 7);
}

static gboolean
range_equal (gconstpointer a, gconstpointer b)
{
  const SfRange *x = a, *y = b;
  return x->buffer == y->buffer && x->offset == y->offset && x->size == y->size;
}

SfRecorder *
sf_recorder_new (SfDevice *device)
{
  SfRecorder *self = g_new0 (SfRecorder, 1);

  self->device = sf_device_ref (device);
  self->slices = g_array_new (FALSE, TRUE, sizeof (Slice));
  self->pools = g_array_new (FALSE, TRUE, sizeof (VkDescriptorPool));
  self->views = g_hash_table_new_full (range_hash, range_equal, g_free, NULL);
  return self;
}

SfRecorder *
sf_recorder_new_dry (SfDevice *device)
{
  SfRecorder *self = sf_recorder_new (device);

  self->dry = TRUE;
  return self;
}

void
sf_recorder_set_cancellable (SfRecorder *self, GCancellable *cancellable)
{
  g_set_object (&self->cancellable, cancellable);
}

void
sf_recorder_free (SfRecorder *self)
{
  VkDevice device = self->device->device;
  GHashTableIter iter;
  gpointer view;

  for (guint i = 0; i < self->slices->len; i++)
    vkFreeCommandBuffers (device, self->device->command_pool, 1,
                          &g_array_index (self->slices, Slice, i).commands);
  for (guint i = 0; i < self->pools->len; i++)
    vkDestroyDescriptorPool (device, g_array_index (self->pools, VkDescriptorPool, i), NULL);
  g_hash_table_iter_init (&iter, self->views);
  while (g_hash_table_iter_next (&iter, NULL, &view))
    vkDestroyBufferView (device, (VkBufferView)view, NULL);
  g_hash_table_unref (self->views);
  g_array_unref (self->slices);
  g_array_unref (self->pools);
  g_clear_object (&self->cancellable);
  sf_device_unref (self->device);
  g_free (self);
}

SfDevice *
sf_recorder_device (SfRecorder *self)
{
  return self->device;
}

/* --- Slices ----------------------------------------------------------------------------------- */

static gboolean
end_slice (SfRecorder *self, GError **error)
{
  if (!self->open)
    return TRUE;
  Slice *slice = &g_array_index (self->slices, Slice, self->slices->len - 1);
  VkResult result = vkEndCommandBuffer (slice->commands);
  self->open = FALSE;
  return result == VK_SUCCESS || sf_vk_fail (error, result, "record the work");
}

static void
barrier (VkCommandBuffer commands, VkPipelineStageFlags to, VkAccessFlags access)
{
  VkMemoryBarrier memory = {
    .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
    .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT,
    .dstAccessMask = access,
  };
  vkCmdPipelineBarrier (commands,
                        VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT, to,
                        0, 1, &memory, 0, NULL, 0, NULL);
}

static void
barrier_to_shaders (VkCommandBuffer commands)
{
  barrier (commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT,
           VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_READ_BIT
               | VK_ACCESS_TRANSFER_WRITE_BIT);
}

/* The slice that @gflop more work goes into; a new one waits for all that was submitted before. */
static Slice *
slice_for (SfRecorder *self, double gflop, GError **error)
{
  if (self->open)
    {
      Slice *slice = &g_array_index (self->slices, Slice, self->slices->len - 1);
      if (slice->gflop == 0 || slice->gflop + gflop <= self->device->max_gflop)
        return slice;
    }
  if (!end_slice (self, error))
    return NULL;
  Slice slice = { .commands = sf_vk_begin (self->device, 0, error) };
  if (slice.commands == VK_NULL_HANDLE)
    return NULL;
  barrier_to_shaders (slice.commands);
  g_array_append_val (self->slices, slice);
  self->open = TRUE;
  return &g_array_index (self->slices, Slice, self->slices->len - 1);
}

/* --- Binding ---------------------------------------------------------------------------------- */

static VkDescriptorSet
allocate_set (SfRecorder *self, VkDescriptorSetLayout layout, GError **error)
{
  if (self->sets_left == 0)
    {
      VkDescriptorPoolSize sizes[] = {
        { VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, SETS_PER_POOL * SF_KERNEL_MAX_BINDINGS },
        { VK_DESCRIPTOR_TYPE_STORAGE_TEXEL_BUFFER, SETS_PER_POOL * SF_KERNEL_MAX_BINDINGS },
      };
      VkDescriptorPoolCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
        .maxSets = SETS_PER_POOL,
        .poolSizeCount = G_N_ELEMENTS (sizes),
        .pPoolSizes = sizes,
      };
      VkDescriptorPool pool;
      VkResult result = vkCreateDescriptorPool (self->device->device, &info, NULL, &pool);
      if (result != VK_SUCCESS)
        {
          sf_vk_fail (error, result, "record the work");
          return VK_NULL_HANDLE;
        }
      g_array_append_val (self->pools, pool);
      self->sets_left = SETS_PER_POOL;
    }
  VkDescriptorSetAllocateInfo info = {
    .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
    .descriptorPool = g_array_index (self->pools, VkDescriptorPool, self->pools->len - 1),
    .descriptorSetCount = 1,
    .pSetLayouts = &layout,
  };
  VkDescriptorSet set = VK_NULL_HANDLE;
  self->device->n_objects++;
  VkResult result = vkAllocateDescriptorSets (self->device->device, &info, &set);
  if (result != VK_SUCCESS)
    sf_vk_fail (error, result, "record the work");
  self->sets_left--;
  return set;
}

static VkBufferView
view_of (SfRecorder *self, const SfRange *range, GError **error)
{
  VkBufferView view = (VkBufferView)g_hash_table_lookup (self->views, range);
  VkBufferViewCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_BUFFER_VIEW_CREATE_INFO,
    .buffer = sf_buffer_handle (range->buffer),
    .format = VK_FORMAT_R32G32B32A32_SFLOAT,
    .offset = range->offset,
    .range = range->size,
  };

  if (view != VK_NULL_HANDLE)
    return view;
  self->device->n_objects++;
  VkResult result = vkCreateBufferView (self->device->device, &info, NULL, &view);
  if (result != VK_SUCCESS)
    {
      sf_vk_fail (error, result, "record the work");
      return VK_NULL_HANDLE;
    }
  g_hash_table_insert (self->views, g_memdup2 (range, sizeof *range), view);
  return view;
}

static gboolean
write_set (SfRecorder *self, SfKernel *kernel, VkDescriptorSet set, const SfRange *ranges,
           GError **error)
{
  VkWriteDescriptorSet writes[SF_KERNEL_MAX_BINDINGS];
  VkDescriptorBufferInfo buffers[SF_KERNEL_MAX_BINDINGS];
  VkBufferView views[SF_KERNEL_MAX_BINDINGS];
  guint n = kernel->n_reads + kernel->n_writes;

  for (guint i = 0; i < n; i++)
    {
      gboolean texel = kernel->texel && i < kernel->n_reads;
      buffers[i] = (VkDescriptorBufferInfo){ sf_buffer_handle (ranges[i].buffer), ranges[i].offset,
                                             ranges[i].size };
      if (texel && (views[i] = view_of (self, &ranges[i], error)) == VK_NULL_HANDLE)
        return FALSE;
      writes[i] = (VkWriteDescriptorSet){
        .sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
        .dstSet = set,
        .dstBinding = i,
        .descriptorCount = 1,
        .descriptorType
        = texel ? VK_DESCRIPTOR_TYPE_STORAGE_TEXEL_BUFFER : VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
        .pBufferInfo = texel ? NULL : &buffers[i],
        .pTexelBufferView = texel ? &views[i] : NULL,
      };
    }
  vkUpdateDescriptorSets (self->device->device, n, writes, 0, NULL);
  return TRUE;
}

/* --- Recording -------------------------------------------------------------------------------- */

gboolean
sf_recorder_dispatch (SfRecorder *self, SfKernel *kernel, const SfRange *ranges, const void *push,
                      const guint groups[3], double gflop, GError **error)
{
  if (groups[0] > MAX_GROUPS || groups[1] > MAX_GROUPS || groups[2] > MAX_GROUPS)
    {
      g_set_error (error, SF_ERROR, SF_ERROR_ARGUMENT,
                   "The picture is too large for this device; choose a smaller size.");
      return FALSE;
    }
  if (self->dry)
    return TRUE;
  Slice *slice = slice_for (self, gflop, error);
  if (slice == NULL || !sf_kernel_wait (kernel, self->device, self->cancellable, error))
    return FALSE;
  VkDescriptorSet set = allocate_set (self, kernel->set_layout, error);
  if (set == VK_NULL_HANDLE || !write_set (self, kernel, set, ranges, error))
    return FALSE;
  slice->gflop += MAX (gflop, 1e-6);
  vkCmdBindPipeline (slice->commands, VK_PIPELINE_BIND_POINT_COMPUTE, kernel->pipeline);
  vkCmdBindDescriptorSets (slice->commands, VK_PIPELINE_BIND_POINT_COMPUTE, kernel->layout, 0, 1,
                           &set, 0, NULL);
  if (kernel->push_size > 0)
    vkCmdPushConstants (slice->commands, kernel->layout, VK_SHADER_STAGE_COMPUTE_BIT, 0,
                        kernel->push_size, push);
  vkCmdDispatch (slice->commands, groups[0], groups[1], groups[2]);
  return TRUE;
}

void
sf_recorder_barrier (SfRecorder *self)
{
  if (self->open)
    barrier_to_shaders (g_array_index (self->slices, Slice, self->slices->len - 1).commands);
}

void
sf_recorder_fill (SfRecorder *self, const SfRange *range, guint32 pattern)
{
  Slice *slice = slice_for (self, 0, NULL);

  if (slice != NULL)
    vkCmdFillBuffer (slice->commands, sf_buffer_handle (range->buffer), range->offset, range->size,
                     pattern);
}

guint
sf_recorder_band (SfRecorder *self, guint rows, guint granule, double gflop_per_row,
                  guint64 bytes_per_row)
{
  const SfCaps *caps = &self->device->caps;
  double limit = rows;

  if (gflop_per_row > 0)
    limit = MIN (limit, self->device->max_gflop / gflop_per_row);
  if (bytes_per_row > 0)
    limit = MIN (limit, (double)((caps->max_storage_range - caps->offset_align) / bytes_per_row));
  if (limit >= rows)
    return rows;
  guint granules = (guint)(limit / granule);
  return MAX (granules, 1) * granule;
}

gboolean
sf_recorder_finish (SfRecorder *self, GError **error)
{
  if (self->open)
    barrier (g_array_index (self->slices, Slice, self->slices->len - 1).commands,
             VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT);
  return end_slice (self, error);
}

gboolean
sf_recorder_submit (SfRecorder *self, GCancellable *cancellable, GError **error)
{
  guint64 previous = 0, value = 0;
  gboolean ok = TRUE;

  for (guint i = 0; ok && i < self->slices->len; i++)
    {
      previous = value;
      ok = !g_cancellable_set_error_if_cancelled (cancellable, error)
           && sf_vk_submit (self->device, g_array_index (self->slices, Slice, i).commands, &value,
                            error)
           && (previous == 0 || sf_vk_wait (self->device, previous, error));
    }
  if (value == 0)
    return ok;
  return sf_vk_wait (self->device, value, ok ? error : NULL) && ok;
}

guint
sf_recorder_n_slices (SfRecorder *self)
{
  return self->slices->len;
}

double
sf_recorder_largest_slice (SfRecorder *self)
{
  double largest = 0;

  for (guint i = 0; i < self->slices->len; i++)
    largest = MAX (largest, g_array_index (self->slices, Slice, i).gflop);
  return largest;
}
