/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu/kernel.h"

#include <string.h>

#include <gio/gio.h>

#include "base/error.h"
#include "gpu/vk.h"
#include "params.h"

/* How often a wait looks whether it was cancelled. */
#define CANCEL_USEC (50 * 1000)

/* A pipeline to compile. */
typedef struct
{
  /* Owned */
  GBytes *code;

  /* Borrowed */
  SfKernel *kernel;

  SfKernelSpec spec;
} Job;

static void
job_free (Job *job)
{
  g_bytes_unref (job->code);
  g_free (job);
}

static guint
spec_hash (gconstpointer data)
{
  const SfKernelSpec *spec = data;
  guint hash = g_str_hash (spec->name) + spec->subgroup_size;

  for (guint i = 0; i < spec->n_spec; i++)
    hash = hash * 31 + spec->spec[i];
  return hash;
}

static gboolean
spec_equal (gconstpointer a, gconstpointer b)
{
  const SfKernelSpec *x = a, *y = b;

  return strcmp (x->name, y->name) == 0 && x->n_reads == y->n_reads && x->n_writes == y->n_writes
         && x->push_size == y->push_size && x->subgroup_size == y->subgroup_size
         && x->n_spec == y->n_spec && memcmp (x->spec, y->spec, x->n_spec * sizeof x->spec[0]) == 0;
}

static VkResult
create_layouts (SfKernel *kernel, VkDevice device)
{
  VkDescriptorSetLayoutBinding bindings[SF_KERNEL_MAX_BINDINGS];
  guint n = kernel->n_reads + kernel->n_writes;

  for (guint i = 0; i < n; i++)
    bindings[i] = (VkDescriptorSetLayoutBinding){
      .binding = i,
      .descriptorType = kernel->texel && i < kernel->n_reads
                            ? VK_DESCRIPTOR_TYPE_STORAGE_TEXEL_BUFFER
                            : VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
      .descriptorCount = 1,
      .stageFlags = VK_SHADER_STAGE_COMPUTE_BIT,
    };
  VkDescriptorSetLayoutCreateInfo set = {
    .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
    .bindingCount = n,
    .pBindings = bindings,
  };
  VkResult result = vkCreateDescriptorSetLayout (device, &set, NULL, &kernel->set_layout);
  if (result != VK_SUCCESS)
    return result;
  VkPushConstantRange push
      = { .stageFlags = VK_SHADER_STAGE_COMPUTE_BIT, .size = kernel->push_size };
  VkPipelineLayoutCreateInfo layout = {
    .sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
    .setLayoutCount = 1,
    .pSetLayouts = &kernel->set_layout,
    .pushConstantRangeCount = kernel->push_size > 0,
    .pPushConstantRanges = &push,
  };
  return vkCreatePipelineLayout (device, &layout, NULL, &kernel->layout);
}

static VkResult
create_pipeline (SfKernel *kernel, SfDevice *device, VkShaderModule module,
                 const SfKernelSpec *spec)
{
  VkSpecializationMapEntry entries[SF_KERNEL_MAX_SPEC + 1];
  guint32 values[SF_KERNEL_MAX_SPEC + 1];
  guint n = spec->n_spec;

  for (guint i = 0; i <= n; i++)
    entries[i] = (VkSpecializationMapEntry){ .constantID = i, .offset = 4 * i, .size = 4 };
  memcpy (values, spec->spec, n * sizeof *values);
  entries[n].constantID = SF_PAIRED_STORES_ID;
  values[n] = device->caps.paired_stores;
  VkSpecializationInfo constants = {
    .mapEntryCount = n + 1,
    .pMapEntries = entries,
    .dataSize = (n + 1) * sizeof *values,
    .pData = values,
  };
  const VkPipelineShaderStageRequiredSubgroupSizeCreateInfoEXT size = {
    .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_REQUIRED_SUBGROUP_SIZE_CREATE_INFO_EXT,
    .requiredSubgroupSize = spec->subgroup_size,
  };
  gboolean matrix = spec->subgroup_size > 0;
  VkComputePipelineCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
    .stage = {
      .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
      .pNext = matrix ? (void *)&size : NULL,
      .flags = matrix ? VK_PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT_EXT : 0,
      .stage = VK_SHADER_STAGE_COMPUTE_BIT,
      .module = module,
      .pName = "main",
      .pSpecializationInfo = &constants,
    },
    .layout = kernel->layout,
  };
  return vkCreateComputePipelines (device->device, device->pipeline_cache, 1, &info, NULL,
                                   &kernel->pipeline);
}

static GBytes *
load_shader (SfDevice *device, const SfKernelSpec *spec, GError **error)
{
  const char *form = spec->subgroup_size > 0                  ? "matrix"
                     : device->caps.family == SF_FAMILY_TEXEL ? "texel"
                                                              : "storage";
  g_autofree char *path = g_strdup_printf ("/sfumato/shaders/%s.%s.spv", spec->name, form);

  return g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
}

static VkResult
compile (const Job *job, SfDevice *device)
{
  VkShaderModule module = VK_NULL_HANDLE;
  VkShaderModuleCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
    .codeSize = g_bytes_get_size (job->code),
    .pCode = g_bytes_get_data (job->code, NULL),
  };
  VkResult result = vkCreateShaderModule (device->device, &info, NULL, &module);

  if (result == VK_SUCCESS)
    result = create_pipeline (job->kernel, device, module, &job->spec);
  vkDestroyShaderModule (device->device, module, NULL);
  return result;
}

/* In a thread of the device's pool. */
static void
run_job (gpointer data, gpointer user_data)
{
  Job *job = data;
  SfDevice *device = user_data;
  VkResult result = compile (job, device);

  g_mutex_lock (&device->compile_lock);
  job->kernel->result = result;
  job->kernel->compiled = TRUE;
  g_cond_broadcast (&device->compiled);
  g_mutex_unlock (&device->compile_lock);
  job_free (job);
}

static void
kernel_free (SfKernel *kernel, SfDevice *device)
{
  vkDestroyPipeline (device->device, kernel->pipeline, NULL);
  vkDestroyPipelineLayout (device->device, kernel->layout, NULL);
  vkDestroyDescriptorSetLayout (device->device, kernel->set_layout, NULL);
  g_free (kernel);
}

static gboolean
start_compiling (SfKernel *kernel, SfDevice *device, const SfKernelSpec *spec, GError **error)
{
  GBytes *code = load_shader (device, spec, error);
  if (code == NULL)
    return FALSE;

  Job *job = g_new (Job, 1);
  *job = (Job){ code, kernel, *spec };
  kernel->compiled = FALSE;
  g_thread_pool_push (device->compilers, job, NULL);
  return TRUE;
}

static SfKernel *
kernel_new (SfDevice *device, const SfKernelSpec *spec, GError **error)
{
  SfKernel *kernel = g_new0 (SfKernel, 1);

  g_assert (spec->n_reads + spec->n_writes <= SF_KERNEL_MAX_BINDINGS);
  device->n_objects++;
  kernel->n_reads = spec->n_reads;
  kernel->n_writes = spec->n_writes;
  kernel->push_size = spec->push_size;
  kernel->texel = device->caps.family == SF_FAMILY_TEXEL;
  VkResult result = create_layouts (kernel, device->device);
  if (result == VK_SUCCESS && start_compiling (kernel, device, spec, error))
    return kernel;
  if (result != VK_SUCCESS)
    sf_vk_fail (error, result, "compile a shader");
  kernel_free (kernel, device);
  return NULL;
}

/* As when memory was short: what could not be compiled then may be now. */
static gboolean
has_failed (SfKernel *kernel, SfDevice *device)
{
  g_mutex_lock (&device->compile_lock);
  gboolean failed = kernel->compiled && kernel->result != VK_SUCCESS;
  g_mutex_unlock (&device->compile_lock);
  return failed;
}

SfKernel *
sf_kernel_get (SfDevice *device, const SfKernelSpec *spec, GError **error)
{
  SfKernel *kernel = g_hash_table_lookup (device->kernels, spec);

  if (kernel == NULL)
    {
      kernel = kernel_new (device, spec, error);
      if (kernel != NULL)
        g_hash_table_insert (device->kernels, g_memdup2 (spec, sizeof *spec), kernel);
    }
  else if (has_failed (kernel, device) && !start_compiling (kernel, device, spec, error))
    return NULL;
  return kernel;
}

/* A driver that gives up on a shader may say that memory is short: a smaller picture would not
 * help. */
static gboolean
fail_to_compile (GError **error, VkResult result)
{
  g_autoptr (GError) local = NULL;

  sf_vk_fail (&local, result, "compile a shader");
  g_set_error_literal (error, SF_ERROR, SF_ERROR_DEVICE, local->message);
  return FALSE;
}

gboolean
sf_kernel_wait (SfKernel *kernel, SfDevice *device, GCancellable *cancellable, GError **error)
{
  g_mutex_lock (&device->compile_lock);
  while (!kernel->compiled && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait_until (&device->compiled, &device->compile_lock,
                       g_get_monotonic_time () + CANCEL_USEC);
  gboolean compiled = kernel->compiled;
  VkResult result = compiled ? kernel->result : VK_NOT_READY;
  device->lost = device->lost || result == VK_ERROR_DEVICE_LOST;
  g_mutex_unlock (&device->compile_lock);
  if (!compiled)
    return !g_cancellable_set_error_if_cancelled (cancellable, error);
  return result == VK_SUCCESS || fail_to_compile (error, result);
}

/* --- All kernels of a device ------------------------------------------------------------------ */

void
sf_kernels_init (SfDevice *device)
{
  g_mutex_init (&device->compile_lock);
  g_cond_init (&device->compiled);
  device->kernels = g_hash_table_new_full (spec_hash, spec_equal, g_free, NULL);
  device->compilers = g_thread_pool_new_full (run_job, device, (GDestroyNotify)job_free,
                                              g_get_num_processors (), FALSE, NULL);
  sf_kernel_cache_load (device);
}

void
sf_kernels_clear (SfDevice *device)
{
  GHashTableIter iter;
  gpointer kernel;

  g_thread_pool_free (device->compilers, TRUE, TRUE);
  sf_kernel_cache_save (device);
  g_hash_table_iter_init (&iter, device->kernels);
  while (g_hash_table_iter_next (&iter, NULL, &kernel))
    kernel_free (kernel, device);
  vkDestroyPipelineCache (device->device, device->pipeline_cache, NULL);
  g_hash_table_unref (device->kernels);
  g_mutex_clear (&device->compile_lock);
  g_cond_clear (&device->compiled);
}
