#include "ingest/camera-dialogue.h"

#include <stdarg.h>
#include <string.h>

#include "camrelay/limits.h"
#include "core/redact.h"
#include "ingest/camera-dialogue-private.h"
#include "ingest/camera-refusal.h"

#define CHALLENGE_DIALS 2 /* cameras that close after a 401 do so once or, with a stale nonce, twice */

CamCameraDialogue *
cam_camera_dialogue_new (const CamCameraDialogueSetup *setup)
{
  g_autoptr (CamCameraUrl) url = cam_camera_url_parse (setup->url, NULL);
  if (url == NULL || url->scheme != CAM_SCHEME_RTSP)
    return NULL;
  CamCameraDialogue *self = g_new0 (CamCameraDialogue, 1);
  self->phase = CAM_PHASE_OPTIONS;
  self->url = g_steal_pointer (&url);
  self->auth = cam_auth_client_new (setup->username, setup->password);
  self->has_credentials = setup->username != NULL || setup->password != NULL;
  self->cnonce = g_strdup (setup->cnonce);
  self->wants_audio = setup->wants_audio;
  self->answer_due_us = INT64_MAX;
  self->keep_alive_due_us = INT64_MAX;
  return self;
}

CamCameraDialogue *
cam_camera_dialogue_new_leaving (const CamCameraDialogueSetup *setup, const char *session_url, const char *session)
{
  CamCameraDialogue *self = cam_camera_dialogue_new (setup);
  if (self == NULL)
    return NULL;
  self->phase = CAM_PHASE_LEAVING;
  self->base = g_strdup (session_url);
  self->session = g_strdup (session);
  return self;
}

void
cam_camera_dialogue_free (CamCameraDialogue *self)
{
  if (self == NULL)
    return;
  cam_camera_url_free (self->url);
  cam_auth_client_free (self->auth);
  cam_sdp_free (self->sdp);
  g_free (self->cnonce);
  g_free (self->base);
  g_free (self->session);
  g_free (self->detail);
  g_free (self);
}

static void
await_nothing (CamCameraDialogue *self)
{
  self->awaited = NULL;
  self->answer_due_us = INT64_MAX;
}

static CamDialogueAct fail (CamCameraDialogue *self, CamReason reason, const char *format, ...) G_GNUC_PRINTF (3, 4);

static CamDialogueAct
fail (CamCameraDialogue *self, CamReason reason, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *detail = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_free (self->detail);
  self->detail = cam_redact_text (detail, -1, 300);
  self->reason = reason;
  self->phase = CAM_PHASE_OVER;
  await_nothing (self);
  self->keep_alive_due_us = INT64_MAX;
  return CAM_DIALOGUE_FAILED;
}

static CamDialogueAct
fail_with_answer (CamCameraDialogue *self, const CamRtspMessage *answer, const char *hint)
{
  const char *method = self->awaited;
  const char *phrase = answer->phrase[0] != '\0' ? answer->phrase : cam_rtsp_status_phrase (answer->status);
  CamReason reason = cam_camera_refusal_reason (answer, self->was_logged_in);
  self->retry_after_us = cam_camera_refusal_retry_after_us (answer);
  if (self->retry_after_us == 0 && reason == CAM_REASON_LIMIT && self->session != NULL)
    self->retry_after_us = (int64_t) self->session_timeout_s * G_USEC_PER_SEC;
  return fail (self, reason, "%d %s to %s%s", answer->status, phrase, method, hint);
}

static CamDialogueAct
end_session (CamCameraDialogue *self)
{
  g_clear_pointer (&self->session, g_free);
  self->phase = CAM_PHASE_OVER;
  await_nothing (self);
  return CAM_DIALOGUE_LEFT;
}

static CamDialogueAct
ask (CamCameraDialogue *self, CamDialoguePhase phase, int64_t now_us, GBytes **ret_output)
{
  self->phase = phase;
  cam_camera_dialogue_write_request (self, now_us, ret_output);
  return CAM_DIALOGUE_WAIT;
}

CamDialogueAct
cam_camera_dialogue_connected (CamCameraDialogue *self, int64_t now_us, GBytes **ret_output)
{
  *ret_output = NULL;
  return ask (self, self->phase, now_us, ret_output);
}

static CamAuthOutcome
read_challenges (CamCameraDialogue *self, const CamRtspMessage *answer)
{
  g_autoptr (GPtrArray) values = g_ptr_array_new (); /* of char, borrowed from the answer */
  for (unsigned nth = 0; cam_rtsp_message_get (answer, "WWW-Authenticate", nth) != NULL; nth++)
    g_ptr_array_add (values, (gpointer) cam_rtsp_message_get (answer, "WWW-Authenticate", nth));
  g_ptr_array_add (values, NULL);
  return cam_auth_client_challenge (self->auth, (const char *const *) values->pdata, self->cnonce);
}

static CamDialogueAct
take_challenge (CamCameraDialogue *self, const CamRtspMessage *answer, int64_t now_us, GBytes **ret_output)
{
  if (!self->has_credentials)
    return fail_with_answer (self, answer, ": set Username= and Password=");
  if (++self->challenges > CAM_RTSP_CHALLENGES)
    return fail_with_answer (self, answer, ", and so on");
  switch (read_challenges (self, answer)) {
  case CAM_AUTH_RETRY:
    return ask (self, self->phase, now_us, ret_output);
  case CAM_AUTH_UNSUPPORTED:
    return fail_with_answer (self, answer, " without a way of logging in that is known");
  case CAM_AUTH_FAILED:
    break;
  }
  return fail_with_answer (self, answer, "");
}

static void
forget_session (CamCameraDialogue *self)
{
  g_clear_pointer (&self->session, g_free);
  g_clear_pointer (&self->base, g_free);
  g_clear_pointer (&self->sdp, cam_sdp_free);
  memset (self->is_set_up, 0, sizeof self->is_set_up);
}

/* The password goes to the host it was given for only; elsewhere what the new URL says counts. */
static void
follow_with_credentials (CamCameraDialogue *self, CamCameraUrl *url)
{
  bool is_same_host = g_ascii_strcasecmp (url->host, self->url->host) == 0;
  bool has_own = url->username != NULL || url->password != NULL;
  if (has_own || !is_same_host) {
    cam_auth_client_free (self->auth);
    self->auth = cam_auth_client_new (url->username, url->password);
    self->has_credentials = has_own;
    self->was_logged_in = false;
  }
  cam_camera_url_free (self->url);
  self->url = url;
}

static CamDialogueAct
take_redirect (CamCameraDialogue *self, const CamRtspMessage *answer)
{
  if (++self->redirects > CAM_LIMIT_REDIRECTS)
    return fail (self, CAM_REASON_PROTOCOL, "more than %d redirects", CAM_LIMIT_REDIRECTS);
  CamCameraUrl *url = cam_camera_dialogue_read_location (self, answer);
  if (url == NULL)
    return fail (self, CAM_REASON_PROTOCOL, "%d to %s leads nowhere that can be dialled", answer->status, self->awaited);
  follow_with_credentials (self, url);
  forget_session (self);
  self->phase = CAM_PHASE_DESCRIBE;
  self->challenges = 0;
  await_nothing (self);
  return CAM_DIALOGUE_DIAL;
}

/* Sets up the first wanted medium at or after @from; when there is none left, plays. */
static CamDialogueAct
set_up_next (CamCameraDialogue *self, unsigned from, int64_t now_us, GBytes **ret_output)
{
  for (unsigned kind = from; kind < CAM_N_TRACKS; kind++) {
    if (self->sdp->media[kind] == NULL || (kind == CAM_TRACK_AUDIO && !self->wants_audio))
      continue;
    self->setting_up = (CamTrackKind) kind;
    uint8_t channel = (uint8_t) (2 * kind);
    self->transports[kind] = (CamRtspTransport){.is_tcp = true, .channels = {channel, (uint8_t) (channel + 1)}};
    return ask (self, CAM_PHASE_SETUP, now_us, ret_output);
  }
  if (!self->is_set_up[CAM_TRACK_VIDEO] && !self->is_set_up[CAM_TRACK_AUDIO])
    return fail (self, CAM_REASON_UNSUPPORTED, "the camera offers sound only, and Mode=none leaves it out");
  ask (self, CAM_PHASE_PLAY, now_us, ret_output);
  return CAM_DIALOGUE_READY;
}

static CamDialogueAct
take_description (CamCameraDialogue *self, const CamRtspMessage *answer, int64_t now_us, GBytes **ret_output)
{
  g_autoptr (GError) error = NULL;
  forget_session (self);
  self->sdp = cam_sdp_read ((const char *) answer->body->data, answer->body->len, &error);
  if (self->sdp == NULL)
    return fail (self, cam_camera_sdp_reason (error), "%s", error->message);
  self->base = cam_camera_dialogue_read_base (self, answer);
  return set_up_next (self, CAM_TRACK_VIDEO, now_us, ret_output);
}

static CamDialogueAct
take_grant (CamCameraDialogue *self, const CamRtspMessage *answer, int64_t now_us, GBytes **ret_output)
{
  if (!cam_camera_dialogue_read_session (self, answer))
    return fail (self, CAM_REASON_PROTOCOL, "the session id that the camera gave cannot be used");
  const char *value = cam_rtsp_message_get (answer, "Transport", 0);
  CamRtspTransport *transport = &self->transports[self->setting_up];
  CamRtspTransport granted = *transport;
  self->is_transport_refused = value != NULL && !cam_rtsp_transport_read_grant (value, transport, &granted);
  if (self->is_transport_refused)
    return fail (self, CAM_REASON_UNSUPPORTED, "the camera does not send over TCP, its Transport is %s", value);
  *transport = granted;
  self->is_set_up[self->setting_up] = true;
  return set_up_next (self, self->setting_up + 1, now_us, ret_output);
}

/* Pictures without sound are better than nothing, but not when the camera is merely full or we are not let in. */
static bool
may_go_without (const CamCameraDialogue *self, const CamRtspMessage *answer)
{
  CamReason reason = cam_camera_refusal_reason (answer, self->was_logged_in);
  return self->setting_up == CAM_TRACK_AUDIO && self->is_set_up[CAM_TRACK_VIDEO] && reason != CAM_REASON_AUTH &&
         reason != CAM_REASON_LOCKOUT && reason != CAM_REASON_LIMIT;
}

/* 461 says it; others have been seen to answer 400, 451, 500 or 501 to what they do not know. */
static CamDialogueAct
refuse_setup (CamCameraDialogue *self, const CamRtspMessage *answer)
{
  CamDialogueAct act = fail_with_answer (self, answer, "");
  self->is_transport_refused = self->reason == CAM_REASON_UNSUPPORTED || self->reason == CAM_REASON_PROTOCOL;
  return act;
}

static CamDialogueAct
start_playing (CamCameraDialogue *self, int64_t now_us)
{
  self->phase = CAM_PHASE_PLAYING;
  self->keep_alive_due_us = now_us + (int64_t) MAX (self->session_timeout_s, 5) * G_USEC_PER_SEC / 2;
  return CAM_DIALOGUE_PLAYING;
}

/* An answer other than 401 and 3xx to the one request that is awaited before the camera plays. */
static CamDialogueAct
take_phase_answer (CamCameraDialogue *self, const CamRtspMessage *answer, int64_t now_us, GBytes **ret_output)
{
  bool is_ok = answer->status < 300;
  switch (self->phase) {
  case CAM_PHASE_OPTIONS: /* a camera that knows no OPTIONS is fine */
    self->knows_get_parameter = is_ok && cam_rtsp_public_has (answer, "GET_PARAMETER");
    return ask (self, CAM_PHASE_DESCRIBE, now_us, ret_output);
  case CAM_PHASE_DESCRIBE:
    return is_ok ? take_description (self, answer, now_us, ret_output) : fail_with_answer (self, answer, "");
  case CAM_PHASE_SETUP:
    if (is_ok)
      return take_grant (self, answer, now_us, ret_output);
    if (may_go_without (self, answer))
      return set_up_next (self, self->setting_up + 1, now_us, ret_output);
    return refuse_setup (self, answer);
  case CAM_PHASE_PLAY:
    if (is_ok)
      return start_playing (self, now_us);
    if (answer->status == 457 && !self->plays_without_range) { /* Invalid Range */
      self->plays_without_range = true;
      return ask (self, CAM_PHASE_PLAY, now_us, ret_output);
    }
    return fail_with_answer (self, answer, "");
  case CAM_PHASE_PLAYING:
  case CAM_PHASE_LEAVING:
  case CAM_PHASE_OVER:
    break;
  }
  return CAM_DIALOGUE_WAIT;
}

/* Keep-alives: whatever the camera thinks of them, it is alive while packets come; a refused method is not used again. */
static CamDialogueAct
take_keep_alive_answer (CamCameraDialogue *self, const CamRtspMessage *answer, int64_t now_us, GBytes **ret_output)
{
  if (answer->status == 401 && self->has_credentials && self->challenges++ == 0 && read_challenges (self, answer) == CAM_AUTH_RETRY)
    return ask (self, CAM_PHASE_PLAYING, now_us, ret_output);
  if (answer->status >= 400)
    self->knows_get_parameter = false;
  await_nothing (self);
  return CAM_DIALOGUE_WAIT;
}

/* A nonce may be stale by now, or this connection has none yet. */
static CamDialogueAct
take_farewell_answer (CamCameraDialogue *self, const CamRtspMessage *answer, int64_t now_us, GBytes **ret_output)
{
  /* The answer to a keep-alive may still come first. */
  const char *cseq = cam_rtsp_message_get (answer, "CSeq", 0);
  if (cseq != NULL && g_ascii_strtoull (cseq, NULL, 10) != self->cseq)
    return CAM_DIALOGUE_WAIT;
  bool may_log_in = answer->status == 401 && self->has_credentials && ++self->challenges <= CAM_RTSP_CHALLENGES;
  if (may_log_in && read_challenges (self, answer) == CAM_AUTH_RETRY)
    return ask (self, CAM_PHASE_LEAVING, now_us, ret_output);
  return end_session (self);
}

static CamDialogueAct
take_answer (CamCameraDialogue *self, const CamRtspMessage *answer, int64_t now_us, GBytes **ret_output)
{
  if (answer->status < 200 || self->awaited == NULL)
    return CAM_DIALOGUE_WAIT;
  if (self->phase == CAM_PHASE_LEAVING)
    return take_farewell_answer (self, answer, now_us, ret_output);
  if (answer->status != 401)
    cam_auth_client_accepted (self->auth);
  if (self->phase == CAM_PHASE_PLAYING)
    return take_keep_alive_answer (self, answer, now_us, ret_output);
  if (answer->status == 401)
    return take_challenge (self, answer, now_us, ret_output);
  if (answer->status >= 300 && answer->status < 400)
    return take_redirect (self, answer);
  self->challenges = 0;
  self->was_logged_in |= self->is_authorized && answer->status < 300 && self->phase != CAM_PHASE_OPTIONS;
  CamDialogueAct act = take_phase_answer (self, answer, now_us, ret_output);
  if (*ret_output == NULL)
    await_nothing (self);
  return act;
}

CamDialogueAct
cam_camera_dialogue_take (CamCameraDialogue *self, const CamRtspMessage *message, int64_t now_us, GBytes **ret_output)
{
  *ret_output = NULL;
  if (self->phase == CAM_PHASE_OVER)
    return CAM_DIALOGUE_WAIT;
  if (!message->is_request)
    return take_answer (self, message, now_us, ret_output);
  *ret_output = cam_camera_dialogue_write_answer (self, message);
  if (strcmp (message->method, "TEARDOWN") != 0 || self->phase == CAM_PHASE_LEAVING)
    return CAM_DIALOGUE_WAIT;
  end_session (self);
  return fail (self, CAM_REASON_CLOSED, "the camera sent TEARDOWN");
}

CamDialogueAct
cam_camera_dialogue_tick (CamCameraDialogue *self, int64_t now_us, GBytes **ret_output)
{
  *ret_output = NULL;
  if (now_us >= self->answer_due_us) {
    const char *method = self->awaited;
    await_nothing (self);
    switch (self->phase) {
    case CAM_PHASE_OPTIONS:
    case CAM_PHASE_DESCRIBE:
    case CAM_PHASE_SETUP:
    case CAM_PHASE_PLAY:
      return fail (self, CAM_REASON_TIMEOUT, "no answer to %s within 10 s", method);
    case CAM_PHASE_PLAYING:
      self->knows_get_parameter = false;
      break;
    case CAM_PHASE_LEAVING:
    case CAM_PHASE_OVER:
      return end_session (self);
    }
  }
  if (now_us < self->keep_alive_due_us || self->phase != CAM_PHASE_PLAYING)
    return CAM_DIALOGUE_WAIT;
  start_playing (self, now_us);
  self->challenges = 0;
  return ask (self, CAM_PHASE_PLAYING, now_us, ret_output);
}

int64_t
cam_camera_dialogue_get_due_us (const CamCameraDialogue *self)
{
  return MIN (self->answer_due_us, self->keep_alive_due_us);
}

CamDialogueAct
cam_camera_dialogue_leave (CamCameraDialogue *self, int64_t now_us, GBytes **ret_output)
{
  *ret_output = NULL;
  if (self->phase == CAM_PHASE_LEAVING)
    return CAM_DIALOGUE_WAIT;
  self->keep_alive_due_us = INT64_MAX;
  self->challenges = 0;
  /* A SETUP that is under way may be granted while we go: the camera has a session then and we have no id for it. */
  if (self->session == NULL)
    return end_session (self);
  return ask (self, CAM_PHASE_LEAVING, now_us, ret_output);
}

bool
cam_camera_dialogue_wants_redial (CamCameraDialogue *self)
{
  bool needs_no_connection = self->phase == CAM_PHASE_OPTIONS || self->phase == CAM_PHASE_DESCRIBE || self->phase == CAM_PHASE_LEAVING;
  return needs_no_connection && self->challenges > 0 && self->challenge_dials++ < CHALLENGE_DIALS;
}

const char *
cam_camera_dialogue_get_host (const CamCameraDialogue *self)
{
  return self->url->host;
}

unsigned
cam_camera_dialogue_get_port (const CamCameraDialogue *self)
{
  return self->url->port;
}

const char *
cam_camera_dialogue_get_awaited (const CamCameraDialogue *self)
{
  return self->awaited;
}

CamReason
cam_camera_dialogue_get_failure (const CamCameraDialogue *self, const char **ret_detail)
{
  *ret_detail = self->detail != NULL ? self->detail : "";
  return self->reason;
}

bool
cam_camera_dialogue_is_transport_refused (const CamCameraDialogue *self)
{
  return self->is_transport_refused;
}

int64_t
cam_camera_dialogue_get_retry_after_us (const CamCameraDialogue *self)
{
  return self->retry_after_us;
}

const char *
cam_camera_dialogue_get_session (const CamCameraDialogue *self)
{
  return self->session;
}

bool
cam_camera_dialogue_get_grant (const CamCameraDialogue *self, CamTrackKind kind, CamRtspGrant *ret_grant)
{
  if (!self->is_set_up[kind])
    return false;
  const CamRtspTransport *transport = &self->transports[kind];
  *ret_grant = (CamRtspGrant){.media = self->sdp->media[kind], .channels = {transport->channels[0], transport->channels[1]}};
  return true;
}
