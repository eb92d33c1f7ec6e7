#include "ctl/daemon-link.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl/plain-line.h"

enum {
  PATIENCE_US = 35 * G_USEC_PER_SEC, /* the daemon itself gives up after 30 s */
  READ_BYTES = 64 * 1024,
};
#define MAX_ANSWER_BYTES (64U * 1024 * 1024)
#define SYSTEM_SOCKET "/run/camrelay/control.sock"

struct CamDaemonLink {
  int fd; /* owned */
};

char *
cam_daemon_link_find_socket (const char *named)
{
  const char *from_environment = g_getenv ("CAMRELAY_SOCKET");
  if (named != NULL)
    return g_strdup (named);
  if (from_environment != NULL && from_environment[0] != '\0')
    return g_strdup (from_environment);
  const char *runtime = g_getenv ("XDG_RUNTIME_DIR");
  g_autofree char *own = runtime != NULL ? g_build_filename (runtime, "camrelay", "control.sock", NULL) : NULL;
  if (own != NULL && geteuid () != 0 && g_file_test (own, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&own);
  return g_strdup (SYSTEM_SOCKET);
}

static void
set_connect_error (GError **error, const char *path, int number)
{
  if (number == EACCES || number == EPERM)
    g_set_error (error, CAM_CTL_ERROR, CAM_CTL_ERROR_PERMISSION,
                 "may not use '%s': only root, the daemon's user and members of its group may (try sudo)", path);
  else if (number == ENOENT || number == ECONNREFUSED || number == ENOTDIR)
    g_set_error (error, CAM_CTL_ERROR, CAM_CTL_ERROR_UNAVAILABLE,
                 "nobody answers at '%s': is the daemon running? (systemctl status camrelayd; --socket names another one)", path);
  else
    g_set_error (error, CAM_CTL_ERROR, CAM_CTL_ERROR_UNAVAILABLE, "cannot reach the daemon at '%s': %s", path, g_strerror (number));
}

CamDaemonLink *
cam_daemon_link_open (const char *socket_path, GError **error)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (g_strlcpy (address.sun_path, socket_path, sizeof address.sun_path) >= sizeof address.sun_path) {
    set_connect_error (error, socket_path, ENAMETOOLONG);
    return NULL;
  }
  const struct timeval patience = {.tv_sec = PATIENCE_US / G_USEC_PER_SEC}; /* of connect (), too: socket(7) */
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0)
    setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (fd < 0 || connect (fd, (const struct sockaddr *) &address, sizeof address) != 0) {
    set_connect_error (error, socket_path, errno);
    if (fd >= 0)
      close (fd);
    return NULL;
  }
  CamDaemonLink *self = g_new (CamDaemonLink, 1);
  *self = (CamDaemonLink){.fd = fd};
  return self;
}

void
cam_daemon_link_close (CamDaemonLink *self)
{
  if (self == NULL)
    return;
  close (self->fd);
  g_free (self);
}

/* ---- one request ---- */

static bool
fail_gone (GError **error)
{
  g_set_error_literal (error, CAM_CTL_ERROR, CAM_CTL_ERROR_UNAVAILABLE, "the daemon went away before it answered");
  return false;
}

/* False at the deadline, too. */
static bool
await (const CamDaemonLink *self, short events, int64_t deadline_us, GError **error)
{
  for (;;) {
    int64_t left_us = deadline_us - g_get_monotonic_time ();
    struct pollfd watch = {.fd = self->fd, .events = events};
    int count = left_us > 0 ? poll (&watch, 1, (int) (left_us / 1000) + 1) : 0;
    if (count > 0)
      return true;
    if (count == 0) {
      g_set_error_literal (error, CAM_CTL_ERROR, CAM_CTL_ERROR_UNAVAILABLE, "the daemon does not answer");
      return false;
    }
    if (errno != EINTR)
      return fail_gone (error);
  }
}

/* What was refused may still be answered: a peer that is turned away is told why without being asked anything. So an error here is none. */
static bool
send_all (const CamDaemonLink *self, const char *text, int64_t deadline_us, GError **error)
{
  size_t left = strlen (text);
  while (left > 0) {
    if (!await (self, POLLOUT, deadline_us, error))
      return false;
    ssize_t sent = send (self->fd, text, left, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EPIPE)
      return true;
    if (sent < 0 && errno != EAGAIN && errno != EINTR)
      return fail_gone (error);
    text += MAX (sent, 0);
    left -= (size_t) MAX (sent, 0);
  }
  return true;
}

/* The next line without its end; NULL with an error. */
static char *
receive_line (const CamDaemonLink *self, int64_t deadline_us, GError **error)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *buffer = g_malloc (READ_BYTES);
  while (line->len < MAX_ANSWER_BYTES) {
    if (!await (self, POLLIN, deadline_us, error))
      return NULL;
    ssize_t got = recv (self->fd, buffer, READ_BYTES, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
      continue;
    if (got <= 0) {
      fail_gone (error);
      return NULL;
    }
    g_string_append_len (line, buffer, got);
    if (line->str[line->len - 1] == '\n') {
      g_string_truncate (line, line->len - 1);
      return g_string_free (g_steal_pointer (&line), FALSE);
    }
  }
  g_set_error_literal (error, CAM_CTL_ERROR, CAM_CTL_ERROR_SYSTEM, "the daemon's answer is too long");
  return NULL;
}

/* What the daemon's word for an error means here. */
static CamCtlError
translate (const char *code)
{
  static const struct {
    const char *word;
    CamCtlError code;
  } rows[] = {
      {"bad-request", CAM_CTL_ERROR_USAGE}, {"not-found", CAM_CTL_ERROR_USAGE},     {"conflict", CAM_CTL_ERROR_USAGE},
      {"invalid", CAM_CTL_ERROR_CONFIG},    {"forbidden", CAM_CTL_ERROR_PERMISSION}, {"busy", CAM_CTL_ERROR_UNAVAILABLE},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (g_str_equal (rows[i].word, code))
      return rows[i].code;
  }
  return CAM_CTL_ERROR_SYSTEM;
}

static void
set_answer_error (GError **error, JsonObject *answer)
{
  enum { LINE_CHARACTERS = 500 };
  JsonNode *node = json_object_get_member (answer, "error");
  JsonObject *said = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *message = cam_plain_line (said != NULL ? json_object_get_string_member_with_default (said, "message", "") : "", LINE_CHARACTERS);
  g_string_append (text, message);
  JsonNode *details = said != NULL ? json_object_get_member (said, "details") : NULL;
  for (guint i = 0; details != NULL && JSON_NODE_HOLDS_ARRAY (details) && i < json_array_get_length (json_node_get_array (details)); i++) {
    const char *detail = json_node_get_string (json_array_get_element (json_node_get_array (details), i));
    g_autofree char *plain = cam_plain_line (detail != NULL ? detail : "", LINE_CHARACTERS);
    g_string_append_printf (text, "\n  %s", plain);
  }
  g_set_error_literal (error, CAM_CTL_ERROR, translate (said != NULL ? json_object_get_string_member_with_default (said, "code", "") : ""), text->str);
}

static JsonNode *
read_answer (const char *line, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root = json_parser_load_from_data (parser, line, -1, NULL) ? json_parser_get_root (parser) : NULL;
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root)) {
    g_set_error_literal (error, CAM_CTL_ERROR, CAM_CTL_ERROR_SYSTEM, "the daemon's answer cannot be read");
    return NULL;
  }
  JsonObject *answer = json_node_get_object (root);
  JsonNode *result = json_object_get_member (answer, "result");
  if (json_object_get_boolean_member_with_default (answer, "ok", FALSE) && result != NULL)
    return json_node_copy (result);
  set_answer_error (error, answer);
  return NULL;
}

JsonNode *
cam_daemon_link_ask (CamDaemonLink *self, const char *verb, JsonObject *arguments, GError **error)
{
  int64_t deadline_us = g_get_monotonic_time () + PATIENCE_US;
  g_autoptr (JsonObject) request = arguments != NULL ? arguments : json_object_new ();
  json_object_set_string_member (request, "verb", verb);
  g_autoptr (JsonNode) node = json_node_alloc ();
  json_node_init_object (node, request);
  g_autofree char *text = json_to_string (node, FALSE);
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  if (!send_all (self, line, deadline_us, error))
    return NULL;
  g_autofree char *answer = receive_line (self, deadline_us, error);
  return answer != NULL ? read_answer (answer, error) : NULL;
}

bool
cam_daemon_link_wait (CamDaemonLink *self, int timeout_ms)
{
  struct pollfd watch = {.fd = self->fd, .events = POLLIN}; /* nothing was asked: what comes is the end */
  return poll (&watch, 1, timeout_ms) == 0;
}
