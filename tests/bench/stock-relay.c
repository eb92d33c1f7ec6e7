/* A relay as gst-rtsp-server's examples make one, to measure beside: stock-relay URL… serves rtsp://127.0.0.1:PORT/cam0, /cam1 …, each an
 * rtspsrc over TCP, depayloaded and payloaded anew, one media for all its clients. Prints "port: PORT" and runs until SIGTERM or SIGINT, or
 * the end of whoever started it. Nothing of what camrelay serves with is in it. */
#include <glib-unix.h>
#include <gst/gst.h>
#include <gst/rtsp-server/rtsp-server.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

#define MOST_LATENCY_MS 10000
#define CLEANUP_EVERY_S 2

static gboolean
on_signal (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

/* Sessions whose clients went without a word. */
static gboolean
on_cleanup_due (gpointer server)
{
  g_autoptr (GstRTSPSessionPool) sessions = gst_rtsp_server_get_session_pool (server);
  gst_rtsp_session_pool_cleanup (sessions);
  return G_SOURCE_CONTINUE;
}

static void
publish (GstRTSPServer *server, unsigned number, const char *url, int latency_ms)
{
  g_autofree char *path = g_strdup_printf ("/cam%u", number);
  g_autofree char *launch = g_strdup_printf ("( rtspsrc name=s location=\"%s\" protocols=tcp latency=%d "
                                             "s. ! application/x-rtp,media=video ! rtph264depay ! h264parse ! rtph264pay name=pay0 pt=96 "
                                             "s. ! application/x-rtp,media=audio ! rtppcmadepay ! rtppcmapay name=pay1 pt=8 )",
                                             url, latency_ms);
  GstRTSPMediaFactory *factory = gst_rtsp_media_factory_new ();
  gst_rtsp_media_factory_set_launch (factory, launch);
  gst_rtsp_media_factory_set_shared (factory, TRUE);
  g_autoptr (GstRTSPMountPoints) mounts = gst_rtsp_server_get_mount_points (server);
  gst_rtsp_mount_points_add_factory (mounts, path, factory);
}

static bool
run (char **urls, int latency_ms)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GstRTSPServer) server = gst_rtsp_server_new ();
  gst_rtsp_server_set_address (server, "127.0.0.1");
  gst_rtsp_server_set_service (server, "0");
  for (unsigned i = 0; urls[i] != NULL; i++)
    publish (server, i, urls[i], latency_ms);
  unsigned sources[] = {
      gst_rtsp_server_attach (server, NULL),
      g_timeout_add_seconds (CLEANUP_EVERY_S, on_cleanup_due, server),
      g_unix_signal_add (SIGTERM, on_signal, loop),
      g_unix_signal_add (SIGINT, on_signal, loop),
  };
  if (sources[0] == 0)
    return false;
  printf ("port: %d\n", gst_rtsp_server_get_bound_port (server));
  fflush (stdout);
  g_main_loop_run (loop);
  for (unsigned i = 0; i < G_N_ELEMENTS (sources); i++)
    g_source_remove (sources[i]);
  return true;
}

static void
print_version (void)
{
  unsigned major, minor, micro, nano;
  gst_version (&major, &minor, &micro, &nano);
  printf ("%u.%u.%u\n", major, minor, micro);
}

int
main (int argc, char **argv)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  int latency_ms = 0;
  gboolean wants_version = FALSE;
  char **urls = NULL;
  const GOptionEntry entries[] = {
      {"latency", 0, 0, G_OPTION_ARG_INT, &latency_ms, "of the jitter buffer (0; rtspsrc's own default is 2000)", "MS"},
      {"version", 0, 0, G_OPTION_ARG_NONE, &wants_version, "GStreamer's version", NULL},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &urls, NULL, "URL…"},
      {NULL},
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  g_autoptr (GError) error = NULL;
  bool is_understood = g_option_context_parse (context, &argc, &argv, &error);
  g_auto (GStrv) cameras = urls;
  if (is_understood && wants_version) {
    print_version ();
    return EXIT_SUCCESS;
  }
  if (!is_understood || cameras == NULL || latency_ms < 0 || latency_ms > MOST_LATENCY_MS) {
    fprintf (stderr, "stock-relay: %s\n", error != NULL ? error->message : "expected URL… and a latency of 0 to 10000 ms");
    return EXIT_FAILURE;
  }
  if (run (cameras, latency_ms))
    return EXIT_SUCCESS;
  fprintf (stderr, "stock-relay: no port can be bound\n");
  return EXIT_FAILURE;
}
