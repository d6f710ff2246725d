/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu/vk.h"

#include <string.h>

#include "base/error.h"

#define VALIDATION_LAYER "VK_LAYER_KHRONOS_validation"

static const char *
result_text (VkResult result)
{
  switch ((int)result)
    {
    case VK_ERROR_OUT_OF_HOST_MEMORY:
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
      return "there is not enough memory";
    case VK_ERROR_DEVICE_LOST:
      return "the device was lost; close other programs that use it and try again";
    case VK_ERROR_INCOMPATIBLE_DRIVER:
      return "no Vulkan driver is installed; install mesa-vulkan-drivers or your card's driver";
    case VK_ERROR_LAYER_NOT_PRESENT:
      return "the validation layer is not installed; install vulkan-validationlayers";
    default:
      return NULL;
    }
}

gboolean
sf_vk_fail (GError **error, VkResult result, const char *doing)
{
  gboolean memory
      = result == VK_ERROR_OUT_OF_HOST_MEMORY || result == VK_ERROR_OUT_OF_DEVICE_MEMORY;
  const char *text = result_text (result);

  if (text != NULL)
    g_set_error (error, SF_ERROR, memory ? SF_ERROR_MEMORY : SF_ERROR_DEVICE,
                 "The graphics driver could not %s: %s.", doing, text);
  else
    g_set_error (error, SF_ERROR, SF_ERROR_DEVICE,
                 "The graphics driver could not %s (Vulkan error %d).", doing, (int)result);
  return FALSE;
}

gboolean
sf_vk_has_extension (VkPhysicalDevice physical, const char *name)
{
  guint n = 0;

  if (vkEnumerateDeviceExtensionProperties (physical, NULL, &n, NULL) != VK_SUCCESS)
    return FALSE;
  g_autofree VkExtensionProperties *properties = g_new0 (VkExtensionProperties, MAX (n, 1));
  if (vkEnumerateDeviceExtensionProperties (physical, NULL, &n, properties) != VK_SUCCESS)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (strcmp (properties[i].extensionName, name) == 0)
      return TRUE;
  return FALSE;
}

VkInstance
sf_instance_new (gboolean validate, GError **error)
{
  const char *layers[] = { VALIDATION_LAYER };
  const char *extensions[]
      = { VK_EXT_DEBUG_UTILS_EXTENSION_NAME, VK_EXT_VALIDATION_FEATURES_EXTENSION_NAME };
  VkValidationFeatureEnableEXT enables[]
      = { VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT };
  VkValidationFeaturesEXT features = {
    .sType = VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT,
    .enabledValidationFeatureCount = G_N_ELEMENTS (enables),
    .pEnabledValidationFeatures = enables,
  };
  VkApplicationInfo application = {
    .sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
    .pApplicationName = "Sfumato",
    .pEngineName = "Sfumato",
    .apiVersion = VK_API_VERSION_1_2,
  };
  VkInstanceCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
    .pNext = validate ? &features : NULL,
    .pApplicationInfo = &application,
    .enabledLayerCount = validate ? G_N_ELEMENTS (layers) : 0,
    .ppEnabledLayerNames = layers,
    .enabledExtensionCount = validate ? G_N_ELEMENTS (extensions) : 0,
    .ppEnabledExtensionNames = extensions,
  };
  VkInstance instance = VK_NULL_HANDLE;

  VkResult result = vkCreateInstance (&info, NULL, &instance);
  if (result != VK_SUCCESS)
    sf_vk_fail (error, result, "start");
  return instance;
}

static VKAPI_ATTR VkBool32 VKAPI_CALL
on_message (VkDebugUtilsMessageSeverityFlagBitsEXT severity, VkDebugUtilsMessageTypeFlagsEXT types,
            const VkDebugUtilsMessengerCallbackDataEXT *data, void *user_data)
{
  SfDevice *device = user_data;

  device->n_messages++;
  g_free (device->last_message);
  device->last_message = g_strdup (data->pMessage);
  return VK_FALSE;
}

void
sf_instance_watch (SfDevice *device)
{
  VkDebugUtilsMessengerCreateInfoEXT info = {
    .sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT,
    .messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT
                       | VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT,
    .messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT,
    .pfnUserCallback = on_message,
    .pUserData = device,
  };
  PFN_vkCreateDebugUtilsMessengerEXT create
      = (PFN_vkCreateDebugUtilsMessengerEXT)vkGetInstanceProcAddr (
          device->instance, "vkCreateDebugUtilsMessengerEXT");

  if (create != NULL)
    create (device->instance, &info, NULL, &device->messenger);
}

void
sf_instance_unwatch (SfDevice *device)
{
  PFN_vkDestroyDebugUtilsMessengerEXT destroy
      = (PFN_vkDestroyDebugUtilsMessengerEXT)vkGetInstanceProcAddr (
          device->instance, "vkDestroyDebugUtilsMessengerEXT");

  if (device->messenger != VK_NULL_HANDLE && destroy != NULL)
    destroy (device->instance, device->messenger, NULL);
}
