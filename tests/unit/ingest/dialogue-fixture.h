/* A dialogue on a hand-turned clock and a camera that answers what the test says.
 * Thread: the test's. Owner: the test. */
#pragma once

#include "ingest/camera-dialogue.h"

#include <string.h>

#define S ((int64_t) G_USEC_PER_SEC)
#define START_US (1000 * S)

#define SDP_VIDEO                                                                                                                          \
  "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\na=control:*\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 "               \
  "H264/90000\r\na=control:trackID=1\r\n"
#define SDP_BOTH SDP_VIDEO "m=audio 0 RTP/AVP 8\r\na=control:trackID=2\r\n"

typedef struct {
  CamCameraDialogue *dialogue; /* owned */
  int64_t now_us;
  CamDialogueAct act; /* of the last step */
  char *sent;         /* owned; what the last step wrote, NULL for nothing */
} Fixture;

static inline void
begin (Fixture *self, const char *username, const char *password, bool wants_audio)
{
  g_autoptr (CamSecret) secret = password != NULL ? cam_secret_new (password, -1) : NULL;
  cam_camera_dialogue_free (self->dialogue);
  self->dialogue = cam_camera_dialogue_new (&(CamCameraDialogueSetup){
      .url = "rtsp://cam.test/live", .username = username, .password = secret, .cnonce = "0123456789abcdef", .wants_audio = wants_audio});
  g_assert_nonnull (self->dialogue);
  self->now_us = START_US;
}

static inline void
set_up (Fixture *self, gconstpointer data)
{
  begin (self, NULL, NULL, true);
}

static inline void
tear_down (Fixture *self, gconstpointer data)
{
  cam_camera_dialogue_free (self->dialogue);
  g_free (self->sent);
}

static inline void
note_step (Fixture *self, CamDialogueAct act, GBytes *output /* (transfer full), nullable */)
{
  g_free (self->sent);
  self->act = act;
  self->sent = output != NULL ? g_strndup (g_bytes_get_data (output, NULL), g_bytes_get_size (output)) : NULL;
  g_clear_pointer (&output, g_bytes_unref);
}

static inline void
connect_camera (Fixture *self)
{
  GBytes *output = NULL;
  CamDialogueAct act = cam_camera_dialogue_connected (self->dialogue, self->now_us, &output);
  note_step (self, act, output);
}

static inline void
tick_at (Fixture *self, int64_t now_us)
{
  GBytes *output = NULL;
  self->now_us = now_us;
  CamDialogueAct act = cam_camera_dialogue_tick (self->dialogue, now_us, &output);
  note_step (self, act, output);
}

static inline void
leave_camera (Fixture *self)
{
  GBytes *output = NULL;
  CamDialogueAct act = cam_camera_dialogue_leave (self->dialogue, self->now_us, &output);
  note_step (self, act, output);
}

static inline void
take (Fixture *self, CamRtspMessage *message /* (transfer full) */)
{
  GBytes *output = NULL;
  CamDialogueAct act = cam_camera_dialogue_take (self->dialogue, message, self->now_us, &output);
  cam_rtsp_message_free (message);
  note_step (self, act, output);
}

/* The camera answers with @status, @headers ("Name: value" lines, nullable) and @body (nullable). */
static inline void
answer (Fixture *self, int status, const char *headers, const char *body)
{
  CamRtspMessage *message = cam_rtsp_message_new_response (status, cam_rtsp_status_phrase (status));
  g_auto (GStrv) lines = g_strsplit (headers != NULL ? headers : "", "\n", -1);
  for (char **line = lines; *line != NULL && **line != '\0'; line++) {
    g_auto (GStrv) parts = g_strsplit (*line, ": ", 2);
    cam_rtsp_message_add (message, parts[0], parts[1]);
  }
  if (body != NULL)
    cam_rtsp_message_set_body (message, body, strlen (body));
  take (self, message);
}

static inline void
assert_request (const Fixture *self, const char *line)
{
  g_autofree char *start = g_strdup_printf ("%s RTSP/1.0\r\n", line);
  g_assert_nonnull (self->sent);
  if (!g_str_has_prefix (self->sent, start))
    g_test_message ("expected '%s', sent '%s'", line, self->sent);
  g_assert_true (g_str_has_prefix (self->sent, start));
}

static inline void
assert_header (const Fixture *self, const char *line)
{
  g_autofree char *whole = g_strdup_printf ("\r\n%s\r\n", line);
  if (strstr (self->sent, whole) == NULL)
    g_test_message ("no '%s' in '%s'", line, self->sent);
  g_assert_nonnull (strstr (self->sent, whole));
}

static inline void
assert_failed (const Fixture *self, CamReason reason, const char *part)
{
  const char *detail = NULL;
  g_assert_cmpint (self->act, ==, CAM_DIALOGUE_FAILED);
  CamReason found = cam_camera_dialogue_get_failure (self->dialogue, &detail);
  g_test_message ("%s", detail);
  g_assert_cmpstr (cam_reason_word (found), ==, cam_reason_word (reason));
  g_assert_nonnull (strstr (detail, part));
}

static inline void
describe (Fixture *self, const char *headers, const char *sdp)
{
  connect_camera (self);
  answer (self, 200, "Public: OPTIONS, DESCRIBE, GET_PARAMETER", NULL);
  assert_request (self, "DESCRIBE rtsp://cam.test/live");
  answer (self, 200, headers, sdp);
}

static inline void
play (Fixture *self)
{
  describe (self, NULL, SDP_VIDEO);
  answer (self, 200, "Session: abc;timeout=30\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1", NULL);
  g_assert_cmpint (self->act, ==, CAM_DIALOGUE_READY);
  answer (self, 200, NULL, NULL);
  g_assert_cmpint (self->act, ==, CAM_DIALOGUE_PLAYING);
}
