/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A sum over the lanes of a workgroup, in an order that depends on nothing but their number. Not by
 * subgroup arithmetic: some drivers run a workgroup of LANES as several smaller subgroups. */
shared float sf_shared[LANES];

float sf_sum (float value)
{
  const uint lane = gl_LocalInvocationIndex;

  barrier ();
  sf_shared[lane] = value;
  barrier ();
  for (uint n = LANES / 2; n > 0; n /= 2)
    {
      if (lane < n)
        sf_shared[lane] += sf_shared[lane + n];
      barrier ();
    }
  return sf_shared[0];
}
