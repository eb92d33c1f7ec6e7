/* A plain gst-rtsp-server camera for tests: gst-camera PORT-FILE LAUNCH serves the pipeline LAUNCH (payloaders pay0, pay1 …) as
 * rtsp://127.0.0.1:PORT/cam over TCP and UDP and writes PORT into PORT-FILE. GST_CAMERA_USER and GST_CAMERA_PASSWORD ask for a log-in.
 * Nothing of what camrelay serves with is in it. */
#include <glib-unix.h>
#include <gst/gst.h>
#include <gst/rtsp-server/rtsp-server.h>

static gboolean
on_signal (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static void
ask_for_login (GstRTSPServer *server, GstRTSPMediaFactory *factory, const char *user, const char *password)
{
  g_autoptr (GstRTSPAuth) auth = gst_rtsp_auth_new ();
  gst_rtsp_auth_set_supported_methods (auth, GST_RTSP_AUTH_DIGEST);
  GstRTSPToken *token = gst_rtsp_token_new (GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, "viewer", NULL);
  gst_rtsp_auth_add_digest (auth, user, password, token);
  gst_rtsp_token_unref (token);
  gst_rtsp_media_factory_add_role (factory, "viewer", GST_RTSP_PERM_MEDIA_FACTORY_ACCESS, G_TYPE_BOOLEAN, TRUE,
                                   GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, G_TYPE_BOOLEAN, TRUE, NULL);
  gst_rtsp_server_set_auth (server, auth);
}

static void
publish (GstRTSPServer *server, const char *launch)
{
  g_autofree char *whole = g_strdup_printf ("( %s )", launch);
  GstRTSPMediaFactory *factory = gst_rtsp_media_factory_new ();
  gst_rtsp_media_factory_set_launch (factory, whole);
  gst_rtsp_media_factory_set_shared (factory, TRUE);
  gst_rtsp_media_factory_set_protocols (factory, GST_RTSP_LOWER_TRANS_TCP | GST_RTSP_LOWER_TRANS_UDP);
  const char *user = g_getenv ("GST_CAMERA_USER");
  const char *password = g_getenv ("GST_CAMERA_PASSWORD");
  if (user != NULL && password != NULL)
    ask_for_login (server, factory, user, password);
  g_autoptr (GstRTSPMountPoints) mounts = gst_rtsp_server_get_mount_points (server);
  gst_rtsp_mount_points_add_factory (mounts, "/cam", factory);
}

int
main (int argc, char **argv)
{
  if (argc != 3) {
    g_printerr ("usage: gst-camera PORT-FILE LAUNCH\n");
    return 64;
  }
  gst_init (NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GstRTSPServer) server = gst_rtsp_server_new ();
  gst_rtsp_server_set_address (server, "127.0.0.1");
  gst_rtsp_server_set_service (server, "0");
  publish (server, argv[2]);
  guint source = gst_rtsp_server_attach (server, NULL);
  g_autofree char *port = g_strdup_printf ("%d\n", gst_rtsp_server_get_bound_port (server));
  if (source == 0 || !g_file_set_contents (argv[1], port, -1, &error)) {
    g_printerr ("gst-camera: %s\n", error != NULL ? error->message : "the port cannot be bound");
    return 69;
  }
  g_unix_signal_add (SIGTERM, on_signal, loop);
  g_unix_signal_add (SIGINT, on_signal, loop);
  g_main_loop_run (loop);
  g_source_remove (source);
  return 0;
}
