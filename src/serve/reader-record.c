#include "serve/reader-record.h"

#include <stdatomic.h>

struct CamReaderRecord {
  /* Written by the reader's loop alone, so that a count is a load and a store and no locked instruction; first what each picture touches.
   */
  _Atomic uint64_t units;
  _Atomic uint64_t bytes;
  _Atomic int64_t lag_us;
  _Atomic int64_t worst_lag_us;
  atomic_size_t waiting_bytes;
  _Atomic uint64_t left_out;
  _Atomic uint64_t skips[CAM_N_SKIP_REASONS];
  _Atomic uint64_t thinnings;
  _Atomic uint64_t sheds;
  _Atomic (const char *) transport;
  _Atomic CamReaderState state;

  _Atomic uint64_t *total_left_out; /* borrowed: the registry's */
  CamMountCounters *mount;          /* borrowed; NULL: nobody counts */
  int64_t since_unix_us;
  char *id;      /* owned */
  char *camera;  /* owned */
  char *stream;  /* owned */
  char *address; /* owned */
};

const char *
cam_reader_state_name (CamReaderState state)
{
  switch (state) {
  case CAM_READER_STATE_PAUSED:
    return "paused";
  case CAM_READER_STATE_PLAYING:
    return "playing";
  case CAM_READER_STATE_SKIPPING:
    return "skipping";
  case CAM_READER_STATE_THINNED:
    return "thinned";
  case CAM_READER_STATE_SHED:
    return "shed";
  }
  g_assert_not_reached ();
}

const char *
cam_skip_reason_name (CamSkipReason why)
{
  static const char *const names[CAM_N_SKIP_REASONS] = {
      [CAM_SKIP_LAG] = "lag",
      [CAM_SKIP_BYTES] = "bytes",
      [CAM_SKIP_MEMORY] = "memory",
  };
  return names[why];
}

CamReaderRecord *
cam_reader_record_new (const CamReaderIdentity *identity, _Atomic uint64_t *total_left_out)
{
  CamReaderRecord *self = g_new0 (CamReaderRecord, 1);
  self->id = g_strdup (identity->id);
  self->camera = g_strdup (identity->camera);
  self->stream = g_strdup (identity->stream);
  self->address = g_strdup (identity->address);
  self->since_unix_us = g_get_real_time ();
  self->total_left_out = total_left_out;
  self->mount = identity->mount;
  return self;
}

static bool
is_lagging (CamReaderState state)
{
  return state == CAM_READER_STATE_SKIPPING || state == CAM_READER_STATE_THINNED;
}

void
cam_reader_record_free (CamReaderRecord *self)
{
  if (self == NULL)
    return;
  cam_reader_record_set_state (self, CAM_READER_STATE_PAUSED);
  g_free (self->id);
  g_free (self->camera);
  g_free (self->stream);
  g_free (self->address);
  g_free (self);
}

static void
set (_Atomic uint64_t *counter, uint64_t value)
{
  atomic_store_explicit (counter, value, memory_order_relaxed);
}

static uint64_t
get (const _Atomic uint64_t *counter)
{
  return atomic_load_explicit (counter, memory_order_relaxed);
}

void
cam_reader_record_set_transport (CamReaderRecord *self, const char *transport)
{
  atomic_store_explicit (&self->transport, transport, memory_order_relaxed);
}

void
cam_reader_record_set_state (CamReaderRecord *self, CamReaderState state)
{
  bool was_lagging = is_lagging (atomic_load_explicit (&self->state, memory_order_relaxed));
  if (self->mount != NULL && was_lagging != is_lagging (state))
    cam_mount_counters_note_lagging (self->mount, !was_lagging);
  atomic_store_explicit (&self->state, state, memory_order_relaxed);
}

void
cam_reader_record_credit (CamReaderRecord *self, unsigned units, size_t bytes)
{
  set (&self->units, get (&self->units) + units);
  set (&self->bytes, get (&self->bytes) + bytes);
}

void
cam_reader_record_note_queued (CamReaderRecord *self, unsigned units, size_t bytes)
{
  cam_reader_record_credit (self, units, bytes);
  if (self->mount != NULL)
    cam_mount_counters_note_given (self->mount, units, (int64_t) bytes);
}

void
cam_reader_record_note_dropped (CamReaderRecord *self, unsigned units, size_t bytes)
{
  set (&self->units, get (&self->units) - units);
  set (&self->bytes, get (&self->bytes) - bytes);
  if (self->mount != NULL)
    cam_mount_counters_note_given (self->mount, -(int64_t) units, -(int64_t) bytes);
  cam_reader_record_note_left_out (self, units);
}

void
cam_reader_record_note_left_out (CamReaderRecord *self, unsigned units)
{
  set (&self->left_out, get (&self->left_out) + units);
  atomic_fetch_add_explicit (self->total_left_out, units, memory_order_relaxed);
  if (self->mount != NULL)
    cam_mount_counters_note_left_out (self->mount, units);
}

void
cam_reader_record_note_first_picture (CamReaderRecord *self, int64_t asked_us)
{
  if (self->mount != NULL)
    cam_mount_counters_note_first_picture (self->mount, g_get_monotonic_time () - asked_us);
}

void
cam_reader_record_note_skip (CamReaderRecord *self, CamSkipReason why)
{
  set (&self->skips[why], get (&self->skips[why]) + 1);
}

void
cam_reader_record_note_thinned (CamReaderRecord *self)
{
  set (&self->thinnings, get (&self->thinnings) + 1);
}

void
cam_reader_record_note_shed (CamReaderRecord *self)
{
  set (&self->sheds, get (&self->sheds) + 1);
}

void
cam_reader_record_note_waiting (CamReaderRecord *self, int64_t lag_us, size_t bytes)
{
  atomic_store_explicit (&self->lag_us, lag_us, memory_order_relaxed);
  if (lag_us > atomic_load_explicit (&self->worst_lag_us, memory_order_relaxed))
    atomic_store_explicit (&self->worst_lag_us, lag_us, memory_order_relaxed);
  atomic_store_explicit (&self->waiting_bytes, bytes, memory_order_relaxed);
}

const char *
cam_reader_record_get_camera (const CamReaderRecord *self)
{
  return self->camera;
}

CamReaderView *
cam_reader_record_view (const CamReaderRecord *self)
{
  CamReaderView *view = g_new (CamReaderView, 1);
  *view = (CamReaderView){
      .id = g_strdup (self->id),
      .camera = g_strdup (self->camera),
      .stream = g_strdup (self->stream),
      .address = g_strdup (self->address),
      .transport = atomic_load_explicit (&self->transport, memory_order_relaxed),
      .since_unix_us = self->since_unix_us,
      .state = atomic_load_explicit (&self->state, memory_order_relaxed),
      .units = get (&self->units),
      .bytes = get (&self->bytes),
      .units_left_out = get (&self->left_out),
      .thinnings = get (&self->thinnings),
      .sheds = get (&self->sheds),
      .lag_us = atomic_load_explicit (&self->lag_us, memory_order_relaxed),
      .worst_lag_us = atomic_load_explicit (&self->worst_lag_us, memory_order_relaxed),
      .waiting_bytes = atomic_load_explicit (&self->waiting_bytes, memory_order_relaxed),
  };
  for (unsigned i = 0; i < CAM_N_SKIP_REASONS; i++)
    view->skips[i] = get (&self->skips[i]);
  return view;
}

void
cam_reader_view_free (CamReaderView *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->camera);
  g_free (self->stream);
  g_free (self->address);
  g_free (self);
}
