/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "graph/graph.h"

G_BEGIN_DECLS

/**
 * For tests that need a device. Each opens it once per kernel family; the families run on the same
 * device, the first one (SF_TEST_DEVICE=N chooses another). With SF_TEST_VALIDATE=1 the validation
 * layer watches, and any message fails the test at its end.
 */

/* (transfer none) A test that asks for a device and gets none has failed. */
SfDevice *sf_test_device (SfFamily family);

/* Another one, whose submissions are at most @max_gflop. (transfer full) */
SfDevice *sf_test_device_open (SfFamily family, double max_gflop);

/* Adds @test twice, for either family: its data is the family, GPOINTER_TO_UINT(). */
void sf_test_add_families (const char *path, GTestDataFunc test);

/* Likewise a test that calls @check for each of @n cases of @size bytes, which outlive it:
 * SF_TEST_CASES (array) stands for the three. */
typedef void (*SfTestCheck) (gconstpointer data, SfFamily family);
void sf_test_add_cases (const char *path, gconstpointer cases, guint n, gsize size,
                        SfTestCheck check);
#define SF_TEST_CASES(cases) (cases), G_N_ELEMENTS (cases), sizeof *(cases)

/* Another one, that binds at most @max_range bytes at a time. (transfer full) */
SfDevice *sf_test_device_narrow (SfFamily family, guint64 max_range);

/* Another one of the storage family, all of whose products have tile @number: see gpu/tile.h. NULL
 * where it does not fit. (transfer full) */
SfDevice *sf_test_device_tile (guint number);

/* The same with matrix units, see sf_matrix_tile_get(): NULL where it does not fit or there are
 * none. */
SfDevice *sf_test_device_matrix (guint number);

/* That with the smallest tile; where there is none the test is skipped. (transfer full) (nullable)
 */
SfDevice *sf_test_device_matrix_or_skip (void);

/* Another one, whose lanes never store for each other: see SfCaps. (transfer full) */
SfDevice *sf_test_device_apart (SfFamily family);

/* Another one, of the texel family, with the taller of the tiles that products have. (transfer
 * full) */
SfDevice *sf_test_device_tall (void);

/* Another one, with so small a number of channels for Winograd's convolutions that small models
 * have them. (transfer full) */
SfDevice *sf_test_device_winograd (SfFamily family);

/* Whether the validation layer is installed. */
gboolean sf_test_can_validate (void);

/* Whether the command line asks for what every driver can do in time (--small), or for the rest
 * (--large); without an argument for both. */
gboolean sf_test_small (int argc, char **argv);
gboolean sf_test_large (int argc, char **argv);

/* Runs the tests, closes the devices, and fails if the validation layer had something to say. The
 * value for main() to return. */
int sf_test_run (void);

/* @n values in ±@scale, always the same for a @seed. */
float *sf_test_random (gsize n, guint seed, float scale);

/* Each value to the nearest half, so that F16 weights and a reference begin with the same. */
void sf_test_round_to_halves (float *values, gsize n);

/* An input of @graph, [n, h, w, c], which sf_test_fill() gives values once it is prepared. */
SfTensor *sf_test_input (SfGraph *graph, guint n, guint h, guint w, guint c);
void sf_test_fill (SfTensor *tensor, const float *values);

/* For an epilogue's shift of @n times @c values: an input that has them from SF_TEST_SHIFT_FIRST
 * on, behind others, as blocks find them that share one. */
#define SF_TEST_SHIFT_FIRST 16
SfTensor *sf_test_shift (SfGraph *graph, guint n, guint c);
void sf_test_fill_shift (SfTensor *shift, const float *values);

/* Plans and records, with an arena of the graph's own; runs. Neither may fail. */
void sf_test_prepare (SfGraph *graph);
void sf_test_go (SfGraph *graph);

/* A tensor's values without padding. The padding must be zero. */
float *sf_test_read (SfTensor *tensor);

/* Fails the test unless max|got − want| ≤ tol·max|want|, and says where it is worst. */
void sf_test_compare (const char *name, const float *got, const float *want, gsize n, double tol);

G_END_DECLS
