#include "reader-dialogue.h"

#include <stdlib.h>
#include <string.h>

#include "wire/rtsp-transport.h"
#include "wire/sdp-read.h"

static const char *const methods[] = {
    [BENCH_STEP_OPTIONS] = "OPTIONS", [BENCH_STEP_DESCRIBE] = "DESCRIBE", [BENCH_STEP_SETUP] = "SETUP",
    [BENCH_STEP_PLAY] = "PLAY",       [BENCH_STEP_TEARDOWN] = "TEARDOWN",
};

void
bench_dialogue_clear (BenchDialogue *self)
{
  g_clear_pointer (&self->session, g_free);
}

static void
add_transport (CamRtspMessage *request, const BenchMedium *medium, bool is_udp)
{
  if (is_udp)
    cam_rtsp_message_addf (request, "Transport", "RTP/AVP;unicast;client_port=%u-%u", medium->ports[0], medium->ports[1]);
  else
    cam_rtsp_message_addf (request, "Transport", "RTP/AVP/TCP;unicast;interleaved=%u-%u", medium->channel, medium->channel + 1);
}

static GBytes *
write_request (BenchDialogue *self, BenchStep step)
{
  const BenchMedium *medium = &self->media[self->setting_up];
  self->step = step;
  g_autoptr (CamRtspMessage) request = cam_rtsp_message_new_request (methods[step], step == BENCH_STEP_SETUP ? medium->control : self->url);
  cam_rtsp_message_addf (request, "CSeq", "%u", ++self->sequence);
  cam_rtsp_message_add (request, "User-Agent", "load-client");
  if (self->session != NULL)
    cam_rtsp_message_add (request, "Session", self->session);
  if (step == BENCH_STEP_DESCRIBE)
    cam_rtsp_message_add (request, "Accept", "application/sdp");
  if (step == BENCH_STEP_SETUP)
    add_transport (request, medium, self->is_udp);
  return cam_rtsp_message_serialise (request);
}

GBytes *
bench_dialogue_begin (BenchDialogue *self)
{
  return write_request (self, BENCH_STEP_OPTIONS);
}

GBytes *
bench_dialogue_leave (BenchDialogue *self)
{
  return write_request (self, BENCH_STEP_TEARDOWN);
}

/* SETUP of the next track from @from on that the stream has; behind the last one PLAY. */
static GBytes *
set_up_or_play (BenchDialogue *self, unsigned from)
{
  for (self->setting_up = from; self->setting_up < CAM_N_TRACKS; self->setting_up++)
    if (self->media[self->setting_up].control != NULL)
      return write_request (self, BENCH_STEP_SETUP);
  self->setting_up = 0;
  return write_request (self, BENCH_STEP_PLAY);
}

static bool
take_description (BenchDialogue *self, const CamRtspMessage *answer, GError **error)
{
  g_autoptr (CamSdp) sdp = cam_sdp_read ((const char *) answer->body->data, answer->body->len, error);
  if (sdp == NULL)
    return false;
  const char *base = cam_rtsp_message_get (answer, "Content-Base", 0);
  for (unsigned track = 0; track < CAM_N_TRACKS; track++) {
    BenchMedium *medium = &self->media[track];
    if (sdp->media[track] == NULL || medium->control != NULL)
      continue;
    medium->control = cam_sdp_control_url (base != NULL ? base : self->url, sdp->media[track]->control);
    if (self->is_udp && !bench_medium_open_udp (medium, self->local)) {
      g_set_error (error, CAM_RTSP_ERROR, CAM_RTSP_ERROR_LIMIT, "no pair of UDP ports is free");
      return false;
    }
  }
  return true;
}

static bool
take_udp_grant (BenchMedium *medium, const char *transport)
{
  const char *ports = strstr (transport, "server_port=");
  const char *second = ports != NULL ? strchr (ports, '-') : NULL;
  if (second == NULL)
    return false;
  medium->report_port = (uint16_t) strtoul (second + 1, NULL, 10);
  return true;
}

static bool
take_tcp_grant (BenchMedium *medium, const char *transport)
{
  CamRtspTransport asked = {.is_tcp = true, .channels = {medium->channel, medium->channel + 1}}, granted;
  if (!cam_rtsp_transport_read_grant (transport, &asked, &granted))
    return false;
  medium->channel = granted.channels[0];
  return true;
}

static bool
take_grant (BenchDialogue *self, const CamRtspMessage *answer, GError **error)
{
  BenchMedium *medium = &self->media[self->setting_up];
  const char *session = cam_rtsp_message_get (answer, "Session", 0);
  const char *transport = cam_rtsp_message_get (answer, "Transport", 0);
  if (session == NULL || transport == NULL || !(self->is_udp ? take_udp_grant (medium, transport) : take_tcp_grant (medium, transport))) {
    g_set_error (error, CAM_RTSP_ERROR, CAM_RTSP_ERROR_VALUE, "SETUP: Transport '%s'", transport != NULL ? transport : "");
    return false;
  }
  if (self->session == NULL)
    self->session = g_strndup (session, strcspn (session, ";"));
  return true;
}

bool
bench_dialogue_take (BenchDialogue *self, const CamRtspMessage *answer, GBytes **ret_request, GError **error)
{
  *ret_request = NULL;
  if (answer->is_request)
    return true;
  if (answer->status != 200) {
    g_set_error (error, CAM_RTSP_ERROR, CAM_RTSP_ERROR_VALUE, "%s: %d %s", methods[self->step], answer->status, answer->phrase);
    return false;
  }
  switch (self->step) {
  case BENCH_STEP_OPTIONS:
    *ret_request = write_request (self, BENCH_STEP_DESCRIBE);
    return true;
  case BENCH_STEP_DESCRIBE:
    if (!take_description (self, answer, error))
      return false;
    *ret_request = set_up_or_play (self, 0);
    return true;
  case BENCH_STEP_SETUP:
    if (!take_grant (self, answer, error))
      return false;
    *ret_request = set_up_or_play (self, self->setting_up + 1);
    return true;
  case BENCH_STEP_PLAY:
    self->step = BENCH_STEP_PLAYING;
    return true;
  case BENCH_STEP_TEARDOWN:
    self->step = BENCH_STEP_OVER;
    return true;
  case BENCH_STEP_CONNECT:
  case BENCH_STEP_PLAYING:
  case BENCH_STEP_OVER:
    break;
  }
  return true;
}
