#include "sound/sound-branches.h"

#include <dirent.h>
#include <gst/gst.h>
#include <string.h>

#define NS_PER_S INT64_C (1000000000)
#define DEADLINE_US (20 * G_USEC_PER_SEC)
#define UNIT_BYTES 160 /* 20 ms of G.711 */
#define UNIT_NS (NS_PER_S / 50)

typedef struct {
  CamStreamHub *source;    /* ref */
  CamSoundBranch *branch;  /* ref */
  CamMediaChannel *heard;  /* ref */
  CamPayloadPool *pool;    /* ref */
  uint64_t number;
  int64_t next_ns;
} Fixture;

static void
describe (Fixture *fixture, CamCodec codec)
{
  g_autoptr (CamTrack) sound = cam_track_new (codec);
  sound->sample_rate = sound->clock_rate = 8000;
  sound->channels = 1;
  g_autoptr (CamTrack) video = cam_track_new (CAM_CODEC_H264);
  g_autoptr (CamStreamDescription) description = cam_stream_description_new (video, sound);
  cam_stream_hub_set_description (fixture->source, description);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->source = cam_stream_hub_new ("cam", "main");
  fixture->branch = cam_sound_branch_new (fixture->source, CAM_SOUND_OPUS, &(CamSoundSettings){.complexity = 0});
  fixture->heard = cam_media_channel_new (4096, 1 << 20, false);
  fixture->pool = cam_payload_pool_new (1 << 20, NULL);
  fixture->next_ns = g_get_monotonic_time () * 1000;
  cam_stream_hub_subscribe (cam_sound_branch_get_hub (fixture->branch), fixture->heard);
  cam_stream_hub_set_feed (fixture->source, CAM_FEED_CAMERA);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  cam_stream_hub_close (fixture->source);
  cam_sound_branch_unref (fixture->branch);
  cam_stream_hub_unref (fixture->source);
  cam_media_channel_unref (fixture->heard);
  cam_payload_pool_unref (fixture->pool);
}

/* @bytes of G.711 a unit, or as many of another track's. */
static void
push (Fixture *fixture, CamTrackKind track, unsigned units, size_t bytes)
{
  for (unsigned i = 0; i < units; i++) {
    g_auto (CamAccessUnit) unit = {.track = track, .is_key = true, .number = fixture->number++};
    unit.payload = cam_payload_pool_take (fixture->pool, bytes);
    memset (unit.payload->data, 0xd5, bytes);
    unit.pts_ns = unit.dts_ns = fixture->next_ns;
    fixture->next_ns += UNIT_NS;
    cam_stream_hub_push (fixture->source, &unit, 0);
  }
}

/* Takes @units of what is heard; each is 20 ms behind the one before. Returns the last one's time. */
static int64_t
take (Fixture *fixture, unsigned units)
{
  int64_t last_ns = 0;
  for (unsigned i = 0; i < units; i++) {
    g_auto (CamAccessUnit) unit = {.payload = NULL};
    g_assert_cmpint (cam_media_channel_next (fixture->heard, DEADLINE_US, &unit), ==, CAM_HANDOFF_OK);
    g_assert_cmpint (unit.track, ==, CAM_TRACK_AUDIO);
    g_assert_true (unit.is_key);
    g_assert_cmpint (unit.pts_ns, ==, unit.dts_ns);
    if (last_ns > 0)
      g_assert_cmpint (ABS (unit.pts_ns - last_ns - UNIT_NS), <=, 1);
    last_ns = unit.pts_ns;
  }
  return last_ns;
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

/* By their names: sanitizers have threads of their own. A thread has its name before it pushes anything. */
static unsigned
count_encoders (void)
{
  unsigned n = 0;
  DIR *directory = opendir ("/proc/self/task");
  for (struct dirent *entry = readdir (directory); entry != NULL; entry = readdir (directory)) {
    g_autofree char *path = g_strdup_printf ("/proc/self/task/%s/comm", entry->d_name);
    g_autofree char *name = NULL;
    n += g_file_get_contents (path, &name, NULL, NULL) && g_str_equal (name, "sound\n");
  }
  closedir (directory);
  return n;
}

static void
wait_for_no_encoder (void)
{
  int64_t deadline_us = g_get_monotonic_time () + DEADLINE_US;
  while (count_encoders () > 0) {
    g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
    g_poll (NULL, 0, 10); /* ms */
  }
}

static void
test_wanted (Fixture *fixture, gconstpointer data)
{
  describe (fixture, CAM_CODEC_PCMA);
  push (fixture, CAM_TRACK_AUDIO, 10, UNIT_BYTES); /* nobody wants it */
  g_assert_false (cam_sound_branch_get_counters (fixture->branch).is_running);
  for (unsigned i = 0; i < 5; i++)
    cam_sound_branch_want (fixture->branch);
  g_assert_true (cam_sound_branch_get_counters (fixture->branch).is_running);
  push (fixture, CAM_TRACK_AUDIO, 100, UNIT_BYTES);
  push (fixture, CAM_TRACK_VIDEO, 100, 1000); /* none of its business */
  int64_t first_ns = fixture->next_ns - 200 * UNIT_NS;
  int64_t last_ns = take (fixture, 99);
  g_assert_cmpuint (count_encoders (), ==, 1); /* for all who want it */
  g_assert_cmpint (ABS (last_ns - first_ns - 98 * UNIT_NS), <=, 7 * NS_PER_S / 1000);

  g_autoptr (CamStreamDescription) description = cam_stream_hub_ref_description (cam_sound_branch_get_hub (fixture->branch));
  g_assert_null (description->tracks[CAM_TRACK_VIDEO]);
  g_assert_cmpint (description->tracks[CAM_TRACK_AUDIO]->codec, ==, CAM_CODEC_OPUS);
  for (unsigned i = 0; i < 5; i++)
    cam_sound_branch_unwant (fixture->branch);
  g_assert_true (cam_sound_branch_get_counters (fixture->branch).is_running); /* somebody may come back */
  wait_for_no_encoder ();
  CamSoundCounters counters = cam_sound_branch_get_counters (fixture->branch);
  g_assert_false (counters.is_running);
  g_assert_cmpuint (counters.units_in, ==, 100);
  g_assert_cmpuint (counters.units_out, >=, 99);
  g_assert_cmpuint (counters.refused + counters.overrun + counters.gaps, ==, 0);
  g_assert_cmpint (counters.cpu_us, >, 0);

  /* And again, on the same time line, with numbers that go on. */
  push (fixture, CAM_TRACK_AUDIO, 500, UNIT_BYTES);
  cam_sound_branch_want (fixture->branch);
  push (fixture, CAM_TRACK_AUDIO, 50, UNIT_BYTES);
  while (take (fixture, 1) <= last_ns)
    continue;
  cam_sound_branch_unwant (fixture->branch);
}

/* The encoder goes on over another codec of the source's. */
static void
test_another_codec (Fixture *fixture, gconstpointer data)
{
  describe (fixture, CAM_CODEC_PCMA);
  cam_sound_branch_want (fixture->branch);
  push (fixture, CAM_TRACK_AUDIO, 50, UNIT_BYTES);
  take (fixture, 49);
  describe (fixture, CAM_CODEC_L16);
  push (fixture, CAM_TRACK_AUDIO, 50, 2 * UNIT_BYTES);
  take (fixture, 49);
  g_assert_cmpuint (cam_stream_hub_get_version (cam_sound_branch_get_hub (fixture->branch)), ==, 1);
  g_assert_cmpuint (cam_sound_branch_get_counters (fixture->branch).refused, ==, 0);
  cam_sound_branch_unwant (fixture->branch);
}

/* A camera that is away: silence, without any unit of it, in real time. */
static void
test_outage (Fixture *fixture, gconstpointer data)
{
  describe (fixture, CAM_CODEC_PCMA);
  cam_stream_hub_set_feed (fixture->source, CAM_FEED_NONE);
  cam_sound_branch_want (fixture->branch);
  int64_t began_us = g_get_monotonic_time ();
  int64_t last_ns = take (fixture, 75);
  g_assert_cmpint (g_get_monotonic_time () - began_us, >=, G_USEC_PER_SEC);
  g_assert_cmpint (g_get_monotonic_time () - last_ns / 1000, <=, G_USEC_PER_SEC);
  cam_stream_hub_set_feed (fixture->source, CAM_FEED_CAMERA); /* its sound goes on from there */
  fixture->next_ns = g_get_monotonic_time () * 1000;
  push (fixture, CAM_TRACK_AUDIO, 50, UNIT_BYTES);
  take (fixture, 40);
  cam_sound_branch_unwant (fixture->branch);
}

/* Waits until the encoder's thread has counted more units that it could not decode. */
static void
wait_for_refused (Fixture *fixture, uint64_t refused)
{
  int64_t deadline_us = g_get_monotonic_time () + DEADLINE_US;
  while (cam_sound_branch_get_counters (fixture->branch).refused < refused) {
    g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
    g_poll (NULL, 0, 10); /* ms */
  }
}

/* A decoder that is not installed: the log says what to install, once, however often the codec comes back. */
static void
test_missing_decoder (Fixture *fixture, gconstpointer data)
{
  if (!g_test_subprocess ()) {
    g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed ();
    g_test_trap_assert_stderr ("*WARNING camera cam main: no sound as opus: GStreamer's avdec_g722 is missing: install gstreamer1.0-libav*");
    g_test_trap_assert_stderr_unmatched ("*missing*missing*");
    return;
  }
  g_autoptr (GstPluginFeature) decoder = gst_registry_lookup_feature (gst_registry_get (), "avdec_g722");
  if (decoder != NULL)
    gst_registry_remove_feature (gst_registry_get (), decoder);
  cam_sound_branch_want (fixture->branch);
  for (unsigned round = 1; round <= 2; round++) {
    describe (fixture, CAM_CODEC_G722);
    push (fixture, CAM_TRACK_AUDIO, 10, UNIT_BYTES);
    wait_for_refused (fixture, 10 * round);
    describe (fixture, CAM_CODEC_PCMA);
    push (fixture, CAM_TRACK_AUDIO, 20, UNIT_BYTES);
    take (fixture, 10);
  }
  cam_sound_branch_unwant (fixture->branch);
}

static void
test_nothing_stays (Fixture *fixture, gconstpointer data)
{
  describe (fixture, CAM_CODEC_PCMU);
  unsigned descriptors = count_entries ("/proc/self/fd");
  for (unsigned i = 0; i < 100; i++) {
    g_autoptr (CamSoundBranches) branches = cam_sound_branches_new (fixture->source, &(CamSoundSettings){.complexity = 0});
    g_autoptr (CamSoundBranch) opus = cam_sound_branches_get (branches, CAM_SOUND_OPUS);
    g_autoptr (CamSoundBranch) again = cam_sound_branches_get (branches, CAM_SOUND_OPUS);
    g_autoptr (CamSoundBranch) l16 = cam_sound_branches_get (branches, CAM_SOUND_L16);
    g_assert_true (opus == again);
    g_assert_true (opus != l16);
    cam_sound_branch_want (opus);
    cam_sound_branch_want (l16);
    push (fixture, CAM_TRACK_AUDIO, 5, UNIT_BYTES);
    cam_sound_branch_unwant (l16);
  }
  wait_for_no_encoder ();
  g_assert_cmpuint (count_entries ("/proc/self/fd"), ==, descriptors);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
#define ADD(name, func) g_test_add ("/sound-branch/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("wanted", test_wanted);
  ADD ("another-codec", test_another_codec);
  ADD ("outage", test_outage);
  ADD ("missing-decoder", test_missing_decoder);
  ADD ("nothing-stays", test_nothing_stays);
  return g_test_run ();
}
