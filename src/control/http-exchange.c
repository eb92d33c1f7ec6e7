#include "control/http-exchange.h"

#include <string.h>

#include "camrelay/log-fields.h"
#include "control/api-route.h"
#include "control/http-access.h"
#include "control/http-answer.h"
#include "control/json-scan.h"
#include "control/metrics-text.h"
#include "core/log.h"
#include "core/redact.h"

/* A loop that has not turned for this long is stuck: several of the longest stalls that are bearable, well below a watchdog's patience. */
#define STUCK_US (10 * G_USEC_PER_SEC)

typedef struct {
  const CamHttpOffice *office;
  CamHttpConnection *connection; /* borrowed; NULL once libsoup is done with it */
  SoupServerMessage *message;    /* ref; NULL once libsoup is done with it */
  gulong disconnected_handler;
  CamStatus *status;             /* ref; NULL before the first */
  const CamConfigSet *config;    /* borrowed from the status or the office */
  CamApiRoute *route;            /* owned */
  CamRole role;
  const CamTokenConfig *token;   /* borrowed from config; NULL: without one */
  bool is_asked;                 /* the verb will answer, and libsoup waits for that */
} CamHttpExchange;

static void
exchange_free (CamHttpExchange *self)
{
  g_assert (self->message == NULL);
  cam_api_route_free (self->route);
  cam_status_unref (self->status);
  g_free (self);
}

static void
on_disconnected (SoupServerMessage *message, gpointer data)
{
  CamHttpExchange *self = data;
  g_signal_handler_disconnect (message, self->disconnected_handler);
  g_clear_object (&self->message);
  self->connection = NULL;
  if (!self->is_asked)
    exchange_free (self);
}

/* The message has its answer. */
static void
send_off (CamHttpExchange *self)
{
  cam_http_connection_expect_answer (self->connection, (size_t) soup_server_message_get_response_body (self->message)->length);
}

static void
answer_error (CamHttpExchange *self, unsigned status, const char *code, const char *text, GPtrArray *details)
{
  cam_http_answer_error (self->message, status, code, text, details);
  send_off (self);
}

static void
answer_json (CamHttpExchange *self, unsigned status, JsonNode *node)
{
  cam_http_answer_json (self->message, status, node);
  send_off (self);
}

static void
answer_flag (CamHttpExchange *self, unsigned status, const char *name, bool value)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  json_object_set_boolean_member (object, name, value);
  json_node_take_object (node, object);
  answer_json (self, status, node);
}

/* ---- who ---- */

static void
add_header (CamHttpExchange *self, const char *name, const char *value)
{
  soup_message_headers_replace (soup_server_message_get_response_headers (self->message), name, value);
}

/* The first wrong token of an address and the last before it is kept out are told. */
static void
note_wrong_token (CamHttpExchange *self)
{
  const CamRtspPeer *peer = cam_http_connection_get_peer (self->connection);
  unsigned wrong = cam_wrong_logins_note (self->office->wrong, peer->address, cam_loop_thread_now_us (self->office->loop));
  const CamLogFields fields = {.address = peer->text};
  if (wrong == 1)
    cam_log (CAM_LOG_WARNING, CAM_MSG_LOGIN_FAILED, &fields, "a wrong token was sent over HTTP");
  else if (wrong == CAM_WRONG_LOGINS)
    cam_log (CAM_LOG_WARNING, CAM_MSG_LOGIN_FAILED, &fields, "%u wrong tokens were sent over HTTP: nobody there is listened to for a minute", wrong);
}

/* Whether he may ask this at all; answered if not. */
static bool
let_in (CamHttpExchange *self, const CamHttpHead *head)
{
  const CamRtspPeer *peer = cam_http_connection_get_peer (self->connection);
  bool needs_role = self->route->page != CAM_PAGE_ALIVE && self->route->page != CAM_PAGE_READY;
  if (needs_role && head->authorization != NULL &&
      cam_wrong_logins_are_enough (self->office->wrong, peer->address, cam_loop_thread_now_us (self->office->loop))) {
    add_header (self, "Retry-After", "60");
    answer_error (self, 429, "too-many", "too many wrong tokens came from this address: try again in a minute", NULL);
    return false;
  }
  bool is_loopback = cam_http_connection_is_loopback (self->connection);
  CamHttpAccess access = cam_http_access_decide (self->config, head, is_loopback, needs_role, &self->role, &self->token);
  if (access == CAM_HTTP_ACCESS_GRANTED)
    return true;
  if (access == CAM_HTTP_ACCESS_WRONG_TOKEN)
    note_wrong_token (self);
  if (cam_http_access_status (access) == 401)
    add_header (self, "WWW-Authenticate", access == CAM_HTTP_ACCESS_WRONG_TOKEN ? "Bearer realm=\"camrelay\", error=\"invalid_token\"" : "Bearer realm=\"camrelay\"");
  answer_error (self, cam_http_access_status (access), cam_http_access_word (access), cam_http_access_message (access), NULL);
  return false;
}

/* As the log says it. (transfer full) */
static char *
describe_asker (const CamHttpExchange *self)
{
  const char *address = cam_http_connection_get_peer (self->connection)->text;
  return self->token != NULL ? g_strdup_printf ("token %s from %s", self->token->name, address) : g_strdup_printf ("somebody at %s", address);
}

/* ---- pages ---- */

static bool
is_stuck (const CamStatus *status)
{
  int64_t now_us = g_get_monotonic_time ();
  if (status == NULL)
    return false; /* the daemon is starting */
  for (unsigned i = 0; i < status->n_loops; i++) {
    if (status->loops[i].lag_us > STUCK_US)
      return true;
  }
  return now_us - status->monotonic_us > STUCK_US;
}

static void
answer_metrics (CamHttpExchange *self)
{
  if (self->status == NULL) {
    answer_error (self, 503, "busy", "the daemon is starting", NULL);
    return;
  }
  g_autoptr (GPtrArray) readers = cam_rtsp_server_list_readers (cam_control_desk_get_setup (self->office->desk)->server, NULL);
  char *text = cam_metrics_text (self->status, readers);
  cam_http_answer_bytes (self->message, 200, CAM_METRICS_CONTENT_TYPE, g_bytes_new_take (text, strlen (text)));
  send_off (self);
}

static void
refuse_method (CamHttpExchange *self)
{
  add_header (self, "Allow", self->route->allow);
  answer_error (self, 405, "not-allowed", "this is not how it is asked for: see Allow", NULL);
}

/* ---- verbs ---- */

/* Whoever only looks at the answer's status learns whether a stream has failed. */
static unsigned
choose_status (CamVerb verb, JsonNode *result)
{
  if (verb != CAM_VERB_HEALTH)
    return 200;
  const char *health = json_object_get_string_member (json_node_get_object (result), "health");
  return g_strcmp0 (health, cam_health_word (CAM_HEALTH_FAILED)) == 0 ? 503 : 200;
}

/* A bundle comes as text, for doors that speak JSON; here it is a file. */
static void
answer_bundle (CamHttpExchange *self, JsonNode *result)
{
  JsonObject *bundle = json_node_get_object (result);
  gsize length = 0;
  guchar *tar = g_base64_decode (json_object_get_string_member (bundle, "tar_base64"), &length);
  g_autofree char *disposition = g_strdup_printf ("attachment; filename=\"%s\"", json_object_get_string_member (bundle, "name"));
  add_header (self, "Content-Disposition", disposition);
  cam_http_answer_bytes (self->message, 200, "application/x-tar", g_bytes_new_take (tar, length));
  send_off (self);
}

static void
on_answer (CamAnswerKind kind, JsonNode *result, const char *message, GPtrArray *details, gpointer data)
{
  CamHttpExchange *self = data;
  self->is_asked = false;
  if (self->message == NULL) { /* nobody waits any more */
    exchange_free (self);
    return;
  }
  if (kind == CAM_ANSWER_OK && self->route->verb == CAM_VERB_BUNDLE)
    answer_bundle (self, result);
  else if (kind == CAM_ANSWER_OK)
    answer_json (self, choose_status (self->route->verb, result), result);
  else
    answer_error (self, cam_answer_http_status (kind), cam_answer_word (kind), message, details);
  soup_server_message_unpause (self->message);
}

/* The body's members as arguments; false: answered. */
static bool
read_body (CamHttpExchange *self, const CamHttpHead *head)
{
  g_autoptr (GError) error = NULL;
  if (head->body_bytes == 0)
    return true;
  size_t type_length = head->content_type != NULL ? strcspn (head->content_type, "; \t") : 0;
  if (type_length != strlen ("application/json") || g_ascii_strncasecmp (head->content_type, "application/json", type_length) != 0) {
    answer_error (self, 415, "not-json", "a body must be application/json", NULL);
    return false;
  }
  g_autoptr (JsonObject) body = cam_json_read_object (cam_http_connection_get_body (self->connection), head->body_bytes, &error);
  if (body == NULL) {
    answer_error (self, 400, cam_answer_word (CAM_ANSWER_BAD_REQUEST), error->message, NULL);
    return false;
  }
  if (!cam_api_route_add_body (self->route, body)) {
    answer_error (self, 400, cam_answer_word (CAM_ANSWER_BAD_REQUEST), "an argument stands both in the address and in the body", NULL);
    return false;
  }
  return true;
}

static void
ask_verb (CamHttpExchange *self, const CamHttpHead *head)
{
  if (!read_body (self, head))
    return;
  g_autofree char *who = describe_asker (self);
  self->is_asked = true;
  soup_server_message_pause (self->message);
  cam_request_run (self->office->desk, self->route->verb, self->route->arguments, self->role, who, on_answer, self);
}

/* ---- all ---- */

static void
answer (CamHttpExchange *self, const CamHttpHead *head)
{
  switch (self->route->page) {
  case CAM_PAGE_VERB:
    ask_verb (self, head);
    break;
  case CAM_PAGE_OPENAPI:
    cam_http_answer_bytes (self->message, 200, "application/json", g_bytes_ref (self->office->openapi));
    send_off (self);
    break;
  case CAM_PAGE_METRICS:
    answer_metrics (self);
    break;
  case CAM_PAGE_ALIVE: {
    bool is_alive = !is_stuck (self->status);
    answer_flag (self, is_alive ? 200 : 503, "alive", is_alive);
    break;
  }
  case CAM_PAGE_READY: {
    bool is_ready = g_atomic_int_get (self->office->is_ready) != 0;
    answer_flag (self, is_ready ? 200 : 503, "ready", is_ready);
    break;
  }
  case CAM_PAGE_NOT_FOUND:
    answer_error (self, 404, cam_answer_word (CAM_ANSWER_NOT_FOUND), "there is no such page: see " CAM_API_PREFIX "/openapi.json", NULL);
    break;
  case CAM_PAGE_NOT_ALLOWED:
    refuse_method (self);
    break;
  case CAM_PAGE_MALFORMED:
    answer_error (self, 400, cam_answer_word (CAM_ANSWER_BAD_REQUEST), "the address holds no text, or an argument twice", NULL);
    break;
  }
}

void
cam_http_exchange_begin (const CamHttpOffice *office, CamHttpConnection *connection, SoupServerMessage *message)
{
  CAM_ASSERT_ON (office->loop);
  const CamHttpHead *head = cam_http_connection_get_head (connection);
  CamHttpExchange *self = g_new0 (CamHttpExchange, 1);
  self->office = office;
  self->connection = connection;
  self->message = g_object_ref (message);
  self->disconnected_handler = g_signal_connect (message, "disconnected", G_CALLBACK (on_disconnected), self);
  self->status = cam_status_board_get (cam_control_desk_get_setup (office->desk)->board);
  self->config = self->status != NULL ? self->status->config : office->config;
  self->route = cam_api_route_new (head->method, head->path, head->query);
  if (let_in (self, head))
    answer (self, head);
}
