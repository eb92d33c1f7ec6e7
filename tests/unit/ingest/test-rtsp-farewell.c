#include "ingest/rtsp-farewell.h"

#include "scripted-camera.h"

#define DEADLINE_US ((int64_t) (20 * G_USEC_PER_SEC))

typedef struct {
  ScriptedCamera camera;
  CamLoopThread *loop;   /* owned */
  CamResolver *resolver; /* owned */
  GMutex lock;
  GCond changed;
  unsigned dones;
  unsigned destroyed;
  bool is_ended;
  int64_t done_us;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->loop = cam_loop_thread_new ("test-loop", &error);
  g_assert_no_error (error);
  self->resolver = cam_resolver_new ();
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  cam_loop_thread_quit (self->loop);
  g_assert_true (cam_loop_thread_join (self->loop, DEADLINE_US));
  cam_resolver_free (self->resolver);
  stop_camera (&self->camera);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
}

static void
note_done (bool is_ended, gpointer data)
{
  Fixture *self = data;
  CAM_ASSERT_ON (self->loop);
  g_mutex_lock (&self->lock);
  self->dones++;
  self->is_ended = is_ended;
  self->done_us = g_get_monotonic_time ();
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
note_destroyed (gpointer data)
{
  Fixture *self = data;
  g_mutex_lock (&self->lock);
  g_assert_cmpuint (self->destroyed, ==, 0);
  self->destroyed++;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
await (Fixture *self, const unsigned *count)
{
  int64_t deadline_us = g_get_monotonic_time () + DEADLINE_US;
  g_mutex_lock (&self->lock);
  while (*count == 0 && g_cond_wait_until (&self->changed, &self->lock, deadline_us))
    continue;
  g_assert_cmpuint (*count, ==, 1);
  g_mutex_unlock (&self->lock);
}

static CamRtspFarewell *
say_farewell (Fixture *self, const char *url)
{
  g_autoptr (CamSecret) password = cam_secret_new ("secret", -1);
  return cam_rtsp_farewell_new (&(CamRtspFarewellSetup){
      .loop = self->loop,
      .resolver = self->resolver,
      .url = url,
      .lease = {.url = "rtsp://10.0.0.9/live/", .session = "abc"},
      .username = "viewer",
      .password = password,
      .done = note_done,
      .data = self,
      .destroy = note_destroyed,
  });
}

static void
say_farewell_to (Fixture *self, CameraScript script, bool is_ended)
{
  start_camera (&self->camera, script);
  g_autofree char *url = g_strdup_printf ("rtsp://127.0.0.1:%u/live", self->camera.port);
  CamRtspFarewell *farewell = say_farewell (self, url);
  await (self, &self->dones);
  g_assert_cmpint (self->is_ended, ==, is_ended);
  cam_rtsp_farewell_free (farewell);
  await (self, &self->destroyed);
}

/* The session's own URL stands in the request, though the camera is dialled at the address we know it by. */
static void
accept_teardown (ScriptedCamera *camera, int fd)
{
  g_assert_true (read_request (camera, fd));
  g_assert_true (g_str_has_prefix (camera->request, "TEARDOWN rtsp://10.0.0.9/live/ RTSP/1.0\r\n"));
  g_assert_nonnull (strstr (camera->request, "\r\nSession: abc\r\n"));
  reply (camera, fd, "200 OK", NULL, NULL);
  g_assert_false (read_request (camera, fd));
}

static void
test_plain (Fixture *self, gconstpointer data)
{
  say_farewell_to (self, accept_teardown, true);
  g_assert_cmpint (g_atomic_int_get (&self->camera.teardowns), ==, 1);
}

static void
challenge (ScriptedCamera *camera, int fd, const char *realm, unsigned nonce)
{
  g_autofree char *header = g_strdup_printf ("WWW-Authenticate: Digest realm=\"%s\", nonce=\"n%u\"\r\n", realm, nonce);
  reply (camera, fd, "401 Unauthorized", header, NULL);
}

static void
ask_for_log_in (ScriptedCamera *camera, int fd)
{
  g_assert_true (read_request (camera, fd));
  g_assert_null (strstr (camera->request, "Authorization"));
  challenge (camera, fd, "cam", 1);
  g_assert_true (read_request (camera, fd));
  g_assert_nonnull (strstr (camera->request, "Authorization: Digest username=\"viewer\", realm=\"cam\", nonce=\"n1\""));
  g_assert_nonnull (strstr (camera->request, "uri=\"rtsp://10.0.0.9/live/\""));
  reply (camera, fd, "200 OK", NULL, NULL);
}

static void
test_digest (Fixture *self, gconstpointer data)
{
  say_farewell_to (self, ask_for_log_in, true);
  g_assert_cmpint (g_atomic_int_get (&self->camera.teardowns), ==, 2);
}

/* Cameras that hang up after each 401. */
static void
ask_and_hang_up (ScriptedCamera *camera, int fd)
{
  if (!read_request (camera, fd))
    return;
  if (strstr (camera->request, "Authorization: Digest") == NULL)
    challenge (camera, fd, "cam", 1);
  else
    reply (camera, fd, "200 OK", NULL, NULL);
}

static void
test_redial (Fixture *self, gconstpointer data)
{
  say_farewell_to (self, ask_and_hang_up, true);
  g_assert_cmpint (g_atomic_int_get (&self->camera.connections), ==, 2);
}

/* A session that has timed out is as good as ended. */
static void
know_nothing (ScriptedCamera *camera, int fd)
{
  read_request (camera, fd);
  reply (camera, fd, "454 Session Not Found", NULL, NULL);
}

static void
test_unknown (Fixture *self, gconstpointer data)
{
  say_farewell_to (self, know_nothing, true);
}

static void
refuse_log_in (ScriptedCamera *camera, int fd)
{
  while (read_request (camera, fd))
    challenge (camera, fd, "cam", camera->cseq);
}

static void
test_wrong_password (Fixture *self, gconstpointer data)
{
  say_farewell_to (self, refuse_log_in, false);
  g_assert_cmpint (g_atomic_int_get (&self->camera.teardowns), <=, 4);
}

static void
say_nothing (ScriptedCamera *camera, int fd)
{
  while (read_request (camera, fd))
    continue;
}

static void
test_mute (Fixture *self, gconstpointer data)
{
  int64_t begin_us = g_get_monotonic_time ();
  say_farewell_to (self, say_nothing, false);
  g_assert_cmpint (self->done_us - begin_us, <=, 1200000);
}

static void
test_away (Fixture *self, gconstpointer data)
{
  CamRtspFarewell *farewell = say_farewell (self, "rtsp://127.0.0.1:1/");
  await (self, &self->dones);
  g_assert_false (self->is_ended);
  cam_rtsp_farewell_free (farewell);
  await (self, &self->destroyed);
}

static void
test_wrong_url (Fixture *self, gconstpointer data)
{
  CamRtspFarewell *farewell = say_farewell (self, "test:");
  await (self, &self->dones);
  g_assert_false (self->is_ended);
  cam_rtsp_farewell_free (farewell);
  await (self, &self->destroyed);
}

/* Freed in the middle: no word after it, and nothing stays open. */
static void
test_free_early (Fixture *self, gconstpointer data)
{
  start_camera (&self->camera, say_nothing);
  g_autofree char *url = g_strdup_printf ("rtsp://127.0.0.1:%u/live", self->camera.port);
  cam_rtsp_farewell_free (say_farewell (self, url));
  await (self, &self->destroyed);
  g_assert_cmpuint (self->dones, ==, 0);
  cam_rtsp_farewell_free (NULL);
}

#define ADD(path, func) g_test_add ("/rtsp-farewell/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("plain", test_plain);
  ADD ("digest", test_digest);
  ADD ("redial", test_redial);
  ADD ("unknown", test_unknown);
  ADD ("wrong-password", test_wrong_password);
  ADD ("mute", test_mute);
  ADD ("away", test_away);
  ADD ("wrong-url", test_wrong_url);
  ADD ("free-early", test_free_early);
  return g_test_run ();
}
