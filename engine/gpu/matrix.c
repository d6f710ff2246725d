/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Matrix units: whether a device has what the matrix form of a product needs, and how it is asked
 * for when the device is opened. */
#include "gpu/vk.h"

/* Of the largest tile: gpu/tile.c. */
#define MAX_SUBGROUPS 16

/* More kinds of matrices than any driver lists. */
#define MAX_PROPERTIES 256

static const char *const extensions[SF_MATRIX_EXTENSIONS]
    = { VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME, VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME };

static gboolean
has_extensions (VkPhysicalDevice physical)
{
  for (guint i = 0; i < SF_MATRIX_EXTENSIONS; i++)
    if (!sf_vk_has_extension (physical, extensions[i]))
      return FALSE;
  return TRUE;
}

/* Links the structs of @self, for a query or to open a device. */
static void
chain (SfMatrixFeatures *self)
{
  self->subgroup_size = (VkPhysicalDeviceSubgroupSizeControlFeaturesEXT){
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES_EXT
  };
  self->matrix = (VkPhysicalDeviceCooperativeMatrixFeaturesKHR){
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR,
    .pNext = &self->subgroup_size,
  };
}

void
sf_matrix_enable (SfMatrixFeatures *self, VkPhysicalDeviceVulkan12Features *features,
                  VkDeviceCreateInfo *info)
{
  chain (self);
  self->matrix.cooperativeMatrix = VK_TRUE;
  self->subgroup_size.subgroupSizeControl = VK_TRUE;
  self->subgroup_size.computeFullSubgroups = VK_TRUE;
  self->subgroup_size.pNext = features->pNext;
  features->pNext = &self->matrix;
  features->shaderFloat16 = VK_TRUE;
  features->vulkanMemoryModel = VK_TRUE;
  info->enabledExtensionCount = SF_MATRIX_EXTENSIONS;
  info->ppEnabledExtensionNames = extensions;
}

static gboolean
has_features (VkPhysicalDevice physical)
{
  SfMatrixFeatures self;
  chain (&self);
  VkPhysicalDeviceVulkan12Features features12
      = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES, .pNext = &self.matrix };
  VkPhysicalDeviceFeatures2 features
      = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, .pNext = &features12 };

  vkGetPhysicalDeviceFeatures2 (physical, &features);
  return features12.shaderFloat16 && features12.vulkanMemoryModel && self.matrix.cooperativeMatrix
         && self.subgroup_size.subgroupSizeControl && self.subgroup_size.computeFullSubgroups;
}

/* A workgroup is laid out by subgroups, so their size has to be what the engine says; attention's
 * lanes hand values to each other. */
static gboolean
can_use_subgroups (VkPhysicalDevice physical, guint size)
{
  VkPhysicalDeviceSubgroupProperties subgroup
      = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES };
  VkPhysicalDeviceSubgroupSizeControlPropertiesEXT control
      = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_PROPERTIES_EXT,
          .pNext = &subgroup };
  VkPhysicalDeviceProperties2 properties
      = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &control };

  vkGetPhysicalDeviceProperties2 (physical, &properties);
  return (subgroup.supportedOperations & VK_SUBGROUP_FEATURE_SHUFFLE_BIT)
         && (control.requiredSubgroupSizeStages & VK_SHADER_STAGE_COMPUTE_BIT)
         && size >= control.minSubgroupSize && size <= control.maxSubgroupSize
         && control.maxComputeWorkgroupSubgroups >= MAX_SUBGROUPS;
}

/* Halves times halves, summed in F32, by a subgroup; sides that divide those of every tile. */
static gboolean
is_usable (const VkCooperativeMatrixPropertiesKHR *p)
{
  return p->AType == VK_COMPONENT_TYPE_FLOAT16_KHR && p->BType == VK_COMPONENT_TYPE_FLOAT16_KHR
         && p->CType == VK_COMPONENT_TYPE_FLOAT32_KHR
         && p->ResultType == VK_COMPONENT_TYPE_FLOAT32_KHR && p->scope == VK_SCOPE_SUBGROUP_KHR
         && !p->saturatingAccumulation && sf_matrix_shape_fits (p->MSize, p->NSize, p->KSize);
}

/* 16×16×16 is what most devices have and are quickest with; else the largest product. */
static guint
shape_rank (guint m, guint n, guint k)
{
  return m == 16 && n == 16 && k == 16 ? G_MAXUINT : m * n * k;
}

static void
choose_shape (SfMatrixShape *shape, const VkCooperativeMatrixPropertiesKHR *list, guint n)
{
  guint best = 0;

  for (guint i = 0; i < n; i++)
    {
      const VkCooperativeMatrixPropertiesKHR *p = &list[i];
      guint rank = shape_rank (p->MSize, p->NSize, p->KSize);
      if (!is_usable (p) || rank <= best)
        continue;
      *shape = (SfMatrixShape){ p->MSize, p->NSize, p->KSize };
      best = rank;
    }
}

static void
read_shape (VkInstance instance, VkPhysicalDevice physical, SfMatrixShape *shape)
{
  PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR get
      = (PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR)vkGetInstanceProcAddr (
          instance, "vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR");
  g_autofree VkCooperativeMatrixPropertiesKHR *list
      = g_new0 (VkCooperativeMatrixPropertiesKHR, MAX_PROPERTIES);
  guint n = MAX_PROPERTIES;

  for (guint i = 0; i < MAX_PROPERTIES; i++)
    list[i].sType = VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_KHR;
  if (get != NULL && get (physical, &n, list) >= VK_SUCCESS)
    choose_shape (shape, list, n);
}

void
sf_matrix_read (VkInstance instance, VkPhysicalDevice physical, SfCaps *caps)
{
  caps->matrix = (SfMatrixShape){ 0 };
  if (has_extensions (physical) && has_features (physical)
      && can_use_subgroups (physical, caps->subgroup_size))
    read_shape (instance, physical, &caps->matrix);
  /* Where others do not fit, the smallest tile has to do for everything. */
  const SfTileLimits limits = sf_caps_tile_limits (caps);
  if (!sf_matrix_tile_fits (sf_matrix_tile_get (0), &limits, &caps->matrix, TRUE))
    caps->matrix = (SfMatrixShape){ 0 };
}
