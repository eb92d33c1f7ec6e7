#include "sound/sound-branch.h"

#include <string.h>
#include <time.h>

#include "core/log.h"
#include "sound/sound-chain.h"
#include "sound/sound-decoder.h"

/* 20 s of 20 ms units, or what a stalled source sends at once; what does not fit is counted as overrun. */
enum { CHANNEL_UNITS = 1024, CHANNEL_BYTES = 2 * 1024 * 1024 };
enum { POOL_BYTES = 4 * 1024 * 1024 };

#define WAKE_US (100 * 1000)           /* how often the thread looks whether it is still wanted */
#define LINGER_US (5 * G_USEC_PER_SEC) /* clients come back, and try twice */
#define SILENT_US (500 * 1000)         /* sound that is later than this does not come */
#define BEHIND_US (200 * 1000)         /* silence stays behind the live edge, so that sound that comes back is not in the past */

/* What the branch and its thread share. */
typedef struct {
  int refs;             /* atomic */
  CamStreamHub *source; /* ref */
  CamStreamHub *hub;    /* ref */
  CamPayloadPool *pool; /* ref */
  CamSoundChoice choice;
  CamSoundSettings settings;
  GMutex mutex; /* of what follows; nothing is called out under it */
  unsigned wanted;
  int64_t unwanted_us; /* since when nobody wants it */
  bool is_running;     /* a thread pushes, or is about to */
  bool is_over;        /* the branch is gone */
  CamSoundCounters counters;
  uint64_t next_number; /* this and the next two belong to the thread that runs */
  int64_t edge_ns;      /* of what was pushed */
  bool has_warned;      /* of a codec that is not installed */
} Shared;

struct CamSoundBranch {
  int refs;       /* atomic */
  Shared *shared; /* ref */
};

/* What one run of the thread has for itself. */
typedef struct {
  Shared *shared;           /* ref */
  CamMediaChannel *channel; /* ref */
  CamStreamDescription *description; /* ref; of the source, as last seen; NULL: none yet */
  CamTrack *target;         /* ref; what chain is for */
  CamSoundChain *chain;     /* owned; NULL: there is no sound, or it cannot be made */
  int64_t begun_us;
  CamSoundCounters before;  /* what earlier chains and runs counted */
} Run;

static Shared *
shared_ref (Shared *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

static void
shared_unref (Shared *self)
{
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;
  cam_payload_pool_unref (self->pool);
  cam_stream_hub_unref (self->hub);
  cam_stream_hub_unref (self->source);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static CamSoundCounters
counters_of (Shared *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  CamSoundCounters counters = self->counters;
  counters.is_running = self->is_running;
  return counters;
}

/* ---- the thread ---- */

static void
push_unit (const uint8_t *data, size_t size, int64_t pts_ns, gpointer user_data)
{
  const Run *run = user_data;
  Shared *shared = run->shared;
  CamPayload *payload = cam_payload_pool_take (shared->pool, size);
  uint64_t number = shared->next_number++;
  if (payload == NULL) /* the pool has counted it */
    return;
  memcpy (payload->data, data, size);
  g_auto (CamAccessUnit) unit = {
      .track = CAM_TRACK_AUDIO,
      .is_key = true,
      .pts_ns = pts_ns,
      .dts_ns = pts_ns,
      .arrived_us = g_get_monotonic_time (),
      .number = number,
      .payload = payload,
  };
  shared->edge_ns = pts_ns;
  cam_stream_hub_push (shared->hub, &unit, 0);
}

static int64_t
get_thread_cpu_us (void)
{
  struct timespec now = {0};
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (int64_t) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* What the chain and this run have counted, on top of what was before. */
static CamSoundCounters
sum_counters (const Run *run)
{
  CamSoundCounters sum = run->before;
  CamSoundCounters now = run->chain != NULL ? cam_sound_chain_get_counters (run->chain) : (CamSoundCounters){0};
  sum.units_in += now.units_in;
  sum.units_out += now.units_out;
  sum.refused += now.refused;
  sum.gaps += now.gaps;
  sum.drift_ppm = now.drift_ppm;
  sum.worst_error_us = MAX (sum.worst_error_us, now.worst_error_us);
  return sum;
}

static void
drop_chain (Run *run)
{
  run->before = sum_counters (run);
  g_clear_pointer (&run->chain, cam_sound_chain_free);
  g_clear_pointer (&run->target, cam_track_unref);
}

/* What somebody can install is worth a warning, once. */
static void
log_trouble (const Run *run, const GError *error)
{
  Shared *shared = run->shared;
  bool is_warning = g_error_matches (error, CAM_SOUND_ERROR, CAM_SOUND_ERROR_MISSING) && !shared->has_warned;
  shared->has_warned |= is_warning;
  CamLogFields fields = {.camera = cam_stream_hub_get_camera (shared->source), .stream = cam_stream_hub_get_stream (shared->source)};
  cam_log (is_warning ? CAM_LOG_WARNING : CAM_LOG_DEBUG, NULL, &fields, "no sound as %s: %s", cam_sound_choice_name (shared->choice),
           error->message);
}

/* The source's sound is @source from now on (NULL: it has none): the chain goes on if what it makes is the same. */
static void
adopt_source (Run *run, const CamTrack *source)
{
  Shared *shared = run->shared;
  g_autoptr (GError) error = NULL;
  g_autoptr (CamTrack) target = cam_sound_choice_make_track (shared->choice, source);
  if (!cam_track_same_enough (target, run->target))
    drop_chain (run);
  if (target == NULL)
    return;
  if (run->chain == NULL) {
    run->chain = cam_sound_chain_new (target, &shared->settings, push_unit, run, &error);
    if (run->chain == NULL) {
      log_trouble (run, error);
      return;
    }
    cam_sound_chain_begin_above (run->chain, shared->edge_ns);
    run->target = cam_track_ref (target);
    g_autoptr (CamStreamDescription) description = cam_stream_description_new (NULL, target);
    cam_stream_hub_set_description (shared->hub, description);
  }
  if (!cam_sound_chain_set_source (run->chain, source, &error))
    log_trouble (run, error);
}

static void
follow_source (Run *run)
{
  g_autoptr (CamStreamDescription) now = cam_stream_hub_ref_description (run->shared->source);
  if (now == NULL || now == run->description)
    return;
  const CamTrack *was = run->description != NULL ? run->description->tracks[CAM_TRACK_AUDIO] : NULL;
  bool is_new = run->description == NULL || !cam_track_same_enough (was, now->tracks[CAM_TRACK_AUDIO]);
  if (is_new)
    adopt_source (run, now->tracks[CAM_TRACK_AUDIO]);
  g_clear_pointer (&run->description, cam_stream_description_unref);
  run->description = g_steal_pointer (&now);
}

/* The camera is away, and no slate brings silence: readers hear some all the same, rather than a hole that players wait for. */
static void
fill_outage (Run *run)
{
  if (run->chain == NULL || cam_stream_hub_get_feed (run->shared->source) == CAM_FEED_CAMERA)
    return;
  int64_t now_us = g_get_monotonic_time ();
  int64_t edge_us = cam_sound_chain_get_edge_ns (run->chain) / 1000;
  if (now_us - MAX (edge_us, run->begun_us) >= SILENT_US)
    cam_sound_chain_fill (run->chain, (now_us - BEHIND_US) * 1000);
}

/* Whether the thread goes on; if not, it is nobody's any more. @is_open: the source's hub is. */
static bool
goes_on (Run *run, bool is_open)
{
  Shared *shared = run->shared;
  CamSoundCounters counters = sum_counters (run);
  counters.overrun = run->before.overrun + cam_media_channel_get_dropped (run->channel);
  counters.cpu_us = run->before.cpu_us + get_thread_cpu_us ();
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&shared->mutex);
  bool is_unwanted = shared->wanted == 0 && g_get_monotonic_time () - shared->unwanted_us >= LINGER_US;
  shared->is_running = is_open && !shared->is_over && !is_unwanted;
  shared->counters = counters;
  return shared->is_running;
}

static void
run_free (Run *run)
{
  cam_stream_hub_unsubscribe (run->shared->source, run->channel);
  cam_media_channel_close (run->channel);
  cam_media_channel_unref (run->channel);
  cam_sound_chain_free (run->chain);
  cam_track_unref (run->target);
  cam_stream_description_unref (run->description);
  shared_unref (run->shared);
  g_free (run);
}

static gpointer
encode (gpointer data)
{
  Run *run = data;
  bool is_open = true;
  follow_source (run);
  while (goes_on (run, is_open)) {
    g_auto (CamAccessUnit) unit = {.payload = NULL};
    switch (cam_media_channel_next (run->channel, WAKE_US, &unit)) {
    case CAM_HANDOFF_OK:
      follow_source (run);
      if (run->chain != NULL)
        cam_sound_chain_take (run->chain, &unit);
      break;
    case CAM_HANDOFF_TIMEOUT:
      follow_source (run);
      fill_outage (run);
      break;
    case CAM_HANDOFF_CLOSED:
      is_open = false;
      break;
    }
  }
  run_free (run);
  return NULL;
}

/* Marked as running already. A thread that cannot be had is tried again by the next who wants it. */
static void
start_thread (Shared *shared)
{
  g_autoptr (GError) error = NULL;
  Run *run = g_new0 (Run, 1);
  run->shared = shared_ref (shared);
  run->channel = cam_media_channel_new (CHANNEL_UNITS, CHANNEL_BYTES, false);
  run->begun_us = g_get_monotonic_time ();
  run->before = counters_of (shared);
  cam_media_channel_take_only (run->channel, CAM_TRACK_AUDIO);
  cam_stream_hub_subscribe (shared->source, run->channel);
  g_autoptr (GThread) thread = g_thread_try_new ("sound", encode, run, &error);
  if (thread != NULL)
    return;
  log_trouble (run, error);
  g_mutex_lock (&shared->mutex);
  shared->is_running = false;
  g_mutex_unlock (&shared->mutex);
  run_free (run);
}

/* ---- the branch ---- */

CamSoundBranch *
cam_sound_branch_new (CamStreamHub *source, CamSoundChoice choice, const CamSoundSettings *settings)
{
  g_assert (cam_sound_choice_is_encoded (choice));
  CamMediaMemory *memory = cam_stream_hub_get_memory (source);
  Shared *shared = g_new0 (Shared, 1);
  shared->refs = 1;
  shared->source = cam_stream_hub_ref (source);
  shared->hub = cam_stream_hub_new_within (memory, cam_stream_hub_get_camera (source), cam_stream_hub_get_stream (source));
  shared->pool = cam_payload_pool_new (POOL_BYTES, memory);
  shared->choice = choice;
  shared->settings = *settings;
  g_mutex_init (&shared->mutex);
  CamSoundBranch *self = g_new0 (CamSoundBranch, 1);
  self->refs = 1;
  self->shared = shared;
  return self;
}

CamSoundBranch *
cam_sound_branch_ref (CamSoundBranch *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

void
cam_sound_branch_unref (CamSoundBranch *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->refs))
    return;
  Shared *shared = self->shared;
  g_mutex_lock (&shared->mutex);
  shared->is_over = true;
  g_mutex_unlock (&shared->mutex);
  shared_unref (shared);
  g_free (self);
}

CamStreamHub *
cam_sound_branch_get_hub (CamSoundBranch *self)
{
  return self->shared->hub;
}

void
cam_sound_branch_want (CamSoundBranch *self)
{
  Shared *shared = self->shared;
  g_mutex_lock (&shared->mutex);
  bool starts = !shared->is_running;
  shared->wanted++;
  shared->is_running = true;
  g_mutex_unlock (&shared->mutex);
  if (starts)
    start_thread (shared);
}

void
cam_sound_branch_unwant (CamSoundBranch *self)
{
  Shared *shared = self->shared;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&shared->mutex);
  g_assert (shared->wanted > 0);
  shared->wanted--;
  shared->unwanted_us = g_get_monotonic_time ();
}

CamSoundCounters
cam_sound_branch_get_counters (const CamSoundBranch *self)
{
  return counters_of (self->shared);
}
