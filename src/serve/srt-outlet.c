#include "serve/srt-outlet.h"

#include <string.h>

#include "serve/ts-task.h"
#include "wire/packetizer.h"
#include "wire/rtp.h"
#include "wire/ts-packet.h"
#include "wire/ts-tables.h"

#define PAYLOAD_ONLY 0x10 /* ISO 13818-1, 2.4.3.3: adaptation_field_control */

/* How soon it is looked again whether libsrt has room, when it had none. */
#define ROOM_US (20 * 1000)

/* What libsrt was given of one burst, whole. */
typedef struct {
  uint64_t end; /* of all that was given by then */
  int64_t created_us;
} Given;

struct CamSrtOutlet {
  CamOutlet outlet;             /* first */
  CamSrtConnection *connection; /* borrowed */
  CamClientRegistry *registry;  /* borrowed */
  CamLoopThread *loop;          /* borrowed */
  CamLoopTimer *timer;          /* owned; armed while anything waits here or in libsrt */
  int64_t due_us;               /* when; INT64_MAX: it is not armed */
  GQueue bursts;                /* of CamBurst, ref */
  size_t sent;                  /* bytes of the first one that are out, headers included */
  size_t bytes;                 /* of all */
  GQueue flying;                /* of Given, owned; what has not arrived, or was not known to when it was looked last */
  uint64_t given;               /* bytes of all messages that libsrt took */
  int64_t given_us;             /* when it took the last one */
  bool is_over;                 /* the connection takes nothing any more */
};

static CamBurst *
get_first (const CamSrtOutlet *self)
{
  return g_queue_peek_head ((GQueue *) &self->bursts);
}

/* Reports are RTP's; SRT needs none. */
static bool
send_burst (CamOutlet *outlet, CamBurst *burst)
{
  CamSrtOutlet *self = (CamSrtOutlet *) outlet;
  if (burst->is_control || self->is_over)
    return true;
  g_queue_push_tail (&self->bursts, cam_burst_ref (burst));
  self->bytes += burst->size;
  return true;
}

static bool
is_idle (const CamOutlet *outlet)
{
  CamSrtOutlet *self = (CamSrtOutlet *) outlet;
  return g_queue_is_empty (&self->bursts) && g_queue_is_empty (&self->flying);
}

/* Forgets what has arrived. Returns the bytes that have not. */
static size_t
settle (CamSrtOutlet *self)
{
  size_t unsent = cam_srt_connection_get_unsent (self->connection);
  const Given *first = g_queue_peek_head (&self->flying);
  while (first != NULL && first->end <= self->given - MIN (unsent, self->given)) {
    g_free (g_queue_pop_head (&self->flying));
    first = g_queue_peek_head (&self->flying);
  }
  return unsent;
}

static void
note_given (CamSrtOutlet *self, size_t size)
{
  self->given += size;
  self->given_us = cam_loop_thread_now_us (self->loop);
}

static void
finish_first (CamSrtOutlet *self)
{
  Given *given = g_new (Given, 1);
  *given = (Given){.end = self->given, .created_us = get_first (self)->created_us};
  g_queue_push_tail (&self->flying, given);
  CamBurst *burst = g_queue_pop_head (&self->bursts);
  self->bytes -= burst->size;
  self->sent = 0;
  cam_burst_unref (burst);
}

/* The payload of the packet at @offset of @burst; @ret_next: where the next one begins. Returns its size. */
static size_t
read_message (const CamBurst *burst, size_t offset, uint8_t ret_message[CAM_SRT_MESSAGE_BYTES], size_t *ret_next)
{
  struct iovec parts[CAM_BURST_PACKET_PARTS];
  size_t n = cam_burst_get_packet (burst, offset, parts);
  size_t packet_bytes = 0, size = 0, skip = CAM_RTP_HEADER_BYTES;
  for (size_t i = 0; i < n; i++) {
    size_t skipped = MIN (skip, parts[i].iov_len);
    size_t taken = MIN (parts[i].iov_len - skipped, CAM_SRT_MESSAGE_BYTES - size);
    memcpy (ret_message + size, (const uint8_t *) parts[i].iov_base + skipped, taken);
    skip -= skipped;
    size += taken;
    packet_bytes += parts[i].iov_len;
  }
  *ret_next = offset + CAM_INTERLEAVED_HEADER_BYTES + packet_bytes;
  return size;
}

/* False: it was not taken. */
static bool
give (CamSrtOutlet *self, const uint8_t *message, size_t size)
{
  switch (cam_srt_connection_send (self->connection, message, size)) {
  case CAM_SRT_SENT:
    note_given (self, size);
    return true;
  case CAM_SRT_SEND_FULL:
    break;
  case CAM_SRT_SEND_OVER:
    self->is_over = true;
    break;
  }
  return false;
}

/* One message more of the first burst. False: it was not taken. */
static bool
send_message (CamSrtOutlet *self)
{
  uint8_t message[CAM_SRT_MESSAGE_BYTES];
  size_t next;
  if (!give (self, message, read_message (get_first (self), self->sent, message, &next)))
    return false;
  self->sent = next;
  if (self->sent >= get_first (self)->size)
    finish_first (self);
  return true;
}

/* As far as there is room. Returns whether there is more. */
static bool
send_waiting (CamSrtOutlet *self)
{
  size_t unsent = settle (self);
  const uint64_t before = self->given;
  while (!self->is_over && !g_queue_is_empty (&self->bursts) && unsent + (self->given - before) < CAM_SRT_OUTLET_UNSENT_BYTES &&
         send_message (self))
    ;
  cam_client_registry_add (self->registry, CAM_CLIENT_COUNT_BYTES_OUT, self->given - before);
  return !self->is_over && !g_queue_is_empty (&self->bursts);
}

static void
look_again (CamSrtOutlet *self, int64_t after_us)
{
  int64_t due_us = cam_loop_thread_now_us (self->loop) + after_us;
  if (due_us >= self->due_us)
    return;
  self->due_us = due_us;
  cam_loop_timer_arm (self->timer, due_us);
}

static void
flush (CamOutlet *outlet)
{
  CamSrtOutlet *self = (CamSrtOutlet *) outlet;
  if (is_idle (outlet) || self->is_over)
    return;
  bool has_more = send_waiting (self);
  look_again (self, has_more ? ROOM_US : CAM_SRT_PROBE_US);
}

/* Something new, so that the peer sees what it misses: of what waits, else a packet that says nothing. */
static void
probe (CamSrtOutlet *self)
{
  uint8_t empty[CAM_TS_PACKET_BYTES] = {CAM_TS_SYNC, CAM_TS_NULL_PID >> 8, CAM_TS_NULL_PID & 0xff, PAYLOAD_ONLY};
  if (cam_srt_connection_get_unsent (self->connection) >= 2 * CAM_SRT_OUTLET_UNSENT_BYTES)
    return;
  const uint64_t before = self->given;
  if (!g_queue_is_empty (&self->bursts))
    send_message (self);
  else
    give (self, empty, sizeof empty);
  cam_client_registry_add (self->registry, CAM_CLIENT_COUNT_BYTES_OUT, self->given - before);
}

static void
on_due (gpointer data)
{
  CamSrtOutlet *self = data;
  self->due_us = INT64_MAX;
  flush (&self->outlet);
  if (!is_idle (&self->outlet) && !self->is_over && cam_loop_thread_now_us (self->loop) - self->given_us >= CAM_SRT_PROBE_US)
    probe (self);
}

/* What was begun goes on: half a picture would be worse than none. */
static void
clear (CamOutlet *outlet, CamDropped ret_dropped[CAM_N_TRACKS])
{
  CamSrtOutlet *self = (CamSrtOutlet *) outlet;
  unsigned kept = self->sent > 0 ? 1 : 0;
  while (g_queue_get_length (&self->bursts) > kept) {
    g_autoptr (CamBurst) burst = g_queue_pop_nth (&self->bursts, kept);
    CamDropped *dropped = &ret_dropped[burst->track];
    if (!dropped->any)
      *dropped = (CamDropped){.any = true, .sequence = burst->sequence, .rtp_time = burst->rtp_time, .units = dropped->units};
    dropped->units++;
    self->bytes -= burst->size;
  }
}

static bool
has_arrived (const CamOutlet *outlet)
{
  settle ((CamSrtOutlet *) outlet);
  return is_idle (outlet);
}

/* What libsrt has and the peer has not counts: it is as late as what waits here. */
static int64_t
get_oldest_us (const CamOutlet *outlet)
{
  CamSrtOutlet *self = (CamSrtOutlet *) outlet;
  if (!g_queue_is_empty (&self->flying))
    settle (self);
  const Given *given = g_queue_peek_head (&self->flying);
  const CamBurst *first = get_first (self);
  if (given != NULL)
    return given->created_us;
  return first != NULL ? first->created_us : INT64_MAX;
}

static size_t
get_bytes (const CamOutlet *outlet)
{
  return ((const CamSrtOutlet *) outlet)->bytes;
}

CamSrtOutlet *
cam_srt_outlet_new (CamSrtConnection *connection, CamLoopThread *loop, CamClientRegistry *registry)
{
  CamSrtOutlet *self = g_new0 (CamSrtOutlet, 1);
  self->outlet = (CamOutlet){
      .send = send_burst,
      .flush = flush,
      .clear = clear,
      .is_idle = is_idle,
      .has_arrived = has_arrived,
      .get_oldest_us = get_oldest_us,
      .get_bytes = get_bytes,
  };
  self->connection = connection;
  self->registry = registry;
  self->loop = loop;
  self->timer = cam_loop_timer_new (loop, on_due, self);
  self->due_us = INT64_MAX;
  g_queue_init (&self->bursts);
  g_queue_init (&self->flying);
  return self;
}

void
cam_srt_outlet_free (CamSrtOutlet *self)
{
  if (self == NULL)
    return;
  cam_loop_timer_free (self->timer);
  g_queue_clear_full (&self->flying, g_free);
  g_queue_clear_full (&self->bursts, (GDestroyNotify) cam_burst_unref);
  g_free (self);
}

CamOutlet *
cam_srt_outlet_get (CamSrtOutlet *self)
{
  return &self->outlet;
}
