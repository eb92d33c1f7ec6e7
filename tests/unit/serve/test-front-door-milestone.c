/* What a mount, a reader and a client that comes and goes may cost: no thread, little memory, and nothing stays behind. */
#include "rtsp-fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

/* A sanitizer keeps what was freed, so memory says nothing under it. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_COUNTS 0
#elif defined(__has_feature)
#define MEMORY_COUNTS (!__has_feature (address_sanitizer) && !__has_feature (thread_sanitizer) && !__has_feature (memory_sanitizer))
#else
#define MEMORY_COUNTS 1
#endif

enum { MOUNTS = 64, MOUNT_RSS_KB = 150, CHURN_RSS_KB = 2048 };

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

static unsigned
count_threads (void)
{
  return count_entries ("/proc/self/task");
}

static unsigned
count_descriptors (void)
{
  return count_entries ("/proc/self/fd");
}

static unsigned
get_rss_kb (void)
{
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents ("/proc/self/status", &text, NULL, NULL));
  return (unsigned) atoi (strstr (text, "VmRSS:") + 6);
}

static const char *
url_of (const RtspFixture *fixture, const char *path)
{
  g_autofree char *text = g_strdup_printf ("%s%s", fixture->base, path);
  return g_intern_string (text);
}

/* DESCRIBE, both SETUPs and PLAY. */
static void
play (RtspClient *client, const RtspFixture *fixture, const char *path, bool over_udp)
{
  g_autofree char *video = g_strdup_printf ("%s/stream=0", path);
  g_autofree char *audio = g_strdup_printf ("%s/stream=1", path);
  client_connect (client, fixture);
  g_assert_cmpint (client_ask_status (client, "DESCRIBE", url_of (fixture, path), ""), ==, 200);
  client_set_up (client, url_of (fixture, video),
                 over_udp ? "RTP/AVP;unicast;client_port=40000-40001" : "RTP/AVP/TCP;unicast;interleaved=0-1");
  client_set_up (client, url_of (fixture, audio),
                 over_udp ? "RTP/AVP;unicast;client_port=40002-40003" : "RTP/AVP/TCP;unicast;interleaved=2-3");
  g_assert_cmpint (client_ask_status (client, "PLAY", url_of (fixture, path), ""), ==, 200);
}

static void
publish_more (RtspFixture *fixture, CamStreamHub *hubs[MOUNTS])
{
  g_autoptr (CamStreamDescription) description = fixture_describe (true);
  for (unsigned i = 0; i < MOUNTS; i++) {
    g_autofree char *name = g_strdup_printf ("cam%u", i);
    g_autoptr (CamCameraConfig) camera = cam_camera_config_new (name);
    hubs[i] = cam_stream_hub_new (name, "main");
    cam_stream_hub_set_description (hubs[i], description);
    cam_stream_hub_set_feed (hubs[i], CAM_FEED_CAMERA);
    cam_rtsp_server_publish (fixture->server, camera, CAM_STREAM_MAIN, hubs[i], fixture->loops[i % 2], NULL, NULL);
  }
}

static void
test_mounts_are_cheap (RtspFixture *fixture, gconstpointer data)
{
  RtspClient warm;
  play (&warm, fixture, "/cam", false);
  unsigned threads = count_threads ();
  unsigned descriptors = count_descriptors ();
  unsigned rss_kb = get_rss_kb ();

  CamStreamHub *hubs[MOUNTS];
  RtspClient clients[MOUNTS];
  publish_more (fixture, hubs);
  for (unsigned i = 0; i < MOUNTS; i++) {
    g_autofree char *path = g_strdup_printf ("/cam%u", i);
    play (&clients[i], fixture, path, false);
  }
  unsigned grown_kb = get_rss_kb () - rss_kb;
  g_test_message ("%u kB a mount with its reader and the client of this test", grown_kb / MOUNTS);
  g_assert_cmpuint (count_threads (), ==, threads);
  g_assert_cmpuint (count_descriptors (), ==, descriptors + 2 * MOUNTS); /* both ends of each connection */
  g_assert_cmpuint (grown_kb / MOUNTS, <=, MEMORY_COUNTS ? MOUNT_RSS_KB : G_MAXUINT);

  for (unsigned i = 0; i < MOUNTS; i++)
    client_close (&clients[i]);
  client_close (&warm);
  AWAIT (cam_rtsp_server_get_counters (fixture->server).connections == 0);
  g_assert_cmpuint (cam_rtsp_server_get_counters (fixture->server).readers, ==, 0);
  for (unsigned i = 0; i < MOUNTS; i++)
    cam_stream_hub_unref (hubs[i]);
}

/* A client that leaves as real ones do: with TEARDOWN, by closing, or by a reset in the middle of data. */
static void
leave (RtspClient *client, const RtspFixture *fixture, unsigned turn)
{
  if (turn % 5 < 2)
    g_assert_cmpint (client_ask_status (client, "TEARDOWN", url_of (fixture, "/cam"), ""), ==, 200);
  if (turn % 5 == 4)
    setsockopt (client->fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1}, sizeof (struct linger));
  client_close (client);
}

static void
churn (RtspFixture *fixture, unsigned cycles)
{
  for (unsigned i = 0; i < cycles; i++) {
    RtspClient client;
    if (i % 20 == 0)
      fixture_push_group (fixture, 3);
    play (&client, fixture, "/cam", i % 2 == 1);
    leave (&client, fixture, i / 2);
  }
  AWAIT (cam_rtsp_server_get_counters (fixture->server).connections == 0);
}

static void
test_churn_leaves_nothing (RtspFixture *fixture, gconstpointer data)
{
  unsigned cycles = g_getenv ("CAM_LONG") != NULL ? 10000 : 2000;
  churn (fixture, cycles / 5);
  unsigned threads = count_threads ();
  unsigned descriptors = count_descriptors ();
  unsigned rss_kb = get_rss_kb ();
  churn (fixture, cycles - cycles / 5);
  int grown_kb = (int) get_rss_kb () - (int) rss_kb;
  g_test_message ("%d kB more after %u cycles", grown_kb, cycles);
  g_assert_cmpuint (count_threads (), ==, threads);
  g_assert_cmpuint (count_descriptors (), ==, descriptors);
  g_assert_cmpint (grown_kb, <=, MEMORY_COUNTS ? CHURN_RSS_KB : G_MAXINT);
  g_assert_cmpuint (cam_rtsp_server_get_counters (fixture->server).readers, ==, 0);
  g_assert_cmpuint (cam_rtsp_server_count_readers (fixture->server, "cam", CAM_STREAM_MAIN), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/front-door-milestone/" name, RtspFixture, NULL, fixture_set_up, func, fixture_tear_down)
  ADD ("mounts-are-cheap", test_mounts_are_cheap);
  ADD ("churn-leaves-nothing", test_churn_leaves_nothing);
  return g_test_run ();
}
