#include "supervise/picture-job.h"

#include "picture-scripts.h"

#include <stdbool.h>
#include <string.h>

#define MANY 300

typedef struct {
  CamPictureJob *job;
  unsigned calls;
  size_t unit_bytes;
  char *why;
} Customer;

typedef struct {
  char *folder;
  CamPictureDesk *desk;
  CamTrack *track;
  Customer customers[MANY];
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("camrelay-picture-job-XXXXXX", NULL);
  g_assert_nonnull (fixture->folder);
  fixture->track = cam_track_new (CAM_CODEC_H264);
  fixture->track->width = 640;
  fixture->track->height = 360;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  for (unsigned i = 0; i < MANY; i++) {
    cam_picture_job_free (fixture->customers[i].job);
    g_free (fixture->customers[i].why);
  }
  cam_picture_desk_free (fixture->desk);
  cam_track_unref (fixture->track);
  remove_folder (fixture->folder);
  g_free (fixture->folder);
}

/* The job is freed from within the call. */
static void
on_picture (GBytes *unit, const char *why, gpointer data)
{
  Customer *customer = data;
  g_assert_true ((unit == NULL) == (why != NULL));
  customer->calls++;
  customer->unit_bytes = unit != NULL ? g_bytes_get_size (unit) : 0;
  customer->why = g_strdup (why);
  g_clear_pointer (&customer->job, cam_picture_job_free);
}

static void
open_desk (Fixture *fixture, const char *commands)
{
  g_autofree char *program = write_script (fixture->folder, commands);
  fixture->desk = cam_picture_desk_new (program);
}

static void
order (Fixture *fixture, unsigned i, GBytes *picture)
{
  Customer *customer = &fixture->customers[i];
  const CamPictureOrder wanted = {
      .track = fixture->track, .picture = picture, .set_id = 31, .title = "driveway", .text = "offline\nbecause"};
  customer->job = cam_picture_job_new (fixture->desk, &wanted, on_picture, customer);
  g_assert_cmpuint (customer->calls, ==, 0);
}

static unsigned
count_called (const Fixture *fixture)
{
  unsigned n = 0;
  for (unsigned i = 0; i < MANY; i++)
    n += fixture->customers[i].calls;
  return n;
}

/* Lines in the scripts' log. */
static unsigned
count_runs (const Fixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->folder, "log", NULL);
  g_autofree char *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  unsigned n = 0;
  for (const char *at = text; (at = strchr (at, '\n')) != NULL; at++)
    n++;
  return n;
}

static void
test_request (Fixture *fixture, gconstpointer data)
{
  g_autofree char *answer = write_answer (fixture->folder, CAM_PICTURE_DRAWN, 9, 9);
  g_autofree char *commands = g_strdup_printf ("cat > %s/log; exec cat %s", fixture->folder, answer);
  open_desk (fixture, commands);
  g_autoptr (GBytes) picture = g_bytes_new_static ("PICTURE", 7);
  order (fixture, 0, picture);
  AWAIT (fixture->customers[0].calls > 0);
  g_assert_cmpuint (fixture->customers[0].unit_bytes, ==, 9);

  g_autofree char *path = g_build_filename (fixture->folder, "log", NULL);
  g_autofree char *request = NULL;
  size_t size;
  g_assert_true (g_file_get_contents (path, &request, &size, NULL));
  CamPictureRequestHead head;
  g_assert_cmpuint (size, ==, sizeof head + 8 + 15 + 7);
  memcpy (&head, request, sizeof head);
  g_assert_cmphex (head.magic, ==, CAM_PICTURE_REQUEST_MAGIC);
  g_assert_cmpuint (head.version, ==, CAM_PICTURE_VERSION);
  g_assert_cmpuint (head.set_id, ==, 31);
  g_assert_cmpuint (head.width, ==, 640);
  g_assert_cmpuint (head.height, ==, 360);
  g_assert_cmpuint (head.title_bytes, ==, 8);
  g_assert_cmpuint (head.text_bytes, ==, 15);
  g_assert_cmpuint (head.unit_bytes, ==, 7);
  g_assert_cmpmem (request + sizeof head, size - sizeof head, "drivewayoffline\nbecausePICTURE", 30);
}

/* What is too long is cut between characters, what is too large is left out or asked for as it is. */
static void
test_request_within_bounds (Fixture *fixture, gconstpointer data)
{
  g_autofree char *answer = write_answer (fixture->folder, CAM_PICTURE_DRAWN, 9, 9);
  g_autofree char *commands = g_strdup_printf ("cat > %s/log; exec cat %s", fixture->folder, answer);
  open_desk (fixture, commands);
  g_autofree uint8_t *bytes = g_malloc0 (CAM_PICTURE_MAX_UNIT_BYTES + 1);
  g_autoptr (GBytes) picture = g_bytes_new (bytes, CAM_PICTURE_MAX_UNIT_BYTES + 1);
  g_autofree char *text = g_strnfill (600, 'x');
  fixture->track->width = 8192;
  fixture->track->height = 8192;
  const CamPictureOrder wanted = {
      .track = fixture->track,
      .picture = picture,
      .title = "012345678901234567890123456789012345678901234567890123456789012"
               "ü",
      .text = text,
  };
  fixture->customers[0].job = cam_picture_job_new (fixture->desk, &wanted, on_picture, &fixture->customers[0]);
  AWAIT (fixture->customers[0].calls > 0);

  g_autofree char *path = g_build_filename (fixture->folder, "log", NULL);
  g_autofree char *request = NULL;
  size_t size;
  g_assert_true (g_file_get_contents (path, &request, &size, NULL));
  CamPictureRequestHead head;
  memcpy (&head, request, sizeof head);
  g_assert_cmpuint (head.width, ==, 0);
  g_assert_cmpuint (head.height, ==, 0);
  g_assert_cmpuint (head.title_bytes, ==, 63);
  g_assert_cmpuint (head.text_bytes, ==, CAM_PICTURE_MAX_TEXT_BYTES);
  g_assert_cmpuint (head.unit_bytes, ==, 0);
}

static void
test_two_at_a_time (Fixture *fixture, gconstpointer data)
{
  g_autofree char *answer = write_answer (fixture->folder, CAM_PICTURE_DRAWN, 1, 1);
  g_autofree char *commands = g_strdup_printf ("echo run >> %s/log; while [ ! -e %s/go ]; do sleep 0.02; done; exec cat %s",
                                               fixture->folder, fixture->folder, answer);
  open_desk (fixture, commands);
  for (unsigned i = 0; i < 5; i++)
    order (fixture, i, NULL);
  AWAIT (count_runs (fixture) == 2);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (count_runs (fixture), ==, 2);
  g_autofree char *go = g_build_filename (fixture->folder, "go", NULL);
  g_assert_true (g_file_set_contents (go, "", 0, NULL));
  AWAIT (count_called (fixture) == 5);
  g_assert_cmpuint (count_runs (fixture), ==, 5);
  g_unlink (go);
}

/* A job that is freed makes room, whether it ran or waited. */
static void
test_freed (Fixture *fixture, gconstpointer data)
{
  g_autofree char *commands = g_strdup_printf ("echo run >> %s/log; exec sleep 60", fixture->folder);
  open_desk (fixture, commands);
  for (unsigned i = 0; i < 4; i++)
    order (fixture, i, NULL);
  AWAIT (count_runs (fixture) == 2);
  g_clear_pointer (&fixture->customers[0].job, cam_picture_job_free);
  g_clear_pointer (&fixture->customers[2].job, cam_picture_job_free);
  AWAIT (count_runs (fixture) == 3);
  g_clear_pointer (&fixture->customers[1].job, cam_picture_job_free);
  AWAIT (count_called (fixture) == 1);
  g_assert_cmpstr (fixture->customers[3].why, ==, "took longer than 2 s");
  g_assert_cmpuint (count_runs (fixture), ==, 3);
}

static void
test_too_many (Fixture *fixture, gconstpointer data)
{
  open_desk (fixture, "exec sleep 60");
  for (unsigned i = 0; i < MANY; i++)
    order (fixture, i, NULL);
  AWAIT (count_called (fixture) == MANY - 258);
  for (unsigned i = 258; i < MANY; i++)
    g_assert_cmpstr (fixture->customers[i].why, ==, "too many pictures wait to be drawn");
}

/* A picture that breaks the program is left out, once. */
static void
test_without_the_picture (Fixture *fixture, gconstpointer data)
{
  g_autofree char *answer = write_answer (fixture->folder, CAM_PICTURE_DRAWN, 3, 3);
  g_autofree char *commands =
      g_strdup_printf ("echo run >> %s/log; grep -q PICTURE && kill -SEGV $$; exec cat %s", fixture->folder, answer);
  open_desk (fixture, commands);
  g_autoptr (GBytes) picture = g_bytes_new_static ("PICTURE", 7);
  order (fixture, 0, picture);
  AWAIT (count_called (fixture) == 1);
  g_assert_cmpuint (fixture->customers[0].unit_bytes, ==, 3);
  g_assert_cmpuint (count_runs (fixture), ==, 2);
}

static void
test_never_works (Fixture *fixture, gconstpointer data)
{
  g_autofree char *commands = g_strdup_printf ("echo run >> %s/log; exit 1", fixture->folder);
  open_desk (fixture, commands);
  g_autoptr (GBytes) picture = g_bytes_new_static ("PICTURE", 7);
  order (fixture, 0, picture);
  AWAIT (count_called (fixture) == 1);
  g_assert_cmpstr (fixture->customers[0].why, ==, "the picture program ended with status 1");
  g_assert_cmpuint (count_runs (fixture), ==, 2);
}

/* What would be said again is not asked again. */
static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *answer = write_answer (fixture->folder, CAM_PICTURE_NO_ENCODER, 0, 0);
  g_autofree char *commands = g_strdup_printf ("echo run >> %s/log; exec cat %s", fixture->folder, answer);
  open_desk (fixture, commands);
  g_autoptr (GBytes) picture = g_bytes_new_static ("PICTURE", 7);
  order (fixture, 0, picture);
  AWAIT (count_called (fixture) == 1);
  g_assert_cmpstr (fixture->customers[0].why, ==, "no encoder for H.264 is installed (Debian has one in gstreamer1.0-plugins-ugly)");
  g_assert_cmpuint (count_runs (fixture), ==, 1);
}

/* The desk goes while a program of a freed job is still dying. */
static void
test_desk_goes (Fixture *fixture, gconstpointer data)
{
  open_desk (fixture, "exec sleep 60");
  order (fixture, 0, NULL);
  g_clear_pointer (&fixture->customers[0].job, cam_picture_job_free);
  g_clear_pointer (&fixture->desk, cam_picture_desk_free);
  g_assert_cmpuint (fixture->customers[0].calls, ==, 0);
}

/* The program of this build, with a picture that is none. */
static void
test_the_real_one (Fixture *fixture, gconstpointer data)
{
  static const CamCodec codecs[] = {CAM_CODEC_H264, CAM_CODEC_H265, CAM_CODEC_MJPEG};
  const char *program = g_getenv ("CAMRELAY_PICTURE");
  if (program == NULL) {
    g_test_skip ("CAMRELAY_PICTURE does not say where the program is");
    return;
  }
  fixture->desk = cam_picture_desk_new (program);
  g_autoptr (GBytes) picture = g_bytes_new_static ("no picture at all, not even NAL units", 37);
  for (unsigned i = 0; i < G_N_ELEMENTS (codecs); i++) {
    fixture->track->codec = codecs[i];
    order (fixture, i, picture);
    AWAIT (fixture->customers[i].calls > 0);
    if (fixture->customers[i].why == NULL)
      g_assert_cmpuint (fixture->customers[i].unit_bytes, >, 500);
    else
      g_assert_true (g_str_has_prefix (fixture->customers[i].why, "no encoder for "));
  }
}

#define ADD(name, function) g_test_add ("/picture-job/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("request", test_request);
  ADD ("request-within-bounds", test_request_within_bounds);
  ADD ("two-at-a-time", test_two_at_a_time);
  ADD ("freed", test_freed);
  ADD ("too-many", test_too_many);
  ADD ("without-the-picture", test_without_the_picture);
  ADD ("never-works", test_never_works);
  ADD ("refused", test_refused);
  ADD ("desk-goes", test_desk_goes);
  ADD ("the-real-one", test_the_real_one);
  return g_test_run ();
}
