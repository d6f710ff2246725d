/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Never run: whether the compiler knows cooperative matrices (glslang 12 of Debian 12 does not), and
 * what type one in an array has (14.0 of Ubuntu 24.04 forgets half of it). */
#version 460
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require

shared f16vec4 tile[64];

void main ()
{
  coopmat<float16_t, gl_ScopeSubgroup, 16, 16, gl_MatrixUseA> a;
  coopmat<float, gl_ScopeSubgroup, 16, 16, gl_MatrixUseAccumulator> sums[2][2], factor;

  coopMatLoad (a, tile, 0, 4, gl_CooperativeMatrixLayoutRowMajor);
  factor = coopmat<float, gl_ScopeSubgroup, 16, 16, gl_MatrixUseAccumulator> (2.0);
  sums[1][1] = factor;
  sums[1][1] *= factor;
}
