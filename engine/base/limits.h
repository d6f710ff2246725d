/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What a picture may be asked to be, by people and by what a model's file recommends. */
#define SF_REQUEST_MIN_SIZE 64
#define SF_REQUEST_MAX_SIZE 4096
#define SF_REQUEST_MAX_STEPS 1000
#define SF_REQUEST_MIN_CFG 1
#define SF_REQUEST_MAX_CFG 30
#define SF_REQUEST_MAX_BATCH 64
#define SF_REQUEST_MAX_CACHE_INTERVAL 10
#define SF_REQUEST_MAX_TOKEN_MERGING 0.75
