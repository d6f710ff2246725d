/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The push constants of every shader, included by C and GLSL alike so that they cannot drift apart.
 * Only 32-bit ints and floats. At most 128 bytes each. */
#ifndef SF_PARAMS_H
#define SF_PARAMS_H

#endif
