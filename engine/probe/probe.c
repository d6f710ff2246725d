/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato.h"

#include "probe/tiles.h"
#include "probe/verdict.h"

/* Half-precision weights are the same for all variants; what differs is the order of sums. */
#define TOLERANCE 1e-4

typedef struct
{
  const char *name;
  SfFamily family;
  guint tile_loads;
  gboolean wide; /* vectors of 512 bits */
} Variant;

/* The first one is what the others are compared with: it shares no code with them. */
static const Variant variants[] = {
  { "storage buffers", SF_FAMILY_STORAGE, 2, FALSE },
  { "texels", SF_FAMILY_TEXEL, 2, FALSE },
  { "texels, tall tiles", SF_FAMILY_TEXEL, 4, FALSE },
  { "texels, 512 bits", SF_FAMILY_TEXEL, 2, TRUE },
  { "texels, tall tiles, 512 bits", SF_FAMILY_TEXEL, 4, TRUE },
};

/* Of these the one that stores are tried with. */
#define STORES_VARIANT 3

/* The best of the variants of one vector width. */
typedef struct
{
  int variant; /* −1 for none */
  SfTrialSetup setup;
  SfTrial *trial;
} Choice;

typedef struct
{
  const SfCaps *caps;
  int device;
  GString *report;

  /* Owned */
  SfTrial *reference; /* of the first variant that was right, NULL until there is one */
  SfTrial *network;   /* of the first variant, NULL until it ran */
  Choice narrow, wide;

  gboolean untried; /* something could not be tried, for reasons that are not the driver's */
} Probe;

static SfTrialSetup
setup_of (const Variant *variant)
{
  return (SfTrialSetup){ .family = variant->family,
                         .tile_loads = variant->tile_loads,
                         .wide = variant->wide,
                         .tiles = SF_TILE_CHOICE_NONE };
}

/* Notes how the last try of something ended. */
static SfTrial *
take (Probe *self, SfTrial *trial, SfTrialEnd end)
{
  self->untried = self->untried || end == SF_TRIAL_UNTRIED;
  return trial;
}

/* NULL when the variant failed or took the process down, and did so again. @end: (out). */
static SfTrial *
try_setup (Probe *self, const SfTrialSetup *setup, SfTrialKind kind, SfTrialEnd *end)
{
  SfTrial *trial = sf_probe_spawn (setup, kind, self->device, end);

  if (trial == NULL && *end != SF_TRIAL_HUNG)
    trial = sf_probe_spawn (setup, kind, self->device, end);
  return take (self, trial, *end);
}

/* The quicker of two tries: a kernel has been seen at half its speed for as long as its process
 * ran, by where in memory its code had come to lie. */
static SfTrial *
try_twice (Probe *self, const SfTrialSetup *setup, SfTrialKind kind)
{
  SfTrialEnd end;
  g_autofree SfTrial *one = sf_probe_spawn (setup, kind, self->device, &end);
  g_autofree SfTrial *two
      = end != SF_TRIAL_HUNG ? sf_probe_spawn (setup, kind, self->device, &end) : NULL;

  if (one == NULL)
    return take (self, g_steal_pointer (&two), end);
  return two != NULL && two->gflops[0] > one->gflops[0] ? g_steal_pointer (&two)
                                                        : g_steal_pointer (&one);
}

/* For sf_probe_tiles(): the first variant is the storage form. */
static SfTrial *
try_tiles (SfTrialKind kind, const SfTileChoice *tiles, SfTrialEnd *end, gpointer data)
{
  Probe *self = data;
  SfTrialSetup setup = setup_of (&variants[0]);
  gboolean own = tiles->plain[0] < 0 && tiles->matrix[0] < 0;

  setup.tiles = *tiles;
  /* Without its own choice the device is of no use; a tile that fails is just not taken. */
  return own ? try_setup (self, &setup, kind, end)
             : sf_probe_spawn (&setup, kind, self->device, end);
}

/* Whether lanes with wide vectors had better store for each other. */
static gboolean
is_quicker_paired (Probe *self)
{
  SfTrialSetup setup = setup_of (&variants[STORES_VARIANT]);
  g_autofree SfTrial *apart = try_twice (self, &setup, SF_TRIAL_STORES);
  setup.paired_stores = TRUE;
  g_autofree SfTrial *paired = try_twice (self, &setup, SF_TRIAL_STORES);

  if (apart == NULL || paired == NULL || apart->digest != paired->digest)
    return FALSE;
  g_string_append_printf (self->report, "  %-38s %.1f GB/s, for each other %.1f GB/s\n",
                          "lanes store, 512 bits", apart->gflops[0], paired->gflops[0]);
  return paired->gflops[0] > apart->gflops[0];
}

/* Every heavy kernel of a variant: near what is known, and nearer to those of the first variant,
 * which is tried the first time that it is asked for. */
static gboolean
network_is_right (Probe *self, const SfTrialSetup *setup)
{
  const SfTrialSetup first = setup_of (&variants[0]);
  SfTrialEnd end;
  g_autofree SfTrial *trial = try_setup (self, setup, SF_TRIAL_NETWORK, &end);

  if (trial == NULL || !trial->right)
    return FALSE;
  if (self->network == NULL && setup->family == first.family)
    self->network = g_memdup2 (trial, sizeof *trial);
  if (self->network == NULL)
    self->network = try_setup (self, &first, SF_TRIAL_NETWORK, &end);
  return self->network == NULL || !self->network->right
         || sf_trial_agrees (trial, self->network, TOLERANCE);
}

/* Makes a variant the choice if it is right in all and quicker than the one before. */
static void
consider (Probe *self, guint variant, const SfTrialSetup *setup, SfTrial **trial)
{
  Choice *choice = setup->wide ? &self->wide : &self->narrow;

  if (choice->variant >= 0 && (*trial)->gflops[0] <= choice->trial->gflops[0])
    return;
  if (!network_is_right (self, setup))
    {
      g_string_append_printf (self->report, "  %-38s wrong in a network\n", variants[variant].name);
      return;
    }
  g_free (choice->trial);
  choice->trial = g_steal_pointer (trial);
  choice->setup = *setup;
  choice->variant = variant;
}

static void
try_variant (Probe *self, guint variant, gboolean paired)
{
  SfTrialSetup setup = setup_of (&variants[variant]);

  setup.paired_stores = setup.wide && paired;
  g_autofree SfTrial *trial = try_twice (self, &setup, SF_TRIAL_SPEED);
  gboolean right
      = trial != NULL && trial->right
        && (self->reference == NULL || sf_trial_agrees (trial, self->reference, TOLERANCE));
  g_string_append_printf (self->report, "  %-38s ", variants[variant].name);
  if (!right)
    {
      g_string_append (self->report, trial == NULL ? "fails\n" : "wrong\n");
      return;
    }
  g_string_append_printf (self->report, "%.1f GFLOP/s\n", trial->gflops[0]);
  if (self->reference == NULL)
    self->reference = g_memdup2 (trial, sizeof *trial);
  consider (self, variant, &setup, &trial);
}

static void
try_all (Probe *self)
{
  gboolean texels = self->caps->family == SF_FAMILY_TEXEL;
  gboolean may_widen = texels && sf_verdict_may_widen ();
  gboolean paired = may_widen && is_quicker_paired (self);

  for (guint i = 0; i < G_N_ELEMENTS (variants); i++)
    {
      /* Texel kernels are for devices that chose them by their limits. */
      if (variants[i].family == SF_FAMILY_TEXEL && !texels)
        continue;
      if (!variants[i].wide || may_widen)
        try_variant (self, i, paired);
    }
}

/* What is known of the best variant of a width. FALSE if its products turn out to be wrong. */
static gboolean
judge (Probe *self, const Choice *choice, SfVerdict *verdict)
{
  *verdict = (SfVerdict){
    .family = choice->setup.family,
    .tile_loads = choice->setup.tile_loads,
    .paired_stores = choice->setup.paired_stores,
    .tiles = SF_TILE_CHOICE_NONE,
  };
  return verdict->family != SF_FAMILY_STORAGE
         || sf_probe_tiles (self->caps, try_tiles, self, &verdict->tiles, &verdict->gflops,
                            self->report);
}

/* What could not be tried is neither right nor wrong, and nothing is kept of the rest. */
static gboolean
give_up (Probe *self, GError **error)
{
  g_set_error (
      error, SF_ERROR, SF_ERROR_DEVICE,
      "The kernels for %s could not all be tried, for want of memory; close other programs "
      "and try again.",
      self->caps->name);
  return FALSE;
}

static gboolean
refuse (Probe *self, GError **error)
{
  const SfVerdict broken = { .broken = TRUE, .tile_loads = 2, .tiles = SF_TILE_CHOICE_NONE };

  if (sf_verdict_save (self->caps, self->device, &broken, error))
    g_set_error (error, SF_ERROR, SF_ERROR_DEVICE,
                 "No kernel variant gives right results on %s; update its driver.",
                 self->caps->name);
  return FALSE;
}

/* Keeps the best of each width for the device as it appears with that width. Wide vectors change a
 * picture's bits, so it is not left to timing whether they are used: where they are right they are.
 */
static gboolean
keep_choices (Probe *self, GError **error)
{
  const Choice *choices[] = { &self->narrow, &self->wide };
  const Choice *chosen = self->wide.variant >= 0 ? &self->wide : &self->narrow;
  gboolean matrix = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    {
      SfVerdict verdict;
      if (choices[i]->variant < 0)
        continue;
      gboolean right = judge (self, choices[i], &verdict);
      if (self->untried)
        return give_up (self, error);
      if (!right)
        return refuse (self, error);
      verdict.vector_width = self->wide.variant >= 0 ? 512 : 0;
      matrix |= verdict.tiles.matrix[0] >= 0;
      if (!sf_verdict_save (&choices[i]->trial->caps, self->device, &verdict, error))
        return FALSE;
    }
  g_string_append_printf (self->report, "chosen: %s%s\n", variants[chosen->variant].name,
                          matrix ? ", matrix units" : "");
  return TRUE;
}

static GPtrArray *
list_devices (guint index, GError **error)
{
  g_autoptr (GPtrArray) all = sf_device_enumerate (error);

  if (all == NULL || index < all->len)
    return g_steal_pointer (&all);
  g_set_error (error, SF_ERROR, SF_ERROR_DEVICE,
               "There is no device %u; `sfumato-cli devices` lists those there are.", index);
  return NULL;
}

static void
probe_clear (Probe *self)
{
  g_free (self->reference);
  g_free (self->network);
  g_free (self->narrow.trial);
  g_free (self->wide.trial);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Probe, probe_clear)

static gboolean
probe_device (const SfCaps *caps, guint index, GString *report, GError **error)
{
  g_auto (Probe) self = {
    .caps = caps,
    .device = index,
    .report = report,
    .narrow.variant = -1,
    .wide.variant = -1,
  };

  g_string_append_printf (report, "%s (%s)\n", caps->name, caps->driver);
  try_all (&self);
  if (self.untried)
    return give_up (&self, error);
  return self.narrow.variant >= 0 ? keep_choices (&self, error) : refuse (&self, error);
}

gboolean
sf_probe_run (int device, char **report, GError **error)
{
  const char *order = g_getenv (SF_TRIAL_VARIABLE);
  guint index = MAX (device, 0);
  if (order != NULL)
    return sf_probe_obey (order, error);

  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GPtrArray) all = list_devices (index, error);
  if (all == NULL || !probe_device (g_ptr_array_index (all, index), index, text, error))
    return FALSE;
  if (report != NULL)
    *report = g_strdup (text->str);
  return TRUE;
}
