#include "ingest/decoder-thread.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define MOST_UNITS 2048
#define MOST_UNIT_BYTES ((size_t) 1024 * 1024)
#define MOST_SAMPLE_BYTES ((size_t) 4 * 1024 * 1024)
#define WAIT_US (10 * G_USEC_PER_SEC) /* then it looks again: nothing depends on it */

/* What both sides have; the last of them frees it. The thread knows no loop: it rings and goes on. */
typedef struct {
  int refs;                   /* atomic */
  int bell;                   /* eventfd, owned: results are there */
  GAsyncQueue *units;         /* ref; of Unit, owned; one without a track ends the thread */
  GAsyncQueue *results;       /* ref; of Result, owned */
  atomic_size_t sample_bytes; /* in the results */
  atomic_bool is_over;        /* nobody waits for results any more */
  CamSoundEpochs *epochs;     /* owned; the thread's */
} Desk;

struct CamDecoderThread {
  Desk *desk;          /* ref */
  CamLoopThread *loop; /* borrowed */
  CamLoopWatch *watch; /* owned */
  CamDecodedFunc func;
  gpointer data;
  unsigned n_units; /* on their way through the thread */
  size_t unit_bytes;
};

typedef struct {
  CamTrack *track; /* ref; NULL: the end */
  int64_t arrived_us;
  size_t size;
  uint8_t data[];
} Unit;

typedef struct {
  CamDecoded decoded;
  GArray *samples;  /* of int16_t, owned */
  size_t unit_size; /* of what it came from */
} Result;

static void
free_unit (gpointer data)
{
  Unit *unit = data;
  cam_track_unref (unit->track);
  g_free (unit);
}

static void
free_result (gpointer data)
{
  Result *result = data;
  g_array_unref (result->samples);
  g_free (result);
}

static Desk *
ref_desk (Desk *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

static void
unref_desk (Desk *self)
{
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;
  cam_sound_epochs_free (self->epochs);
  g_async_queue_unref (self->units);
  g_async_queue_unref (self->results);
  if (self->bell >= 0)
    close (self->bell);
  g_free (self);
}

static size_t
get_bytes (const Result *result)
{
  return result->samples->len * sizeof (int16_t);
}

static void
gather (const CamPcm *pcm, gpointer data)
{
  Result *result = data;
  g_array_append_vals (result->samples, pcm->samples, pcm->frames * pcm->channels);
  CamPcm *all = &result->decoded.pcm;
  *all = (CamPcm){
      .samples = (const int16_t *) (gconstpointer) result->samples->data,
      .frames = all->frames + pcm->frames,
      .rate = pcm->rate,
      .channels = pcm->channels,
  };
}

static void
decode (Desk *self, const Unit *unit)
{
  Result *result = g_new0 (Result, 1);
  result->samples = g_array_new (FALSE, FALSE, sizeof (int16_t));
  result->unit_size = unit->size;
  result->decoded.arrived_us = unit->arrived_us;
  result->decoded.is_overrun = atomic_load (&self->sample_bytes) > MOST_SAMPLE_BYTES;
  if (!result->decoded.is_overrun)
    result->decoded.is_decoded = cam_sound_epochs_take (self->epochs, unit->track, unit->data, unit->size, gather, result);
  result->decoded.epochs = cam_sound_epochs_get_count (self->epochs);
  atomic_fetch_add (&self->sample_bytes, get_bytes (result));
  g_async_queue_push (self->results, result);
  eventfd_write (self->bell, 1);
}

static gpointer
run (gpointer data)
{
  Desk *self = data;
  bool is_over = false;
  while (!is_over) {
    Unit *unit = g_async_queue_timeout_pop (self->units, WAIT_US);
    if (unit == NULL)
      continue;
    is_over = unit->track == NULL;
    if (!is_over && !atomic_load (&self->is_over))
      decode (self, unit);
    free_unit (unit);
  }
  /* Here, not where the last reference goes: decoders are freed where they were made. */
  g_clear_pointer (&self->epochs, cam_sound_epochs_free);
  unref_desk (self);
  return NULL;
}

static void
on_results (gpointer data, uint32_t events)
{
  CamDecoderThread *self = data;
  eventfd_t rings;
  eventfd_read (self->desk->bell, &rings); /* before the queue is looked at: a later one rings again */
  for (Result *result = g_async_queue_try_pop (self->desk->results); result != NULL; result = g_async_queue_try_pop (self->desk->results)) {
    atomic_fetch_sub (&self->desk->sample_bytes, get_bytes (result));
    self->n_units--;
    self->unit_bytes -= result->unit_size;
    self->func (&result->decoded, self->data);
    free_result (result);
  }
}

static bool
start (Desk *desk)
{
  GThread *thread = g_thread_try_new ("sound-in", run, ref_desk (desk), NULL);
  if (thread == NULL)
    unref_desk (desk);
  else
    g_thread_unref (thread);
  return thread != NULL;
}

CamDecoderThread *
cam_decoder_thread_new (CamLoopThread *loop, CamSoundEpochs *epochs, CamDecodedFunc func, gpointer data)
{
  CAM_ASSERT_ON (loop);
  Desk *desk = g_new0 (Desk, 1);
  desk->refs = 1;
  desk->bell = eventfd (0, EFD_NONBLOCK | EFD_CLOEXEC);
  desk->units = g_async_queue_new_full (free_unit);
  desk->results = g_async_queue_new_full (free_result);
  desk->epochs = epochs;
  CamDecoderThread *self = g_new0 (CamDecoderThread, 1);
  *self = (CamDecoderThread){.desk = desk, .loop = loop, .func = func, .data = data};
  self->watch = desk->bell >= 0 ? cam_loop_watch_new (loop, desk->bell, EPOLLIN, on_results, self) : NULL;
  if (self->watch != NULL && start (desk))
    return self;
  cam_loop_watch_free (self->watch);
  unref_desk (desk);
  g_free (self);
  return NULL;
}

static void
push (Desk *desk, CamTrack *track, const uint8_t *data, size_t size, int64_t arrived_us)
{
  Unit *unit = g_malloc (sizeof (Unit) + size);
  *unit = (Unit){.track = track != NULL ? cam_track_ref (track) : NULL, .arrived_us = arrived_us, .size = size};
  if (size > 0)
    memcpy (unit->data, data, size);
  g_async_queue_push (desk->units, unit);
}

void
cam_decoder_thread_free (CamDecoderThread *self)
{
  if (self == NULL)
    return;
  CAM_ASSERT_ON (self->loop);
  cam_loop_watch_free (self->watch);
  atomic_store (&self->desk->is_over, true);
  push (self->desk, NULL, NULL, 0, 0);
  unref_desk (self->desk);
  g_free (self);
}

bool
cam_decoder_thread_take (CamDecoderThread *self, CamTrack *track, const uint8_t *unit, size_t size, int64_t arrived_us)
{
  CAM_ASSERT_ON (self->loop);
  if (self->n_units >= MOST_UNITS || self->unit_bytes + size > MOST_UNIT_BYTES)
    return false;
  self->n_units++;
  self->unit_bytes += size;
  push (self->desk, track, unit, size, arrived_us);
  return true;
}
