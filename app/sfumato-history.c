/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato-history.h"

#include <glib/gi18n.h>

struct _SfumatoHistory
{
  GtkWidget parent_instance;

  /* Owned */
  GListStore *pictures;
  GtkSingleSelection *selection;
  GtkWidget *menu;

  /* Borrowed: children of the template */
  GtkStack *stack;
  GtkGridView *grid;

  gboolean adding;
};

G_DEFINE_FINAL_TYPE (SfumatoHistory, sfumato_history, GTK_TYPE_WIDGET)

enum
{
  SELECTED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

void
sfumato_history_add (SfumatoHistory *self, SfResult *result)
{
  g_autoptr (SfumatoPicture) picture = sfumato_picture_new (result);

  self->adding = TRUE;
  g_list_store_insert (self->pictures, 0, picture);
  gtk_single_selection_set_selected (self->selection, 0);
  self->adding = FALSE;
  gtk_stack_set_visible_child_name (self->stack, "list");
}

guint
sfumato_history_get_n (SfumatoHistory *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->pictures));
}

SfumatoPicture *
sfumato_history_get_selected (SfumatoHistory *self)
{
  return gtk_single_selection_get_selected_item (self->selection);
}

static void
on_selected (SfumatoHistory *self)
{
  SfumatoPicture *picture = sfumato_history_get_selected (self);

  if (picture != NULL && !self->adding)
    g_signal_emit (self, signals[SELECTED], 0, picture);
}

/* Of the picture that is selected already the selection tells nothing, though another may be shown:
 * the one that is being drawn. */
static void
select_place (SfumatoHistory *self, guint place)
{
  if (gtk_single_selection_get_selected (self->selection) == place)
    on_selected (self);
  else
    gtk_single_selection_set_selected (self->selection, place);
}

void
sfumato_history_move (SfumatoHistory *self, int offset)
{
  guint n = sfumato_history_get_n (self);
  guint place = gtk_single_selection_get_selected (self->selection);

  if (n == 0)
    return;
  if (place == GTK_INVALID_LIST_POSITION)
    place = 0;
  else
    place = CLAMP ((int)place + offset, 0, (int)n - 1);
  select_place (self, place);
}

static void
popup_menu_at (SfumatoHistory *self, GtkWidget *widget, double x, double y)
{
  graphene_point_t at = GRAPHENE_POINT_INIT (x, y);
  graphene_point_t here;

  if (!gtk_widget_compute_point (widget, GTK_WIDGET (self), &at, &here))
    return;
  GdkRectangle place = { here.x, here.y, 1, 1 };
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &place);
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
on_secondary_click (GtkGestureClick *click, int n_press, double x, double y, GtkListItem *item)
{
  GtkWidget *widget = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (click));
  GtkWidget *history = gtk_widget_get_ancestor (widget, SFUMATO_TYPE_HISTORY);

  gtk_gesture_set_state (GTK_GESTURE (click), GTK_EVENT_SEQUENCE_CLAIMED);
  select_place (SFUMATO_HISTORY (history), gtk_list_item_get_position (item));
  popup_menu_at (SFUMATO_HISTORY (history), widget, x, y);
}

static void
on_click (GtkGestureClick *click, int n_press, double x, double y, GtkListItem *item)
{
  GtkWidget *widget = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (click));
  GtkWidget *history = gtk_widget_get_ancestor (widget, SFUMATO_TYPE_HISTORY);

  select_place (SFUMATO_HISTORY (history), gtk_list_item_get_position (item));
}

static void
on_menu_key (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SfumatoHistory *self = SFUMATO_HISTORY (widget);

  if (sfumato_history_get_selected (self) != NULL)
    popup_menu_at (self, widget, gtk_widget_get_width (widget) / 2.0, 60);
}

static void
on_setup (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *picture = gtk_picture_new ();
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *secondary = gtk_gesture_click_new ();

  gtk_picture_set_content_fit (GTK_PICTURE (picture), GTK_CONTENT_FIT_COVER);
  gtk_widget_set_size_request (picture, 84, 84);
  gtk_widget_set_overflow (picture, GTK_OVERFLOW_HIDDEN);
  gtk_widget_add_css_class (picture, "thumbnail");
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_PRIMARY);
  g_signal_connect_object (click, "pressed", G_CALLBACK (on_click), item, 0);
  gtk_widget_add_controller (picture, GTK_EVENT_CONTROLLER (click));
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (secondary), GDK_BUTTON_SECONDARY);
  g_signal_connect_object (secondary, "pressed", G_CALLBACK (on_secondary_click), item, 0);
  gtk_widget_add_controller (picture, GTK_EVENT_CONTROLLER (secondary));
  gtk_list_item_set_child (item, picture);
}

static void
on_bind (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  SfumatoPicture *picture = gtk_list_item_get_item (item);
  GtkPicture *widget = GTK_PICTURE (gtk_list_item_get_child (item));
  const char *prompt = sfumato_picture_get_prompt (picture);

  gtk_picture_set_paintable (widget, sfumato_picture_get_thumbnail (picture));
  gtk_picture_set_alternative_text (widget, prompt);
  gtk_widget_set_tooltip_text (GTK_WIDGET (widget), *prompt != '\0' ? prompt : _ ("No prompt"));
}

static void
on_unbind (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  gtk_picture_set_paintable (GTK_PICTURE (gtk_list_item_get_child (item)), NULL);
}

static void
sfumato_history_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  GTK_WIDGET_CLASS (sfumato_history_parent_class)->size_allocate (widget, width, height, baseline);
  gtk_popover_present (GTK_POPOVER (SFUMATO_HISTORY (widget)->menu));
}

static void
sfumato_history_dispose (GObject *object)
{
  SfumatoHistory *self = SFUMATO_HISTORY (object);

  g_clear_pointer (&self->menu, gtk_widget_unparent);
  gtk_widget_dispose_template (GTK_WIDGET (object), SFUMATO_TYPE_HISTORY);
  g_clear_object (&self->selection);
  g_clear_object (&self->pictures);
  G_OBJECT_CLASS (sfumato_history_parent_class)->dispose (object);
}

static void
sfumato_history_class_init (SfumatoHistoryClass *klass)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sfumato_history_dispose;
  widget->size_allocate = sfumato_history_size_allocate;
  signals[SELECTED] = g_signal_new ("selected", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                    NULL, NULL, NULL, G_TYPE_NONE, 1, SFUMATO_TYPE_PICTURE);
  gtk_widget_class_set_layout_manager_type (widget, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_install_action (widget, "history.menu", NULL, on_menu_key);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_Menu, 0, "history.menu", NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_F10, GDK_SHIFT_MASK, "history.menu", NULL);
  gtk_widget_class_set_template_from_resource (widget,
                                               "/io/github/sfumato/Sfumato/sfumato-history.ui");
  gtk_widget_class_bind_template_child (widget, SfumatoHistory, stack);
  gtk_widget_class_bind_template_child (widget, SfumatoHistory, grid);
  gtk_widget_class_bind_template_callback (widget, on_setup);
  gtk_widget_class_bind_template_callback (widget, on_bind);
  gtk_widget_class_bind_template_callback (widget, on_unbind);
}

static GMenuModel *
load_menu (void)
{
  g_autoptr (GtkBuilder) builder
      = gtk_builder_new_from_resource ("/io/github/sfumato/Sfumato/menus.ui");

  return G_MENU_MODEL (g_object_ref (gtk_builder_get_object (builder, "picture_menu")));
}

static void
sfumato_history_init (SfumatoHistory *self)
{
  g_autoptr (GMenuModel) menu = load_menu ();

  gtk_widget_init_template (GTK_WIDGET (self));
  self->pictures = g_list_store_new (SFUMATO_TYPE_PICTURE);
  self->selection = gtk_single_selection_new (G_LIST_MODEL (g_object_ref (self->pictures)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_grid_view_set_model (self->grid, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_object (self->selection, "notify::selected", G_CALLBACK (on_selected), self,
                           G_CONNECT_SWAPPED);
  self->menu = gtk_popover_menu_new_from_model (menu);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
  gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
}
