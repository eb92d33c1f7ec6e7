#include "supervise/stream-status.h"

const char *
cam_health_word (CamHealth health)
{
  switch (health) {
  case CAM_HEALTH_OFF:
    return "off";
  case CAM_HEALTH_OK:
    return "ok";
  case CAM_HEALTH_DEGRADED:
    return "degraded";
  case CAM_HEALTH_FAILED:
    return "failed";
  }
  g_assert_not_reached ();
}

const char *
cam_ailment_word (CamAilment one)
{
  switch (one) {
  case CAM_AILMENT_SLOW:
    return "slow";
  case CAM_AILMENT_DRIFT:
    return "drift";
  case CAM_AILMENT_READER_LAG:
    return "reader-lag";
  case CAM_AILMENT_MEMORY:
    return "memory";
  case CAM_AILMENT_RECONNECTS:
    return "reconnects";
  case CAM_AILMENT_LOSS:
    return "loss";
  case CAM_AILMENT_SHED:
    return "shed";
  }
  g_assert_not_reached ();
}

const char *
cam_drop_cause_word (CamDropCause cause)
{
  switch (cause) {
  case CAM_DROP_GATE:
    return "gate";
  case CAM_DROP_MEMORY:
    return "memory";
  case CAM_DROP_SIZE:
    return "size";
  case CAM_DROP_DAMAGE:
    return "damage";
  case CAM_N_DROPS:
    break;
  }
  g_assert_not_reached ();
}

void
cam_stream_status_free (CamStreamStatus *self)
{
  if (self == NULL)
    return;
  cam_camera_config_unref (self->camera);
  cam_stream_description_unref (self->description);
  g_clear_pointer (&self->metadata, g_bytes_unref);
  g_free (self->detail);
  g_free (self->peer);
  g_free (self);
}
