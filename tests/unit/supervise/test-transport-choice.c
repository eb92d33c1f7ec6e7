#include "supervise/transport-choice.h"

static bool
end_with (CamTransportChoice *choice, CamReason reason, bool was_refused)
{
  return cam_transport_choice_ended (choice, &(CamIngestEnd) { .reason = reason, .detail = "", .was_transport_refused = was_refused });
}

/* What is configured is obeyed, whatever the camera thinks of it. */
static void
test_configured (void)
{
  static const CamTransport all[] = { CAM_TRANSPORT_TCP, CAM_TRANSPORT_UDP, CAM_TRANSPORT_MULTICAST, CAM_TRANSPORT_HTTP };
  for (unsigned i = 0; i < G_N_ELEMENTS (all); i++) {
    CamTransportChoice choice;
    cam_transport_choice_init (&choice, all[i]);
    cam_transport_choice_recall (&choice, CAM_TRANSPORT_UDP);
    g_assert_false (end_with (&choice, CAM_REASON_UNSUPPORTED, true));
    g_assert_false (end_with (&choice, CAM_REASON_STALL, false));
    g_assert_cmpint (cam_transport_choice_get (&choice), ==, all[i]);
  }
}

static void
test_refused (void)
{
  CamTransportChoice choice;
  cam_transport_choice_init (&choice, CAM_TRANSPORT_AUTO);
  g_assert_cmpint (cam_transport_choice_get (&choice), ==, CAM_TRANSPORT_TCP);
  g_assert_true (end_with (&choice, CAM_REASON_UNSUPPORTED, true));
  g_assert_cmpint (cam_transport_choice_get (&choice), ==, CAM_TRANSPORT_UDP);
  /* It worked: it is kept, whatever ends it. */
  cam_transport_choice_live (&choice);
  g_assert_false (end_with (&choice, CAM_REASON_STALL, false));
  g_assert_cmpint (cam_transport_choice_get (&choice), ==, CAM_TRANSPORT_UDP);
}

/* What says nothing of the transport changes nothing. */
static void
test_other_ends (void)
{
  for (unsigned reason = 0; reason < CAM_N_REASONS; reason++) {
    CamTransportChoice choice;
    cam_transport_choice_init (&choice, CAM_TRANSPORT_AUTO);
    g_assert_false (end_with (&choice, (CamReason) reason, false));
    g_assert_cmpint (cam_transport_choice_get (&choice), ==, CAM_TRANSPORT_TCP);
    cam_transport_choice_recall (&choice, CAM_TRANSPORT_UDP);
    g_assert_false (end_with (&choice, (CamReason) reason, false));
    bool speaks = reason == CAM_REASON_STALL || reason == CAM_REASON_UNSUPPORTED || reason == CAM_REASON_PROTOCOL;
    g_assert_cmpint (cam_transport_choice_get (&choice), ==, speaks ? CAM_TRANSPORT_TCP : CAM_TRANSPORT_UDP);
  }
}

/* A camera that takes neither: both are tried, and only the first change is at once. */
static void
test_neither (void)
{
  CamTransportChoice choice;
  cam_transport_choice_init (&choice, CAM_TRANSPORT_AUTO);
  for (int i = 0; i < 3; i++) {
    g_assert_true (end_with (&choice, CAM_REASON_PROTOCOL, true));
    g_assert_cmpint (cam_transport_choice_get (&choice), ==, CAM_TRANSPORT_UDP);
    g_assert_false (end_with (&choice, CAM_REASON_UNSUPPORTED, false));
    g_assert_cmpint (cam_transport_choice_get (&choice), ==, CAM_TRANSPORT_TCP);
  }
}

static void
test_recalled (void)
{
  CamTransportChoice choice;
  cam_transport_choice_init (&choice, CAM_TRANSPORT_AUTO);
  cam_transport_choice_recall (&choice, CAM_TRANSPORT_MULTICAST);
  g_assert_cmpint (cam_transport_choice_get (&choice), ==, CAM_TRANSPORT_TCP);
  cam_transport_choice_recall (&choice, CAM_TRANSPORT_UDP);
  g_assert_cmpint (cam_transport_choice_get (&choice), ==, CAM_TRANSPORT_UDP);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transport-choice/configured", test_configured);
  g_test_add_func ("/transport-choice/refused", test_refused);
  g_test_add_func ("/transport-choice/other-ends", test_other_ends);
  g_test_add_func ("/transport-choice/neither", test_neither);
  g_test_add_func ("/transport-choice/recalled", test_recalled);
  return g_test_run ();
}
