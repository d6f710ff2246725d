/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compat.h"

#include <glib/gi18n.h>

typedef struct
{
  GCallback callback;

  /* Owned */
  GObject *user_data;
} Answer;

static Answer *
answer_new (GCallback callback, GObject *user_data)
{
  Answer *answer = g_new0 (Answer, 1);

  answer->callback = callback;
  answer->user_data = g_object_ref (user_data);
  return answer;
}

static void
answer_free (gpointer data, GClosure *closure)
{
  Answer *answer = data;

  g_object_unref (answer->user_data);
  g_free (answer);
}

static void
on_file (GtkNativeDialog *dialog, int response, Answer *answer)
{
  g_autoptr (GFile) file = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  ((SfumatoFileFunc)answer->callback) (file, answer->user_data);
  /* The reference of show_chooser(): nobody else keeps a native dialog. */
  gtk_native_dialog_destroy (dialog);
  g_object_unref (dialog);
}

static void
show_chooser (GtkFileChooserNative *dialog, SfumatoFileFunc callback, GObject *user_data)
{
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_file),
                         answer_new (G_CALLBACK (callback), user_data), answer_free, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

void
sfumato_compat_choose (GtkWindow *parent, const char *title, const char *kind, const char *pattern,
                       SfumatoFileFunc callback, GObject *user_data)
{
  GtkFileChooserAction action
      = pattern != NULL ? GTK_FILE_CHOOSER_ACTION_OPEN : GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER;
  GtkFileChooserNative *dialog
      = gtk_file_chooser_native_new (title, parent, action, _ ("_Open"), _ ("_Cancel"));

  if (pattern != NULL)
    {
      g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();
      g_autoptr (GtkFileFilter) all = gtk_file_filter_new ();
      gtk_file_filter_set_name (filter, kind);
      gtk_file_filter_add_pattern (filter, pattern);
      gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
      gtk_file_filter_set_name (all, _ ("All files"));
      gtk_file_filter_add_pattern (all, "*");
      gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), all);
    }
  show_chooser (dialog, callback, user_data);
}

void
sfumato_compat_choose_new (GtkWindow *parent, const char *title, const char *name,
                           SfumatoFileFunc callback, GObject *user_data)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      title, parent, GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), _ ("_Cancel"));
  const char *folder = g_get_user_special_dir (G_USER_DIRECTORY_PICTURES);

  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  if (folder != NULL)
    {
      g_autoptr (GFile) file = g_file_new_for_path (folder);
      gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (dialog), file, NULL);
    }
  show_chooser (dialog, callback, user_data);
}

static void
on_answer (AdwMessageDialog *dialog, const char *response, Answer *answer)
{
  ((SfumatoAlertFunc)answer->callback) (g_str_equal (response, "accept"), answer->user_data);
}

void
sfumato_compat_ask (GtkWindow *parent, const char *heading, const char *body, const char *accept,
                    gboolean destructive, SfumatoAlertFunc callback, GObject *user_data)
{
  GtkWidget *widget = adw_message_dialog_new (parent, heading, body);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (widget);

  adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "accept", accept, NULL);
  adw_message_dialog_set_response_appearance (
      dialog, "accept", destructive ? ADW_RESPONSE_DESTRUCTIVE : ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, destructive ? "cancel" : "accept");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_answer),
                         answer_new (G_CALLBACK (callback), user_data), answer_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
sfumato_compat_announce (GtkWidget *widget, const char *message)
{
#if GTK_CHECK_VERSION(4, 14, 0)
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  gtk_accessible_announce (GTK_ACCESSIBLE (widget), message,
                           GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
  G_GNUC_END_IGNORE_DEPRECATIONS
#endif
}

void
sfumato_compat_append_texture (GtkSnapshot *snapshot, GdkTexture *texture,
                               const graphene_rect_t *bounds, gboolean sharp)
{
#if GTK_CHECK_VERSION(4, 10, 0)
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  GskScalingFilter filter = sharp ? GSK_SCALING_FILTER_NEAREST : GSK_SCALING_FILTER_TRILINEAR;
  gtk_snapshot_append_scaled_texture (snapshot, texture, filter, bounds);
  G_GNUC_END_IGNORE_DEPRECATIONS
#else
  gtk_snapshot_append_texture (snapshot, texture, bounds);
#endif
}

void
sfumato_compat_show_about (GtkWindow *parent, const char *icon, const char *version)
{
  adw_show_about_window (parent, "application-name", _ ("Sfumato"), "application-icon", icon,
                         "version", version, "comments",
                         _ ("Makes pictures from words on your own computer"), "developer-name",
                         _ ("The Sfumato contributors"), "license-type", GTK_LICENSE_GPL_3_0, NULL);
}
