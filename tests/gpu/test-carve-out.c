/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu/carve-out.h"
#include "support/remove-all.h"

static void
write_file (const char *root, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (root, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* A card beside the processor's graphics, outputs that have no memory, and numbers that lie. */
static void
test_sysfs (void)
{
  g_autofree char *root = g_dir_make_tmp ("sfumato-XXXXXX", NULL);

  g_assert_cmpuint (sf_carve_out_free (root, 0x1002, 0x1638), ==, 0);
  write_file (root, "card0/device/vendor", "0x1002\n");
  write_file (root, "card0/device/device", "0x744c\n");
  write_file (root, "card0/device/mem_info_vram_total", "25753026560\n");
  write_file (root, "card0/device/mem_info_vram_used", "1000\n");
  write_file (root, "card1/device/vendor", "0x1002\n");
  write_file (root, "card1/device/device", "0x1638\n");
  write_file (root, "card1-eDP-1/device/vendor", "0x1002\n");
  write_file (root, "card1-eDP-1/device/device", "0x1638\n");
  g_assert_cmpuint (sf_carve_out_free (root, 0x1002, 0x1638), ==, 0);
  write_file (root, "card1/device/mem_info_vram_total", "4294967296\n");
  write_file (root, "card1/device/mem_info_vram_used", "294967296\n");
  g_assert_cmpuint (sf_carve_out_free (root, 0x1002, 0x1638), ==, 4000000000);
  g_assert_cmpuint (sf_carve_out_free (root, 0x8086, 0x1638), ==, 0);
  write_file (root, "card1/device/mem_info_vram_used", "5000000000\n");
  g_assert_cmpuint (sf_carve_out_free (root, 0x1002, 0x1638), ==, 0);
  remove_all (root);
}

/* As on most machines. */
static void
test_nothing (void)
{
  g_assert_cmpuint (sf_carve_out_free ("/nowhere/at/all", 0x1002, 0x1638), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpu/carve-out/sysfs", test_sysfs);
  g_test_add_func ("/gpu/carve-out/nothing", test_nothing);
  return g_test_run ();
}
