/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How values go round among lanes: in step @step every lane has that of the lane whose number differs
 * by @step. lavapipe knows the numbers of lanes while it compiles, so that this is one instruction,
 * where one lane's value for all takes one or two. Whoever has a group of lanes that holds one value
 * each sees all of them in as many steps, each lane in an order of its own. */
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_shuffle : require
#define sf_swap(value, step) subgroupShuffle (value, gl_SubgroupInvocationID ^ uint (step))
