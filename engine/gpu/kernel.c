/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu/kernel.h"

#include <string.h>

#include <gio/gio.h>

#include "base/error.h"
#include "gpu/vk.h"

guint
sf_kernel_spec_hash (gconstpointer data)
{
  const SfKernelSpec *spec = data;
  guint hash = g_str_hash (spec->name) + spec->subgroup_size;

  for (guint i = 0; i < spec->n_spec; i++)
    hash = hash * 31 + spec->spec[i];
  return hash;
}

gboolean
sf_kernel_spec_equal (gconstpointer a, gconstpointer b)
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
  VkSpecializationMapEntry entries[SF_KERNEL_MAX_SPEC];

  for (guint i = 0; i < spec->n_spec; i++)
    entries[i] = (VkSpecializationMapEntry){ .constantID = i, .offset = 4 * i, .size = 4 };
  VkSpecializationInfo constants = {
    .mapEntryCount = spec->n_spec,
    .pMapEntries = entries,
    .dataSize = 4 * spec->n_spec,
    .pData = spec->spec,
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

static SfKernel *
kernel_new (SfDevice *device, const SfKernelSpec *spec, GError **error)
{
  g_autoptr (GBytes) code = load_shader (device, spec, error);
  if (code == NULL)
    return NULL;

  VkShaderModule module = VK_NULL_HANDLE;
  VkShaderModuleCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
    .codeSize = g_bytes_get_size (code),
    .pCode = g_bytes_get_data (code, NULL),
  };
  SfKernel *kernel = g_new0 (SfKernel, 1);
  device->n_objects++;
  kernel->n_reads = spec->n_reads;
  kernel->n_writes = spec->n_writes;
  kernel->push_size = spec->push_size;
  kernel->texel = device->caps.family == SF_FAMILY_TEXEL;
  VkResult result = vkCreateShaderModule (device->device, &info, NULL, &module);
  if (result == VK_SUCCESS)
    result = create_layouts (kernel, device->device);
  if (result == VK_SUCCESS)
    result = create_pipeline (kernel, device, module, spec);
  vkDestroyShaderModule (device->device, module, NULL);
  if (result == VK_SUCCESS)
    return kernel;
  sf_kernel_free (kernel, device);
  sf_vk_fail (error, result, "compile a shader");
  return NULL;
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
  return kernel;
}

void
sf_kernel_free (SfKernel *kernel, SfDevice *device)
{
  vkDestroyPipeline (device->device, kernel->pipeline, NULL);
  vkDestroyPipelineLayout (device->device, kernel->layout, NULL);
  vkDestroyDescriptorSetLayout (device->device, kernel->set_layout, NULL);
  g_free (kernel);
}

/* --- The pipeline cache on disk --------------------------------------------------------------- */

static char *
cache_path (SfDevice *device)
{
  GString *name = g_string_new ("pipelines-");

  for (guint i = 0; i < sizeof device->caps.driver_uuid; i++)
    g_string_append_printf (name, "%02x",
                            device->caps.driver_uuid[i] ^ device->caps.device_uuid[i]);
  char *path = g_build_filename (g_get_user_cache_dir (), "sfumato", name->str, NULL);
  g_string_free (name, TRUE);
  return path;
}

/* A cache is an optimisation: whatever is wrong with its file, an empty one does. The driver checks
 * that the data is its own. */
void
sf_kernel_cache_load (SfDevice *device)
{
  g_autofree char *path = cache_path (device);
  g_autofree char *data = NULL;
  VkPipelineCacheCreateInfo info = { .sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO };
  gsize size = 0;

  if (g_file_get_contents (path, &data, &size, NULL))
    {
      info.initialDataSize = size;
      info.pInitialData = data;
    }
  if (vkCreatePipelineCache (device->device, &info, NULL, &device->pipeline_cache) != VK_SUCCESS)
    device->pipeline_cache = VK_NULL_HANDLE;
}

void
sf_kernel_cache_save (SfDevice *device)
{
  g_autofree char *path = cache_path (device);
  g_autofree char *folder = g_path_get_dirname (path);
  gsize size = 0;

  if (device->pipeline_cache == VK_NULL_HANDLE
      || vkGetPipelineCacheData (device->device, device->pipeline_cache, &size, NULL) != VK_SUCCESS)
    return;
  g_autofree char *data = g_malloc (MAX (size, 1));
  if (vkGetPipelineCacheData (device->device, device->pipeline_cache, &size, data) == VK_SUCCESS
      && g_mkdir_with_parents (folder, 0755) == 0)
    g_file_set_contents (path, data, size, NULL);
}
