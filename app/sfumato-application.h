/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "sfumato.h"

G_BEGIN_DECLS

/**
 * SfumatoApplication:
 *
 * `sfumato [--prompt TEXT] [--generate] [MODEL | PICTURE]`. One instance a session: a second start
 * hands its arguments to the first one's window.
 */
#define SFUMATO_TYPE_APPLICATION (sfumato_application_get_type ())
G_DECLARE_FINAL_TYPE (SfumatoApplication, sfumato_application, SFUMATO, APPLICATION, AdwApplication)

SfumatoApplication *sfumato_application_new (void);
SfEngine *sfumato_application_get_engine (SfumatoApplication *self); /* (transfer none) */

G_END_DECLS
