#include "supervise/load-shedder.h"

#include "core/log.h"

typedef struct {
  CamLoadShedder *shedder;
  CamStatus status; /* only what the shedder looks at */
  GString *orders;  /* a letter for each stream, capital when it is shed */
} Fixture;

static void
on_shed (const char *camera, unsigned stream, bool is_shed, gpointer data)
{
  Fixture *fixture = data;
  g_string_append_c (fixture->orders, is_shed ? g_ascii_toupper (camera[0]) : camera[0]);
}

static void
add_stream (Fixture *fixture, const char *name, CamPriority priority, CamCodec codec)
{
  g_autoptr (CamTrack) track = cam_track_new (codec);
  bool is_video = codec == CAM_CODEC_H264;
  CamStreamStatus *stream = g_new0 (CamStreamStatus, 1);
  stream->camera = cam_camera_config_new (name);
  stream->camera->priority = priority;
  stream->description = cam_stream_description_new (is_video ? track : NULL, is_video ? NULL : track);
  g_ptr_array_add (fixture->status.streams, stream);
}

static void
free_stream (gpointer data)
{
  CamStreamStatus *stream = data;
  cam_camera_config_unref (stream->camera);
  cam_stream_description_unref (stream->description);
  g_free (stream);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->shedder = cam_load_shedder_new (2, on_shed, fixture);
  fixture->orders = g_string_new (NULL);
  fixture->status.monotonic_us = 1000 * G_USEC_PER_SEC;
  fixture->status.n_loops = 2;
  fixture->status.memory.limit = 1000;
  fixture->status.streams = g_ptr_array_new_with_free_func (free_stream);
  add_stream (fixture, "low", CAM_PRIORITY_LOW, CAM_CODEC_H264);
  add_stream (fixture, "microphone", CAM_PRIORITY_LOW, CAM_CODEC_OPUS);
  add_stream (fixture, "normal", CAM_PRIORITY_NORMAL, CAM_CODEC_H264);
  add_stream (fixture, "high", CAM_PRIORITY_HIGH, CAM_CODEC_H264);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  cam_load_shedder_free (fixture->shedder);
  g_ptr_array_unref (fixture->status.streams);
  g_string_free (fixture->orders, TRUE);
}

static void
look (Fixture *fixture, unsigned seconds, double cpu_s)
{
  for (unsigned i = 0; i < seconds; i++) {
    fixture->status.monotonic_us += G_USEC_PER_SEC;
    fixture->status.cpu_s += cpu_s;
    g_string_truncate (fixture->orders, 0);
    cam_load_shedder_look (fixture->shedder, &fixture->status);
    fixture->status.shed_step = cam_load_shedder_get_step (fixture->shedder);
    cam_load_shedder_order (fixture->shedder, &fixture->status);
  }
}

/* Sound alone costs nothing worth a word, and is never left out. */
static void
test_by_priority (Fixture *fixture, gconstpointer data)
{
  look (fixture, 5, 0.1);
  g_assert_cmpstr (fixture->orders->str, ==, "lnh");
  fixture->status.loops[1].lag_us = 300000;
  look (fixture, 4, 0.1);
  g_assert_cmpstr (fixture->orders->str, ==, "Lnh");
  g_assert_cmpuint (fixture->status.shed_step, ==, 1);
  look (fixture, 3, 0.1);
  g_assert_cmpstr (fixture->orders->str, ==, "LNh");
  look (fixture, 3, 0.1);
  g_assert_cmpstr (fixture->orders->str, ==, "LNH");
  fixture->status.loops[1].lag_us = 0;
  look (fixture, 3 * 31, 0.1);
  g_assert_cmpstr (fixture->orders->str, ==, "lnh");
  g_assert_cmpuint (fixture->status.shed_step, ==, 0);
}

static void
test_memory (Fixture *fixture, gconstpointer data)
{
  fixture->status.memory.used = 901;
  look (fixture, 4, 0.1);
  g_assert_cmpuint (fixture->status.shed_step, ==, 1);
}

/* Two processors, nearly all of both. */
static void
test_processors (Fixture *fixture, gconstpointer data)
{
  look (fixture, 20, 1.8);
  g_assert_cmpuint (fixture->status.shed_step, ==, 0);
  look (fixture, 4, 1.95);
  g_assert_cmpuint (fixture->status.shed_step, ==, 1);
}

/* What the process had used before the first look was not used in a second. */
static void
test_the_first_look (Fixture *fixture, gconstpointer data)
{
  fixture->status.cpu_s = 1e6;
  look (fixture, 10, 0.1);
  g_assert_cmpuint (fixture->status.shed_step, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/load-shedder/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("by-priority", test_by_priority);
  ADD ("memory", test_memory);
  ADD ("processors", test_processors);
  ADD ("the-first-look", test_the_first_look);
#undef ADD
  return g_test_run ();
}
