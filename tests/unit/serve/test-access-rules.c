#include "serve/access-rules.h"

typedef struct {
  const char *name;
  const char *address;
  bool users_exist;
  const char *user;   /* NULL: not logged in */
  const char *camera; /* "none", or one of the configuration below */
  CamAccess expected;
} Row;

/* lan: net:192.168.1.0/24; open: anyone; staff: group:staff; bob: user:bob; plain: nothing configured. */
static const Row rows[] = {
  { "default, loopback, no users", "127.0.0.1", false, NULL, "plain", CAM_ACCESS_GRANTED },
  { "default, loopback v6, no users", "::1", false, NULL, "plain", CAM_ACCESS_GRANTED },
  { "default, LAN, no users", "10.0.0.9", false, NULL, "plain", CAM_ACCESS_HIDDEN },
  { "default, loopback, users", "127.0.0.1", true, NULL, "plain", CAM_ACCESS_LOGIN },
  { "default, any user", "10.0.0.9", true, "bob", "plain", CAM_ACCESS_GRANTED },
  { "net inside", "192.168.1.77", true, NULL, "lan", CAM_ACCESS_GRANTED },
  { "net outside", "192.168.2.77", true, NULL, "lan", CAM_ACCESS_LOGIN },
  { "net outside, no users", "192.168.2.77", false, NULL, "lan", CAM_ACCESS_HIDDEN },
  { "net outside, user", "192.168.2.77", true, "bob", "lan", CAM_ACCESS_HIDDEN },
  { "anyone", "203.0.113.5", true, NULL, "open", CAM_ACCESS_GRANTED },
  { "group member", "203.0.113.5", true, "bob", "staff", CAM_ACCESS_GRANTED },
  { "not of the group", "203.0.113.5", true, "eve", "staff", CAM_ACCESS_HIDDEN },
  { "the user", "203.0.113.5", true, "bob", "bob", CAM_ACCESS_GRANTED },
  { "another user", "203.0.113.5", true, "eve", "bob", CAM_ACCESS_HIDDEN },
  { "unknown name, user", "203.0.113.5", true, "eve", "none", CAM_ACCESS_HIDDEN },
  { "unknown name, stranger who may read the open one", "203.0.113.5", true, NULL, "none", CAM_ACCESS_HIDDEN },
};

static CamAccessRule *
rule (CamAccessKind kind, const char *name)
{
  CamAccessRule *self = g_new0 (CamAccessRule, 1);
  self->kind = kind;
  if (kind == CAM_ACCESS_NET)
    self->net = g_inet_address_mask_new_from_string (name, NULL);
  else
    self->name = g_strdup (name);
  return self;
}

static void
rule_free (gpointer data)
{
  CamAccessRule *self = data;
  g_clear_object (&self->net);
  g_free (self->name);
  g_free (self);
}

static void
add_camera (GPtrArray *cameras, const char *name, CamAccessRule *only)
{
  CamCameraConfig *camera = g_new0 (CamCameraConfig, 1);
  camera->name = g_strdup (name);
  if (only != NULL) {
    camera->read = g_ptr_array_new_with_free_func (rule_free);
    g_ptr_array_add (camera->read, only);
  }
  g_ptr_array_add (cameras, camera);
}

static void
camera_free (gpointer data)
{
  CamCameraConfig *camera = data;
  g_clear_pointer (&camera->read, g_ptr_array_unref);
  g_free (camera->name);
  g_free (camera);
}

static GPtrArray *
make_cameras (bool with_open)
{
  GPtrArray *cameras = g_ptr_array_new_with_free_func (camera_free);
  add_camera (cameras, "plain", NULL);
  add_camera (cameras, "lan", rule (CAM_ACCESS_NET, "192.168.1.0/24"));
  add_camera (cameras, "staff", rule (CAM_ACCESS_GROUP, "staff"));
  add_camera (cameras, "bob", rule (CAM_ACCESS_USER, "bob"));
  if (with_open)
    add_camera (cameras, "open", rule (CAM_ACCESS_ANYONE, NULL));
  return cameras;
}

static const CamCameraConfig *
find (GPtrArray *cameras, const char *name)
{
  for (unsigned i = 0; i < cameras->len; i++) {
    const CamCameraConfig *camera = g_ptr_array_index (cameras, i);
    if (g_str_equal (camera->name, name))
      return camera;
  }
  return NULL;
}

static void
test_rows (void)
{
  static char *staff[] = { (char *) "staff", NULL };
  const CamUserConfig bob = { .name = (char *) "bob", .groups = staff }, eve = { .name = (char *) "eve" };
  g_autoptr (GPtrArray) cameras = make_cameras (true);
  const CamConfigSet config = { .cameras = cameras };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GInetAddress) address = g_inet_address_new_from_string (rows[i].address);
    const CamUserConfig *user = rows[i].user == NULL ? NULL : g_str_equal (rows[i].user, "bob") ? &bob : &eve;
    g_test_message ("%s", rows[i].name);
    g_assert_cmpint (cam_access_decide (&config, find (cameras, rows[i].camera), rows[i].users_exist, address, user), ==, rows[i].expected);
  }
}

/* Whoever may read nothing sees one answer for every name, configured or not. */
static void
test_strangers_learn_nothing (void)
{
  g_autoptr (GPtrArray) cameras = make_cameras (false);
  const CamConfigSet config = { .cameras = cameras };
  g_autoptr (GInetAddress) stranger = g_inet_address_new_from_string ("203.0.113.5");
  static const char *const names[] = { "plain", "lan", "staff", "bob", "none" };
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++) {
    g_assert_cmpint (cam_access_decide (&config, find (cameras, names[i]), true, stranger, NULL), ==, CAM_ACCESS_LOGIN);
    g_assert_cmpint (cam_access_decide (&config, find (cameras, names[i]), false, stranger, NULL), ==, CAM_ACCESS_CLOSED);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/access-rules/rows", test_rows);
  g_test_add_func ("/access-rules/strangers-learn-nothing", test_strangers_learn_nothing);
  return g_test_run ();
}
