#include "supervise/sender-roll.h"

typedef struct {
  CamConfigSet *config;
  CamSenderRoll *roll;
} Fixture;

static CamCameraConfig *
add_camera (Fixture *self, const char *name, const char *main_url, const char *sub_url)
{
  CamCameraConfig *camera = cam_camera_config_new (name);
  camera->streams[CAM_STREAM_MAIN].url = g_strdup (main_url);
  camera->streams[CAM_STREAM_SUB].url = g_strdup (sub_url);
  g_ptr_array_add (self->config->cameras, camera);
  return camera;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->config = cam_config_set_new ();
  add_camera (self, "dialled", "rtsp://192.0.2.1/", "srt://192.0.2.1:9000");
  CamCameraConfig *published = add_camera (self, "published", "srt:?framing=ts", NULL);
  published->streams[CAM_STREAM_MAIN].password = cam_secret_new ("correct horse", -1);
  add_camera (self, "listens", "rtsp://192.0.2.1/", "srt://:9001?mode=listener");
  cam_config_set_sort (self->config);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  cam_sender_roll_free (self->roll);
  cam_config_set_unref (self->config);
}

static void
test_who_is_on_it (Fixture *self, gconstpointer data)
{
  self->roll = cam_sender_roll_new (self->config);
  g_assert_cmpuint (cam_sender_roll_get_length (self->roll), ==, 2);
  g_assert_null (cam_sender_roll_find (self->roll, "dialled", CAM_STREAM_MAIN));
  g_assert_null (cam_sender_roll_find (self->roll, "dialled", CAM_STREAM_SUB));
  g_assert_null (cam_sender_roll_find (self->roll, "listens", CAM_STREAM_MAIN));
  g_assert_null (cam_sender_roll_find (self->roll, "published", CAM_STREAM_SUB));
  g_assert_null (cam_sender_roll_find (self->roll, "nobody", CAM_STREAM_MAIN));

  CamSenderPost *published = cam_sender_roll_find (self->roll, "published", CAM_STREAM_MAIN);
  g_assert_cmpstr (cam_sender_post_get_camera (published)->name, ==, "published");
  g_assert_cmpuint (cam_sender_post_get_stream (published), ==, CAM_STREAM_MAIN);
  g_assert_cmpint (cam_sender_post_get_url (published)->srt->mode, ==, CAM_SRT_PUBLISHED);
  g_assert_cmpuint (cam_sender_post_get_url (published)->srt->payload, ==, CAM_SRT_PAYLOAD_TS);
  g_assert_cmpstr (cam_secret_reveal (cam_sender_post_get_passphrase (published)), ==, "correct horse");

  CamSenderPost *listens = cam_sender_roll_find (self->roll, "listens", CAM_STREAM_SUB);
  g_assert_true (listens == cam_sender_roll_get (self->roll, 0));
  g_assert_cmpuint (cam_sender_post_get_stream (listens), ==, CAM_STREAM_SUB);
  g_assert_cmpint (cam_sender_post_get_url (listens)->srt->mode, ==, CAM_SRT_LISTENER);
  g_assert_null (cam_sender_post_get_passphrase (listens));
}

static void
test_verdicts (Fixture *self, gconstpointer data)
{
  static const struct {
    CamTakeover takeover;
    CamSenderPostState state;
    CamSrtRefusal refusal;
  } rows[] = {
    { CAM_TAKEOVER_NEWEST, CAM_SENDER_POST_CLOSED, CAM_SRT_REFUSAL_AWAY },  { CAM_TAKEOVER_REFUSE, CAM_SENDER_POST_CLOSED, CAM_SRT_REFUSAL_AWAY },
    { CAM_TAKEOVER_NEWEST, CAM_SENDER_POST_VACANT, CAM_SRT_REFUSAL_NONE },  { CAM_TAKEOVER_REFUSE, CAM_SENDER_POST_VACANT, CAM_SRT_REFUSAL_NONE },
    { CAM_TAKEOVER_NEWEST, CAM_SENDER_POST_TAKEN, CAM_SRT_REFUSAL_NONE },   { CAM_TAKEOVER_REFUSE, CAM_SENDER_POST_TAKEN, CAM_SRT_REFUSAL_CONFLICT },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    self->config->server.srt_takeover = rows[i].takeover;
    g_clear_pointer (&self->roll, cam_sender_roll_free);
    self->roll = cam_sender_roll_new (self->config);
    CamSenderPost *post = cam_sender_roll_get (self->roll, 0);
    g_assert_cmpint (cam_sender_post_judge (post), ==, CAM_SRT_REFUSAL_AWAY); /* until somebody opens it */
    cam_sender_post_set (post, rows[i].state);
    g_assert_cmpint (cam_sender_post_judge (post), ==, rows[i].refusal);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/sender-roll/who-is-on-it", Fixture, NULL, set_up, test_who_is_on_it, tear_down);
  g_test_add ("/sender-roll/verdicts", Fixture, NULL, set_up, test_verdicts, tear_down);
  return g_test_run ();
}
