/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One lane's value for all lanes, in the way that the device's compiler makes the least of: see
 * SfBroadcast. @zero is 0, which the compiler does not know. */
float sf_broadcast (float value, int lane, uint zero)
{
  if (BROADCAST == 0)
    return subgroupShuffle (value, uint (lane));
  if (BROADCAST == 1)
    return subgroupShuffle (value, uint (lane) + zero);
  return subgroupBroadcast (value, uint (lane));
}
