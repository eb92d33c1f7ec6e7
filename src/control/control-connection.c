#include "control/control-connection.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control/json-scan.h"
#include "control/json-write.h"

enum { READ_BYTES = 16 * 1024 };

typedef enum
{
  STATE_READING, /* waits for a line */
  STATE_ASKED,   /* a request runs */
  STATE_WRITING, /* its answer goes out */
  STATE_CLOSED   /* an answer on its way keeps it */
} State;

struct CamControlConnection {
  unsigned refs; /* the owner's, and the request's that runs */
  CamControlConnectionSetup setup; /* who owned */
  CamLoopThread *loop;             /* borrowed */
  int fd;                          /* owned; -1 once closed */
  CamLoopWatch *watch;             /* owned */
  CamLoopTimer *timer;             /* owned */
  State state;
  bool is_finished;                /* the peer says no more, or nothing that can be understood */
  GByteArray *input;               /* owned; not answered yet */
  char *output;                    /* owned; NULL: none */
  size_t output_bytes, output_sent;
  JsonNode *tag;                   /* owned; of the request that runs; NULL: none */
};

static void
unref (CamControlConnection *self)
{
  if (--self->refs > 0)
    return;
  g_byte_array_unref (self->input);
  g_clear_pointer (&self->tag, json_node_unref);
  g_free (self->output);
  g_free ((char *) self->setup.who);
  g_free (self);
}

static void
set_state (CamControlConnection *self, State state)
{
  int64_t now_us = cam_loop_thread_now_us (self->loop);
  self->state = state;
  switch (state) {
  case STATE_READING:
    cam_loop_watch_set_events (self->watch, EPOLLIN);
    cam_loop_timer_arm (self->timer, now_us + (self->input->len > 0 ? CAM_CONTROL_PATIENCE_US : CAM_CONTROL_IDLE_US));
    return;
  case STATE_ASKED: /* within the order book's patience */
    cam_loop_watch_set_events (self->watch, 0);
    cam_loop_timer_arm (self->timer, INT64_MAX);
    return;
  case STATE_WRITING:
    cam_loop_watch_set_events (self->watch, EPOLLOUT);
    cam_loop_timer_arm (self->timer, now_us + CAM_CONTROL_PATIENCE_US);
    return;
  case STATE_CLOSED:
    return;
  }
}

static void
end (CamControlConnection *self)
{
  self->setup.gone (self, self->setup.data);
}

/* ---- answers ---- */

static char *
finish_line (JsonBuilder *builder, JsonNode *tag)
{
  if (tag != NULL) {
    json_builder_set_member_name (builder, "tag");
    json_builder_add_value (builder, json_node_copy (tag));
  }
  json_builder_end_object (builder);
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, FALSE);
  return g_strconcat (text, "\n", NULL);
}

static char *
make_good_line (JsonNode *result, JsonNode *tag)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_object (builder);
  cam_json_add_truth (builder, "ok", true);
  json_builder_set_member_name (builder, "result");
  json_builder_add_value (builder, json_node_ref (result));
  return finish_line (builder, tag);
}

char *
cam_control_connection_error_line (CamAnswerKind kind, const char *message, GPtrArray *details, JsonNode *tag)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_object (builder);
  cam_json_add_truth (builder, "ok", false);
  cam_json_begin_object (builder, "error");
  cam_json_add_text (builder, "code", cam_answer_word (kind));
  cam_json_add_text (builder, "message", message);
  cam_json_begin_array (builder, "details");
  for (unsigned i = 0; details != NULL && i < details->len; i++)
    cam_json_add_element (builder, details->pdata[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return finish_line (builder, tag);
}

/* @line: (transfer full). It leaves with the next turn, so that no peer has more than one request a turn. */
static void
say (CamControlConnection *self, char *line)
{
  self->output = line;
  self->output_bytes = strlen (line);
  self->output_sent = 0;
  set_state (self, STATE_WRITING);
}

static void
on_answer (CamAnswerKind kind, JsonNode *result, const char *message, GPtrArray *details, gpointer data)
{
  CamControlConnection *self = data;
  if (self->state != STATE_CLOSED)
    say (self, kind == CAM_ANSWER_OK ? make_good_line (result, self->tag)
                                     : cam_control_connection_error_line (kind, message, details, self->tag));
  unref (self);
}

/* ---- requests ---- */

static void
refuse (CamControlConnection *self, CamAnswerKind kind, const char *message)
{
  say (self, cam_control_connection_error_line (kind, message, NULL, self->tag));
}

/* json-glib 1.6 writes 1e300 as "1e+300.0", which is no JSON: a tag is what comes out as it went in. */
static bool
is_tag (JsonNode *node)
{
  GType type = json_node_get_value_type (node);
  return JSON_NODE_HOLDS_NULL (node) || type == G_TYPE_STRING || type == G_TYPE_INT64;
}

static void
ask (CamControlConnection *self, JsonObject *request)
{
  JsonNode *verb_node = json_object_get_member (request, "verb");
  JsonNode *tag = json_object_get_member (request, "tag");
  if (tag != NULL && !is_tag (tag)) {
    refuse (self, CAM_ANSWER_BAD_REQUEST, "'tag' is neither text nor a whole number");
    return;
  }
  self->tag = tag != NULL ? json_node_copy (tag) : NULL;
  if (verb_node == NULL || json_node_get_value_type (verb_node) != G_TYPE_STRING) {
    refuse (self, CAM_ANSWER_BAD_REQUEST, "'verb' is missing or no text");
    return;
  }
  int verb = cam_verb_find (json_node_get_string (verb_node));
  if (verb < 0) {
    refuse (self, CAM_ANSWER_NOT_FOUND, "no such verb");
    return;
  }
  set_state (self, STATE_ASKED);
  self->refs++;
  cam_request_run (self->setup.desk, (CamVerb) verb, request, self->setup.role, self->setup.who, on_answer, self);
}

/* Takes the first line of what came, if it is whole, and asks. */
static void
take_line (CamControlConnection *self)
{
  if (self->input->len == 0)
    return;
  const uint8_t *end_of_line = memchr (self->input->data, '\n', self->input->len);
  if (end_of_line == NULL && self->input->len > CAM_JSON_MAX_BYTES) {
    self->is_finished = true;
    g_byte_array_set_size (self->input, 0);
    refuse (self, CAM_ANSWER_BAD_REQUEST, "a line of more than 64 KiB");
    return;
  }
  if (end_of_line == NULL)
    return;
  g_clear_pointer (&self->tag, json_node_unref);
  g_autoptr (GError) error = NULL;
  size_t length = (size_t) (end_of_line - self->input->data);
  g_autoptr (JsonObject) request = cam_json_read_object ((const char *) self->input->data, length, &error);
  g_byte_array_remove_range (self->input, 0, (guint) length + 1);
  if (request != NULL)
    ask (self, request);
  else
    refuse (self, CAM_ANSWER_BAD_REQUEST, error->message);
}

/* ---- the socket ---- */

static void
on_readable (CamControlConnection *self)
{
  uint8_t buffer[READ_BYTES];
  ssize_t got = recv (self->fd, buffer, MIN (sizeof buffer, CAM_JSON_MAX_BYTES + 1 - self->input->len), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (got < 0) {
    end (self);
    return;
  }
  bool was_empty = self->input->len == 0;
  g_byte_array_append (self->input, buffer, (guint) got);
  if (got == 0) {
    self->is_finished = true;
    if (!was_empty) /* the last line needs no end */
      g_byte_array_append (self->input, (const uint8_t *) "\n", 1);
  }
  take_line (self);
  if (self->state == STATE_READING && self->is_finished)
    end (self);
  else if (self->state == STATE_READING && was_empty)
    set_state (self, STATE_READING);
}

static void
on_writable (CamControlConnection *self)
{
  ssize_t sent = send (self->fd, self->output + self->output_sent, self->output_bytes - self->output_sent, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) {
    end (self);
    return;
  }
  if (sent <= 0)
    return;
  self->output_sent += (size_t) sent;
  if (self->output_sent < self->output_bytes) {
    set_state (self, STATE_WRITING);
    return;
  }
  g_clear_pointer (&self->output, g_free);
  set_state (self, STATE_READING);
  take_line (self);
  if (self->state == STATE_READING && self->is_finished)
    end (self);
}

static void
on_event (gpointer data, uint32_t events)
{
  CamControlConnection *self = data;
  switch (self->state) {
  case STATE_READING:
    on_readable (self); /* what came before the end, too */
    return;
  case STATE_ASKED: /* nobody is there to hear the answer */
    end (self);
    return;
  case STATE_WRITING:
    on_writable (self);
    return;
  case STATE_CLOSED:
    return;
  }
}

static void
on_due (gpointer data)
{
  end (data);
}

CamControlConnection *
cam_control_connection_new (const CamControlConnectionSetup *setup, int fd)
{
  CamControlConnection *self = g_new0 (CamControlConnection, 1);
  self->refs = 1;
  self->setup = *setup;
  self->setup.who = g_strdup (setup->who);
  self->loop = cam_control_desk_get_loop (setup->desk);
  self->fd = fd;
  self->input = g_byte_array_new ();
  self->watch = cam_loop_watch_new (self->loop, fd, EPOLLIN, on_event, self);
  self->timer = cam_loop_timer_new (self->loop, on_due, self);
  if (self->watch == NULL) {
    cam_control_connection_free (self);
    return NULL;
  }
  set_state (self, STATE_READING);
  return self;
}

void
cam_control_connection_free (CamControlConnection *self)
{
  if (self == NULL)
    return;
  self->state = STATE_CLOSED;
  g_clear_pointer (&self->watch, cam_loop_watch_free);
  g_clear_pointer (&self->timer, cam_loop_timer_free);
  close (self->fd);
  self->fd = -1;
  unref (self);
}
