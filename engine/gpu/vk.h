/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <vulkan/vulkan.h>

#include "gpu/buffer.h"
#include "gpu/device.h"
#include "gpu/vk-compat.h"

/* What the files of this folder share; nobody outside it sees Vulkan. */

G_BEGIN_DECLS

struct _SfDevice
{
  gatomicrefcount ref_count;
  SfCaps caps;
  double max_gflop;

  /* Owned */
  VkInstance instance;
  VkDebugUtilsMessengerEXT messenger;
  VkDevice device;
  VkCommandPool command_pool;
  VkPipelineCache pipeline_cache;
  VkSemaphore timeline;
  GHashTable *kernels;    /* SfKernelSpec → SfKernel */
  GThreadPool *compilers; /* of pipelines */
  char *last_message;

  /* Borrowed */
  VkPhysicalDevice physical;
  VkQueue queue;

  GMutex compile_lock;
  GCond compiled;
  guint queue_family;
  guint64 allocated;      /* bytes of all buffers, as the driver rounds them */
  guint64 peak;           /* the most that they were */
  guint64 timeline_value; /* the last one that a submission was told to signal */
  guint64 n_objects;      /* see sf_device_n_objects() */
  guint n_messages;
  gboolean lost; /* nothing works on it any more */
  VkPhysicalDeviceMemoryProperties memory_types;
};

struct _SfKernel
{
  /* Owned */
  VkDescriptorSetLayout set_layout;
  VkPipelineLayout layout;
  VkPipeline pipeline; /* once it is compiled */

  /* Under the device's compile_lock. */
  gboolean compiled;
  VkResult result;

  guint n_reads, n_writes, push_size;
  gboolean texel;
};

/* instance.c */
VkInstance sf_instance_new (gboolean validate, GError **error);
void sf_instance_watch (SfDevice *device);
void sf_instance_unwatch (SfDevice *device);

/* caps.c: FALSE when the device lacks what the engine cannot do without. */
gboolean sf_caps_read (VkPhysicalDevice physical, SfCaps *caps, guint *queue_family);

/* matrix.c: fills @caps' shape of matrix, or zeros where the device has none that can be used. */
void sf_matrix_read (VkInstance instance, VkPhysicalDevice physical, SfCaps *caps);

#define SF_MATRIX_EXTENSIONS 2

/* What opening a device with matrix units takes: must live as long as @info. */
typedef struct
{
  VkPhysicalDeviceCooperativeMatrixFeaturesKHR matrix;
  VkPhysicalDeviceSubgroupSizeControlFeaturesEXT subgroup_size;
} SfMatrixFeatures;

void sf_matrix_enable (SfMatrixFeatures *self, VkPhysicalDeviceVulkan12Features *features,
                       VkDeviceCreateInfo *info);

/* kernel.c */
void sf_kernels_init (SfDevice *device);
void sf_kernels_clear (SfDevice *device); /* waits for those that are being compiled */
/* Waits until the pipeline is there. If it is cancelled the kernel is compiled all the same, for
 * whoever asks again. */
gboolean sf_kernel_wait (struct _SfKernel *kernel, SfDevice *device, GCancellable *cancellable,
                         GError **error);

/* kernel-cache.c */
void sf_kernel_cache_load (SfDevice *device);

/* submit.c: hands @commands to the queue; sf_vk_wait() waits for the value that it returned. */
gboolean sf_vk_submit (SfDevice *device, VkCommandBuffer commands, guint64 *value, GError **error);
gboolean sf_vk_wait (SfDevice *device, guint64 value, GError **error);
VkCommandBuffer sf_vk_begin (SfDevice *device, VkCommandBufferUsageFlags flags, GError **error);

/* buffer.c */
VkBuffer sf_buffer_handle (const SfBuffer *self);

/* Whether a driver has a device extension. */
gboolean sf_vk_has_extension (VkPhysicalDevice physical, const char *name);

/* memory.c: of the heap that a device plans with, and what the machine has left, 0 if unknown. */
guint64 sf_memory_heap_size (VkPhysicalDevice physical);
guint64 sf_memory_available (void);

/* Sets a sentence for a failed call: "The graphics driver …". Returns FALSE. */
gboolean sf_vk_fail (GError **error, VkResult result, const char *doing);

G_END_DECLS
