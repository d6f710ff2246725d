/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* What newer releases of GTK and libadwaita have another form for. The rest of the program is
 * written against GTK 4.8 and libadwaita 1.2 and knows nothing of it. */

/* @file: NULL when the user thought better of it. */
typedef void (*SfumatoFileFunc) (GFile *file, gpointer user_data);
typedef void (*SfumatoAlertFunc) (gboolean accepted, gpointer user_data);

/* @pattern: a glob of file names, or NULL to choose a folder. @user_data is kept alive meanwhile.
 */
void sfumato_compat_choose (GtkWindow *parent, const char *title, const char *kind,
                            const char *pattern, SfumatoFileFunc callback, GObject *user_data);
void sfumato_compat_choose_new (GtkWindow *parent, const char *title, const char *name,
                                SfumatoFileFunc callback, GObject *user_data);

/* Asks a question. @accept: the label of the button that does it; a destructive one is red. */
void sfumato_compat_ask (GtkWindow *parent, const char *heading, const char *body,
                         const char *accept, gboolean destructive, SfumatoAlertFunc callback,
                         GObject *user_data);

/* Tells a screen reader. Does nothing before GTK 4.14, which has no way to. */
void sfumato_compat_announce (GtkWidget *widget, const char *message);

/* @sharp: squares for pixels, where GTK can (4.10). */
void sfumato_compat_append_texture (GtkSnapshot *snapshot, GdkTexture *texture,
                                    const graphene_rect_t *bounds, gboolean sharp);

void sfumato_compat_show_about (GtkWindow *parent, const char *icon, const char *version);

G_END_DECLS
