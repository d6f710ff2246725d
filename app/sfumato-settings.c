/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato-settings.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "compat.h"

struct _SfumatoSettings
{
  GtkWidget parent_instance;

  /* Owned */
  char *tiny_decoder; /* NULL for none */

  /* Borrowed: children of the template */
  AdwActionRow *model_row;
  GtkMenuButton *presets;
  GtkSpinButton *width;
  GtkSpinButton *height;
  GtkSpinButton *steps;
  GtkSpinButton *cfg;
  AdwComboRow *sampler;
  AdwComboRow *schedule;
  AdwActionRow *seed_row;
  GtkEntry *seed;
  AdwComboRow *rng;
  GtkSpinButton *batch;
  GtkSpinButton *cache_interval;
  GtkSpinButton *token_merging;
  AdwActionRow *tiny_row;
  GtkWidget *tiny_clear;
};

G_DEFINE_FINAL_TYPE (SfumatoSettings, sfumato_settings, GTK_TYPE_WIDGET)

/* The first place of @name in a list, or 0. */
static guint
find_name (const char *const *names, const char *name)
{
  for (guint i = 0; name != NULL && names[i] != NULL; i++)
    if (g_ascii_strcasecmp (names[i], name) == 0)
      return i;
  return 0;
}

static const char *
get_name (AdwComboRow *row)
{
  GtkStringObject *item = adw_combo_row_get_selected_item (row);

  return item != NULL ? gtk_string_object_get_string (item) : NULL;
}

/* @seed: -1, which is left to the engine, for nothing, and for text that is no seed: then FALSE. */
static gboolean
read_seed (SfumatoSettings *self, gint64 *seed)
{
  g_autofree char *text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->seed)));
  guint64 number;

  *seed = -1;
  g_strstrip (text);
  if (*text == '\0' || g_str_equal (text, "-1"))
    return TRUE;
  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &number, NULL))
    return FALSE;
  *seed = number;
  return TRUE;
}

static gint64
get_seed (SfumatoSettings *self)
{
  gint64 seed;

  read_seed (self, &seed);
  return seed;
}

gboolean
sfumato_settings_check_seed (SfumatoSettings *self)
{
  gint64 seed;

  return read_seed (self, &seed);
}

void
sfumato_settings_set_seed (SfumatoSettings *self, gint64 seed)
{
  g_autofree char *text = seed >= 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, seed) : g_strdup ("");

  gtk_editable_set_text (GTK_EDITABLE (self->seed), text);
}

void
sfumato_settings_use_seed (SfumatoSettings *self, const SfParameters *parameters)
{
  sfumato_settings_set_seed (self, parameters->seed);
  adw_combo_row_set_selected (self->rng, g_str_equal (parameters->rng, "CPU") ? 1 : 0);
}

void
sfumato_settings_draw_seed (SfumatoSettings *self)
{
  sfumato_settings_set_seed (self, g_random_int ());
}

void
sfumato_settings_show_used_seed (SfumatoSettings *self, gint64 seed)
{
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, seed);
  g_autofree char *text = g_strdup_printf (_ ("Last: %s"), number);

  adw_action_row_set_subtitle (self->seed_row, text);
}

static gboolean
takes_schedule (SfumatoSettings *self)
{
  return sf_samplers_take_schedule (get_name (self->sampler));
}

static void
on_sampler_changed (SfumatoSettings *self)
{
  gboolean takes = takes_schedule (self);

  gtk_widget_set_sensitive (GTK_WIDGET (self->schedule), takes);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->schedule),
                               takes ? "" : _ ("The sampler has its own"));
}

/* A number that was typed counts for GTK when the field is left, for people when it stands there.
 */
static void
take_typed (SfumatoSettings *self)
{
  gtk_spin_button_update (self->width);
  gtk_spin_button_update (self->height);
  gtk_spin_button_update (self->steps);
  gtk_spin_button_update (self->cfg);
  gtk_spin_button_update (self->batch);
  gtk_spin_button_update (self->cache_interval);
  gtk_spin_button_update (self->token_merging);
}

void
sfumato_settings_fill (SfumatoSettings *self, SfRequest *request)
{
  take_typed (self);
  request->width = gtk_spin_button_get_value_as_int (self->width);
  request->height = gtk_spin_button_get_value_as_int (self->height);
  request->steps = gtk_spin_button_get_value_as_int (self->steps);
  request->cfg = gtk_spin_button_get_value (self->cfg);
  g_free (request->sampler);
  request->sampler = g_strdup (get_name (self->sampler));
  g_free (request->schedule);
  request->schedule = g_strdup (takes_schedule (self) ? get_name (self->schedule) : "Automatic");
  request->seed = get_seed (self);
  request->rng = adw_combo_row_get_selected (self->rng) == 0 ? SF_NOISE_GPU : SF_NOISE_CPU;
  request->batch = gtk_spin_button_get_value_as_int (self->batch);
  g_free (request->tiny_decoder);
  request->tiny_decoder = g_strdup (self->tiny_decoder);
  request->cache_interval = gtk_spin_button_get_value_as_int (self->cache_interval);
  request->token_merging = gtk_spin_button_get_value (self->token_merging);
}

void
sfumato_settings_store (SfumatoSettings *self, SfParameters *parameters)
{
  take_typed (self);
  parameters->width = gtk_spin_button_get_value_as_int (self->width);
  parameters->height = gtk_spin_button_get_value_as_int (self->height);
  parameters->steps = gtk_spin_button_get_value_as_int (self->steps);
  parameters->cfg = gtk_spin_button_get_value (self->cfg);
  parameters->seed = get_seed (self);
  parameters->cache_interval = gtk_spin_button_get_value_as_int (self->cache_interval);
  parameters->token_merging = gtk_spin_button_get_value (self->token_merging);
  sf_parameters_set (&parameters->sampler, get_name (self->sampler));
  sf_parameters_set (&parameters->schedule, get_name (self->schedule));
  sf_parameters_set (&parameters->rng, adw_combo_row_get_selected (self->rng) == 0 ? "GPU" : "CPU");
}

/* A picture names what decoded it, not where that lies. */
static gboolean
has_tiny_decoder (SfumatoSettings *self, const char *wanted)
{
  g_autofree char *name
      = self->tiny_decoder != NULL ? g_filename_display_basename (self->tiny_decoder) : NULL;

  if (name != NULL && g_str_has_suffix (name, ".safetensors"))
    name[strlen (name) - strlen (".safetensors")] = '\0';
  return g_strcmp0 (name, wanted) == 0;
}

static const char *
tiny_decoder_of (const SfParameters *parameters)
{
  return g_hash_table_lookup (parameters->extras, "Tiny decoder");
}

G_GNUC_PRINTF (2, 3)
static void
add_lost (GString *list, const char *format, ...)
{
  va_list arguments;

  g_string_append (list, list->len > 0 ? ", " : "");
  va_start (arguments, format);
  g_string_append_vprintf (list, format, arguments);
  va_end (arguments);
}

static gboolean
is_known (const char *const *names, const char *name)
{
  return name == NULL || g_ascii_strcasecmp (names[find_name (names, name)], name) == 0;
}

char *
sfumato_settings_name_lost (SfumatoSettings *self, const SfParameters *parameters,
                            const SfModelInfo *model)
{
  g_autoptr (GString) list = g_string_new (NULL);
  const char *tiny = tiny_decoder_of (parameters);

  if (!is_known (sf_samplers_list (), parameters->sampler))
    add_lost (list, _ ("sampler “%s”"), parameters->sampler);
  if (!is_known (sf_schedules_list (), parameters->schedule))
    add_lost (list, _ ("schedule “%s”"), parameters->schedule);
  if (model != NULL && parameters->model != NULL && !g_str_equal (parameters->model, model->name))
    add_lost (list, _ ("model “%s”"), parameters->model);
  if (parameters->clip_skip > 1)
    add_lost (list, _ ("clip skip %u"), parameters->clip_skip);
  if (!isnan (parameters->denoising))
    add_lost (list, _ ("the picture that it began with"));
  if (tiny != NULL && !has_tiny_decoder (self, tiny))
    add_lost (list, _ ("tiny decoder “%s”"), tiny);
  return list->len > 0 ? g_strdup_printf (_ ("Not taken over: %s"), list->str) : NULL;
}

void
sfumato_settings_restore (SfumatoSettings *self, const SfParameters *parameters)
{
  if (parameters->width > 0)
    gtk_spin_button_set_value (self->width, parameters->width);
  if (parameters->height > 0)
    gtk_spin_button_set_value (self->height, parameters->height);
  if (parameters->steps > 0)
    gtk_spin_button_set_value (self->steps, parameters->steps);
  if (!isnan (parameters->cfg))
    gtk_spin_button_set_value (self->cfg, parameters->cfg);
  if (parameters->sampler != NULL)
    adw_combo_row_set_selected (self->sampler,
                                find_name (sf_samplers_list (), parameters->sampler));
  adw_combo_row_set_selected (self->schedule,
                              find_name (sf_schedules_list (), parameters->schedule));
  sfumato_settings_use_seed (self, parameters);
  gtk_spin_button_set_value (self->cache_interval, parameters->cache_interval);
  gtk_spin_button_set_value (self->token_merging, parameters->token_merging);
  if (!has_tiny_decoder (self, tiny_decoder_of (parameters)))
    sfumato_settings_set_tiny_decoder (self, NULL);
}

void
sfumato_settings_set_tiny_decoder (SfumatoSettings *self, const char *path)
{
  g_autofree char *name = path != NULL ? g_filename_display_basename (path) : NULL;
  g_autofree char *subtitle = g_markup_escape_text (
      name != NULL ? name : _ ("None: the model's own, which is exact"), -1);

  g_free (self->tiny_decoder);
  self->tiny_decoder = g_strdup (path);
  adw_action_row_set_subtitle (self->tiny_row, subtitle);
  gtk_widget_set_visible (self->tiny_clear, path != NULL);
}

static void
on_tiny_decoder_chosen (GFile *file, gpointer user_data)
{
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (path != NULL)
    sfumato_settings_set_tiny_decoder (user_data, path);
}

static void
on_tiny_decoder (GtkWidget *widget, const char *action, GVariant *parameter)
{
  sfumato_compat_choose (GTK_WINDOW (gtk_widget_get_root (widget)), _ ("Open a Tiny Decoder"),
                         _ ("Tiny Decoders"), "*.safetensors", on_tiny_decoder_chosen,
                         G_OBJECT (widget));
}

static void
on_no_tiny_decoder (GtkWidget *widget, const char *action, GVariant *parameter)
{
  sfumato_settings_set_tiny_decoder (SFUMATO_SETTINGS (widget), NULL);
}

/* @text: "512x768". */
static void
on_preset (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SfumatoSettings *self = SFUMATO_SETTINGS (widget);
  guint width = 0, height = 0;

  if (sscanf (g_variant_get_string (parameter, NULL), "%ux%u", &width, &height) != 2)
    return;
  gtk_spin_button_set_value (self->width, width);
  gtk_spin_button_set_value (self->height, height);
}

static void
on_swap (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SfumatoSettings *self = SFUMATO_SETTINGS (widget);
  double width = gtk_spin_button_get_value (self->width);

  gtk_spin_button_set_value (self->width, gtk_spin_button_get_value (self->height));
  gtk_spin_button_set_value (self->height, width);
}

static void
mark_seed (SfumatoSettings *self, gboolean good)
{
  if (good)
    gtk_widget_remove_css_class (GTK_WIDGET (self->seed), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->seed), "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->seed), GTK_ACCESSIBLE_STATE_INVALID,
                               good ? GTK_ACCESSIBLE_INVALID_FALSE : GTK_ACCESSIBLE_INVALID_TRUE,
                               -1);
}

static void
on_open_seed (SfumatoSettings *self)
{
  sfumato_settings_set_seed (self, -1);
}

/* The button that clears is there when there is something to clear, and what is no seed is red. */
static void
on_seed_changed (SfumatoSettings *self)
{
  gboolean is_set = *gtk_editable_get_text (GTK_EDITABLE (self->seed)) != '\0';

  gtk_entry_set_icon_from_icon_name (self->seed, GTK_ENTRY_ICON_SECONDARY,
                                     is_set ? "edit-clear-symbolic" : NULL);
  gtk_entry_set_icon_tooltip_text (self->seed, GTK_ENTRY_ICON_SECONDARY,
                                   is_set ? _ ("A new seed for each picture") : NULL);
  mark_seed (self, sfumato_settings_check_seed (self));
}

/* Of those that are multiples of @multiple. */
static guint
least_size (guint multiple)
{
  return (SF_REQUEST_MIN_SIZE + multiple - 1) / multiple * multiple;
}

/* About as many pixels as the model's own size, in a shape of @x to @y. */
static void
add_preset (GMenu *menu, const char *title, guint native, guint multiple, double x, double y)
{
  double side = native / sqrt (x * y);
  guint width = MAX (least_size (multiple), lround (side * x / multiple) * multiple);
  guint height = MAX (least_size (multiple), lround (side * y / multiple) * multiple);
  g_autofree char *size = g_strdup_printf ("%ux%u", width, height);
  g_autofree char *label = g_strdup_printf ("%s · %u × %u", title, width, height);
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, "settings.preset", "s", size);
  g_menu_append_item (menu, item);
}

static void
offer_sizes (SfumatoSettings *self, guint native, guint multiple)
{
  g_autoptr (GMenu) menu = g_menu_new ();

  add_preset (menu, _ ("Square"), native, multiple, 1, 1);
  add_preset (menu, _ ("Landscape 4:3"), native, multiple, 4, 3);
  add_preset (menu, _ ("Landscape 3:2"), native, multiple, 3, 2);
  add_preset (menu, _ ("Wide 16:9"), native, multiple, 16, 9);
  add_preset (menu, _ ("Portrait 3:4"), native, multiple, 3, 4);
  add_preset (menu, _ ("Portrait 2:3"), native, multiple, 2, 3);
  gtk_menu_button_set_menu_model (self->presets, G_MENU_MODEL (menu));
}

static void
set_multiple (GtkSpinButton *spin, guint multiple)
{
  gtk_spin_button_set_increments (spin, multiple, multiple * 8);
  gtk_spin_button_set_range (spin, least_size (multiple),
                             SF_REQUEST_MAX_SIZE / multiple * multiple);
  gtk_spin_button_set_snap_to_ticks (spin, TRUE);
}

/* @since: as in sfumato_settings_set_model(). A range may change what is there. */
static void
set_size (GtkSpinButton *spin, const SfModelInfo *info, guint since)
{
  gboolean as_then = gtk_spin_button_get_value (spin) == since;

  set_multiple (spin, info->size_multiple);
  if (as_then)
    gtk_spin_button_set_value (spin, info->native_size);
}

static void
set_default (GtkSpinButton *spin, double since, double value)
{
  if (gtk_spin_button_get_value (spin) == since)
    gtk_spin_button_set_value (spin, value);
}

static void
take_defaults (SfumatoSettings *self, const SfModelInfo *info, const SfParameters *since)
{
  take_typed (self);
  set_size (self->width, info, since->width);
  set_size (self->height, info, since->height);
  set_default (self->steps, since->steps, info->default_steps > 0 ? info->default_steps : 20);
  set_default (self->cfg, since->cfg, info->default_cfg > 0 ? info->default_cfg : 7);
  if (g_strcmp0 (get_name (self->sampler), since->sampler) == 0)
    adw_combo_row_set_selected (self->sampler,
                                find_name (sf_samplers_list (), info->default_sampler));
}

void
sfumato_settings_set_model (SfumatoSettings *self, SfModelInfo *info, const SfParameters *since)
{
  static const SfParameters unlike_any = { 0 };
  g_autofree char *name = g_markup_escape_text (info->name, -1);
  g_autofree char *path = g_filename_display_name (info->path);

  adw_action_row_set_subtitle (self->model_row, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->model_row), path);
  offer_sizes (self, info->native_size, info->size_multiple);
  take_defaults (self, info, since != NULL ? since : &unlike_any);
}

static void
sfumato_settings_dispose (GObject *object)
{
  g_clear_pointer (&SFUMATO_SETTINGS (object)->tiny_decoder, g_free);
  gtk_widget_dispose_template (GTK_WIDGET (object), SFUMATO_TYPE_SETTINGS);
  G_OBJECT_CLASS (sfumato_settings_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget)
{
  gtk_widget_class_bind_template_child (widget, SfumatoSettings, model_row);
  gtk_widget_class_bind_template_child (widget, SfumatoSettings, presets);
  gtk_widget_class_bind_template_child (widget, SfumatoSettings, width);
  gtk_widget_class_bind_template_child (widget, SfumatoSettings, height);
  gtk_widget_class_bind_template_child (widget, SfumatoSettings, steps);
  gtk_widget_class_bind_template_child (widget, SfumatoSettings, cfg);
  gtk_widget_class_bind_template_child (widget, SfumatoSettings, sampler);
  gtk_widget_class_bind_template_child (widget, SfumatoSettings, schedule);
  gtk_widget_class_bind_template_child (widget, SfumatoSettings, seed_row);
  gtk_widget_class_bind_template_child (widget, SfumatoSettings, seed);
  gtk_widget_class_bind_template_child (widget, SfumatoSettings, rng);
  gtk_widget_class_bind_template_child (widget, SfumatoSettings, batch);
  gtk_widget_class_bind_template_child (widget, SfumatoSettings, cache_interval);
  gtk_widget_class_bind_template_child (widget, SfumatoSettings, token_merging);
  gtk_widget_class_bind_template_child (widget, SfumatoSettings, tiny_row);
  gtk_widget_class_bind_template_child (widget, SfumatoSettings, tiny_clear);
}

static void
sfumato_settings_class_init (SfumatoSettingsClass *klass)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sfumato_settings_dispose;
  gtk_widget_class_set_layout_manager_type (widget, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_install_action (widget, "settings.preset", "s", on_preset);
  gtk_widget_class_install_action (widget, "settings.swap", NULL, on_swap);
  gtk_widget_class_install_action (widget, "settings.tiny-decoder", NULL, on_tiny_decoder);
  gtk_widget_class_install_action (widget, "settings.no-tiny-decoder", NULL, on_no_tiny_decoder);
  gtk_widget_class_set_template_from_resource (widget,
                                               "/io/github/sfumato/Sfumato/sfumato-settings.ui");
  bind_children (widget);
  gtk_widget_class_bind_template_callback (widget, on_open_seed);
  gtk_widget_class_bind_template_callback (widget, on_sampler_changed);
  gtk_widget_class_bind_template_callback (widget, on_seed_changed);
}

static void
set_names (AdwComboRow *row, const char *const *names)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (names);

  adw_combo_row_set_model (row, G_LIST_MODEL (list));
}

static void
sfumato_settings_init (SfumatoSettings *self)
{
  static const char *const kinds[] = { "GPU", "CPU", NULL };

  gtk_widget_init_template (GTK_WIDGET (self));
  set_names (self->sampler, sf_samplers_list ());
  set_names (self->schedule, sf_schedules_list ());
  set_names (self->rng, kinds);
  gtk_spin_button_set_value (self->batch, 1);
  offer_sizes (self, 512, 8);
  set_multiple (self->width, 8);
  set_multiple (self->height, 8);
  adw_action_row_set_subtitle (self->model_row, _ ("None is open"));
}
