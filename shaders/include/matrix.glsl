/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What shaders for matrix units (VK_KHR_cooperative_matrix) have in common. Subgroups are full. */
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require

/* What a subgroup's lanes wrote to shared memory is there for its others. subgroupBarrier() would have
 * them wait for all other memory too, and for what is on its way from it. */
void sf_subgroup_barrier (void)
{
  controlBarrier (gl_ScopeSubgroup, gl_ScopeSubgroup, gl_StorageSemanticsShared,
                  gl_SemanticsAcquireRelease);
}
