/* What the seam leans on in gst-rtsp-server, held against the library that is installed here. */
#include "serve/rtsp-client.h"
#include "serve/rtsp-media.h"

#include <dirent.h>
#include <string.h>

static const CamSoundWish as_configured = {.is_asked = false};

typedef struct {
  CamCameraConfig *camera;
  CamStreamHub *hub;
  CamLoopThread *loop;
  CamRtspFactory *factory;
  CamRtspMounts *mounts;
  GInetAddress *local;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  fixture->camera = cam_camera_config_new ("cam");
  fixture->hub = cam_stream_hub_new ("cam", "main");
  fixture->loop = cam_loop_thread_new ("media-0", &error);
  g_assert_no_error (error);
  fixture->factory = cam_rtsp_factory_new (fixture->camera, CAM_STREAM_MAIN, fixture->hub, fixture->loop);
  fixture->mounts = cam_rtsp_mounts_new ();
  cam_rtsp_mounts_publish (fixture->mounts, fixture->factory);
  fixture->local = g_inet_address_new_from_string ("192.0.2.7");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  cam_rtsp_mounts_free (fixture->mounts);
  g_object_unref (fixture->factory);
  cam_loop_thread_quit (fixture->loop);
  g_assert_true (cam_loop_thread_join (fixture->loop, 10 * G_USEC_PER_SEC));
  cam_stream_hub_unref (fixture->hub);
  cam_camera_config_unref (fixture->camera);
  g_object_unref (fixture->local);
}

static void
describe_stream (Fixture *fixture, CamCodec video, CamCodec audio)
{
  g_autoptr (CamTrack) picture = video != CAM_CODEC_NONE ? cam_track_new (video) : NULL;
  g_autoptr (CamTrack) sound = audio != CAM_CODEC_NONE ? cam_track_new (audio) : NULL;
  if (sound != NULL) {
    sound->sample_rate = 8000;
    sound->channels = 1;
  }
  g_autoptr (CamStreamDescription) description = cam_stream_description_new (picture, sound);
  cam_stream_hub_set_description (fixture->hub, description);
}

static unsigned
count_entries (const char *path)
{
  unsigned n = 0;
  DIR *directory = opendir (path);
  while (readdir (directory) != NULL)
    n++;
  closedir (directory);
  return n;
}

static void
test_the_answer_is_an_sdp (Fixture *fixture, gconstpointer data)
{
  fixture->camera->description = (g_free (fixture->camera->description), g_strdup ("Front\r\ndoor"));
  describe_stream (fixture, CAM_CODEC_H264, CAM_CODEC_PCMU);
  int status = 0;
  g_autofree char *text = cam_rtsp_client_describe (fixture->mounts, fixture->factory, as_configured, fixture->local, &status);
  g_assert_cmpint (status, ==, 200);
  GstSDPMessage *sdp = NULL;
  gst_sdp_message_new_from_text (text, &sdp);
  g_assert_cmpstr (gst_sdp_message_get_origin (sdp)->addr, ==, "192.0.2.7");
  g_assert_cmpstr (gst_sdp_message_get_origin (sdp)->sess_version, ==, "1");
  g_assert_cmpstr (gst_sdp_message_get_session_name (sdp), ==, "Front  door");
  g_assert_cmpuint (gst_sdp_message_medias_len (sdp), ==, 2);
  for (unsigned i = 0; i < 2; i++) {
    const GstSDPMedia *media = gst_sdp_message_get_media (sdp, i);
    g_autofree char *control = g_strdup_printf ("stream=%u", i);
    g_autofree char *ssrc = g_strdup_printf ("%u ", cam_rtsp_factory_get_ssrc (fixture->factory, i));
    g_assert_cmpstr (gst_sdp_media_get_proto (media), ==, "RTP/AVP");
    g_assert_cmpstr (gst_sdp_media_get_attribute_val (media, "control"), ==, control);
    g_assert_true (g_str_has_prefix (gst_sdp_media_get_attribute_val (media, "ssrc"), ssrc));
  }
  gst_sdp_message_free (sdp);
}

static void
test_ipv6_and_sound_alone (Fixture *fixture, gconstpointer data)
{
  describe_stream (fixture, CAM_CODEC_NONE, CAM_CODEC_PCMA);
  g_autoptr (GInetAddress) local = g_inet_address_new_from_string ("2001:db8::7");
  int status = 0;
  g_autofree char *text = cam_rtsp_client_describe (fixture->mounts, fixture->factory, as_configured, local, &status);
  g_assert_cmpint (status, ==, 200);
  g_assert_nonnull (strstr (text, "IN IP6 2001:db8::7\r\n"));
  g_assert_nonnull (strstr (text, "c=IN IP6 ::\r\n"));
  g_assert_null (strstr (text, "m=video"));
  g_assert_nonnull (strstr (text, "m=audio 0 RTP/AVP 8\r\n"));
  g_assert_nonnull (strstr (text, "a=control:stream=0\r\n"));
}

static void
test_another_stream_is_another_version (Fixture *fixture, gconstpointer data)
{
  int status = 0;
  describe_stream (fixture, CAM_CODEC_H264, CAM_CODEC_PCMA);
  g_autofree char *first = cam_rtsp_client_describe (fixture->mounts, fixture->factory, as_configured, fixture->local, &status);
  describe_stream (fixture, CAM_CODEC_H265, CAM_CODEC_PCMA);
  g_autofree char *second = cam_rtsp_client_describe (fixture->mounts, fixture->factory, as_configured, fixture->local, &status);
  g_assert_nonnull (strstr (first, " 1 IN IP4"));
  g_assert_nonnull (strstr (second, " 2 IN IP4"));
}

static void
test_an_unknown_stream_is_unavailable (Fixture *fixture, gconstpointer data)
{
  int status = 0;
  g_autofree char *text = cam_rtsp_client_describe (fixture->mounts, fixture->factory, as_configured, fixture->local, &status);
  g_assert_null (text);
  g_assert_cmpint (status, ==, 503);
}

static void
test_the_sound_is_what_is_asked_for (Fixture *fixture, gconstpointer data)
{
  static const struct {
    CamSoundWish wish;
    const char *line; /* of the SDP; NULL: there is no sound */
  } rows[] = {
      {{false, CAM_SOUND_COPY}, "m=audio 0 RTP/AVP 8\r\n"},
      {{true, CAM_SOUND_COPY}, "m=audio 0 RTP/AVP 8\r\n"},
      {{true, CAM_SOUND_OPUS}, " OPUS/48000/2\r\n"},
      {{true, CAM_SOUND_AAC}, " MPEG4-GENERIC/"},
      {{true, CAM_SOUND_NONE}, NULL},
  };
  describe_stream (fixture, CAM_CODEC_H264, CAM_CODEC_PCMA);
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    int status = 0;
    g_autofree char *text = cam_rtsp_client_describe (fixture->mounts, fixture->factory, rows[i].wish, fixture->local, &status);
    g_assert_cmpint (status, ==, 200);
    g_assert_nonnull (strstr (text, "m=video"));
    if (rows[i].line != NULL)
      g_assert_nonnull (strcasestr (text, rows[i].line));
    else
      g_assert_null (strstr (text, "m=audio"));
  }
}

/* The mount points match by prefix: a mount that is gone must not be answered by another. */
static void
test_a_withdrawn_mount_is_not_found (Fixture *fixture, gconstpointer data)
{
  describe_stream (fixture, CAM_CODEC_H264, CAM_CODEC_NONE);
  g_autoptr (CamStreamHub) hub = cam_stream_hub_new ("cam", "sub");
  g_autoptr (CamRtspFactory) sub = cam_rtsp_factory_new (fixture->camera, CAM_STREAM_SUB, hub, fixture->loop);
  int status = 0;
  g_autofree char *text = cam_rtsp_client_describe (fixture->mounts, sub, as_configured, fixture->local, &status);
  g_assert_null (text);
  g_assert_cmpint (status, ==, 404);
  cam_rtsp_mounts_withdraw (fixture->mounts, fixture->factory);
  g_autofree char *none = cam_rtsp_client_describe (fixture->mounts, fixture->factory, as_configured, fixture->local, &status);
  g_assert_null (none);
  g_assert_cmpint (status, ==, 404);
  g_assert_null (cam_rtsp_mounts_find (fixture->mounts, "cam", CAM_STREAM_MAIN));
}

static void
on_media_gone (gpointer data, GObject *media)
{
  (*(unsigned *) data)--;
}

static void
on_media_constructed (GstRTSPMediaFactory *factory, GstRTSPMedia *media, gpointer data)
{
  (*(unsigned *) data)++;
  g_object_weak_ref (G_OBJECT (media), on_media_gone, data);
}

/* No thread, no descriptor, no session, no media is left; the media was prepared by its parent's unsuspend. */
static void
test_nothing_stays (Fixture *fixture, gconstpointer data)
{
  describe_stream (fixture, CAM_CODEC_H264, CAM_CODEC_PCMA);
  int status = 0;
  g_free (cam_rtsp_client_describe (fixture->mounts, fixture->factory, as_configured, fixture->local, &status));
  unsigned alive = 0;
  g_signal_connect (fixture->factory, "media-constructed", G_CALLBACK (on_media_constructed), &alive);
  unsigned threads = count_entries ("/proc/self/task");
  unsigned descriptors = count_entries ("/proc/self/fd");
  for (unsigned i = 0; i < 200; i++) {
    g_free (cam_rtsp_client_describe (fixture->mounts, fixture->factory, as_configured, fixture->local, &status));
    g_assert_cmpint (status, ==, 200);
    g_assert_cmpuint (alive, ==, 0);
  }
  g_assert_cmpuint (count_entries ("/proc/self/task"), ==, threads);
  g_assert_cmpuint (count_entries ("/proc/self/fd"), ==, descriptors);
}

static void
test_unsuspend_marks_prepared (void)
{
  gst_init (NULL, NULL);
  g_autoptr (GstRTSPMedia) media = g_object_new (CAM_TYPE_RTSP_MEDIA, "element", gst_bin_new (NULL), NULL);
  gst_rtsp_media_set_suspend_mode (media, GST_RTSP_SUSPEND_MODE_NONE);
  g_assert_true (gst_rtsp_media_prepare (media, NULL));
  g_assert_cmpint (gst_rtsp_media_get_status (media), ==, GST_RTSP_MEDIA_STATUS_PREPARED);
  g_assert_true (gst_rtsp_media_unprepare (media));
}

static gboolean
expect_no_user_data (GstRTSPClient *client, GstRTSPMessage *messages, guint n, gboolean closes, gpointer user_data)
{
  g_object_set_data (G_OBJECT (client), user_data == NULL ? "none" : "some", GINT_TO_POINTER (1));
  return TRUE;
}

/* If this fails, a library has begun to pass the data on: then the client subclass may go. */
static void
test_send_func_gets_no_user_data (void)
{
  gst_init (NULL, NULL);
  g_autoptr (GstRTSPClient) client = gst_rtsp_client_new ();
  gst_rtsp_client_set_send_messages_func (client, expect_no_user_data, client, NULL);
  GstRTSPMessage request = {0};
  gst_rtsp_message_init_request (&request, GST_RTSP_OPTIONS, "rtsp://camrelay/x");
  gst_rtsp_message_add_header (&request, GST_RTSP_HDR_CSEQ, "1");
  gst_rtsp_client_handle_message (client, &request);
  gst_rtsp_message_unset (&request);
  gst_rtsp_client_set_send_messages_func (client, NULL, NULL, NULL);
  g_assert_nonnull (g_object_get_data (G_OBJECT (client), "none"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/rtsp-describe/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("the-answer-is-an-sdp", test_the_answer_is_an_sdp);
  ADD ("ipv6-and-sound-alone", test_ipv6_and_sound_alone);
  ADD ("another-stream-is-another-version", test_another_stream_is_another_version);
  ADD ("the-sound-is-what-is-asked-for", test_the_sound_is_what_is_asked_for);
  ADD ("an-unknown-stream-is-unavailable", test_an_unknown_stream_is_unavailable);
  ADD ("a-withdrawn-mount-is-not-found", test_a_withdrawn_mount_is_not_found);
  ADD ("nothing-stays", test_nothing_stays);
  g_test_add_func ("/rtsp-describe/unsuspend-marks-prepared", test_unsuspend_marks_prepared);
  g_test_add_func ("/rtsp-describe/send-func-gets-no-user-data", test_send_func_gets_no_user_data);
  return g_test_run ();
}
