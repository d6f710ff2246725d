/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli.h"

G_BEGIN_DECLS

/* What a CPU device is held against: sgemm of OpenBLAS on one core with AVX2 kernels, where that
 * library is installed. It reads its environment when it is loaded, so a child process asks it. */

/* "bench" with this as its only option is that child. */
#define CLI_YARDSTICK_OPTION "--yardstick"

/* In 10⁹ operations a second; 0 where there is no OpenBLAS. */
double cli_yardstick_ask (void);

/* The child: prints the number. */
CliStatus cli_yardstick_answer (void);

G_END_DECLS
