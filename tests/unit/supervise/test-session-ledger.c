#include "supervise/session-ledger.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "ingest/rtsp-farewell.h"


#define ENTRY(host) "host=" host "\nport=554\nurl=rtsp://10.0.0.9/live/\nsession=abc\n"
#define MOST_FAREWELLS 64

/* The farewells that are under way: said here, to nobody. */
struct CamRtspFarewell {
  CamRtspFarewellSetup setup;
  char *url; /* owned */
  char *lease; /* owned; "url session" */
  bool is_freed;
};

static struct {
  CamRtspFarewell all[MOST_FAREWELLS];
  unsigned made;
  unsigned freed;
} farewells;

CamRtspFarewell *
cam_rtsp_farewell_new (const CamRtspFarewellSetup *setup)
{
  g_assert_cmpuint (farewells.made, <, MOST_FAREWELLS);
  CamRtspFarewell *self = &farewells.all[farewells.made++];
  self->setup = *setup;
  self->url = g_strdup (setup->url);
  self->lease = g_strdup_printf ("%s %s", setup->lease.url, setup->lease.session);
  return self;
}

void
cam_rtsp_farewell_free (CamRtspFarewell *self)
{
  if (self == NULL)
    return;
  g_assert_false (self->is_freed);
  self->is_freed = true;
  farewells.freed++;
  g_free (self->url);
  g_free (self->lease);
  self->setup.destroy (self->setup.data);
}

typedef struct {
  char *folder; /* owned */
  CamDisk *disk; /* owned */
  CamConfigSet *config; /* ref */
  CamSessionLedger *ledger; /* owned */
  GString *ended; /* owned; "camera.stream " for each */
  bool is_written;
} Fixture;

static void
note_ended (const char *camera, unsigned stream, gpointer data)
{
  Fixture *self = data;
  g_string_append_printf (self->ended, "%s.%s ", camera, cam_stream_name (stream));
}

static CamCameraConfig *
add_camera (Fixture *self, const char *name, const char *main_url, const char *sub_url)
{
  CamCameraConfig *camera = cam_camera_config_new (name);
  camera->streams[CAM_STREAM_MAIN].url = g_strdup (main_url);
  camera->streams[CAM_STREAM_MAIN].username = g_strdup ("viewer");
  camera->streams[CAM_STREAM_MAIN].password = cam_secret_new ("canary", -1);
  camera->streams[CAM_STREAM_SUB].url = g_strdup (sub_url);
  g_ptr_array_add (self->config->cameras, camera);
  cam_config_set_sort (self->config);
  return camera;
}

static void
open_ledger (Fixture *self, const char *folder)
{
  self->ledger = cam_session_ledger_new (&(CamSessionLedgerSetup){
      .folder = folder,
      .disk = self->disk,
      .ended = note_ended,
      .data = self,
  });
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  memset (&farewells, 0, sizeof farewells);
  self->folder = g_dir_make_tmp ("ledger-XXXXXX", &error);
  g_assert_no_error (error);
  self->disk = cam_disk_new (&error);
  g_assert_no_error (error);
  self->config = cam_config_set_new ();
  add_camera (self, "yard", "rtsp://Cam.example/live", "rtsp://cam.example/sub");
  add_camera (self, "gate", "rtsp://other.example:8554/live", NULL);
  add_camera (self, "demo", "test:", NULL);
  self->ended = g_string_new (NULL);
  open_ledger (self, self->folder);
}

static char *
path_of (Fixture *self, const char *name)
{
  return g_build_filename (self->folder, "sessions", name, NULL);
}

static void
note_written (GBytes *content, gpointer data)
{
  ((Fixture *) data)->is_written = true;
}

/* The disk does what it is asked in order: an answer says that all before it is done. */
static void
await_disk (Fixture *self)
{
  g_autofree char *path = path_of (self, "none");
  self->is_written = false;
  cam_disk_read (self->disk, path, 1, g_main_context_default (), note_written, self, NULL);
  while (!self->is_written)
    g_main_context_iteration (NULL, TRUE);
}

static void
remove_files (Fixture *self)
{
  g_autofree char *sessions = path_of (self, "");
  g_autoptr (GDir) files = g_dir_open (sessions, 0, NULL);
  for (const char *name; files != NULL && (name = g_dir_read_name (files)) != NULL;) {
    g_autofree char *path = path_of (self, name);
    g_assert_cmpint (g_remove (path), ==, 0);
  }
  g_rmdir (sessions);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  cam_session_ledger_free (self->ledger);
  cam_disk_free (self->disk);
  g_assert_cmpuint (farewells.freed, ==, farewells.made);
  remove_files (self);
  g_free (self->folder);
  cam_config_set_unref (self->config);
  g_string_free (self->ended, TRUE);
}

static void
assert_file (Fixture *self, const char *name, const char *content)
{
  g_autofree char *path = path_of (self, name);
  g_autofree char *text = NULL;
  await_disk (self);
  bool is_there = g_file_get_contents (path, &text, NULL, NULL);
  g_assert_cmpint (is_there, ==, content != NULL);
  if (is_there)
    g_assert_cmpstr (text, ==, content);
}

static void
leave_file (Fixture *self, const char *name, const char *content)
{
  g_autofree char *sessions = path_of (self, "");
  g_autofree char *path = path_of (self, name);
  g_mkdir (sessions, 0700);
  g_assert_true (g_file_set_contents (path, content, -1, NULL));
}

static void
answer (Fixture *self, unsigned nth, bool is_ended)
{
  CamRtspFarewellSetup *setup = &farewells.all[nth].setup;
  setup->done (is_ended, setup->data);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

/* Entered with the lease, struck when it is over; nobody else may read it, and no password is in it. */
static void
test_enter_and_strike (Fixture *self, gconstpointer data)
{
  const CamCameraConfig *camera = cam_config_set_find_camera (self->config, "yard");
  cam_session_ledger_enter (self->ledger, camera, CAM_STREAM_MAIN, &(CamIngestLease){.url = "rtsp://10.0.0.9/live/", .session = "old"});
  cam_session_ledger_enter (self->ledger, camera, CAM_STREAM_MAIN, &(CamIngestLease){.url = "rtsp://10.0.0.9/live/", .session = "abc"});
  assert_file (self, "yard.main", ENTRY ("Cam.example"));
  g_autofree char *path = path_of (self, "yard.main");
  GStatBuf status;
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  cam_session_ledger_strike (self->ledger, "yard", CAM_STREAM_SUB);
  cam_session_ledger_strike (self->ledger, "gate", CAM_STREAM_MAIN);
  assert_file (self, "yard.main", ENTRY ("Cam.example"));
  cam_session_ledger_strike (self->ledger, "yard", CAM_STREAM_MAIN);
  assert_file (self, "yard.main", NULL);
  cam_session_ledger_strike (self->ledger, "yard", CAM_STREAM_MAIN);
}

/* What no file can hold is not kept, nor what has no host. */
static void
test_not_entered (Fixture *self, gconstpointer data)
{
  const CamCameraConfig *camera = cam_config_set_find_camera (self->config, "yard");
  cam_session_ledger_enter (self->ledger, camera, CAM_STREAM_MAIN, &(CamIngestLease){.url = "rtsp://u:canary@cam/", .session = "1"});
  cam_session_ledger_enter (self->ledger, camera, CAM_STREAM_MAIN, &(CamIngestLease){.url = "rtsp://cam/", .session = "a\nb"});
  assert_file (self, "yard.main", NULL);
  camera = cam_config_set_find_camera (self->config, "demo");
  cam_session_ledger_enter (self->ledger, camera, CAM_STREAM_MAIN, &(CamIngestLease){.url = "rtsp://cam/", .session = "1"});
  assert_file (self, "demo.main", NULL);
}

static void
test_settle (Fixture *self, gconstpointer data)
{
  leave_file (self, "yard.main", ENTRY ("cam.EXAMPLE"));
  leave_file (self, "yard.sub", ENTRY ("cam.example"));
  cam_session_ledger_settle (self->ledger, self->config);
  g_assert_cmpuint (farewells.made, ==, 2);
  unsigned main = g_str_equal (farewells.all[0].url, "rtsp://Cam.example/live") ? 0 : 1;
  g_assert_cmpstr (farewells.all[main].url, ==, "rtsp://Cam.example/live");
  g_assert_cmpstr (farewells.all[main].lease, ==, "rtsp://10.0.0.9/live/ abc");
  g_assert_cmpstr (farewells.all[main].setup.username, ==, "viewer");
  g_assert_nonnull (farewells.all[main].setup.password);
  g_assert_null (farewells.all[1 - main].setup.username);
  assert_file (self, "yard.main", ENTRY ("cam.EXAMPLE")); /* until it is done: we may crash, too */
  answer (self, main, true);
  g_assert_cmpstr (self->ended->str, ==, "yard.main ");
  assert_file (self, "yard.main", NULL);
  answer (self, 1 - main, false); /* it will time out by itself */
  g_assert_cmpstr (self->ended->str, ==, "yard.main ");
  assert_file (self, "yard.sub", NULL);
  g_assert_cmpuint (farewells.freed, ==, 2);
}

/* The new dial may be quicker than the farewell. */
static void
test_new_session_meanwhile (Fixture *self, gconstpointer data)
{
  leave_file (self, "yard.main", "host=cam.example\nport=554\nurl=rtsp://10.0.0.9/live/\nsession=old\n");
  cam_session_ledger_settle (self->ledger, self->config);
  const CamCameraConfig *camera = cam_config_set_find_camera (self->config, "yard");
  cam_session_ledger_enter (self->ledger, camera, CAM_STREAM_MAIN, &(CamIngestLease){.url = "rtsp://10.0.0.9/live/", .session = "abc"});
  answer (self, 0, true);
  assert_file (self, "yard.main", ENTRY ("Cam.example"));
}

/* A session whose connection broke while we live: what stands for it is said goodbye to, with or without a folder. */
static void
test_reclaim (Fixture *self, gconstpointer data)
{
  CamCameraConfig *camera = g_ptr_array_index (self->config->cameras, 2);
  g_assert_cmpstr (camera->name, ==, "yard");
  const CamIngestLease lease = {.url = "rtsp://10.0.0.9/live/", .session = "abc"};
  cam_session_ledger_reclaim (self->ledger, camera, CAM_STREAM_MAIN);
  g_assert_cmpuint (farewells.made, ==, 0);
  cam_session_ledger_enter (self->ledger, camera, CAM_STREAM_MAIN, &lease);
  cam_session_ledger_reclaim (self->ledger, camera, CAM_STREAM_MAIN);
  cam_session_ledger_reclaim (self->ledger, camera, CAM_STREAM_MAIN);
  g_assert_cmpuint (farewells.made, ==, 1);
  g_assert_cmpstr (farewells.all[0].lease, ==, "rtsp://10.0.0.9/live/ abc");
  answer (self, 0, true);
  g_assert_cmpstr (self->ended->str, ==, "yard.main ");
  assert_file (self, "yard.main", NULL);

  cam_session_ledger_free (self->ledger);
  open_ledger (self, NULL);
  cam_session_ledger_enter (self->ledger, camera, CAM_STREAM_MAIN, &lease);
  cam_session_ledger_reclaim (self->ledger, camera, CAM_STREAM_MAIN);
  g_assert_cmpuint (farewells.made, ==, 2);
  answer (self, 1, false);
  g_assert_cmpstr (self->ended->str, ==, "yard.main ");
}

/* Cameras that are gone or elsewhere now, and what is no entry: removed, and nothing is said to anybody. */
static void
test_others_are_removed (Fixture *self, gconstpointer data)
{
  static const char *const names[] = {"attic.main", "gate.main", "gate.sub", "demo.main", "yard", "yard.main", "yard.sub", "yard.third", ".main"};
  leave_file (self, "attic.main", ENTRY ("cam.example"));
  leave_file (self, "gate.main", ENTRY ("other.example")); /* another port */
  leave_file (self, "gate.sub", ENTRY ("other.example"));
  leave_file (self, "demo.main", ENTRY ("cam.example"));
  leave_file (self, "yard", ENTRY ("cam.example"));
  leave_file (self, "yard.main", ENTRY ("evil.example"));
  leave_file (self, "yard.sub", "junk");
  leave_file (self, "yard.third", ENTRY ("cam.example"));
  leave_file (self, ".main", ENTRY ("cam.example"));
  cam_session_ledger_settle (self->ledger, self->config);
  g_assert_cmpuint (farewells.made, ==, 0);
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++)
    assert_file (self, names[i], NULL);
}

/* Many at once are said goodbye to a few at a time. */
static void
test_many (Fixture *self, gconstpointer data)
{
  enum { N = 40 };
  for (unsigned i = 0; i < N; i++) {
    g_autofree char *name = g_strdup_printf ("cam%u", i);
    g_autofree char *file = g_strconcat (name, ".main", NULL);
    add_camera (self, name, "rtsp://cam.example/live", NULL);
    leave_file (self, file, ENTRY ("cam.example"));
  }
  cam_session_ledger_settle (self->ledger, self->config);
  g_assert_cmpuint (farewells.made, ==, 32);
  for (unsigned i = 0; i < N; i++)
    answer (self, i, false);
  g_assert_cmpuint (farewells.made, ==, N);
}

/* Ended in the middle: no word after it, and the files wait for the next process. */
static void
test_free_early (Fixture *self, gconstpointer data)
{
  leave_file (self, "yard.main", ENTRY ("cam.example"));
  leave_file (self, "yard.sub", ENTRY ("cam.example"));
  cam_session_ledger_settle (self->ledger, self->config);
  CamRtspFarewellSetup *setup = &farewells.all[0].setup;
  setup->done (true, setup->data); /* on its way to M */
  g_clear_pointer (&self->ledger, cam_session_ledger_free);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpstr (self->ended->str, ==, "");
  assert_file (self, "yard.main", ENTRY ("cam.example"));
}

static void
test_no_folder (Fixture *self, gconstpointer data)
{
  cam_session_ledger_free (self->ledger);
  open_ledger (self, NULL);
  const CamCameraConfig *camera = cam_config_set_find_camera (self->config, "yard");
  cam_session_ledger_settle (self->ledger, self->config);
  cam_session_ledger_enter (self->ledger, camera, CAM_STREAM_MAIN, &(CamIngestLease){.url = "rtsp://cam/", .session = "1"});
  cam_session_ledger_strike (self->ledger, "yard", CAM_STREAM_MAIN);
  assert_file (self, "yard.main", NULL);
  cam_session_ledger_free (NULL);
}

#define ADD(path, func) g_test_add ("/supervise/session-ledger/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("enter-and-strike", test_enter_and_strike);
  ADD ("not-entered", test_not_entered);
  ADD ("settle", test_settle);
  ADD ("new-session-meanwhile", test_new_session_meanwhile);
  ADD ("reclaim", test_reclaim);
  ADD ("others-are-removed", test_others_are_removed);
  ADD ("many", test_many);
  ADD ("free-early", test_free_early);
  ADD ("no-folder", test_no_folder);
  return g_test_run ();
}
