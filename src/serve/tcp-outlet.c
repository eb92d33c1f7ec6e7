#include "serve/tcp-outlet.h"

static bool
send_burst (CamOutlet *outlet, CamBurst *burst)
{
  cam_send_queue_add_burst (&((CamTcpOutlet *) outlet)->queue, burst);
  return true;
}

static void
clear (CamOutlet *outlet, CamDropped ret_dropped[CAM_N_TRACKS])
{
  cam_send_queue_drop_bursts (&((CamTcpOutlet *) outlet)->queue, ret_dropped);
}

static bool
is_idle (const CamOutlet *outlet)
{
  const CamTcpOutlet *self = (const CamTcpOutlet *) outlet;
  return self->blocked_since_us == 0 && !cam_send_queue_has_bursts (&self->queue);
}

static bool
has_arrived (const CamOutlet *outlet)
{
  return is_idle (outlet) && cam_client_link_has_arrived (((const CamTcpOutlet *) outlet)->link);
}

static int64_t
get_oldest_us (const CamOutlet *outlet)
{
  return cam_send_queue_get_oldest_us (&((const CamTcpOutlet *) outlet)->queue);
}

static size_t
get_bytes (const CamOutlet *outlet)
{
  return cam_send_queue_get_burst_bytes (&((const CamTcpOutlet *) outlet)->queue);
}

void
cam_tcp_outlet_init (CamTcpOutlet *self, CamClientLink *link, void (*flush) (CamOutlet *outlet))
{
  self->outlet = (CamOutlet){
      .send = send_burst,
      .flush = flush,
      .clear = clear,
      .is_idle = is_idle,
      .has_arrived = has_arrived,
      .get_oldest_us = get_oldest_us,
      .get_bytes = get_bytes,
      .is_interleaved = true,
  };
  self->link = link;
  self->blocked_since_us = 0;
  cam_send_queue_init (&self->queue);
}

void
cam_tcp_outlet_clear (CamTcpOutlet *self)
{
  cam_send_queue_clear (&self->queue);
}

/* With nothing to write there is nothing to learn: a link that was blocked stays so until the system says otherwise. */
CamSendResult
cam_tcp_outlet_write (CamTcpOutlet *self, int64_t now_us, size_t *ret_written)
{
  CamSendResult result = cam_send_queue_write (&self->queue, self->link, ret_written);
  if (*ret_written > 0)
    self->blocked_since_us = 0;
  if (result == CAM_SEND_BLOCKED && self->blocked_since_us == 0)
    self->blocked_since_us = now_us;
  return result;
}

void
cam_tcp_outlet_note_writable (CamTcpOutlet *self)
{
  if (cam_send_queue_is_empty (&self->queue) && !cam_client_link_holds (self->link))
    self->blocked_since_us = 0;
}
