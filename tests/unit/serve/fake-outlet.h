/* An outlet for tests of readers and of the stream-task: it keeps what it gets until it is drained by hand.
 * Thread: the test's, or its loop. Owner: the test. */
#pragma once

#include "serve/outlet.h"
#include "serve/reader-record.h"

/* An outlet that keeps what it gets and is drained by hand. */
typedef struct {
  CamOutlet outlet;
  GPtrArray *waiting; /* of CamBurst, ref */
  GPtrArray *sent;    /* of CamBurst, ref */
  bool is_under_way;  /* what was sent is not with the client yet */
  _Atomic uint64_t left_out;
  CamReaderRecord *record; /* owned; for its reader */
} FakeOutlet;

static inline bool
fake_send (CamOutlet *outlet, CamBurst *burst)
{
  g_ptr_array_add (((FakeOutlet *) outlet)->waiting, cam_burst_ref (burst));
  return true;
}

static inline void
fake_flush (CamOutlet *outlet)
{
}

static inline void
fake_clear (CamOutlet *outlet, CamDropped ret_dropped[CAM_N_TRACKS])
{
  FakeOutlet *self = (FakeOutlet *) outlet;
  for (unsigned i = 0; i < self->waiting->len; i++) {
    const CamBurst *burst = self->waiting->pdata[i];
    if (!burst->is_control && !ret_dropped[burst->track].any)
      ret_dropped[burst->track] = (CamDropped){true, burst->sequence, burst->rtp_time, 0};
    ret_dropped[burst->track].units += !burst->is_control;
  }
  g_ptr_array_set_size (self->waiting, 0);
}

static inline bool
fake_is_idle (const CamOutlet *outlet)
{
  return ((const FakeOutlet *) outlet)->waiting->len == 0;
}

static inline bool
fake_has_arrived (const CamOutlet *outlet)
{
  return fake_is_idle (outlet) && !((const FakeOutlet *) outlet)->is_under_way;
}

static inline int64_t
fake_get_oldest_us (const CamOutlet *outlet)
{
  const FakeOutlet *self = (const FakeOutlet *) outlet;
  return self->waiting->len > 0 ? ((CamBurst *) self->waiting->pdata[0])->created_us : INT64_MAX;
}

static inline size_t
fake_get_bytes (const CamOutlet *outlet)
{
  const FakeOutlet *self = (const FakeOutlet *) outlet;
  size_t bytes = 0;
  for (unsigned i = 0; i < self->waiting->len; i++)
    bytes += ((CamBurst *) self->waiting->pdata[i])->size;
  return bytes;
}

static inline void
fake_outlet_init (FakeOutlet *self, bool is_interleaved)
{
  self->outlet = (CamOutlet){
      .send = fake_send,
      .flush = fake_flush,
      .clear = fake_clear,
      .is_idle = fake_is_idle,
      .has_arrived = fake_has_arrived,
      .get_oldest_us = fake_get_oldest_us,
      .get_bytes = fake_get_bytes,
      .is_interleaved = is_interleaved,
  };
  self->record = cam_reader_record_new (&(CamReaderIdentity){.id = "1", .camera = "cam", .stream = "main", .address = "here"}, &self->left_out);
  self->waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) cam_burst_unref);
  self->sent = g_ptr_array_new_with_free_func ((GDestroyNotify) cam_burst_unref);
}

static inline void
fake_outlet_clear (FakeOutlet *self)
{
  cam_reader_record_free (self->record);
  g_ptr_array_unref (self->waiting);
  g_ptr_array_unref (self->sent);
}

/* What waits is sent. */
static inline void
fake_outlet_drain (FakeOutlet *self)
{
  for (unsigned i = 0; i < self->waiting->len; i++)
    g_ptr_array_add (self->sent, cam_burst_ref (self->waiting->pdata[i]));
  g_ptr_array_set_size (self->waiting, 0);
}
