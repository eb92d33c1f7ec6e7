#include "supervise/stream-slate.h"

/* What the room and the picture desk would do, written down. */
typedef struct {
  unsigned shown;   /* orders to the loop */
  GBytes *picture;  /* of the last one; ref */
  unsigned hidden;
  bool is_freed;
  unsigned jobs;    /* begun */
  CamPictureFunc drawn;
  gpointer data;
  char *title;      /* of the last job; owned */
  char *text;
  GBytes *source;   /* ref */
  bool has_job;     /* under way */
} Below;

typedef struct {
  CamCameraConfig *camera;
  CamStreamDescription *description;
  GBytes *picture;
  CamStreamSlate *slate;
} Fixture;

static Below *below; /* of the test that runs */

CamOfflineSlate *
cam_offline_slate_new (CamLoopThread *loop, CamStreamHub *hub)
{
  return (CamOfflineSlate *) below;
}

void
cam_offline_slate_free (CamOfflineSlate *self)
{
  below->is_freed = true;
}

void
cam_offline_slate_show (CamOfflineSlate *self, CamStreamDescription *description, GBytes *picture)
{
  below->shown++;
  g_clear_pointer (&below->picture, g_bytes_unref);
  below->picture = picture != NULL ? g_bytes_ref (picture) : NULL;
}

void
cam_offline_slate_hide (CamOfflineSlate *self)
{
  below->hidden++;
}

CamPictureJob *
cam_picture_job_new (CamPictureDesk *desk, const CamPictureOrder *order, CamPictureFunc func, gpointer data)
{
  below->jobs++;
  below->drawn = func;
  below->data = data;
  g_free (below->title);
  g_free (below->text);
  g_clear_pointer (&below->source, g_bytes_unref);
  below->title = g_strdup (order->title);
  below->text = g_strdup (order->text);
  below->source = order->picture != NULL ? g_bytes_ref (order->picture) : NULL;
  below->has_job = true;
  return (CamPictureJob *) below;
}

void
cam_picture_job_free (CamPictureJob *self)
{
  if (self != NULL)
    below->has_job = false;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  below = g_new0 (Below, 1);
  fixture->camera = cam_camera_config_new ("door");
  fixture->camera->slate = GPOINTER_TO_UINT (data);
  g_autoptr (CamTrack) video = cam_track_new (CAM_CODEC_H264);
  fixture->description = cam_stream_description_new (video, NULL);
  fixture->picture = g_bytes_new_static ("\0\0\0\2\x65\x88", 6);
  fixture->slate = cam_stream_slate_new (fixture->camera, 0, NULL, NULL, (CamPictureDesk *) below);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  cam_stream_slate_free (fixture->slate);
  g_assert_true (below->is_freed);
  g_assert_false (below->has_job);
  g_assert_true (below->hidden > 0 || below->shown == 0);
  cam_stream_description_unref (fixture->description);
  g_bytes_unref (fixture->picture);
  cam_camera_config_unref (fixture->camera);
  g_clear_pointer (&below->picture, g_bytes_unref);
  g_clear_pointer (&below->source, g_bytes_unref);
  g_free (below->title);
  g_free (below->text);
  g_clear_pointer (&below, g_free);
}

static void
begin (Fixture *fixture, CamReason reason)
{
  cam_stream_slate_begin (fixture->slate, fixture->description, fixture->picture, 0, reason);
}

static void
test_notice (Fixture *fixture, gconstpointer data)
{
  begin (fixture, CAM_REASON_CLOSED);
  g_assert_cmpuint (below->shown, ==, 1);
  g_assert_true (below->picture == fixture->picture);
  g_assert_cmpuint (below->jobs, ==, 1);
  g_assert_cmpstr (below->title, ==, "door");
  g_assert_true (g_str_has_prefix (below->text, "offline since "));
  g_assert_true (g_str_has_suffix (below->text, cam_reason_text (CAM_REASON_CLOSED)));
  g_assert_true (below->source == fixture->picture);

  g_autoptr (GBytes) drawn = g_bytes_new_static ("drawn", 5);
  below->drawn (drawn, NULL, below->data);
  g_assert_false (below->has_job);
  g_assert_cmpuint (below->shown, ==, 2);
  g_assert_true (below->picture == drawn);

  /* Another reason waits for its time, the same one is none. */
  cam_stream_slate_explain (fixture->slate, CAM_REASON_CLOSED);
  cam_stream_slate_explain (fixture->slate, CAM_REASON_REFUSED);
  begin (fixture, CAM_REASON_REFUSED);
  g_assert_cmpuint (below->jobs, ==, 1);
  g_assert_cmpuint (below->shown, ==, 2);
}

static void
test_another_picture_is_shown_at_once (Fixture *fixture, gconstpointer data)
{
  begin (fixture, CAM_REASON_CLOSED);
  cam_stream_slate_begin (fixture->slate, fixture->description, NULL, 0, CAM_REASON_CLOSED);
  g_assert_cmpuint (below->shown, ==, 2);
  g_assert_null (below->picture);
  g_assert_cmpuint (below->jobs, ==, 2);
  g_assert_null (below->source);
}

static void
test_end (Fixture *fixture, gconstpointer data)
{
  cam_stream_slate_end (fixture->slate);
  cam_stream_slate_explain (fixture->slate, CAM_REASON_CLOSED);
  g_assert_cmpuint (below->hidden, ==, 0);
  begin (fixture, CAM_REASON_CLOSED);
  cam_stream_slate_end (fixture->slate);
  g_assert_false (below->has_job);
  cam_stream_slate_end (fixture->slate);
  g_assert_cmpuint (below->hidden, ==, 1);
  cam_stream_slate_explain (fixture->slate, CAM_REASON_REFUSED);
  g_assert_cmpuint (below->jobs, ==, 1);
}

/* The timer of the slate, which waits for the time of the next drawing. */
static GSource *
find_timer (void)
{
  GSource *source = NULL;
  for (guint id = 1; source == NULL && id < 1000; id++) {
    source = g_main_context_find_source_by_id (NULL, id);
    if (source != NULL && g_strcmp0 (g_source_get_name (source), "stream-slate") != 0)
      source = NULL;
  }
  g_assert_nonnull (source);
  return source;
}

static gboolean
end_slate (gpointer data)
{
  cam_stream_slate_end (data);
  return G_SOURCE_REMOVE;
}

/* The camera is back in the very turn of the main loop in which the notice was to be drawn again. */
static void
test_end_when_due (Fixture *fixture, gconstpointer data)
{
  begin (fixture, CAM_REASON_CLOSED);
  g_idle_add_full (G_PRIORITY_DEFAULT, end_slate, fixture->slate, NULL);
  GSource *timer = find_timer ();
  /* Behind the other one among those that are due in one turn. */
  g_source_set_priority (timer, G_PRIORITY_DEFAULT);
  g_source_set_ready_time (timer, 0);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (below->hidden, ==, 1);
  g_assert_cmpuint (below->jobs, ==, 1);
}

/* A drawing may wait for its turn at the desk for long: it is not given up for another reason, which would wait behind all others again. */
static void
test_drawing_under_way_is_kept (Fixture *fixture, gconstpointer data)
{
  begin (fixture, CAM_REASON_CLOSED);
  below->drawn (NULL, "too many pictures wait to be drawn", below->data);
  g_assert_cmpuint (below->jobs, ==, 1);
  cam_stream_slate_end (fixture->slate);
  begin (fixture, CAM_REASON_CLOSED);
  g_assert_cmpuint (below->jobs, ==, 2);
  cam_stream_slate_explain (fixture->slate, CAM_REASON_REFUSED);
  g_assert_cmpint (g_source_get_ready_time (find_timer ()), ==, -1);
  g_autoptr (GBytes) drawn = g_bytes_new_static ("drawn", 5);
  below->drawn (drawn, NULL, below->data);
  g_assert_cmpuint (below->jobs, ==, 2);
  g_assert_cmpint (g_source_get_ready_time (find_timer ()), >, 0);
}

static void
test_stays_on_the_last_picture (Fixture *fixture, gconstpointer data)
{
  begin (fixture, CAM_REASON_CLOSED);
  below->drawn (NULL, "no encoder for H.264 is installed", below->data);
  g_assert_false (below->has_job);
  g_assert_cmpuint (below->shown, ==, 1);
  g_assert_true (below->picture == fixture->picture);
}

static void
test_last_frame (Fixture *fixture, gconstpointer data)
{
  begin (fixture, CAM_REASON_CLOSED);
  cam_stream_slate_explain (fixture->slate, CAM_REASON_REFUSED);
  g_assert_cmpuint (below->shown, ==, 1);
  g_assert_cmpuint (below->jobs, ==, 0);
}

static void
test_none (Fixture *fixture, gconstpointer data)
{
  begin (fixture, CAM_REASON_CLOSED);
  cam_stream_slate_explain (fixture->slate, CAM_REASON_REFUSED);
  g_assert_cmpuint (below->shown, ==, 0);
  g_assert_cmpuint (below->jobs, ==, 0);
}

/* Only sound: nothing to draw on. */
static void
test_sound_only (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CamTrack) audio = cam_track_new (CAM_CODEC_PCMU);
  g_autoptr (CamStreamDescription) description = cam_stream_description_new (NULL, audio);
  cam_stream_slate_begin (fixture->slate, description, NULL, 0, CAM_REASON_CLOSED);
  g_assert_cmpuint (below->shown, ==, 1);
  g_assert_cmpuint (below->jobs, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, slate, func) g_test_add ("/stream-slate/" name, Fixture, GUINT_TO_POINTER (slate), set_up, func, tear_down)
  ADD ("notice", CAM_SLATE_NOTICE, test_notice);
  ADD ("another-picture-is-shown-at-once", CAM_SLATE_NOTICE, test_another_picture_is_shown_at_once);
  ADD ("end", CAM_SLATE_NOTICE, test_end);
  ADD ("end-when-due", CAM_SLATE_NOTICE, test_end_when_due);
  ADD ("drawing-under-way-is-kept", CAM_SLATE_NOTICE, test_drawing_under_way_is_kept);
  ADD ("stays-on-the-last-picture", CAM_SLATE_NOTICE, test_stays_on_the_last_picture);
  ADD ("last-frame", CAM_SLATE_LAST_FRAME, test_last_frame);
  ADD ("none", CAM_SLATE_NONE, test_none);
  ADD ("sound-only", CAM_SLATE_NOTICE, test_sound_only);
  return g_test_run ();
}
