/* N cameras on rtsp://127.0.0.1:PORT/cam0, /cam1 …: H.264 from a file in a loop, with a stamp in each picture, and G.711.
 * Prints "port: PORT" and runs until SIGTERM or SIGINT, or the end of whoever started it. */
#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "camera-server.h"

#define MAX_CAMERAS 1000
#define MIN_FPS 6 /* a picture's time of sound goes into one packet */
#define MAX_FPS 100

typedef struct {
  char *clip; /* owned */
  int cameras;
  int fps;
  int port;
} Options;

static bool
parse_options (int *argc, char ***argv, Options *options, GError **error)
{
  const GOptionEntry entries[] = {
      {"clip", 0, 0, G_OPTION_ARG_FILENAME, &options->clip, "H.264 in annex B form", "FILE"},
      {"cameras", 0, 0, G_OPTION_ARG_INT, &options->cameras, "how many cameras (1)", "N"},
      {"fps", 0, 0, G_OPTION_ARG_INT, &options->fps, "pictures a second (25)", "N"},
      {"port", 0, 0, G_OPTION_ARG_INT, &options->port, "TCP port (a free one)", "PORT"},
      {NULL},
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return false;
  if (options->clip != NULL && options->cameras >= 1 && options->cameras <= MAX_CAMERAS && options->fps >= MIN_FPS &&
      options->fps <= MAX_FPS && options->port >= 0 && options->port <= UINT16_MAX)
    return true;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "expected --clip FILE, 1 to %d cameras, %d to %d pictures a second",
               MAX_CAMERAS, MIN_FPS, MAX_FPS);
  return false;
}

static bool
run (int argc, char **argv, const sigset_t *ends, GError **error)
{
  Options options = {.cameras = 1, .fps = 25};
  bool is_understood = parse_options (&argc, &argv, &options, error);
  g_autofree char *path = options.clip;
  if (!is_understood)
    return false;
  g_autoptr (BenchClip) clip = bench_clip_read (path, error);
  if (clip == NULL)
    return false;
  BenchCameraServer *server =
      bench_camera_server_new (clip, (unsigned) options.cameras, (unsigned) options.fps, (uint16_t) options.port, error);
  if (server == NULL)
    return false;
  printf ("port: %u\n", bench_camera_server_get_port (server));
  fflush (stdout);
  int number;
  sigwait (ends, &number);
  bench_camera_server_free (server);
  return true;
}

int
main (int argc, char **argv)
{
  sigset_t ends;
  sigemptyset (&ends);
  sigaddset (&ends, SIGTERM);
  sigaddset (&ends, SIGINT);
  sigprocmask (SIG_BLOCK, &ends, NULL); /* the loop inherits it: the signals wait for sigwait () */
  prctl (PR_SET_PDEATHSIG, SIGTERM);

  g_autoptr (GError) error = NULL;
  if (run (argc, argv, &ends, &error))
    return EXIT_SUCCESS;
  fprintf (stderr, "camera-simulator: %s\n", error->message);
  return EXIT_FAILURE;
}
