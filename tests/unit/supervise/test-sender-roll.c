#include "supervise/sender-roll.h"

static CamCameraConfig *
new_camera (const char *name, const char *main_url, const char *sub_url)
{
  CamCameraConfig *camera = cam_camera_config_new (name);
  camera->streams[CAM_STREAM_MAIN].url = g_strdup (main_url);
  camera->streams[CAM_STREAM_SUB].url = g_strdup (sub_url);
  return camera;
}

static void
take_down (CamSenderRoll *roll, CamSenderPost *post)
{
  cam_sender_roll_remove (roll, post);
  g_assert_cmpint (cam_sender_post_judge (post), ==, CAM_SRT_REFUSAL_AWAY);
  cam_sender_post_unref (post);
}

static void
test_who_is_on_it (void)
{
  CamSenderRoll *roll = cam_sender_roll_new (CAM_TAKEOVER_NEWEST);
  g_autoptr (CamCameraConfig) dialled = new_camera ("dialled", "rtsp://192.0.2.1/", "srt://192.0.2.1:9000");
  g_autoptr (CamCameraConfig) published = new_camera ("published", "srt:?framing=ts", NULL);
  g_autoptr (CamCameraConfig) listens = new_camera ("listens", "rtsp://192.0.2.1/", "srt://:9001?mode=listener");
  published->streams[CAM_STREAM_MAIN].password = cam_secret_new ("correct horse", -1);
  g_assert_null (cam_sender_roll_add (roll, dialled, CAM_STREAM_MAIN));
  g_assert_null (cam_sender_roll_add (roll, dialled, CAM_STREAM_SUB));
  g_assert_null (cam_sender_roll_add (roll, listens, CAM_STREAM_MAIN));
  CamSenderPost *one = cam_sender_roll_add (roll, published, CAM_STREAM_MAIN);
  CamSenderPost *other = cam_sender_roll_add (roll, listens, CAM_STREAM_SUB);
  g_assert_cmpstr (cam_sender_post_get_camera (one)->name, ==, "published");
  g_assert_cmpuint (cam_sender_post_get_stream (one), ==, CAM_STREAM_MAIN);
  g_assert_cmpint (cam_sender_post_get_url (one)->srt->mode, ==, CAM_SRT_PUBLISHED);
  g_assert_cmpuint (cam_sender_post_get_url (one)->srt->payload, ==, CAM_SRT_PAYLOAD_TS);
  g_assert_cmpstr (cam_secret_reveal (cam_sender_post_get_passphrase (one)), ==, "correct horse");
  g_assert_cmpuint (cam_sender_post_get_stream (other), ==, CAM_STREAM_SUB);
  g_assert_cmpint (cam_sender_post_get_url (other)->srt->mode, ==, CAM_SRT_LISTENER);
  g_assert_null (cam_sender_post_get_passphrase (other));

  g_assert_null (cam_sender_roll_find (roll, "dialled", CAM_STREAM_MAIN));
  g_assert_null (cam_sender_roll_find (roll, "published", CAM_STREAM_SUB));
  g_assert_null (cam_sender_roll_find (roll, "nobody", CAM_STREAM_MAIN));
  g_autoptr (CamSenderPost) found = cam_sender_roll_find (roll, "published", CAM_STREAM_MAIN);
  g_assert_true (found == one);
  take_down (roll, one);
  g_assert_null (cam_sender_roll_find (roll, "published", CAM_STREAM_MAIN));
  take_down (roll, other);
  cam_sender_roll_free (roll);
}

static void
test_verdicts (void)
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
  g_autoptr (CamCameraConfig) camera = new_camera ("yard", "srt:", NULL);
  for (unsigned i = 0; i < 2 * G_N_ELEMENTS (rows); i++) {
    bool is_set_later = i >= G_N_ELEMENTS (rows);
    CamTakeover takeover = rows[i % G_N_ELEMENTS (rows)].takeover;
    CamSenderRoll *roll = cam_sender_roll_new (is_set_later ? !takeover : takeover);
    CamSenderPost *post = cam_sender_roll_add (roll, camera, CAM_STREAM_MAIN);
    g_assert_cmpint (cam_sender_post_judge (post), ==, CAM_SRT_REFUSAL_AWAY); /* until somebody opens it */
    cam_sender_roll_set_takeover (roll, takeover);
    cam_sender_post_set (post, rows[i % G_N_ELEMENTS (rows)].state);
    g_assert_cmpint (cam_sender_post_judge (post), ==, rows[i % G_N_ELEMENTS (rows)].refusal);
    take_down (roll, post);
    cam_sender_roll_free (roll);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sender-roll/who-is-on-it", test_who_is_on_it);
  g_test_add_func ("/sender-roll/verdicts", test_verdicts);
  return g_test_run ();
}
