#include "camera-viewer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/rtsp-framing.h"
#include "wire/rtsp-uri.h"

#define READ_BYTES 4096
#define BODY_BYTES 4096
#define OUTBOX_BYTES (4 * 1024 * 1024) /* a viewer further behind than this is closed */
#define SESSION "51ca3e7a;timeout=60"

struct BenchViewer {
  const BenchViewerHouse *house; /* borrowed */
  int fd;
  CamLoopWatch *watch; /* owned */
  CamRtspFraming *framing;
  GByteArray *outbox;  /* owned; what the socket did not take */
  BenchCamera *camera; /* borrowed; plays; NULL: none yet */
  bool has_track[CAM_N_TRACKS];
  bool is_over; /* TEARDOWN was answered */
};

static void
send_bytes (BenchViewer *self, const uint8_t *data, size_t size)
{
  ssize_t sent = 0;
  if (self->outbox->len == 0)
    sent = send (self->fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0)
    sent = 0; /* the socket is full, or gone and then the watch tells */
  if ((size_t) sent == size)
    return;
  if (self->outbox->len + size > OUTBOX_BYTES) {
    shutdown (self->fd, SHUT_RDWR);
    return;
  }
  g_byte_array_append (self->outbox, data + sent, (guint) (size - (size_t) sent));
  cam_loop_watch_set_events (self->watch, EPOLLIN | EPOLLOUT);
}

static void
flush_outbox (BenchViewer *self)
{
  if (self->outbox->len > 0) {
    ssize_t sent = send (self->fd, self->outbox->data, self->outbox->len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0)
      g_byte_array_remove_range (self->outbox, 0, (guint) sent);
  }
  if (self->outbox->len == 0)
    cam_loop_watch_set_events (self->watch, EPOLLIN);
}

void
bench_viewer_send (gpointer viewer, CamTrackKind track, const uint8_t *run, size_t size)
{
  BenchViewer *self = viewer;
  if (self->has_track[track])
    send_bytes (self, run, size);
}

/* "/cam12/track1": the camera, and in @ret_track 1; NULL: none of ours. */
static BenchCamera *
find_camera (const BenchViewer *self, const char *uri, unsigned *ret_track)
{
  const char *path = cam_rtsp_uri_get_path (uri);
  if (path == NULL || !g_str_has_prefix (path, "/cam") || !g_ascii_isdigit (path[4]))
    return NULL;
  char *end;
  unsigned long number = strtoul (path + 4, &end, 10);
  *ret_track = g_str_has_prefix (end, "/track1") ? CAM_TRACK_AUDIO : CAM_TRACK_VIDEO;
  return number < self->house->cameras->len ? self->house->cameras->pdata[number] : NULL;
}

static CamRtspMessage *
answer_describe (BenchViewer *self, const CamRtspMessage *request)
{
  CamRtspMessage *answer = cam_rtsp_message_new_response (200, cam_rtsp_status_phrase (200));
  cam_rtsp_message_addf (answer, "Content-Base", "%s/", request->uri);
  cam_rtsp_message_add (answer, "Content-Type", "application/sdp");
  cam_rtsp_message_set_body (answer, self->house->sdp, strlen (self->house->sdp));
  return answer;
}

static CamRtspMessage *
answer_setup (BenchViewer *self, const CamRtspMessage *request, unsigned track)
{
  const char *transport = cam_rtsp_message_get (request, "Transport", 0);
  if (transport == NULL || strstr (transport, "RTP/AVP/TCP") == NULL)
    return cam_rtsp_message_new_response (461, cam_rtsp_status_phrase (461));
  CamRtspMessage *answer = cam_rtsp_message_new_response (200, cam_rtsp_status_phrase (200));
  cam_rtsp_message_addf (answer, "Transport", "RTP/AVP/TCP;unicast;interleaved=%u-%u", 2 * track, 2 * track + 1);
  self->has_track[track] = true;
  return answer;
}

static CamRtspMessage *
answer_request (BenchViewer *self, const CamRtspMessage *request)
{
  unsigned track = 0;
  BenchCamera *camera = find_camera (self, request->uri, &track);
  if (g_str_equal (request->method, "OPTIONS")) {
    CamRtspMessage *answer = cam_rtsp_message_new_response (200, cam_rtsp_status_phrase (200));
    cam_rtsp_message_add (answer, "Public", "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN");
    return answer;
  }
  if (camera == NULL)
    return cam_rtsp_message_new_response (404, cam_rtsp_status_phrase (404));
  if (g_str_equal (request->method, "DESCRIBE"))
    return answer_describe (self, request);
  if (g_str_equal (request->method, "SETUP"))
    return answer_setup (self, request, track);
  if (g_str_equal (request->method, "PLAY"))
    self->camera = camera;
  else if (g_str_equal (request->method, "TEARDOWN"))
    self->is_over = true;
  else if (!g_str_equal (request->method, "GET_PARAMETER"))
    return cam_rtsp_message_new_response (501, cam_rtsp_status_phrase (501));
  return cam_rtsp_message_new_response (200, cam_rtsp_status_phrase (200));
}

static void
handle_message (BenchViewer *self, const CamRtspMessage *message)
{
  if (!message->is_request)
    return;
  g_autoptr (CamRtspMessage) answer = answer_request (self, message);
  const char *sequence = cam_rtsp_message_get (message, "CSeq", 0);
  cam_rtsp_message_add (answer, "CSeq", sequence != NULL ? sequence : "0");
  cam_rtsp_message_add (answer, "Session", SESSION);
  g_autoptr (GBytes) bytes = cam_rtsp_message_serialise (answer);
  size_t size;
  const uint8_t *data = g_bytes_get_data (bytes, &size);
  send_bytes (self, data, size);
  if (self->camera != NULL)
    bench_camera_add_viewer (self->camera, self);
}

/* False: the connection is at its end. */
static bool
handle_frames (BenchViewer *self)
{
  CamFrame frame;
  while (cam_rtsp_framing_next (self->framing, &frame) != CAM_FRAME_NONE) {
    if (frame.kind == CAM_FRAME_ERROR)
      return false;
    if (frame.kind != CAM_FRAME_MESSAGE) /* receiver reports: nobody here reads them */
      continue;
    g_autoptr (CamRtspMessage) message = frame.message;
    handle_message (self, message);
  }
  return !self->is_over;
}

static bool
read_socket (BenchViewer *self)
{
  size_t room;
  uint8_t *into = cam_rtsp_framing_get_room (self->framing, READ_BYTES, &room);
  ssize_t got = recv (self->fd, into, room, MSG_DONTWAIT);
  if (got < 0)
    return errno == EAGAIN || errno == EINTR;
  cam_rtsp_framing_commit (self->framing, (size_t) got);
  return got > 0 && handle_frames (self);
}

static void
on_event (gpointer data, uint32_t events)
{
  BenchViewer *self = data;
  if ((events & EPOLLOUT) != 0)
    flush_outbox (self);
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && !read_socket (self))
    self->house->on_gone (self, self->house->data);
}

BenchViewer *
bench_viewer_new (const BenchViewerHouse *house, int fd)
{
  BenchViewer *self = g_new0 (BenchViewer, 1);
  self->house = house;
  self->fd = fd;
  self->framing = cam_rtsp_framing_new (BODY_BYTES, false);
  self->outbox = g_byte_array_new ();
  self->watch = cam_loop_watch_new (house->loop, fd, EPOLLIN, on_event, self);
  g_assert (self->watch != NULL);
  return self;
}

void
bench_viewer_free (BenchViewer *self)
{
  if (self->camera != NULL)
    bench_camera_remove_viewer (self->camera, self);
  cam_loop_watch_free (self->watch);
  close (self->fd);
  cam_rtsp_framing_free (self->framing);
  g_byte_array_unref (self->outbox);
  g_free (self);
}
