#include "serve/srt-access.h"

#include "config/config-set.h"
#include "serve/wrong-logins.h"

#define WINDOW_US (60 * G_USEC_PER_SEC)

typedef struct {
  CamConfigSet *config;        /* ref */
  CamClientRegistry *registry; /* owned */
  CamServeBook *book;          /* owned */
  CamSrtAccess *access;        /* owned */
} Fixture;

static void
add_camera (CamConfigSet *config, const char *name, bool is_enabled, unsigned max_readers)
{
  CamCameraConfig *camera = cam_camera_config_new (name);
  camera->enabled = is_enabled;
  camera->max_readers = max_readers;
  camera->streams[CAM_STREAM_MAIN].url = g_strdup ("srt:");
  g_ptr_array_add (config->cameras, camera);
}

static void
set_up (Fixture *self, bool has_user)
{
  self->config = cam_config_set_new ();
  add_camera (self->config, "cam", true, 1);
  add_camera (self->config, "off", false, 0);
  if (has_user) {
    CamUserConfig *user = cam_user_config_new ("ann");
    user->password = cam_secret_new ("right", -1);
    g_ptr_array_add (self->config->users, user);
  }
  cam_config_set_sort (self->config);
  self->registry = cam_client_registry_new (&self->config->server);
  g_autoptr (CamServeRules) rules = cam_serve_rules_new (self->config);
  self->book = cam_serve_book_new (rules);
  self->access = cam_srt_access_new (self->book, self->registry);
}

static void
tear_down (Fixture *self)
{
  cam_srt_access_free (self->access);
  cam_serve_book_free (self->book);
  cam_client_registry_free (self->registry);
  cam_config_set_unref (self->config);
}

static CamSrtRefusal
judge (Fixture *self, const char *from, const char *text, int64_t now_us)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (from);
  g_autoptr (CamSrtStreamId) id = cam_srt_stream_id_parse (text);
  g_assert_nonnull (id);
  return cam_srt_access_judge (self->access, address, id, now_us);
}

typedef struct {
  bool has_user;
  const char *from;
  const char *id;
  CamSrtRefusal expected;
} Row;

static void
test_rows (void)
{
  static const Row rows[] = {
      {false, "127.0.0.1", "read:cam", CAM_SRT_REFUSAL_NONE},
      {false, "127.0.0.1", "publish:cam", CAM_SRT_REFUSAL_NONE},
      {false, "127.0.0.1", "read:cam:who:ever", CAM_SRT_REFUSAL_NONE},
      {false, "127.0.0.1", "read:cam/sub", CAM_SRT_REFUSAL_NOT_FOUND},
      {false, "127.0.0.1", "read:none", CAM_SRT_REFUSAL_NOT_FOUND},
      {false, "127.0.0.1", "read:off", CAM_SRT_REFUSAL_AWAY},
      {false, "127.0.0.1", "hello", CAM_SRT_REFUSAL_BAD_REQUEST},
      {false, "10.0.0.9", "read:cam", CAM_SRT_REFUSAL_FORBIDDEN},
      {false, "10.0.0.9", "read:none", CAM_SRT_REFUSAL_FORBIDDEN},
      {true, "10.0.0.9", "read:cam", CAM_SRT_REFUSAL_LOGIN},
      {true, "10.0.0.9", "publish:none", CAM_SRT_REFUSAL_LOGIN},
      {true, "10.0.0.9", "read:cam:ann", CAM_SRT_REFUSAL_LOGIN},
      {true, "10.0.0.9", "read:cam:ann:wrong", CAM_SRT_REFUSAL_LOGIN},
      {true, "10.0.0.9", "read:cam:eve:right", CAM_SRT_REFUSAL_LOGIN},
      {true, "10.0.0.9", "read:cam:ann:right", CAM_SRT_REFUSAL_NONE},
      {true, "10.0.0.9", "#!::m=publish,r=cam,u=ann,s=right", CAM_SRT_REFUSAL_NONE},
      {true, "10.0.0.9", "read:none:ann:right", CAM_SRT_REFUSAL_NOT_FOUND},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    Fixture fixture;
    set_up (&fixture, rows[i].has_user);
    g_test_message ("%s from %s", rows[i].id, rows[i].from);
    g_assert_cmpint (judge (&fixture, rows[i].from, rows[i].id, 0), ==, rows[i].expected);
    tear_down (&fixture);
  }
}

static void
test_full (void)
{
  Fixture fixture;
  set_up (&fixture, false);
  const CamCameraConfig *camera = cam_config_set_find_camera (fixture.config, "cam");
  g_assert_cmpint (cam_client_registry_seat (fixture.registry, camera, CAM_STREAM_MAIN), ==, CAM_SEAT_TAKEN);
  g_assert_cmpint (judge (&fixture, "127.0.0.1", "read:cam", 0), ==, CAM_SRT_REFUSAL_FULL);
  g_assert_cmpint (judge (&fixture, "127.0.0.1", "publish:cam", 0), ==, CAM_SRT_REFUSAL_NONE);
  cam_client_registry_leave (fixture.registry, "cam", CAM_STREAM_MAIN);
  g_assert_cmpint (judge (&fixture, "127.0.0.1", "read:cam", 0), ==, CAM_SRT_REFUSAL_NONE);
  tear_down (&fixture);
}

/* Who has as many connections as he may is refused in the handshake, where the log is careful, and not after it, each time with a line. */
static void
test_full_of_one (void)
{
  Fixture fixture;
  set_up (&fixture, true);
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string ("10.0.0.9");
  unsigned n = 0;
  while (cam_client_registry_admit (fixture.registry, address) == CAM_ADMISSION_OK)
    n++;
  g_assert_cmpint (judge (&fixture, "10.0.0.9", "read:cam:ann:right", 0), ==, CAM_SRT_REFUSAL_FULL);
  g_assert_cmpint (judge (&fixture, "10.0.0.9", "publish:cam:ann:right", 0), ==, CAM_SRT_REFUSAL_NONE);
  g_assert_cmpint (judge (&fixture, "10.0.0.8", "read:cam:ann:right", 0), ==, CAM_SRT_REFUSAL_NONE);
  cam_client_registry_dismiss (fixture.registry, address);
  g_assert_cmpint (judge (&fixture, "10.0.0.9", "read:cam:ann:right", 0), ==, CAM_SRT_REFUSAL_NONE);
  for (n--; n > 0; n--)
    cam_client_registry_dismiss (fixture.registry, address);
  tear_down (&fixture);
}

static void
test_guessing (void)
{
  Fixture fixture;
  set_up (&fixture, true);
  for (unsigned i = 0; i < CAM_WRONG_LOGINS; i++)
    g_assert_cmpint (judge (&fixture, "10.0.0.9", "read:cam:ann:wrong", i), ==, CAM_SRT_REFUSAL_LOGIN);
  g_assert_cmpint (judge (&fixture, "10.0.0.9", "read:cam:ann:right", 100), ==, CAM_SRT_REFUSAL_LOGIN);
  g_assert_cmpint (judge (&fixture, "10.0.0.8", "read:cam:ann:right", 100), ==, CAM_SRT_REFUSAL_NONE);
  g_assert_cmpint (judge (&fixture, "10.0.0.9", "read:cam:ann:right", WINDOW_US), ==, CAM_SRT_REFUSAL_NONE);
  /* Who has 64 bits of IPv6 for himself is one all the same. */
  for (unsigned i = 0; i < CAM_WRONG_LOGINS; i++) {
    g_autofree char *from = g_strdup_printf ("2001:db8::%x:1", i);
    g_assert_cmpint (judge (&fixture, from, "read:cam:ann:wrong", 100), ==, CAM_SRT_REFUSAL_LOGIN);
  }
  g_assert_cmpint (judge (&fixture, "2001:db8::abcd", "read:cam:ann:right", 100), ==, CAM_SRT_REFUSAL_LOGIN);
  g_assert_cmpint (judge (&fixture, "2001:db8:0:1::abcd", "read:cam:ann:right", 100), ==, CAM_SRT_REFUSAL_NONE);
  /* More addresses than are remembered: nothing grows without end, and nobody is let in for it. */
  for (unsigned i = 0; i < 3000; i++) {
    g_autofree char *from = g_strdup_printf ("10.1.%u.%u", i / 250, i % 250);
    g_assert_cmpint (judge (&fixture, from, "read:cam:ann:wrong", WINDOW_US), ==, CAM_SRT_REFUSAL_LOGIN);
  }
  tear_down (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/srt-access/rows", test_rows);
  g_test_add_func ("/srt-access/full", test_full);
  g_test_add_func ("/srt-access/full-of-one", test_full_of_one);
  g_test_add_func ("/srt-access/guessing", test_guessing);
  return g_test_run ();
}
