#include "serve/rtsp-dialogue.h"

#include "camrelay/log-fields.h"
#include "core/log.h"
#include "serve/access-rules.h"
#include "serve/random-bytes.h"
#include "serve/rtsp-connection.h"
#include "serve/rtsp-methods.h"
#include "serve/satip.h"
#include "wire/tls-record.h"

/* How long the answer to a wrong password is held: guessing is slow, and nobody else waits. */
#define FAILED_LOGIN_US (G_USEC_PER_SEC)
#define SLOW_REQUEST_US (20 * 1000)

struct CamRtspDialogue {
  CamRtspConnection *connection; /* borrowed: owns the dialogue */
  const CamRtspPeer *peer;       /* borrowed: the connection's */
  CamOutlet *interleaved;        /* borrowed: the connection's */
  uint64_t binding;              /* nonces count on this connection only */
  CamRtspSession *session;       /* owned */
  CamRtspMessage *waiting;       /* owned; the request that is held or moved */
  GBytes *late_answer;           /* ref; what is sent when the hold is over, instead of asking again */
  int64_t arrived_us;            /* of the request that is handled, as below */
  bool has_told;                 /* its mount that it is wanted */
  int64_t hold_until_us;
  CamServeLoop *target; /* borrowed: loops outlive connections */
  bool has_logged_refusal;
  CamRtspTranscript transcript;
  char *user; /* owned; who logged in for the newest request that was granted; NULL: nobody */
};

CamRtspDialogue *
cam_rtsp_dialogue_new (CamRtspConnection *connection, const CamRtspPeer *peer, CamOutlet *interleaved)
{
  CamRtspDialogue *self = g_new0 (CamRtspDialogue, 1);
  self->connection = connection;
  self->peer = peer;
  self->interleaved = interleaved;
  cam_random_fill (&self->binding, sizeof self->binding);
  return self;
}

void
cam_rtsp_dialogue_free (CamRtspDialogue *self)
{
  if (self == NULL)
    return;
  cam_rtsp_session_free (self->session);
  cam_rtsp_message_free (self->waiting);
  g_free (self->user);
  g_clear_pointer (&self->late_answer, g_bytes_unref);
  g_free (self);
}

int64_t
cam_rtsp_dialogue_get_hold_us (const CamRtspDialogue *self)
{
  return self->hold_until_us;
}

CamServeLoop *
cam_rtsp_dialogue_get_target (const CamRtspDialogue *self)
{
  return self->target;
}

CamRtspSession *
cam_rtsp_dialogue_get_session (const CamRtspDialogue *self)
{
  return self->session;
}

bool
cam_rtsp_dialogue_is_welcome (const CamRtspDialogue *self, const CamServeRules *rules)
{
  if (self->session == NULL)
    return true;
  const char *camera = cam_rtsp_factory_get_camera_name (cam_rtsp_session_get_mount (self->session));
  return cam_serve_rules_admit (rules, camera, self->peer->address, self->user);
}

/* A refusal is said once a connection: the client may repeat itself as often as it likes. */
static void
log_refusal (CamRtspDialogue *self, const char *camera, const char *why)
{
  if (self->has_logged_refusal)
    return;
  self->has_logged_refusal = true;
  CamLogFields fields = {.camera = camera, .address = self->peer->text};
  cam_log (CAM_LOG_WARNING, CAM_MSG_READER_REFUSED, &fields, "client refused: %s", why);
}

void
cam_rtsp_dialogue_note_first_bytes (CamRtspDialogue *self, const uint8_t *data, size_t size)
{
  if (cam_tls_greeting_read (data, size) != CAM_TLS_GREETING_NONE)
    log_refusal (self, NULL, "it speaks TLS, and this port is for rtsp:// only");
}

static CamRtspMessage *
make_challenge (const CamRtspDialogue *self, const CamRtspExchange *exchange, const CamServeRules *rules, bool is_stale)
{
  CamRtspMessage *answer = cam_rtsp_answer_new (401, exchange->request->cseq);
  cam_rtsp_users_challenge (rules->users, answer, is_stale, self->binding, self->peer->is_sealed, exchange->now_us);
  return answer;
}

/* The 401 to a wrong password waits a second, and so does everything behind it on this connection. */
static CamExchangeOutcome
punish_login (CamRtspDialogue *self, CamRtspExchange *exchange, const CamServeRules *rules, const char *name)
{
  CamLogFields fields = {.address = self->peer->text, .user = name};
  cam_log (CAM_LOG_WARNING, CAM_MSG_LOGIN_FAILED, &fields, "log-in failed");
  g_autoptr (CamRtspMessage) answer = make_challenge (self, exchange, rules, false);
  cam_rtsp_exchange_log (&self->transcript, self->peer, answer);
  self->late_answer = cam_rtsp_message_serialise (answer);
  exchange->hold_until_us = exchange->now_us + FAILED_LOGIN_US;
  return CAM_EXCHANGE_HOLD;
}

static void
note_user (CamRtspDialogue *self, const CamUserConfig *user)
{
  const char *name = user != NULL ? user->name : NULL;
  if (g_strcmp0 (name, self->user) == 0)
    return;
  g_free (self->user);
  self->user = g_strdup (name);
}

/* Whether the client may go on with the request; else it was answered as @ret_outcome says. */
static bool
pass_access (CamRtspDialogue *self, CamRtspExchange *exchange, CamExchangeOutcome *ret_outcome)
{
  g_autoptr (CamServeRules) rules = cam_serve_book_open (cam_serve_loop_get_context (exchange->place.home)->book);
  const CamRtspRequest *request = exchange->request;
  const CamUserConfig *user = NULL;
  g_autofree char *name = NULL;
  *ret_outcome = CAM_EXCHANGE_ANSWERED;
  CamLogin login = cam_rtsp_users_check (rules->users, request->authorization, request->method_name, request->uri, self->binding,
                                         self->peer->is_sealed, exchange->now_us, &user, &name);
  switch (login) {
  case CAM_LOGIN_FAILED:
    *ret_outcome = punish_login (self, exchange, rules, name);
    return false;
  case CAM_LOGIN_STALE:
    cam_rtsp_exchange_send (exchange, make_challenge (self, exchange, rules, true));
    return false;
  case CAM_LOGIN_NONE:
  case CAM_LOGIN_OK:
    break;
  }

  g_autoptr (CamCameraConfig) camera = exchange->mount != NULL ? cam_rtsp_factory_ref_camera (exchange->mount) : NULL;
  switch (cam_access_decide (rules->config, camera, cam_rtsp_users_any (rules->users), self->peer->address, user)) {
  case CAM_ACCESS_GRANTED:
    note_user (self, user);
    return true;
  case CAM_ACCESS_LOGIN:
    cam_rtsp_exchange_send (exchange, make_challenge (self, exchange, rules, false));
    return false;
  case CAM_ACCESS_HIDDEN:
    *ret_outcome = cam_rtsp_exchange_refuse (exchange, 404);
    return false;
  case CAM_ACCESS_CLOSED:
    log_refusal (self, exchange->has_path ? exchange->path.camera : NULL,
                 "no user is configured and no Read= in [Access] admits its address; Read=net:… opens it, a [User] too");
    *ret_outcome = cam_rtsp_exchange_refuse (exchange, 403);
    return false;
  }
  return false;
}

/* Whether @uri is not a mount's but the session's own. */
static bool
names_session (const CamRtspDialogue *self, const char *uri)
{
  if (self->session == NULL)
    return false;
  return g_str_equal (uri, "*") || (cam_rtsp_session_is_ts (self->session) && cam_satip_names_stream (uri));
}

/* The mount the request is about: what its URI names; the session's, which may be withdrawn already; a session's request may name none. */
static CamRtspFactory *
find_mount (const CamRtspDialogue *self, const CamServeContext *context, const CamRtspExchange *exchange)
{
  CamRtspFactory *own = self->session != NULL ? cam_rtsp_session_get_mount (self->session) : NULL;
  if (!exchange->has_path)
    return names_session (self, exchange->request->uri) ? g_object_ref (own) : NULL;
  bool is_own = own != NULL && cam_rtsp_factory_get_stream (own) == exchange->path.stream &&
                g_str_equal (cam_rtsp_factory_get_camera_name (own), exchange->path.camera);
  return is_own ? g_object_ref (own) : cam_rtsp_mounts_find (context->mounts, exchange->path.camera, exchange->path.stream);
}

/* What sound the request is about: its session's, else what its URI asks for. 0, or the status that refuses it. */
static int
read_wish (CamRtspDialogue *self, CamRtspExchange *exchange)
{
  const char *word = exchange->has_path ? exchange->path.audio : "";
  CamSoundWish asked = {.is_asked = word[0] != '\0'};
  if (asked.is_asked && !cam_sound_choice_parse (word, CAM_SOUND_WAY_RTP, &asked.choice)) {
    log_refusal (self, exchange->path.camera, "its ?audio= is none of opus, aac, copy and none");
    return 451;
  }
  exchange->wish = asked;
  if (self->session == NULL || exchange->mount != cam_rtsp_session_get_mount (self->session))
    return 0;
  exchange->wish = cam_rtsp_session_get_wish (self->session);
  bool is_other = asked.is_asked && (!exchange->wish.is_asked || asked.choice != exchange->wish.choice);
  return is_other ? 455 : 0;
}

/* 0, or the status for a session that is not this connection's, or a mount that is not this session's. */
static int
check_session (const CamRtspDialogue *self, const CamRtspExchange *exchange)
{
  const char *id = exchange->request->session;
  if (self->session == NULL || id == NULL || !g_str_equal (id, cam_rtsp_session_get_id (self->session)))
    return 454;
  return exchange->mount == cam_rtsp_session_get_mount (self->session) ? 0 : 455;
}

static CamExchangeOutcome
run_method (CamRtspDialogue *self, CamRtspExchange *exchange)
{
  const CamRtspMethodRule *rule = &cam_rtsp_method_rules[exchange->request->method];
  if (exchange->request->require != NULL) {
    CamRtspMessage *answer = cam_rtsp_answer_new (551, exchange->request->cseq);
    cam_rtsp_message_add (answer, "Unsupported", exchange->request->require);
    cam_rtsp_exchange_send (exchange, answer);
    return CAM_EXCHANGE_ANSWERED;
  }
  if (exchange->request->method == CAM_METHOD_OPTIONS)
    return rule->handle (exchange); /* says nothing of any mount: the same for everybody */

  g_autoptr (CamRtspFactory) mount = find_mount (self, cam_serve_loop_get_context (exchange->place.home), exchange);
  exchange->mount = mount;
  CamExchangeOutcome outcome = CAM_EXCHANGE_ANSWERED;
  if (!pass_access (self, exchange, &outcome))
    return outcome;
  int refusal = read_wish (self, exchange);
  if (refusal == 0 && rule->needs_session)
    refusal = check_session (self, exchange);
  if (refusal != 0)
    return cam_rtsp_exchange_refuse (exchange, refusal);

  if (rule->wants && !self->has_told)
    cam_rtsp_factory_tell_wanted (mount);
  self->has_told = true;

  CamServeLoop *home = exchange->place.home;
  bool is_elsewhere = cam_rtsp_factory_get_loop (mount) != cam_serve_loop_get_thread (home);
  if (rule->moves && is_elsewhere && self->session == NULL) {
    self->target = cam_serve_context_find_loop (cam_serve_loop_get_context (home), cam_rtsp_factory_get_loop (mount));
    return CAM_EXCHANGE_MOVE;
  }
  return rule->handle (exchange);
}

static CamDialogueVerdict
handle_request (CamRtspDialogue *self, CamServeLoop *home, CamRtspMessage *message, const CamRtspRequest *request)
{
  CamRtspExchange exchange = {
      .place = {.home = home, .connection = self->connection, .peer = self->peer, .interleaved = self->interleaved},
      .now_us = cam_loop_thread_now_us (cam_serve_loop_get_thread (home)),
      .arrived_us = self->arrived_us,
      .request = request,
      .has_body = message->body->len > 0,
      .transcript = &self->transcript,
      .session = &self->session,
  };
  exchange.has_path = cam_rtsp_path_parse (request->uri, &exchange.path);

  int64_t began_us = g_get_monotonic_time ();
  CamExchangeOutcome outcome = run_method (self, &exchange);
  if (g_get_monotonic_time () - began_us > SLOW_REQUEST_US)
    cam_client_registry_add (cam_serve_loop_get_context (home)->registry, CAM_CLIENT_COUNT_SLOW_REQUESTS, 1);
  switch (outcome) {
  case CAM_EXCHANGE_ANSWERED:
    return request->wants_close ? CAM_DIALOGUE_CLOSE : CAM_DIALOGUE_GO_ON;
  case CAM_EXCHANGE_HOLD:
    self->hold_until_us = exchange.hold_until_us;
    return CAM_DIALOGUE_HOLD;
  case CAM_EXCHANGE_MOVE:
    return CAM_DIALOGUE_MOVE;
  }
  return CAM_DIALOGUE_CLOSE;
}

/* @message: (transfer full). */
static CamDialogueVerdict
take_message (CamRtspDialogue *self, CamServeLoop *home, CamRtspMessage *message)
{
  g_autoptr (CamRtspMessage) owned = message;
  if (!message->is_request)
    return CAM_DIALOGUE_GO_ON; /* we ask clients nothing; an answer is noise */
  CamRtspRequest request = {0};
  uint32_t cseq = 0;
  bool closes = false;
  int refusal = cam_rtsp_guard_check (message, &request, &cseq, &closes);
  if (refusal != 0) {
    g_autoptr (CamRtspMessage) answer = cam_rtsp_answer_new (refusal, cseq != 0 ? (int64_t) cseq : -1);
    if (refusal == 405 || refusal == 501)
      cam_rtsp_message_add (answer, "Allow", cam_rtsp_guard_public ());
    cam_rtsp_exchange_log (&self->transcript, self->peer, answer);
    cam_rtsp_connection_queue_answer (self->connection, cam_rtsp_message_serialise (answer));
    return closes ? CAM_DIALOGUE_CLOSE : CAM_DIALOGUE_GO_ON;
  }
  CamDialogueVerdict verdict = handle_request (self, home, message, &request);
  if (verdict == CAM_DIALOGUE_HOLD || verdict == CAM_DIALOGUE_MOVE)
    self->waiting = g_steal_pointer (&owned);
  return verdict;
}

CamDialogueVerdict
cam_rtsp_dialogue_handle (CamRtspDialogue *self, CamServeLoop *home, CamRtspMessage *message)
{
  self->arrived_us = cam_loop_thread_now_us (cam_serve_loop_get_thread (home));
  self->has_told = false;
  cam_rtsp_exchange_log (&self->transcript, self->peer, message);
  return take_message (self, home, message);
}

CamDialogueVerdict
cam_rtsp_dialogue_resume (CamRtspDialogue *self, CamServeLoop *home)
{
  CamRtspMessage *message = g_steal_pointer (&self->waiting);
  self->hold_until_us = 0;
  self->target = NULL;
  if (self->late_answer == NULL)
    return take_message (self, home, message);
  cam_rtsp_connection_queue_answer (self->connection, g_steal_pointer (&self->late_answer));
  cam_rtsp_message_free (message);
  return CAM_DIALOGUE_GO_ON;
}
