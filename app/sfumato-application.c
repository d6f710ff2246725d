/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato-application.h"

#include <glib/gi18n.h>

#include "compat.h"
#include "sfumato-state.h"
#include "sfumato-window.h"

struct _SfumatoApplication
{
  AdwApplication parent_instance;

  /* Owned */
  SfEngine *engine;
};

G_DEFINE_FINAL_TYPE (SfumatoApplication, sfumato_application, ADW_TYPE_APPLICATION)

static const GOptionEntry options[] = {
  { "prompt", 'p', 0, G_OPTION_ARG_STRING, NULL, N_ ("What to draw"), N_ ("TEXT") },
  { "generate", 'g', 0, G_OPTION_ARG_NONE, NULL, N_ ("Start to draw at once"), NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version and exit"), NULL },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, NULL, NULL, N_ ("[MODEL]") },
  { NULL },
};

static const struct
{
  const char *action;
  const char *keys[3];
} accelerators[] = {
  /* Here and not in the window's class: a class binding never fires inside a text view. */
  { "win.generate", { "<Control>Return", "<Control>KP_Enter" } },
  { "win.stop", { "<Control>period" } },
  { "win.focus-prompt", { "<Control>l" } },
  { "win.open", { "<Control>o" } },
  { "win.save", { "<Control>s" } },
  { "win.copy", { "<Control><Shift>c" } },
  { "win.new-seed", { "<Control>r" } },
  { "win.zoom-in", { "<Control>plus", "<Control>equal" } },
  { "win.zoom-out", { "<Control>minus" } },
  { "win.zoom-fit", { "<Control>0" } },
  { "win.zoom-original", { "<Control>1" } },
  { "win.show-history", { "F9" } },
  { "win.show-settings", { "<Shift>F9", "<Control>comma" } },
  { "win.newer", { "<Alt>Left" } },
  { "win.older", { "<Alt>Right" } },
  { "win.show-help-overlay", { "<Control>question" } },
  { "window.close", { "<Control>w" } },
  { "app.quit", { "<Control>q" } },
};

static void
on_about (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  sfumato_compat_show_about (gtk_application_get_active_window (user_data), SFUMATO_ID,
                             SFUMATO_VERSION);
}

/* Through the window, so that it can ask about what is not finished. */
static void
on_quit (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GtkWindow *window = gtk_application_get_active_window (user_data);

  if (window != NULL)
    gtk_window_close (window);
  else
    g_application_quit (user_data);
}

static SfumatoWindow *
get_window (SfumatoApplication *self)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    if (SFUMATO_IS_WINDOW (l->data))
      return l->data;
  return NULL;
}

static void
sfumato_application_activate (GApplication *application)
{
  SfumatoApplication *self = SFUMATO_APPLICATION (application);
  SfumatoWindow *window = get_window (self);

  if (window == NULL)
    {
      window = sfumato_window_new (self);
      sfumato_window_open_first_model (window, NULL, NULL);
    }
  gtk_window_present (GTK_WINDOW (window));
}

static int
sfumato_application_command_line (GApplication *application, GApplicationCommandLine *line)
{
  SfumatoApplication *self = SFUMATO_APPLICATION (application);
  GVariantDict *dict = g_application_command_line_get_options_dict (line);
  SfumatoWindow *window = get_window (self);
  g_autofree const char **files = NULL;
  g_autoptr (GFile) file = NULL;
  const char *prompt = NULL;

  if (g_variant_dict_lookup (dict, G_OPTION_REMAINING, "^a&ay", &files) && files[0] != NULL)
    file = g_application_command_line_create_file_for_arg (line, files[0]);
  g_variant_dict_lookup (dict, "prompt", "&s", &prompt);
  if (window == NULL)
    {
      window = sfumato_window_new (self);
      sfumato_window_open_first_model (window, file, prompt);
    }
  else
    {
      if (file != NULL)
        sfumato_window_open (window, file);
      if (prompt != NULL)
        sfumato_window_set_prompt (window, prompt);
    }
  gtk_window_present (GTK_WINDOW (window));
  if (g_variant_dict_contains (dict, "generate"))
    sfumato_window_generate (window);
  return 0;
}

static int
sfumato_application_handle_local_options (GApplication *application, GVariantDict *dict)
{
  g_autofree const char **files = NULL;

  if (g_variant_dict_lookup (dict, G_OPTION_REMAINING, "^a&ay", &files) && files[0] != NULL
      && files[1] != NULL)
    {
      g_printerr ("%s\n", _ ("sfumato: One model or picture is opened at a time."));
      return 2;
    }
  if (!g_variant_dict_contains (dict, "version"))
    return -1;
  g_print ("sfumato %s\n", SFUMATO_VERSION);
  return 0;
}

static void
sfumato_application_startup (GApplication *application)
{
  SfumatoApplication *self = SFUMATO_APPLICATION (application);
  static const GActionEntry actions[] = {
    { .name = "about", .activate = on_about },
    { .name = "quit", .activate = on_quit },
  };

  /* By this name the desktop finds the window's desktop file; `--help` has shown the program's. */
  g_set_prgname (SFUMATO_ID);
  G_APPLICATION_CLASS (sfumato_application_parent_class)->startup (application);
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  for (guint i = 0; i < G_N_ELEMENTS (accelerators); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), accelerators[i].action,
                                           accelerators[i].keys);
  gtk_window_set_default_icon_name (SFUMATO_ID);
  self->engine = sf_engine_new (NULL);
}

SfEngine *
sfumato_application_get_engine (SfumatoApplication *self)
{
  return self->engine;
}

SfumatoApplication *
sfumato_application_new (void)
{
  return g_object_new (SFUMATO_TYPE_APPLICATION, "application-id", SFUMATO_ID, "flags",
                       G_APPLICATION_HANDLES_COMMAND_LINE, "resource-base-path",
                       "/io/github/sfumato/Sfumato", NULL);
}

static void
sfumato_application_finalize (GObject *object)
{
  g_clear_object (&SFUMATO_APPLICATION (object)->engine);
  G_OBJECT_CLASS (sfumato_application_parent_class)->finalize (object);
}

static void
sfumato_application_class_init (SfumatoApplicationClass *klass)
{
  GApplicationClass *application = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = sfumato_application_finalize;
  application->startup = sfumato_application_startup;
  application->activate = sfumato_application_activate;
  application->command_line = sfumato_application_command_line;
  application->handle_local_options = sfumato_application_handle_local_options;
}

static void
sfumato_application_init (SfumatoApplication *self)
{
  g_application_add_main_option_entries (G_APPLICATION (self), options);
}
