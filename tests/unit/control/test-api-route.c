#include "control/api-route.h"

static void
test_pages (void)
{
  static const struct {
    const char *method, *path;
    CamPage page;
    const char *allow;
  } rows[] = {
      {"GET", "/healthz", CAM_PAGE_ALIVE, NULL},
      {"HEAD", "/readyz", CAM_PAGE_READY, NULL},
      {"GET", "/metrics", CAM_PAGE_METRICS, NULL},
      {"GET", "/api/v1/openapi.json", CAM_PAGE_OPENAPI, NULL},
      {"POST", "/metrics", CAM_PAGE_NOT_ALLOWED, "GET, HEAD"},
      {"OPTIONS", "/healthz", CAM_PAGE_NOT_ALLOWED, "GET, HEAD"},
      {"POST", "/api/v1/status", CAM_PAGE_NOT_ALLOWED, "GET, HEAD"},
      {"GET", "/api/v1/reload", CAM_PAGE_NOT_ALLOWED, "POST"},
      {"PUT", "/api/v1/cameras/a", CAM_PAGE_NOT_ALLOWED, "GET, HEAD, POST, PATCH, DELETE"},
      {"GET", "/", CAM_PAGE_NOT_FOUND, NULL},
      {"GET", "/metrics/", CAM_PAGE_NOT_FOUND, NULL},
      {"GET", "/api/v1", CAM_PAGE_NOT_FOUND, NULL},
      {"GET", "/api/v1/", CAM_PAGE_NOT_FOUND, NULL},
      {"GET", "/api/v2/status", CAM_PAGE_NOT_FOUND, NULL},
      {"GET", "/api/v1/statuses", CAM_PAGE_NOT_FOUND, NULL},
      {"GET", "/api/v1/status/", CAM_PAGE_NOT_FOUND, NULL},
      {"GET", "/api/v1/cameras/", CAM_PAGE_NOT_FOUND, NULL},
      {"GET", "/api/v1/cameras/a/b", CAM_PAGE_NOT_FOUND, NULL},
      {"GET", "//api/v1/status", CAM_PAGE_NOT_FOUND, NULL},
      {"GET", "/api/v1/../metrics", CAM_PAGE_NOT_FOUND, NULL},
      {"GET", "/api/v1/cameras/%ff%fe", CAM_PAGE_MALFORMED, NULL},
      {"GET", "/api/v1/cameras/a%00b", CAM_PAGE_MALFORMED, NULL},
      {"GET", "/api/v1/cameras/a%zz", CAM_PAGE_MALFORMED, NULL},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("%s %s", rows[i].method, rows[i].path);
    g_autoptr (CamApiRoute) route = cam_api_route_new (rows[i].method, rows[i].path, NULL);
    g_assert_cmpint (route->page, ==, rows[i].page);
    g_assert_cmpstr (route->allow, ==, rows[i].allow);
  }
}

/* Each row of the table is found by its own method and path. */
static void
test_verbs (void)
{
  for (int i = 0; i < CAM_N_VERBS; i++) {
    g_auto (GStrv) parts = g_strsplit (cam_verbs[i].path, "{name}", -1);
    g_autofree char *named = g_strjoinv ("caf%C3%A9", parts);
    g_auto (GStrv) id_parts = g_strsplit (named, "{id}", -1);
    g_autofree char *filled = g_strjoinv ("12", id_parts);
    g_autofree char *path = g_strconcat (CAM_API_PREFIX, filled, NULL);
    g_autoptr (CamApiRoute) route = cam_api_route_new (cam_verbs[i].method, path, NULL);
    g_assert_cmpint (route->page, ==, CAM_PAGE_VERB);
    g_assert_cmpint ((int) route->verb, ==, i);
    if (g_strrstr (cam_verbs[i].path, "{name}") != NULL)
      g_assert_cmpstr (json_object_get_string_member (route->arguments, "name"), ==, "café");
    if (g_strrstr (cam_verbs[i].path, "{id}") != NULL)
      g_assert_cmpstr (json_object_get_string_member (route->arguments, "id"), ==, "12");
  }
}

static void
test_query (void)
{
  g_autoptr (CamApiRoute) route = cam_api_route_new ("GET", "/api/v1/log", "after=12&&level=de%62ug&most");
  g_assert_cmpint (route->page, ==, CAM_PAGE_VERB);
  g_assert_cmpstr (json_object_get_string_member (route->arguments, "after"), ==, "12");
  g_assert_cmpstr (json_object_get_string_member (route->arguments, "level"), ==, "debug");
  g_assert_cmpstr (json_object_get_string_member (route->arguments, "most"), ==, "");

  static const char *const broken[] = {"a=1&a=2", "=1", "a=%ff", "%00=1", "a=%0", NULL};
  for (unsigned i = 0; broken[i] != NULL; i++) {
    g_autoptr (CamApiRoute) refused = cam_api_route_new ("GET", "/api/v1/log", broken[i]);
    g_assert_cmpint (refused->page, ==, CAM_PAGE_MALFORMED);
  }
  g_autoptr (CamApiRoute) twice = cam_api_route_new ("GET", "/api/v1/cameras/a", "name=b");
  g_assert_cmpint (twice->page, ==, CAM_PAGE_MALFORMED);
  g_autofree char *many = g_strnfill (100, '&');
  g_autoptr (CamApiRoute) flooded = cam_api_route_new ("GET", "/api/v1/log", many);
  g_assert_cmpint (flooded->page, ==, CAM_PAGE_MALFORMED);
}

static void
test_body (void)
{
  g_autoptr (CamApiRoute) route = cam_api_route_new ("POST", "/api/v1/cameras/a", NULL);
  g_autoptr (JsonObject) body = json_object_new ();
  json_object_set_int_member (body, "settings", 1);
  g_assert_true (cam_api_route_add_body (route, body));
  g_assert_cmpint (json_object_get_int_member (route->arguments, "settings"), ==, 1);
  g_autoptr (JsonObject) other = json_object_new ();
  json_object_set_string_member (other, "name", "b");
  g_assert_false (cam_api_route_add_body (route, other));
  g_assert_cmpstr (json_object_get_string_member (route->arguments, "name"), ==, "a");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/control/api-route/pages", test_pages);
  g_test_add_func ("/control/api-route/verbs", test_verbs);
  g_test_add_func ("/control/api-route/query", test_query);
  g_test_add_func ("/control/api-route/body", test_body);
  return g_test_run ();
}
