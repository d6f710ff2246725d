/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/philox.h"

enum
{
  N_ROUNDS = 10,
};

#define MULTIPLIER_0 G_GUINT64_CONSTANT (0xD2511F53)
#define MULTIPLIER_1 G_GUINT64_CONSTANT (0xCD9E8D57)
#define KEY_STEP_0 0x9E3779B9U
#define KEY_STEP_1 0xBB67AE85U

static void
mix (guint32 word[4], guint32 key_0, guint32 key_1)
{
  guint64 product_0 = MULTIPLIER_0 * word[0];
  guint64 product_1 = MULTIPLIER_1 * word[2];

  word[0] = (guint32)(product_1 >> 32) ^ word[1] ^ key_0;
  word[1] = (guint32)product_1;
  word[2] = (guint32)(product_0 >> 32) ^ word[3] ^ key_1;
  word[3] = (guint32)product_0;
}

void
sf_philox_4x32_10 (guint32 out[4], const guint32 counter[4], const guint32 key[2])
{
  guint32 key_0 = key[0], key_1 = key[1];

  for (guint i = 0; i < 4; i++)
    out[i] = counter[i];
  for (guint round = 0; round < N_ROUNDS; round++)
    {
      mix (out, key_0, key_1);
      key_0 += KEY_STEP_0;
      key_1 += KEY_STEP_1;
    }
}
