#include "supervise/transport-choice.h"

void
cam_transport_choice_init (CamTransportChoice *self, CamTransport configured)
{
  bool is_open = configured == CAM_TRANSPORT_AUTO;
  *self = (CamTransportChoice) { .is_open = is_open, .present = is_open ? CAM_TRANSPORT_TCP : configured };
}

void
cam_transport_choice_recall (CamTransportChoice *self, CamTransport proven)
{
  if (self->is_open && (proven == CAM_TRANSPORT_TCP || proven == CAM_TRANSPORT_UDP))
    self->present = proven;
}

CamTransport
cam_transport_choice_get (const CamTransportChoice *self)
{
  return self->present;
}

void
cam_transport_choice_live (CamTransportChoice *self)
{
  self->is_live = true;
}

/* Datagrams that do not arrive, or a camera that does not send any, look so. */
static bool
speaks_against_udp (CamReason reason)
{
  return reason == CAM_REASON_STALL || reason == CAM_REASON_UNSUPPORTED || reason == CAM_REASON_PROTOCOL;
}

bool
cam_transport_choice_ended (CamTransportChoice *self, const CamIngestEnd *end)
{
  bool was_live = self->is_live;
  self->is_live = false;
  if (!self->is_open || was_live)
    return false;
  if (self->present == CAM_TRANSPORT_TCP && end->was_transport_refused) {
    self->present = CAM_TRANSPORT_UDP;
    return true;
  }
  if (self->present == CAM_TRANSPORT_UDP && speaks_against_udp (end->reason))
    self->present = CAM_TRANSPORT_TCP;
  return false;
}
