/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "generate-options.h"

#include "cli.h"
#include "numbers.h"

#define DESCRIPTION                                                                                 \
  "The name of each finished picture is printed on standard output. A picture carries its\n"        \
  "settings, as other programs read them. The same seed makes the same picture again, here and\n"   \
  "in the window. Ctrl+C stops; pictures of the batch that were finished stay.\n"                   \
  "\n"                                                                                              \
  "Examples:\n"                                                                                     \
  "  sfumato-cli generate --prompt \"a red boat on a calm sea at sunset\"\n"                        \
  "  sfumato-cli generate --prompt \"a red boat\" --seed 42 --output boat.png\n"                    \
  "  sfumato-cli generate --prompt \"a red boat\" --batch 4 --output boat.png\n"                    \
  "      writes boat-1.png to boat-4.png, with four seeds one after the other\n"                    \
  "  sfumato-cli generate --model v1-5-pruned-emaonly.safetensors --prompt \"a lighthouse\"\\\n"    \
  "      --negative \"blurry\" --width 512 --height 768 --steps 25 --cfg 7\\\n"                     \
  "      --sampler \"DPM++ 2M\" --schedule Karras\n"                                                \
  "  sfumato-cli generate --prompt \"a red boat\" --preview-dir steps\n"                            \
  "      also writes steps/step-01.png and so on, a preview for each step\n"                        \
  "  sfumato-cli generate --prompts list.txt --output pictures --seed 1\n"                          \
  "      writes pictures/0001.png for line 1 and so on, all with seed 1\n"                          \
  "\n"                                                                                              \
  "A line of the file that --prompts names is a prompt, or a JSON object such as\n"                 \
  "  {\"prompt\": \"a red boat\", \"negative\": \"rain\", \"seed\": 3, \"out\": "                   \
  "\"boats/red.png\"}\n"                                                                            \
  "of which all but the prompt may be left out; “out” is a name in the pictures' folder. The\n" \
  "other settings hold for every line, and so does --seed; without it each line draws its own.\n"   \
  "The whole file is looked at before anything is made: a line that makes no sense is named and\n"  \
  "nothing is done. The first picture that fails ends the run; those before it stay."

/* The options as they are read; 0 or NULL is "not given" but for the seed and the device, which
 * are -1. */
typedef struct
{
  const CliNumbers *numbers;
  gint64 width, height, steps, seed, batch, device, memory_limit, cache_interval;
  double cfg, token_merging;
  gboolean quiet;

  /* Owned */
  char *prompt;
  char *prompts;
  char *negative;
  char *sampler;
  char *schedule;
  char *rng;
  char *model;
  char *output;
  char *preview_dir;
  char *tiny_decoder;
  char *samplers;
  char *schedules;
} Raw;

static void
raw_clear (Raw *self)
{
  g_free (self->prompt);
  g_free (self->prompts);
  g_free (self->negative);
  g_free (self->sampler);
  g_free (self->schedule);
  g_free (self->rng);
  g_free (self->model);
  g_free (self->output);
  g_free (self->preview_dir);
  g_free (self->tiny_decoder);
  g_free (self->samplers);
  g_free (self->schedules);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Raw, raw_clear)

static const CliWhole wholes[] = {
  { "--width", 8, SF_REQUEST_MAX_SIZE, 0, G_STRUCT_OFFSET (Raw, width) },
  { "--height", 8, SF_REQUEST_MAX_SIZE, 0, G_STRUCT_OFFSET (Raw, height) },
  { "--steps", 1, SF_REQUEST_MAX_STEPS, 0, G_STRUCT_OFFSET (Raw, steps) },
  { "--seed", -1, G_MAXINT64, 0, G_STRUCT_OFFSET (Raw, seed) },
  { "--batch", 1, SF_REQUEST_MAX_BATCH, 0, G_STRUCT_OFFSET (Raw, batch) },
  { "--cache-interval", 1, SF_REQUEST_MAX_CACHE_INTERVAL, 0,
    G_STRUCT_OFFSET (Raw, cache_interval) },
  { "--device", 0, G_MAXINT, 0, G_STRUCT_OFFSET (Raw, device) },
  { "--memory-limit", 1, G_MAXINT, 0, G_STRUCT_OFFSET (Raw, memory_limit) },
  { NULL },
};

static const CliDecimal decimals[] = {
  { "--cfg", SF_REQUEST_MIN_CFG, SF_REQUEST_MAX_CFG, G_STRUCT_OFFSET (Raw, cfg) },
  { "--token-merging", 0, SF_REQUEST_MAX_TOKEN_MERGING, G_STRUCT_OFFSET (Raw, token_merging) },
  { NULL },
};

static const CliNumbers numbers = { wholes, decimals };

static const struct
{
  const char *option;
  gsize offset;
} text_options[] = {
  { "--prompt", G_STRUCT_OFFSET (Raw, prompt) },
  { "--negative", G_STRUCT_OFFSET (Raw, negative) },
  { "--sampler", G_STRUCT_OFFSET (Raw, sampler) },
  { "--schedule", G_STRUCT_OFFSET (Raw, schedule) },
  { "--rng", G_STRUCT_OFFSET (Raw, rng) },
};

/* Text arrives in the locale's encoding; what is UTF-8 already is taken as it is. */
static gboolean
on_text (const char *name, const char *value, gpointer data, GError **error)
{
  g_autofree char *text = g_utf8_validate (value, -1, NULL)
                              ? g_strdup (value)
                              : g_locale_to_utf8 (value, -1, NULL, NULL, NULL);
  if (text == NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "The text after %s is not valid UTF-8.", name);
      return FALSE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (text_options); i++)
    if (g_str_equal (name, text_options[i].option))
      {
        char **field = G_STRUCT_MEMBER_P (data, text_options[i].offset);
        g_free (*field);
        *field = g_steal_pointer (&text);
      }
  return TRUE;
}

static void
add_options (GOptionGroup *group, Raw *raw)
{
  raw->samplers = g_strjoinv (", ", (GStrv)sf_samplers_list ());
  raw->schedules = g_strjoinv (", ", (GStrv)sf_schedules_list ());
#define TEXT(name, help, arg)                                                                      \
  { name, 0, G_OPTION_FLAG_FILENAME, G_OPTION_ARG_CALLBACK, on_text, help, arg }
#define PATH(name, field, help, arg)                                                               \
  {                                                                                                \
    name, 0, 0, G_OPTION_ARG_FILENAME, &raw->field, help, arg                                      \
  }
  GOptionEntry entries[] = {
    TEXT ("prompt", "What to draw", "TEXT"),
    PATH ("prompts", prompts, "A file with a prompt on each line; see below", "FILE"),
    TEXT ("negative", "What to keep away from", "TEXT"),
    PATH ("model", model, "A .safetensors file or a model's folder [the bundled model]", "PATH"),
    CLI_WHOLE ("width", "Pixels, a multiple of 8 [what the model was trained for]", "N"),
    CLI_WHOLE ("height", "Pixels, a multiple of 8", "N"),
    CLI_WHOLE ("steps", "Denoising steps [what the model wants]", "N"),
    CLI_DECIMAL ("cfg", "How strictly to follow the prompt, 1 (no guidance) to 30", "SCALE"),
    TEXT ("sampler", raw->samplers, "NAME"),
    TEXT ("schedule", raw->schedules, "NAME"),
    CLI_WHOLE ("seed", "What picture it becomes; the next in a batch has N + 1 [a random one]",
               "N"),
    TEXT ("rng", "Which noise a seed stands for [gpu]", "gpu|cpu"),
    CLI_WHOLE ("batch", "How many pictures, 1 to 64", "N"),
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &raw->output,
      "The PNG to write, replaced if it is there [sfumato-SEED.png, or a new number]; with "
      "--prompts their folder [this one]",
      "FILE|DIR" },
    PATH ("preview-dir", preview_dir, "Write each step's preview there, a pixel for 8 by 8", "DIR"),
    CLI_WHOLE ("cache-interval",
               "Approximation: the deep layers at every Nth step only, 1 to 10 [1]", "N"),
    PATH ("tiny-decoder", tiny_decoder, "Approximation: a file of TAESD decodes instead", "FILE"),
    CLI_DECIMAL ("token-merging",
                 "Approximation: merges this share of the tokens in attention, 0 to 0.75 [0]",
                 "RATIO"),
    CLI_WHOLE ("device", "A number from “sfumato-cli devices” [the best]", "N"),
    CLI_WHOLE ("memory-limit", "What weights and work may take together", "MB"),
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &raw->quiet, "Print nothing but errors", NULL },
    G_OPTION_ENTRY_NULL,
  };
#undef TEXT
#undef PATH
  g_option_group_add_entries (group, entries);
}

/* Names of samplers and schedules are the engine's to check. */
static gboolean
check_noise (const Raw *raw, GError **error)
{
  if (raw->rng == NULL || g_ascii_strcasecmp (raw->rng, "gpu") == 0
      || g_ascii_strcasecmp (raw->rng, "cpu") == 0)
    return TRUE;
  g_set_error (error, SF_ERROR, SF_ERROR_ARGUMENT,
               "There is no kind of noise “%s”; choose one of: gpu, cpu.", raw->rng);
  return FALSE;
}

static gboolean
check_prompt (const Raw *raw, GError **error)
{
  if (raw->prompts != NULL)
    {
      if (raw->prompt == NULL && raw->preview_dir == NULL)
        return TRUE;
      g_set_error (error, SF_ERROR, SF_ERROR_ARGUMENT, "--prompts and --%s do not go together.",
                   raw->prompt != NULL ? "prompt" : "preview-dir");
    }
  else if (raw->prompt == NULL)
    g_set_error_literal (error, SF_ERROR, SF_ERROR_ARGUMENT,
                         "--prompt is missing: say what to draw, such as --prompt “a red boat”.");
  else
    {
      g_autofree char *text = g_strstrip (g_strdup (raw->prompt));
      if (*text != '\0')
        return TRUE;
      g_set_error_literal (error, SF_ERROR, SF_ERROR_ARGUMENT,
                           "The prompt is empty: say what to draw, such as --prompt “a red boat”.");
    }
  return FALSE;
}

/* The picture's format does not follow the name, so a name that promises another is refused. */
static gboolean
check_output_name (const Raw *raw, GError **error)
{
  static const char *const others[]
      = { ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".jxl" };
  g_autofree char *lower = raw->output != NULL ? g_ascii_strdown (raw->output, -1) : g_strdup ("");
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    if (g_str_has_suffix (lower, others[i]))
      {
        g_set_error (error, SF_ERROR, SF_ERROR_ARGUMENT,
                     "Pictures are written as PNG: give --output a name that ends in .png, not %s.",
                     others[i]);
        return FALSE;
      }
  return TRUE;
}

static gboolean
check (const Raw *raw, GError **error)
{
  return check_prompt (raw, error) && check_noise (raw, error) && check_output_name (raw, error);
}

static SfRequest *
build_request (Raw *raw)
{
  SfRequest *request = sf_request_new ();
  g_free (request->prompt);
  request->prompt = g_steal_pointer (&raw->prompt);
  request->negative_prompt = g_steal_pointer (&raw->negative);
  request->sampler = g_steal_pointer (&raw->sampler);
  request->schedule = g_steal_pointer (&raw->schedule);
  request->width = raw->width;
  request->height = raw->height;
  request->steps = raw->steps;
  request->cfg = raw->cfg;
  request->batch = raw->batch;
  request->cache_interval = raw->cache_interval;
  request->token_merging = raw->token_merging;
  request->tiny_decoder = g_steal_pointer (&raw->tiny_decoder);
  request->seed = raw->seed;
  if (raw->rng != NULL && g_ascii_strcasecmp (raw->rng, "cpu") == 0)
    request->rng = SF_NOISE_CPU;
  request->previews = request->every_preview = raw->preview_dir != NULL;
  return request;
}

/* Fails where the engine would refuse a request. */
static GPtrArray *
build_prompts (Raw *raw, GError **error)
{
  g_autoptr (SfRequest) request = build_request (raw);
  if (!sf_request_validate (request, error))
    return NULL;
  if (raw->prompts != NULL)
    return cli_prompts_read (raw->prompts, request, raw->output, error);
  GPtrArray *prompts = g_ptr_array_new_with_free_func ((GDestroyNotify)cli_prompt_free);
  g_ptr_array_add (prompts,
                   cli_prompt_new (0, g_steal_pointer (&request), g_steal_pointer (&raw->output)));
  return prompts;
}

static CliGenerateOptions *
build (Raw *raw, GError **error)
{
  GPtrArray *prompts = build_prompts (raw, error);
  if (prompts == NULL)
    return NULL;
  CliGenerateOptions *self = g_new0 (CliGenerateOptions, 1);
  self->prompts = prompts;
  self->make_folders = raw->prompts != NULL;
  self->engine.device = raw->device;
  self->engine.memory_limit = (guint64)raw->memory_limit * CLI_MEGABYTE;
  self->quiet = raw->quiet;
  self->model = raw->model != NULL ? g_steal_pointer (&raw->model) : sf_bundled_model_path ();
  self->preview_dir = g_steal_pointer (&raw->preview_dir);
  return self;
}

CliGenerateOptions *
cli_generate_options_parse (GStrv args)
{
  g_autoptr (GError) error = NULL;
  g_auto (Raw) raw = { &numbers, .seed = -1, .device = -1, .batch = 1 };
  g_auto (GStrv) rest = g_strdupv (args);
  GOptionGroup *group = g_option_group_new (NULL, NULL, NULL, &raw, NULL);
  add_options (group, &raw);
  if (!cli_parse (&cli_command_generate, NULL, DESCRIPTION, group, 0, &rest))
    return NULL;

  CliGenerateOptions *self = check (&raw, &error) ? build (&raw, &error) : NULL;
  if (self == NULL)
    cli_fail (CLI_USAGE, error->message);
  return self;
}

void
cli_generate_options_free (CliGenerateOptions *self)
{
  g_ptr_array_unref (self->prompts);
  g_free (self->model);
  g_free (self->preview_dir);
  g_free (self);
}
