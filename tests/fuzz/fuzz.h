/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What libFuzzer, and replay.c in its place, calls for each input. Returns 0. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
