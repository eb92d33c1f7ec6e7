#include "serve/srt-outlet.h"

#include <string.h>

#include "serve/ts-task.h"
#include "wire/packetizer.h"
#include "wire/rtp.h"

struct CamSrtOutlet {
  CamOutlet outlet;             /* first */
  CamSrtConnection *connection; /* borrowed */
  CamClientRegistry *registry;  /* borrowed */
  GQueue bursts;                /* of CamBurst, ref */
  size_t sent;                  /* bytes of the first one that are out, headers included */
  size_t bytes;                 /* of all */
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

static void
drop_first (CamSrtOutlet *self)
{
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

/* One message more of the first burst. False: it was not taken. */
static bool
send_message (CamSrtOutlet *self, size_t *ret_size)
{
  uint8_t message[CAM_SRT_MESSAGE_BYTES];
  size_t next;
  *ret_size = read_message (get_first (self), self->sent, message, &next);
  switch (cam_srt_connection_send (self->connection, message, *ret_size)) {
  case CAM_SRT_SENT:
    break;
  case CAM_SRT_SEND_FULL:
    return false;
  case CAM_SRT_SEND_OVER:
    self->is_over = true;
    return false;
  }
  self->sent = next;
  if (self->sent >= get_first (self)->size)
    drop_first (self);
  return true;
}

static void
flush (CamOutlet *outlet)
{
  CamSrtOutlet *self = (CamSrtOutlet *) outlet;
  if (g_queue_is_empty (&self->bursts))
    return;
  size_t unsent = cam_srt_connection_get_unsent (self->connection);
  uint64_t sent = 0;
  size_t size;
  while (!self->is_over && !g_queue_is_empty (&self->bursts) && unsent + sent < CAM_SRT_OUTLET_UNSENT_BYTES && send_message (self, &size))
    sent += size;
  cam_client_registry_add (self->registry, CAM_CLIENT_COUNT_BYTES_OUT, sent);
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
is_idle (const CamOutlet *outlet)
{
  return g_queue_is_empty ((GQueue *) &((const CamSrtOutlet *) outlet)->bursts);
}

static bool
has_arrived (const CamOutlet *outlet)
{
  const CamSrtOutlet *self = (const CamSrtOutlet *) outlet;
  return is_idle (outlet) && cam_srt_connection_get_unsent (self->connection) == 0;
}

static int64_t
get_oldest_us (const CamOutlet *outlet)
{
  const CamBurst *first = get_first ((const CamSrtOutlet *) outlet);
  return first != NULL ? first->created_us : INT64_MAX;
}

static size_t
get_bytes (const CamOutlet *outlet)
{
  return ((const CamSrtOutlet *) outlet)->bytes;
}

CamSrtOutlet *
cam_srt_outlet_new (CamSrtConnection *connection, CamClientRegistry *registry)
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
  g_queue_init (&self->bursts);
  return self;
}

void
cam_srt_outlet_free (CamSrtOutlet *self)
{
  if (self == NULL)
    return;
  g_queue_clear_full (&self->bursts, (GDestroyNotify) cam_burst_unref);
  g_free (self);
}

CamOutlet *
cam_srt_outlet_get (CamSrtOutlet *self)
{
  return &self->outlet;
}
