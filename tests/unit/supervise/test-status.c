#include "supervise/status.h"

static void
add_stream (CamStatus *status, const char *camera, unsigned stream, CamCameraState state)
{
  CamStreamStatus *one = g_new0 (CamStreamStatus, 1);
  one->camera = cam_camera_config_new (camera);
  one->stream = stream;
  one->state = state;
  g_ptr_array_add (status->streams, one);
}

static void
test_sealed (void)
{
  g_autoptr (CamStatus) status = cam_status_new ();
  add_stream (status, "yard", CAM_STREAM_MAIN, CAM_CAMERA_LIVE);
  add_stream (status, "door", CAM_STREAM_SUB, CAM_CAMERA_HELD);
  add_stream (status, "door", CAM_STREAM_MAIN, CAM_CAMERA_LIVE);
  add_stream (status, "attic", CAM_STREAM_MAIN, CAM_CAMERA_OFF);
  add_stream (status, "barn", CAM_STREAM_MAIN, CAM_CAMERA_DISABLING);
  cam_status_seal (status);
  static const char *const order[] = { "attic", "barn", "door", "door", "yard" };
  for (unsigned i = 0; i < G_N_ELEMENTS (order); i++) {
    const CamStreamStatus *one = g_ptr_array_index (status->streams, i);
    g_assert_cmpstr (one->camera->name, ==, order[i]);
    g_assert_true (cam_status_find (status, one->camera->name, one->stream) == one);
  }
  g_assert_cmpuint (((CamStreamStatus *) g_ptr_array_index (status->streams, 2))->stream, ==, CAM_STREAM_MAIN);
  g_assert_cmpuint (status->connected, ==, 2);
  g_assert_cmpuint (status->total, ==, 3);
  g_assert_null (cam_status_find (status, "yard", CAM_STREAM_SUB));
  g_assert_null (cam_status_find (status, "", CAM_STREAM_MAIN));
  g_assert_null (cam_status_find (status, "zoo", CAM_STREAM_MAIN));
}

static void
test_empty (void)
{
  g_autoptr (CamStatus) status = cam_status_new ();
  cam_status_seal (status);
  g_assert_null (cam_status_find (status, "yard", CAM_STREAM_MAIN));
  cam_status_unref (NULL);
  cam_stream_status_free (NULL);
  cam_status_board_unref (NULL);
}

/* Whoever has read a status keeps it, whatever is published meanwhile. */
static void
test_board (void)
{
  CamStatusBoard *board = cam_status_board_new ();
  g_assert_null (cam_status_board_get (board));
  CamStatus *first = cam_status_new (), *second = cam_status_new ();
  first->threads = 1;
  second->threads = 2;
  cam_status_board_publish (board, first);
  g_autoptr (CamStatus) seen = cam_status_board_get (board);
  g_assert_true (seen == first);
  cam_status_board_publish (board, second);
  g_assert_cmpuint (seen->threads, ==, 1);
  g_autoptr (CamStatus) newer = cam_status_board_get (board);
  g_assert_cmpuint (newer->threads, ==, 2);
  cam_status_board_unref (cam_status_board_ref (board));
  cam_status_board_unref (board);
  g_assert_cmpuint (newer->threads, ==, 2);
}

typedef struct {
  CamStatusBoard *board;
  int is_over; /* atomic */
  unsigned seen;
} Asker;

static gpointer
ask (gpointer data)
{
  Asker *asker = data;
  unsigned last = 0;
  while (!g_atomic_int_get (&asker->is_over)) {
    g_autoptr (CamStatus) status = cam_status_board_get (asker->board);
    if (status == NULL)
      continue;
    g_assert_cmpuint (status->threads, >=, last);
    g_assert_cmpuint (status->descriptors, ==, status->threads + 1);
    asker->seen += status->threads > last;
    last = status->threads;
  }
  return NULL;
}

static void
test_board_of_many (void)
{
  Asker askers[3] = { 0 };
  GThread *threads[3];
  CamStatusBoard *board = cam_status_board_new ();
  for (unsigned i = 0; i < G_N_ELEMENTS (askers); i++) {
    askers[i].board = board;
    threads[i] = g_thread_new ("asker", ask, &askers[i]);
  }
  for (unsigned i = 1; i <= 5000; i++) {
    CamStatus *status = cam_status_new ();
    status->threads = i;
    status->descriptors = i + 1;
    cam_status_board_publish (board, status);
  }
  for (unsigned i = 0; i < G_N_ELEMENTS (askers); i++) {
    g_atomic_int_set (&askers[i].is_over, 1);
    g_thread_join (threads[i]);
    g_assert_cmpuint (askers[i].seen, <=, 5000);
  }
  cam_status_board_unref (board);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/status/sealed", test_sealed);
  g_test_add_func ("/status/empty", test_empty);
  g_test_add_func ("/status/board", test_board);
  g_test_add_func ("/status/board-of-many", test_board_of_many);
  return g_test_run ();
}
