/* A camera on 127.0.0.1 that does with each connection what the test's function says; blocking sockets with a deadline, a thread of its
 * own. Thread: the test's, but for the script. Owner: the test. */
#pragma once

#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CAMERA_SDP                                                                                                                         \
  "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"                                    \
  "a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LAHtkDxWhAAAADAEAAAAwDxYuS,aMuMsg==\r\n"                                          \
  "a=control:trackID=1\r\n"

typedef struct ScriptedCamera ScriptedCamera;
typedef void (*CameraScript) (ScriptedCamera *camera, int fd);

struct ScriptedCamera {
  int listener; /* owned */
  unsigned port;
  CameraScript script;
  const char *sdp; /* borrowed; NULL: CAMERA_SDP */
  GThread *thread;    /* owned */
  int connections;    /* atomic */
  int teardowns;      /* atomic */
  char request[8192]; /* the newest; the script's */
  unsigned cseq;      /* of request */
  uint16_t sequence;
  uint32_t time;
};

/* The script's. Reads one request; false: the other side has closed. Interleaved frames before it are passed over. */
static inline bool
read_request (ScriptedCamera *self, int fd)
{
  size_t length = 0;
  uint8_t byte = 0;
  while (recv (fd, &byte, 1, 0) == 1) {
    if (length == 0 && byte == '$') {
      uint8_t head[3];
      uint8_t body[2048];
      if (recv (fd, head, 3, MSG_WAITALL) != 3)
        return false;
      size_t size = (size_t) head[1] << 8 | head[2];
      if (size > sizeof body || recv (fd, body, size, MSG_WAITALL) != (ssize_t) size)
        return false;
      continue;
    }
    g_assert_cmpuint (length, <, sizeof self->request - 1);
    self->request[length++] = (char) byte;
    self->request[length] = '\0';
    if (!g_str_has_suffix (self->request, "\r\n\r\n"))
      continue;
    const char *cseq = strstr (self->request, "CSeq: ");
    g_assert_nonnull (cseq);
    self->cseq = (unsigned) g_ascii_strtoull (cseq + 6, NULL, 10);
    if (g_str_has_prefix (self->request, "TEARDOWN "))
      g_atomic_int_inc (&self->teardowns);
    return true;
  }
  return false;
}

static inline bool
send_all (int fd, const void *data, size_t size)
{
  const uint8_t *bytes = data;
  while (size > 0) {
    ssize_t sent = send (fd, bytes, size, MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    bytes += sent;
    size -= (size_t) sent;
  }
  return true;
}

/* The script's. Answers the newest request; @headers: whole lines, @body: text, both nullable. */
static inline void
reply (ScriptedCamera *self, int fd, const char *status, const char *headers, const char *body)
{
  g_autofree char *text =
      g_strdup_printf ("RTSP/1.0 %s\r\nCSeq: %u\r\n%sContent-Length: %zu\r\n\r\n%s", status, self->cseq, headers != NULL ? headers : "",
                       body != NULL ? strlen (body) : (size_t) 0, body != NULL ? body : "");
  send_all (fd, text, strlen (text));
}

/* The script's. One picture in one packet on channel 0, padded to @size bytes of payload. */
static inline bool
send_picture (ScriptedCamera *self, int fd, bool is_key, uint16_t size)
{
  g_autofree uint8_t *frame = g_malloc (16 + (size_t) size);
  memset (frame, 0x5a, 16 + (size_t) size);
  uint16_t length = (uint16_t) (12 + size);
  self->sequence++;
  self->time += 3600;
  const uint8_t head[] = {'$',
                          0,
                          (uint8_t) (length >> 8),
                          (uint8_t) length,
                          0x80,
                          0xe0,
                          (uint8_t) (self->sequence >> 8),
                          (uint8_t) self->sequence,
                          (uint8_t) (self->time >> 24),
                          (uint8_t) (self->time >> 16),
                          (uint8_t) (self->time >> 8),
                          (uint8_t) self->time,
                          0,
                          0,
                          0,
                          9,
                          is_key ? 0x65 : 0x41,
                          0x88,
                          0x84,
                          0x21};
  memcpy (frame, head, sizeof head);
  return send_all (fd, frame, 16 + (size_t) size);
}

static inline const char *
get_sdp (const ScriptedCamera *self)
{
  return self->sdp != NULL ? self->sdp : CAMERA_SDP;
}

/* The script's. Answers as a good camera up to PLAY, which is answered too. */
static inline bool
serve_until_play (ScriptedCamera *self, int fd)
{
  while (read_request (self, fd)) {
    bool is_describe = g_str_has_prefix (self->request, "DESCRIBE ");
    bool is_setup = g_str_has_prefix (self->request, "SETUP ");
    reply (self, fd, "200 OK", is_setup ? "Session: s1;timeout=60\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n" : NULL,
           is_describe ? get_sdp (self) : NULL);
    if (g_str_has_prefix (self->request, "PLAY "))
      return true;
  }
  return false;
}

/* The script's. Answers with 200 until the other side closes. */
static inline void
serve_until_close (ScriptedCamera *self, int fd)
{
  while (read_request (self, fd))
    reply (self, fd, "200 OK", NULL, NULL);
}

static inline gpointer
run_camera (gpointer data)
{
  ScriptedCamera *self = data;
  int fd = -1;
  while ((fd = accept (self->listener, NULL, NULL)) >= 0) {
    struct timeval deadline = {.tv_sec = 20};
    setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
    setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof deadline);
    g_atomic_int_inc (&self->connections);
    self->script (self, fd);
    close (fd);
  }
  return NULL;
}

static inline void
start_camera (ScriptedCamera *self, CameraScript script)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  self->script = script;
  self->listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (self->listener, (struct sockaddr *) &address, length), ==, 0);
  g_assert_cmpint (listen (self->listener, 16), ==, 0);
  g_assert_cmpint (getsockname (self->listener, (struct sockaddr *) &address, &length), ==, 0);
  self->port = ntohs (address.sin_port);
  self->thread = g_thread_new ("camera", run_camera, self);
}

/* After the client has gone: the script sees its connection close. */
static inline void
stop_camera (ScriptedCamera *self)
{
  if (self->thread == NULL)
    return;
  shutdown (self->listener, SHUT_RDWR);
  g_thread_join (g_steal_pointer (&self->thread));
  close (self->listener);
}
