#include "serve/rtsp-methods.h"

#include <string.h>

#include "serve/connection-deadlines.h"
#include "serve/rtsp-client.h"
#include "serve/rtsp-media.h"
#include "serve/satip.h"

/* A client that comes right after the start waits for the very first dial rather than being sent away; one that has a camera dialled by asking,
 * for as long as common clients wait for an answer. */
#define FIRST_DIAL_US (G_USEC_PER_SEC)
#define ON_DEMAND_US (8 * G_USEC_PER_SEC)
#define LOOK_AGAIN_US (20 * 1000)
#define RETRY_AFTER "2"

static CamRtspMessage *
new_answer (const CamRtspExchange *exchange, int status)
{
  CamRtspMessage *answer = cam_rtsp_answer_new (status, exchange->request->cseq);
  if (*exchange->session != NULL)
    cam_rtsp_message_addf (answer, "Session", "%s;timeout=%d", cam_rtsp_session_get_id (*exchange->session), CAM_SESSION_TIMEOUT_S);
  return answer;
}

static CamExchangeOutcome
answer_ok (CamRtspExchange *exchange)
{
  cam_rtsp_exchange_send (exchange, new_answer (exchange, 200));
  return CAM_EXCHANGE_ANSWERED;
}

static CamExchangeOutcome
refuse_for_now (CamRtspExchange *exchange)
{
  CamRtspMessage *answer = new_answer (exchange, 503);
  cam_rtsp_message_add (answer, "Retry-After", RETRY_AFTER);
  cam_rtsp_exchange_send (exchange, answer);
  return CAM_EXCHANGE_ANSWERED;
}

/* Until when a request for a stream that is not known is kept waiting; 0: not at all. */
static int64_t
get_patience_us (const CamRtspExchange *exchange)
{
  g_autoptr (CamCameraConfig) camera = cam_rtsp_factory_ref_camera (exchange->mount);
  int64_t first_dial_over_us = cam_rtsp_factory_get_published_us (exchange->mount) + FIRST_DIAL_US;
  if (!camera->enabled)
    return 0;
  switch (camera->streams[cam_rtsp_factory_get_stream (exchange->mount)].start) {
  case CAM_START_ALWAYS:
    return first_dial_over_us;
  case CAM_START_ON_DEMAND:
    return MAX (first_dial_over_us, exchange->arrived_us + ON_DEMAND_US);
  }
  return 0;
}

/* The stream is not known yet. */
static CamExchangeOutcome
hold_or_refuse (CamRtspExchange *exchange)
{
  int64_t patience_us = get_patience_us (exchange);
  if (exchange->now_us >= patience_us)
    return refuse_for_now (exchange);
  exchange->hold_until_us = MIN (exchange->now_us + LOOK_AGAIN_US, patience_us);
  return CAM_EXCHANGE_HOLD;
}

static CamExchangeOutcome
handle_options (CamRtspExchange *exchange)
{
  CamRtspMessage *answer = new_answer (exchange, 200);
  cam_rtsp_message_add (answer, "Public", cam_rtsp_guard_public ());
  cam_rtsp_exchange_send (exchange, answer);
  return CAM_EXCHANGE_ANSWERED;
}

/* Whether an Accept header's @value, if there is one, lets us answer with an SDP. */
static bool
accepts_sdp (const char *value)
{
  return value == NULL || strcasestr (value, "application/sdp") != NULL || strstr (value, "*/*") != NULL ||
         strcasestr (value, "application/*") != NULL;
}

static CamExchangeOutcome
handle_describe (CamRtspExchange *exchange)
{
  if (!accepts_sdp (exchange->request->accept))
    return cam_rtsp_exchange_refuse (exchange, 406);
  g_autoptr (CamStreamDescription) description = NULL;
  if (!cam_rtsp_factory_describe (exchange->mount, exchange->wish, CAM_SOUND_WAY_RTP, &description))
    return hold_or_refuse (exchange);
  if (description == NULL)
    return cam_rtsp_exchange_refuse (exchange, 404);

  int status = 0;
  CamServeContext *context = cam_serve_loop_get_context (exchange->place.home);
  g_autofree char *sdp = cam_rtsp_client_describe (context->mounts, exchange->mount, exchange->wish, exchange->place.peer->local_address, &status);
  if (sdp == NULL)
    return status == 503 ? refuse_for_now (exchange) : cam_rtsp_exchange_refuse (exchange, status);

  g_autofree char *base = cam_rtsp_exchange_get_base (exchange);
  CamRtspMessage *answer = new_answer (exchange, 200);
  cam_rtsp_message_add (answer, "Content-Type", "application/sdp");
  cam_rtsp_message_add (answer, "Content-Base", base);
  cam_rtsp_message_set_body (answer, sdp, strlen (sdp));
  cam_rtsp_exchange_send (exchange, answer);
  return CAM_EXCHANGE_ANSWERED;
}

/* The track that the URI names, or 404 (@description: NULL when nothing is left of the stream), or 459 for the whole of a stream of several. */
static int
choose_track (const CamRtspExchange *exchange, const CamStreamDescription *description, CamTrackKind *ret_kind)
{
  CamTrackKind kinds[CAM_N_TRACKS];
  unsigned n = description != NULL ? cam_rtsp_media_list_tracks (description, kinds) : 0;
  int index = exchange->path.track;
  if (index < 0 && n > 1)
    return 459;
  index = MAX (index, 0);
  if ((unsigned) index >= n)
    return 404;
  *ret_kind = kinds[index];
  return 0;
}

/* 0, or why this connection may not set up on this mount now. */
static int
check_setup (const CamRtspExchange *exchange)
{
  const CamRtspSession *session = *exchange->session;
  if (exchange->request->session == NULL)
    return session != NULL ? 455 : 0;
  if (session == NULL || !g_str_equal (exchange->request->session, cam_rtsp_session_get_id (session)))
    return 454;
  if (cam_rtsp_session_is_outdated (session))
    return 454;
  if (cam_rtsp_session_is_playing (session) || cam_rtsp_session_is_ts (session) || cam_rtsp_session_get_mount (session) != exchange->mount)
    return 455;
  return 0;
}

/* What a SETUP is for: a track, or the whole stream as MPEG-TS. */
typedef struct {
  bool is_ts;
  CamTrackKind kind;
} SetupTarget;

/* 0, or why there is no such thing. @description: of what leaves by the way that the target takes. */
static int
choose_target (const CamRtspExchange *exchange, const CamStreamDescription *description, SetupTarget *ret_target)
{
  if (!ret_target->is_ts)
    return choose_track (exchange, description, &ret_target->kind);
  return cam_satip_can_carry (description) ? 0 : 415;
}

/* False: nothing in the Transport header fits. */
static bool
set_up (CamRtspExchange *exchange, const SetupTarget *target, CamRtspTransport *ret_transport)
{
  CamRtspSession *session = *exchange->session;
  const char *value = exchange->request->transport;
  if (!target->is_ts)
    return cam_rtsp_session_set_up (session, target->kind, value, ret_transport);
  CamSoundChoice choice = cam_rtsp_factory_choose (exchange->mount, exchange->wish, CAM_SOUND_WAY_TS);
  return cam_rtsp_session_set_up_ts (session, choice, value, ret_transport);
}

static CamExchangeOutcome
answer_setup (CamRtspExchange *exchange, const SetupTarget *target, const CamRtspTransport *transport)
{
  g_autofree char *value = cam_rtsp_transport_to_response (transport);
  CamRtspMessage *answer = new_answer (exchange, 200);
  cam_rtsp_message_add (answer, "Transport", value);
  if (target->is_ts)
    cam_rtsp_message_addf (answer, CAM_SATIP_STREAM_ID_HEADER, "%d", CAM_SATIP_STREAM_ID);
  cam_rtsp_exchange_send (exchange, answer);
  return CAM_EXCHANGE_ANSWERED;
}

static CamExchangeOutcome
handle_setup (CamRtspExchange *exchange)
{
  int refusal = check_setup (exchange);
  if (refusal == 0 && exchange->request->transport == NULL)
    refusal = 400;
  if (refusal != 0)
    return cam_rtsp_exchange_refuse (exchange, refusal);

  g_autoptr (CamStreamDescription) description = NULL;
  SetupTarget target = {.is_ts = cam_satip_is_setup (exchange->request, &exchange->path), .kind = CAM_TRACK_VIDEO};
  CamSoundWay way = target.is_ts ? CAM_SOUND_WAY_TS : CAM_SOUND_WAY_RTP;
  if (!cam_rtsp_factory_describe (exchange->mount, exchange->wish, way, &description))
    return hold_or_refuse (exchange);
  refusal = choose_target (exchange, description, &target);
  if (refusal != 0)
    return cam_rtsp_exchange_refuse (exchange, refusal);

  bool is_new = *exchange->session == NULL;
  if (is_new)
    *exchange->session = cam_rtsp_session_new (&exchange->place, exchange->mount, exchange->wish, &refusal);
  if (*exchange->session == NULL)
    return refusal == 503 ? refuse_for_now (exchange) : cam_rtsp_exchange_refuse (exchange, refusal);

  CamRtspTransport transport = {0};
  if (!set_up (exchange, &target, &transport)) {
    if (is_new)
      g_clear_pointer (exchange->session, cam_rtsp_session_free);
    return cam_rtsp_exchange_refuse (exchange, 461);
  }
  return answer_setup (exchange, &target, &transport);
}

/* RTP-Info (RFC 2326, 12.33) of what is about to be sent. NULL when there is nothing to say: a stream of MPEG-TS has its clock inside. */
static char *
make_rtp_info (const CamRtspExchange *exchange, const CamJoinInfo info[CAM_N_TRACKS])
{
  g_autoptr (CamStreamDescription) description = NULL;
  cam_rtsp_factory_describe (exchange->mount, exchange->wish, CAM_SOUND_WAY_RTP, &description);
  g_autofree char *base = cam_rtsp_exchange_get_base (exchange);
  CamTrackKind kinds[CAM_N_TRACKS];
  bool has_tracks = description != NULL && !cam_rtsp_session_is_ts (*exchange->session);
  unsigned n = has_tracks ? cam_rtsp_media_list_tracks (description, kinds) : 0;
  g_autoptr (GString) value = g_string_new (NULL);
  for (unsigned i = 0; i < n; i++) {
    const CamJoinInfo *track = &info[kinds[i]];
    if (!track->is_selected)
      continue;
    g_string_append_printf (value, "%surl=%sstream=%u;seq=%u", value->len > 0 ? "," : "", base, i, track->sequence);
    if (track->has_time)
      g_string_append_printf (value, ";rtptime=%u", track->rtp_time);
  }
  return value->len > 0 ? g_strdup (value->str) : NULL;
}

/* 460 when the URI names one of several tracks: they run together (RFC 2326, 11.3.6). */
static bool
is_partial (const CamRtspExchange *exchange)
{
  return exchange->has_path && exchange->path.track >= 0 && cam_rtsp_session_count_tracks (*exchange->session) > 1;
}

static CamExchangeOutcome
handle_play (CamRtspExchange *exchange)
{
  CamRtspSession *session = *exchange->session;
  if (is_partial (exchange))
    return cam_rtsp_exchange_refuse (exchange, 460);
  if (cam_rtsp_session_is_playing (session))
    return answer_ok (exchange);
  if (cam_rtsp_session_is_outdated (session))
    return cam_rtsp_exchange_refuse (exchange, 454);

  CamJoinInfo info[CAM_N_TRACKS];
  CamJoin *join = cam_rtsp_session_prepare (session, info);
  g_autofree char *rtp_info = make_rtp_info (exchange, info);
  CamRtspMessage *answer = new_answer (exchange, 200);
  cam_rtsp_message_add (answer, "Range", "npt=now-");
  if (rtp_info != NULL)
    cam_rtsp_message_add (answer, "RTP-Info", rtp_info);
  cam_rtsp_exchange_send (exchange, answer);
  cam_rtsp_session_play (session, join);
  return CAM_EXCHANGE_ANSWERED;
}

static CamExchangeOutcome
handle_pause (CamRtspExchange *exchange)
{
  if (is_partial (exchange))
    return cam_rtsp_exchange_refuse (exchange, 460);
  cam_rtsp_session_pause (*exchange->session);
  return answer_ok (exchange);
}

static CamExchangeOutcome
handle_teardown (CamRtspExchange *exchange)
{
  CamRtspMessage *answer = cam_rtsp_answer_new (200, exchange->request->cseq);
  g_clear_pointer (exchange->session, cam_rtsp_session_free);
  cam_rtsp_exchange_send (exchange, answer);
  return CAM_EXCHANGE_ANSWERED;
}

/* Clients keep their session alive with these; parameters we have none. */
static CamExchangeOutcome
handle_parameter (CamRtspExchange *exchange)
{
  const char *session = exchange->request->session;
  if (session != NULL && (*exchange->session == NULL || !g_str_equal (session, cam_rtsp_session_get_id (*exchange->session))))
    return cam_rtsp_exchange_refuse (exchange, 454);
  if (exchange->has_body)
    return cam_rtsp_exchange_refuse (exchange, 451);
  return answer_ok (exchange);
}

const CamRtspMethodRule cam_rtsp_method_rules[CAM_N_METHODS] = {
    [CAM_METHOD_OPTIONS] = {.handle = handle_options},
    [CAM_METHOD_DESCRIBE] = {.handle = handle_describe, .moves = true, .wants = true},
    [CAM_METHOD_SETUP] = {.handle = handle_setup, .moves = true, .wants = true},
    [CAM_METHOD_PLAY] = {.handle = handle_play, .needs_session = true},
    [CAM_METHOD_PAUSE] = {.handle = handle_pause, .needs_session = true},
    [CAM_METHOD_GET_PARAMETER] = {.handle = handle_parameter},
    [CAM_METHOD_SET_PARAMETER] = {.handle = handle_parameter},
    [CAM_METHOD_TEARDOWN] = {.handle = handle_teardown, .needs_session = true},
};
