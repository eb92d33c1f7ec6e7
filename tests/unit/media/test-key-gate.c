#include "media/key-gate.h"

static const CamAccessUnit key = {.track = CAM_TRACK_VIDEO, .is_key = true};
static const CamAccessUnit delta = {.track = CAM_TRACK_VIDEO};
static const CamAccessUnit sound = {.track = CAM_TRACK_AUDIO, .is_key = true};

static void
test_video (void)
{
  CamKeyGate gate;
  cam_key_gate_init (&gate, true);
  g_assert_false (gate.open);
  g_assert_false (cam_key_gate_admit (&gate, &delta));
  g_assert_false (cam_key_gate_admit (&gate, &sound));
  g_assert_cmpuint (gate.dropped, ==, 2);
  g_assert_true (cam_key_gate_admit (&gate, &key));
  g_assert_true (cam_key_gate_admit (&gate, &delta));
  g_assert_true (cam_key_gate_admit (&gate, &sound));

  cam_key_gate_shut (&gate);
  g_assert_false (gate.open);
  g_assert_false (cam_key_gate_admit (&gate, &delta));
  g_assert_true (cam_key_gate_admit (&gate, &sound));
  g_assert_true (cam_key_gate_admit (&gate, &key));
  g_assert_true (gate.open);
  g_assert_cmpuint (gate.dropped, ==, 3);
}

static void
test_audio_alone (void)
{
  CamKeyGate gate;
  cam_key_gate_init (&gate, false);
  g_assert_true (cam_key_gate_admit (&gate, &sound));
  cam_key_gate_shut (&gate);
  g_assert_true (cam_key_gate_admit (&gate, &sound));
  g_assert_cmpuint (gate.dropped, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/key-gate/video", test_video);
  g_test_add_func ("/media/key-gate/audio-alone", test_audio_alone);
  return g_test_run ();
}
