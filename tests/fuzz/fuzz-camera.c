/* A whole camera: what comes from the wire goes through framing, dialogue, tracks and depacketizers, as rtsp-client-source would have it.
 * Whatever comes: times rise, units have a bounded size, nothing is delivered before it was described. Thread: one. Owner: none. */
#include <string.h>

#include "camrelay/limits.h"
#include "ingest/camera-dialogue.h"
#include "ingest/rtsp-tracks.h"
#include "wire/rtsp-framing.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#define STEP_US 20000

typedef struct {
  CamIngestSink sink;          /* first */
  CamCameraDialogue *dialogue; /* owned */
  CamRtspTracks *tracks;       /* owned; NULL before PLAY */
  int64_t now_us;
  bool is_described;
  bool is_over;
  int64_t last_dts_ns[CAM_N_TRACKS];
} FuzzedCamera;

static int64_t
take_description (CamIngestSink *sink, CamStreamDescription *description)
{
  FuzzedCamera *self = (FuzzedCamera *) sink;
  g_assert_true (description->tracks[CAM_TRACK_VIDEO] != NULL || description->tracks[CAM_TRACK_AUDIO] != NULL);
  self->is_described = true;
  return MAX (self->last_dts_ns[CAM_TRACK_VIDEO], self->last_dts_ns[CAM_TRACK_AUDIO]);
}

static bool
take_unit (CamIngestSink *sink,
           CamTrackKind track,
           const uint8_t *data,
           size_t size,
           bool is_key,
           bool is_damaged,
           int64_t pts_ns,
           int64_t dts_ns,
           int64_t arrived_us)
{
  FuzzedCamera *self = (FuzzedCamera *) sink;
  g_assert_true (self->is_described);
  g_assert_cmpuint (size, <=, CAM_LIMIT_UNIT_BYTES);
  g_assert_cmpint (dts_ns, >, self->last_dts_ns[track]);
  g_assert_cmpint (pts_ns, >=, dts_ns);
  self->last_dts_ns[track] = dts_ns;
  return true;
}

static void
start_tracks (FuzzedCamera *self)
{
  cam_rtsp_tracks_free (self->tracks);
  self->tracks = cam_rtsp_tracks_new (&self->sink, NULL, 1);
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++) {
    CamRtspGrant grant;
    if (cam_camera_dialogue_get_grant (self->dialogue, (CamTrackKind) kind, &grant))
      g_assert_true (cam_rtsp_tracks_add (self->tracks, (CamTrackKind) kind, &grant));
  }
  cam_rtsp_tracks_begin (self->tracks, 5 * G_USEC_PER_SEC, 5 * G_USEC_PER_SEC, self->now_us);
}

static void
apply (FuzzedCamera *self, CamDialogueAct act, GBytes *output /* (transfer full), nullable */)
{
  const char *detail = NULL;
  g_clear_pointer (&output, g_bytes_unref);
  switch (act) {
  case CAM_DIALOGUE_WAIT:
  case CAM_DIALOGUE_PLAYING:
    break;
  case CAM_DIALOGUE_DIAL: /* the same bytes go on as the next camera's */
    act = cam_camera_dialogue_connected (self->dialogue, self->now_us, &output);
    g_assert_cmpint (act, ==, CAM_DIALOGUE_WAIT);
    g_clear_pointer (&output, g_bytes_unref);
    break;
  case CAM_DIALOGUE_READY:
    start_tracks (self);
    break;
  case CAM_DIALOGUE_FAILED:
    g_assert_cmpint (cam_camera_dialogue_get_failure (self->dialogue, &detail), !=, CAM_REASON_NONE);
    g_assert_nonnull (detail);
    self->is_over = true;
    break;
  case CAM_DIALOGUE_LEFT:
    self->is_over = true;
    break;
  }
}

static void
take_frame (FuzzedCamera *self, const CamFrame *frame)
{
  GBytes *output = NULL;
  self->now_us += STEP_US;
  if (frame->kind == CAM_FRAME_DATA) {
    if (self->tracks != NULL)
      cam_rtsp_tracks_take (self->tracks, frame->channel, frame->data, frame->size, self->now_us);
    return;
  }
  g_autoptr (CamRtspMessage) message = frame->message;
  CamDialogueAct act = cam_camera_dialogue_take (self->dialogue, message, self->now_us, &output);
  apply (self, act, output);
}

static void
finish (FuzzedCamera *self)
{
  GBytes *output = NULL;
  if (self->tracks != NULL) {
    g_autoptr (GByteArray) reports = g_byte_array_new ();
    g_autofree char *detail = NULL;
    cam_rtsp_tracks_report (self->tracks, INT64_MAX / 2, reports);
    cam_rtsp_tracks_check (self->tracks, INT64_MAX / 2, &detail);
  }
  if (cam_camera_dialogue_get_session (self->dialogue) != NULL)
    g_free (cam_camera_dialogue_dup_session_url (self->dialogue));
  g_assert_cmpint (cam_camera_dialogue_get_retry_after_us (self->dialogue), >=, 0);
  cam_camera_dialogue_leave (self->dialogue, self->now_us, &output);
  g_clear_pointer (&output, g_bytes_unref);
  cam_rtsp_tracks_free (self->tracks);
  cam_camera_dialogue_free (self->dialogue);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  FuzzedCamera camera = {.sink = {.describe = take_description, .unit = take_unit}, .now_us = 1000 * G_USEC_PER_SEC};
  GBytes *output = NULL;
  g_autoptr (CamSecret) password = cam_secret_new ("secret", -1);
  camera.dialogue = cam_camera_dialogue_new (&(CamCameraDialogueSetup){
      .url = "rtsp://cam.test/live", .username = "viewer", .password = password, .cnonce = "0123456789abcdef", .wants_audio = true});
  CamDialogueAct act = cam_camera_dialogue_connected (camera.dialogue, camera.now_us, &output);
  apply (&camera, act, output);
  CamRtspFraming *framing = cam_rtsp_framing_new (CAM_LIMIT_BODY_BYTES, true);
  size_t room = 0;
  memcpy (cam_rtsp_framing_get_room (framing, size, &room), data, size);
  cam_rtsp_framing_commit (framing, size);
  CamFrame frame;
  CamFrameKind kind = CAM_FRAME_NONE;
  while (!camera.is_over && (kind = cam_rtsp_framing_next (framing, &frame)) != CAM_FRAME_NONE && kind != CAM_FRAME_ERROR)
    take_frame (&camera, &frame);
  finish (&camera);
  cam_rtsp_framing_free (framing);
  return 0;
}
