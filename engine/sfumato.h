/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/**
 * The whole public interface of the engine: what the window and the command line use.
 *
 * |[<!-- language="C" -->
 * int
 * main (int argc, char **argv)
 * {
 *   sf_environment_prepare ();                      // before any thread, GTK or Vulkan
 *   g_autoptr (SfEngine) engine = sf_engine_new (NULL);
 *   sf_engine_load_model_async (engine, "data/models/sketchbook", NULL, on_loaded, NULL);
 *   …
 * }
 *
 * static void
 * on_loaded (GObject *source, GAsyncResult *result, gpointer data)
 * {
 *   g_autoptr (GError) error = NULL;
 *   g_autoptr (SfModelInfo) model = sf_engine_load_model_finish (SF_ENGINE (source), result, &error);
 *   g_autoptr (SfRequest) request = sf_request_new ();
 *   request->prompt = g_strdup ("a red boat on a calm sea at sunset");
 *   sf_engine_generate_async (SF_ENGINE (source), request, NULL, on_progress, NULL, on_done, NULL);
 * }
 * ]|
 *
 * Threads: an SfEngine owns one worker thread, which alone talks to the GPU. Jobs run one at a time
 * in the order they were asked for. Every callback arrives on the thread-default main context that
 * was current when the job was asked for.
 */

#include <gio/gio.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/text-span.h"
#include "image/image.h"

G_BEGIN_DECLS

/* --- Environment ------------------------------------------------------------------------------ */

/**
 * sf_environment_prepare:
 *
 * Sets the driver environment that an earlier probe of this machine found best (such as
 * LP_NATIVE_VECTOR_WIDTH). Call it first thing in main(): a driver reads these variables once, and
 * setenv() is only safe while there is one thread. Variables that the user has set are left alone.
 */
void sf_environment_prepare (void);

/* --- Devices ---------------------------------------------------------------------------------- */

/**
 * SfDeviceInfo:
 * @index: what SfEngineOptions.device takes.
 * @name: the device's name as the driver tells it.
 * @driver: the driver's name and version.
 * @memory: bytes of memory that the engine may plan with (on a CPU device: what is available now).
 * @software: whether the device is a CPU.
 * @features: (array zero-terminated=1): what the engine uses of it, for people: "texel kernels",
 *   "subgroups of 8", …
 */
typedef struct
{
  guint index;
  char *name;
  char *driver;
  guint64 memory;
  gboolean software;
  GStrv features;
} SfDeviceInfo;

void sf_device_info_free (SfDeviceInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfDeviceInfo, sf_device_info_free)

/**
 * sf_devices_list:
 *
 * The Vulkan devices that the engine can run on, best first.
 *
 * Returns: (element-type SfDeviceInfo) (transfer full): the devices, or %NULL with
 * %SF_ERROR_DEVICE when there is none.
 */
GPtrArray *sf_devices_list (GError **error);

/* --- Models ----------------------------------------------------------------------------------- */

/**
 * SfModelInfo:
 *
 * What is known of a loaded model. Reference counted and immutable.
 */
typedef struct
{
  /*< private >*/
  gatomicrefcount ref_count;
  /*< public >*/
  char *path;
  char *name;            /* for people */
  char *family;          /* "Stable Diffusion 1.x" */
  char *dtype;           /* what the weights are stored as in the file: "F16" */
  guint64 n_parameters;  /* over all parts */
  guint native_size;     /* pixels a side that it was trained for */
  guint size_multiple;   /* width and height must be multiples of it: 8 at least */
  gboolean limited;      /* a small model that knows only a few things: say so */
  guint default_steps;
  double default_cfg;
  char *default_sampler;
  GStrv sample_prompts;  /* may be empty, never NULL */
  GHashTable *words;     /* the set of words that it knows; NULL where it does not say */
} SfModelInfo;

SfModelInfo *sf_model_info_ref (SfModelInfo *info);
void sf_model_info_unref (SfModelInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfModelInfo, sf_model_info_unref)

/**
 * sf_model_info_find_unknown:
 *
 * Where in @text there are words that the model was not trained with. A small model says which it
 * knows; of one that does not say, nothing is unknown.
 *
 * Returns: (element-type SfTextSpan) (transfer full): their places, in order.
 */
GArray *sf_model_info_find_unknown (const SfModelInfo *info, const char *text);

/**
 * sf_model_info_name_unknown:
 *
 * The same for people, each word once, in the order in which they occur: "This model does not know
 * “dragon” and “wizard”." Returns: (nullable) (transfer full): %NULL where there is nothing to say.
 */
char *sf_model_info_name_unknown (const SfModelInfo *info, const char *text);

/* --- Requests --------------------------------------------------------------------------------- */

/**
 * SfRequest:
 * @prompt: what to draw, UTF-8. May be empty: then the model draws what it likes.
 * @negative_prompt: what to keep away from, or %NULL.
 * @width: in pixels, a multiple of 8; 0 means the model's own size.
 * @height: likewise.
 * @steps: scheduler steps, 1 to 1000; 0 means the model's default.
 * @cfg: guidance scale, 1 (none) to 30; 0 means the model's default.
 * @sampler: a name from sf_samplers_list(), or %NULL for the model's default.
 * @schedule: a name from sf_schedules_list(), or %NULL for "Automatic".
 * @seed: the first picture's; picture i of a batch has seed + i. -1 draws one.
 * @rng: which noise a seed stands for.
 * @batch: pictures to make, one after the other, 1 to 64.
 * @cache_interval: an approximation: the deep layers of the U-Net are evaluated at every
 *   @cache_interval-th step only, and what they gave is used again between (DeepCache). 0 or 1 for
 *   at every step; up to 10.
 * @token_merging: an approximation: the share of the U-Net's tokens that are merged with others like
 *   them in self-attention at the largest resolution, 0 (none) to 0.75 (ToMe for SD).
 * @tiny_decoder: (nullable): an approximation: a file of diffusers' AutoencoderTiny, such as TAESD,
 *   that decodes in place of the model's own decoder. It must be made for the model's family.
 * @previews: whether to deliver a preview with each step.
 * @every_preview: deliver each step's preview, in order, also when the caller is slower than the
 *   steps: to save them all. Otherwise the latest wins.
 */
typedef struct
{
  char *prompt;
  char *negative_prompt;
  guint width;
  guint height;
  guint steps;
  double cfg;
  char *sampler;
  char *schedule;
  gint64 seed;
  SfNoiseKind rng;
  guint batch;
  guint cache_interval;
  double token_merging;
  char *tiny_decoder;
  gboolean previews;
  gboolean every_preview;
} SfRequest;

SfRequest *sf_request_new (void); /* everything at its default, previews on, batch 1, seed -1 */
SfRequest *sf_request_copy (const SfRequest *request);
void sf_request_free (SfRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfRequest, sf_request_free)

/* Checks what can be checked without a model: one sentence in @error names the first thing wrong. */
gboolean sf_request_validate (const SfRequest *request, GError **error);

/* Names as people know them ("DPM++ 2M"), %NULL-terminated, static. The first is the default. */
const char *const *sf_samplers_list (void);
const char *const *sf_schedules_list (void); /* "Automatic", "Uniform", "Karras" */
/* Whether @sampler (nullable), of sf_samplers_list(), can have another than "Automatic". */
gboolean sf_samplers_take_schedule (const char *sampler);

/* --- Results ---------------------------------------------------------------------------------- */

/**
 * SfResult:
 * @image: the picture.
 * @parameters: the settings that make it again, as the `parameters` text of a PNG.
 * @seed: this picture's seed.
 * @index: its place in the batch, from 0.
 * @seconds: how long it took, loading not counted.
 */
typedef struct
{
  /*< private >*/
  gatomicrefcount ref_count;
  /*< public >*/
  SfImage *image;
  char *parameters;
  gint64 seed;
  guint index;
  double seconds;
} SfResult;

SfResult *sf_result_ref (SfResult *result);
void sf_result_unref (SfResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfResult, sf_result_unref)

typedef enum
{
  SF_PHASE_PROBING,   /* trying a device's kernels, once for each device and driver */
  SF_PHASE_LOADING,   /* reading and packing weights */
  SF_PHASE_PREPARING, /* planning, compiling shaders */
  SF_PHASE_ENCODING,  /* the prompt */
  SF_PHASE_DENOISING, /* steps */
  SF_PHASE_DECODING,  /* latent to picture */
} SfPhase;

/**
 * SfProgress:
 * @phase: what is being done.
 * @index: the picture of the batch it is done for, from 0.
 * @n_images: the batch.
 * @step: steps finished, 0 to @n_steps.
 * @n_steps: steps in all.
 * @in_strips: whether the picture is decoded in strips, since memory is short. That takes several
 * times as long, and changes nothing else.
 * @fraction: of the whole job, batch included, 0 to 1, never going back; where the model is loaded
 * again first, since its device was lost, of the loading and then of the job.
 * @seconds_left: an estimate, or negative while there is none.
 * @preview: (nullable): the newest preview, smaller than the picture (one pixel for each latent).
 * @result: (nullable): a picture of the batch that has just been finished.
 */
typedef struct
{
  SfPhase phase;
  guint index;
  guint n_images;
  guint step;
  guint n_steps;
  gboolean in_strips;
  double fraction;
  double seconds_left;
  SfImage *preview;
  SfResult *result;
} SfProgress;

/**
 * SfProgressFunc:
 *
 * The latest state wins: at most one call is pending, states that were overtaken are not delivered.
 * Every finished picture (@result) is delivered, in order, and so is every preview if the request
 * says @every_preview. @progress is valid during the call.
 */
typedef void (*SfProgressFunc) (const SfProgress *progress, gpointer user_data);

/* --- Engine ----------------------------------------------------------------------------------- */

/**
 * SfEngineOptions:
 * @device: index in sf_devices_list(), or -1 for the best.
 * @memory_limit: bytes that weights and work memory may take together; 0 means what the device has.
 */
typedef struct
{
  int device;
  guint64 memory_limit;
} SfEngineOptions;

#define SF_ENGINE_OPTIONS_INIT { .device = -1 }

#define SF_TYPE_ENGINE (sf_engine_get_type ())
G_DECLARE_FINAL_TYPE (SfEngine, sf_engine, SF, ENGINE, GObject)

/* Starts the worker. Never fails and never blocks: device trouble is the first job's error. */
SfEngine *sf_engine_new (const SfEngineOptions *options);

/**
 * sf_engine_load_model_async:
 * @path: a .safetensors file or a folder in the layout of diffusers.
 * @progress: (nullable) (scope notified): told the fraction that is read.
 *
 * Opens a model and makes it the one that later requests use. On failure the model that was loaded
 * before stays; where it had to make room first, the next picture loads it again.
 */
void sf_engine_load_model_async (SfEngine *self, const char *path, GCancellable *cancellable,
                                 SfProgressFunc progress, gpointer progress_data,
                                 GAsyncReadyCallback callback, gpointer user_data);
SfModelInfo *sf_engine_load_model_finish (SfEngine *self, GAsyncResult *result, GError **error);

/* The loaded model, or NULL. (transfer full) */
SfModelInfo *sf_engine_get_model (SfEngine *self);

/* What people should know of the device that was opened for the model: a sentence about another one
 * that is not used, since no kernels are right on it. NULL if there is nothing to say. (transfer
 * full) (nullable) */
char *sf_engine_get_notice (SfEngine *self);

/**
 * sf_engine_generate_async:
 * @request: copied.
 *
 * Makes the pictures of @request. A cancelled job ends, with %G_IO_ERROR_CANCELLED, after the two
 * submissions that may be under way (20 GFLOP together, or 40 ms of a quick device); pictures that
 * were finished before were delivered by @progress.
 */
void sf_engine_generate_async (SfEngine *self, const SfRequest *request,
                               GCancellable *cancellable, SfProgressFunc progress,
                               gpointer progress_data, GAsyncReadyCallback callback,
                               gpointer user_data);

/* Returns: (element-type SfResult) (transfer full): the pictures of the batch, in order. */
GPtrArray *sf_engine_generate_finish (SfEngine *self, GAsyncResult *result, GError **error);

/**
 * sf_engine_count_tokens:
 *
 * Tokens of a text for the loaded model's tokenizer, begin and end not counted; @n_places is how
 * many one chunk holds (75 of CLIP). Answers at once, from any thread. Returns 0 without a model.
 */
guint sf_engine_count_tokens (SfEngine *self, const char *text, guint *n_places);

/* --- Descriptions and the probe ----------------------------------------------------------------- */

/**
 * sf_model_describe:
 *
 * What a model file is, without loading it: family, dtype, tensors, what is missing. For
 * `sfumato-cli info`. Returns: (transfer full): a few lines for people.
 */
char *sf_model_describe (const char *path, GError **error);

/**
 * sf_probe_run:
 * @device: index, or -1.
 * @report: (out) (optional): what was tried and chosen, for people.
 *
 * Tries the kernel variants on a device, checks each against one that shares no code with it and
 * keeps the verdict in the user's cache, where sf_environment_prepare() and the engine find it (for as
 * long as the login lasts where that can't be written). Meant to run in a process of its own
 * (`sfumato-cli probe`), so that a driver that crashes takes nothing else with it.
 */
gboolean sf_probe_run (int device, char **report, GError **error);

/* --- Bench ------------------------------------------------------------------------------------ */

typedef enum
{
  SF_BENCH_OPS = 1 << 0,     /* single operations, at the shapes of SD 1.5 and SDXL */
  SF_BENCH_TEXT = 1 << 1,    /* the text encoder */
  SF_BENCH_UNET = 1 << 2,    /* one evaluation of the U-Net, for one picture and with guidance */
  SF_BENCH_VAE = 1 << 3,     /* the VAE's decoder */
  SF_BENCH_PICTURE = 1 << 4, /* a whole picture, prompt to pixels */
  SF_BENCH_ALL = (1 << 5) - 1,
} SfBenchParts;

/**
 * SfBenchOptions:
 * @device: index in sf_devices_list(), or -1 for the best.
 * @model: (nullable): the model to measure; %NULL for one of Stable Diffusion 1.5's architecture
 * with made up weights.
 * @parts: which.
 * @size: of the pictures, in pixels a side, a multiple of 64; 0 for 256 and 512.
 * @steps: of the whole picture.
 * @profile: whether to time the nodes of U-Net and VAE one by one.
 * @quick: one run of everything after the warm-up, rather than the best of several.
 * @match: (nullable): of single operations only those in whose name or shape this occurs.
 * @memory_limit: of the whole picture, see SfEngineOptions.
 */
typedef struct
{
  int device;
  const char *model;
  SfBenchParts parts;
  guint size;
  guint steps;
  gboolean profile;
  gboolean quick;
  const char *match;
  guint64 memory_limit;
} SfBenchOptions;

#define SF_BENCH_OPTIONS_INIT                                                                      \
  {                                                                                                \
    .device = -1, .parts = SF_BENCH_ALL, .steps = 20                                               \
  }

/**
 * SfBenchRow:
 * @part: "floor", "ops", "text", "unet", "vae", "picture"; "unet-nodes" and "vae-nodes" of the
 *   profile, "unet-kinds" and "vae-kinds" its sums over kinds of ops; "memory".
 * @name: what was measured: "conv2d".
 * @shape: how large: "2 × 64 × 64 × 320 → 320".
 * @count: how often it occurs in the graph; @seconds and the rest are of all together.
 * @seconds: the shortest time of several runs; 0 of memory.
 * @gflop: 10⁹ operations.
 * @bytes: read and written at least; of memory, what is held.
 * @share: of the floor: the time that the device would need at the rates of the rows of "floor",
 * the larger of arithmetic and bytes, over the time it took. Above 1 where caches help.
 *
 * One measurement.
 */
typedef struct
{
  const char *part;
  const char *name;
  const char *shape;
  guint count;
  double seconds;
  double gflop;
  double bytes;
  double share;
} SfBenchRow;

typedef void (*SfBenchFunc) (const SfBenchRow *row, gpointer user_data);

/* Measures, on the calling thread, and tells each row when it is known; those of "floor" first. */
gboolean sf_bench_run (const SfBenchOptions *options, SfBenchFunc func, gpointer user_data,
                       GError **error);

/* Where the bundled model is: next to the build while developing, in the data folder when installed. */
char *sf_bundled_model_path (void);

G_END_DECLS
