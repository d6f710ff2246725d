/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The header of a safetensors file, and what the names in it mean. */
#include "fuzz.h"

#include "files/foreign.h"
#include "files/names.h"
#include "files/safetensors.h"

#include <stdlib.h>

#define DATA_SIZE 4096

static void
require (gboolean holds)
{
  if (!holds)
    abort ();
}

/* What a header that was taken promises. */
static void
check_tensor (SfSafetensors *file, const SfTensorInfo *info, guint64 data_begin)
{
  guint64 n = sf_tensor_info_n_elements (info);

  require (sf_safetensors_lookup (file, info->name) == info);
  require (g_utf8_validate (info->name, -1, NULL));
  require (info->n_dims <= SF_MAX_DIMS);
  require (info->offset >= data_begin && info->size <= DATA_SIZE);
  require (info->offset + info->size <= data_begin + DATA_SIZE);
  require (info->dtype == SF_DTYPE_INVALID || n * sf_dtype_size (info->dtype) == info->size);
}

static void
check_names (SfSafetensors *file)
{
  g_autoptr (GString) name = g_string_new (NULL);
  SfLdmLayout layout = { 0 };

  for (guint i = 0; i < sf_safetensors_n_tensors (file); i++)
    sf_ldm_layout_see (&layout, sf_safetensors_nth (file, i)->name);
  for (guint i = 0; i < sf_safetensors_n_tensors (file); i++)
    {
      const char *stored = sf_safetensors_nth (file, i)->name;
      SfPart part = SF_N_PARTS;
      if (sf_name_from_ldm (&layout, stored, &part, name) == SF_NAME_PART)
        require (part < SF_N_PARTS && name->len > 0);
      for (part = 0; part < SF_N_PARTS; part++)
        sf_name_from_diffusers (part, stored, name);
      sf_name_tells_part (stored);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfSafetensors) file
      = sf_safetensors_parse_header ((const char *)data, size, DATA_SIZE, "fuzz", &error);

  sf_foreign_hint (data, MIN (size, SF_FOREIGN_HEAD));
  require ((file == NULL) == (error != NULL));
  if (!file)
    {
      require (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }
  for (guint i = 0; i < sf_safetensors_n_tensors (file); i++)
    check_tensor (file, sf_safetensors_nth (file, i), 8 + size);
  check_names (file);
  return 0;
}
