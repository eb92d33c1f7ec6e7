#include "ingest/rtsp-farewell.h"

#include "ingest/camera-dialogue.h"
#include "ingest/client-nonce.h"
#include "ingest/rtsp-link.h"
#include "ingest/tcp-dialer.h"

enum {
  ALL_US = G_USEC_PER_SEC,   /* from name to answer */
  BITS_PER_SECOND = 1000000, /* a camera that still streams has nothing to say here */
};

struct CamRtspFarewell {
  int refs;              /* atomic: the maker's, and one for each post */
  CamLoopThread *loop;   /* borrowed */
  CamResolver *resolver; /* borrowed */
  void (*done) (bool is_ended, gpointer data);
  gpointer data;
  GDestroyNotify destroy;

  /* On the loop from here on, once it is begun. */
  CamCameraDialogue *dialogue; /* owned; NULL once it is over */
  CamTcpDialer *dialer;        /* owned; while dialling */
  CamRtspLink *link;           /* owned; while talking */
  CamLoopTimer *timer;         /* owned */
};

static void
farewell_unref (gpointer data)
{
  CamRtspFarewell *self = data;
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;
  cam_camera_dialogue_free (self->dialogue); /* never begun: the loop had ended */
  if (self->destroy != NULL)
    self->destroy (self->data);
  g_free (self);
}

static CamRtspFarewell *
farewell_ref (CamRtspFarewell *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

static void
drop_connection (CamRtspFarewell *self)
{
  g_clear_pointer (&self->dialer, cam_tcp_dialer_free);
  g_clear_pointer (&self->link, cam_rtsp_link_close);
}

static void
end_silently (gpointer data)
{
  CamRtspFarewell *self = data;
  CAM_ASSERT_ON (self->loop);
  drop_connection (self);
  g_clear_pointer (&self->timer, cam_loop_timer_free);
  g_clear_pointer (&self->dialogue, cam_camera_dialogue_free);
}

static void
end_farewell (CamRtspFarewell *self, bool is_ended)
{
  end_silently (self);
  self->done (is_ended, self->data);
}

static void
send_output (CamRtspFarewell *self, GBytes *output)
{
  gsize size = 0;
  const uint8_t *data = output != NULL ? g_bytes_get_data (output, &size) : NULL;
  if (data != NULL)
    cam_rtsp_link_send (self->link, data, size);
}

static void
on_frame (const CamFrame *frame, gpointer data)
{
  CamRtspFarewell *self = data;
  if (frame->kind == CAM_FRAME_DATA)
    return;
  g_autoptr (GBytes) output = NULL;
  CamDialogueAct act = cam_camera_dialogue_take (self->dialogue, frame->message, cam_loop_thread_now_us (self->loop), &output);
  send_output (self, output);
  if (act == CAM_DIALOGUE_WAIT)
    return;
  int status = frame->message->status;
  end_farewell (self, act == CAM_DIALOGUE_LEFT && (status < 300 || status == 454)); /* Session Not Found */
}

static void dial (CamRtspFarewell *self);

static void
on_lost (CamReason reason G_GNUC_UNUSED, const char *what G_GNUC_UNUSED, gpointer data)
{
  CamRtspFarewell *self = data;
  if (cam_camera_dialogue_wants_redial (self->dialogue))
    dial (self);
  else
    end_farewell (self, false);
}

static void
on_turned (gpointer data G_GNUC_UNUSED)
{
}

static void
on_dialled (int fd, CamReason reason G_GNUC_UNUSED, const char *detail G_GNUC_UNUSED, gpointer data)
{
  static const CamRtspLinkEvents events = {.frame = on_frame, .lost = on_lost, .turned = on_turned};
  CamRtspFarewell *self = data;
  g_clear_pointer (&self->dialer, cam_tcp_dialer_free);
  if (fd >= 0)
    self->link = cam_rtsp_link_new (self->loop, fd, BITS_PER_SECOND, &events, self);
  if (self->link == NULL) {
    end_farewell (self, false);
    return;
  }
  g_autoptr (GBytes) output = NULL;
  cam_camera_dialogue_connected (self->dialogue, cam_loop_thread_now_us (self->loop), &output);
  send_output (self, output);
}

static void
dial (CamRtspFarewell *self)
{
  drop_connection (self);
  const char *host = cam_camera_dialogue_get_host (self->dialogue);
  self->dialer = cam_tcp_dialer_new (self->loop, self->resolver, host, cam_camera_dialogue_get_port (self->dialogue), on_dialled, self);
}

static void
on_late (gpointer data)
{
  end_farewell (data, false);
}

static void
begin (gpointer data)
{
  CamRtspFarewell *self = data;
  CAM_ASSERT_ON (self->loop);
  if (self->dialogue == NULL) {
    end_farewell (self, false);
    return;
  }
  self->timer = cam_loop_timer_new (self->loop, on_late, self);
  cam_loop_timer_arm (self->timer, cam_loop_thread_now_us (self->loop) + ALL_US);
  dial (self);
}

CamRtspFarewell *
cam_rtsp_farewell_new (const CamRtspFarewellSetup *setup)
{
  g_autofree char *cnonce = cam_client_nonce_make ();
  CamCameraDialogueSetup dialogue = {
      .url = setup->url,
      .username = setup->username,
      .password = setup->password,
      .cnonce = cnonce,
  };
  CamRtspFarewell *self = g_new0 (CamRtspFarewell, 1);
  self->refs = 1;
  self->loop = setup->loop;
  self->resolver = setup->resolver;
  self->done = setup->done;
  self->data = setup->data;
  self->destroy = setup->destroy;
  self->dialogue = cam_camera_dialogue_new_leaving (&dialogue, setup->lease.url, setup->lease.session);
  cam_loop_thread_post (self->loop, begin, farewell_ref (self), farewell_unref);
  return self;
}

void
cam_rtsp_farewell_free (CamRtspFarewell *self)
{
  if (self == NULL)
    return;
  cam_loop_thread_post (self->loop, end_silently, farewell_ref (self), farewell_unref);
  farewell_unref (self);
}
