/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * slotⱼ ← Σᵢ a[j][i]·slotᵢ + b[j]·noise. A slot with coefficient 0 is not looked at: what was never
 * written may be infinite or no number. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/flat.glsl"

SF_READ (0, noise);
SF_READ (1, coefficients);
SF_WRITE (2, slot0);
SF_WRITE (3, slot1);
SF_WRITE (4, slot2);
SF_WRITE (5, slot3);
SF_WRITE (6, slot4);
SF_WRITE (7, slot5);

layout (push_constant) uniform Push { SfFlatParams push; };

/* A selection, not a branch: SwiftShader takes minutes and gigabytes to compile forty of those. */
vec4 weighted (float weight, vec4 v)
{
  return mix (vec4 (0.0), weight * v, bvec4 (weight != 0.0));
}

void main ()
{
  const int n = push.n;
  float a[SF_MIX_SLOTS + 1][8];

  [[unroll]] for (int j = 0; j <= SF_MIX_SLOTS; j++)
    [[unroll]] for (int i = 0; i < 8; i++)
      a[j][i] = sf_load (coefficients, j * 2 + i / 4)[i % 4];

  SF_FOREACH (at, n)
    {
      const vec4 slots[SF_MIX_SLOTS]
          = vec4[](slot0[at], slot1[at], slot2[at], slot3[at], slot4[at], slot5[at]);
      const vec4 extra = sf_load (noise, at);
      vec4 mixed[SF_MIX_SLOTS];

      [[unroll]] for (int j = 0; j < SF_MIX_SLOTS; j++)
        {
          mixed[j] = weighted (a[SF_MIX_SLOTS][j], extra);
          [[unroll]] for (int i = 0; i < SF_MIX_SLOTS; i++)
            mixed[j] += weighted (a[j][i], slots[i]);
        }
      slot0[at] = mixed[0];
      slot1[at] = mixed[1];
      slot2[at] = mixed[2];
      slot3[at] = mixed[3];
      slot4[at] = mixed[4];
      slot5[at] = mixed[5];
    }
}
