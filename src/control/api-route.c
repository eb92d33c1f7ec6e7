#include "control/api-route.h"

#include <string.h>

enum { MOST_ARGUMENTS = 32 };

static const struct {
  const char *path;
  CamPage page;
} pages[] = {
    {CAM_API_PREFIX "/openapi.json", CAM_PAGE_OPENAPI},
    {"/metrics", CAM_PAGE_METRICS},
    {"/healthz", CAM_PAGE_ALIVE},
    {"/readyz", CAM_PAGE_READY},
};

void
cam_api_route_free (CamApiRoute *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->arguments, json_object_unref);
  g_free (self->allow);
  g_free (self);
}

static bool
add_argument (JsonObject *arguments, const char *name, const char *text, size_t length)
{
  g_autofree char *value = g_uri_unescape_segment (text, text + length, NULL); /* NULL for NUL and broken codes */
  if (value == NULL || !g_utf8_validate (value, -1, NULL) || json_object_has_member (arguments, name))
    return false;
  json_object_set_string_member (arguments, name, value);
  return true;
}

/* Whether @path is what @pattern says, "/cameras/{name}/retry"; what its braces stand for becomes arguments when @arguments is given.
 * @ret_is_text: whether they are text. */
static bool
match (const char *pattern, const char *path, JsonObject *arguments, bool *ret_is_text)
{
  *ret_is_text = true;
  while (*pattern == '/' && *path == '/') {
    pattern++;
    path++;
    size_t want = strcspn (pattern, "/"), have = strcspn (path, "/");
    if (pattern[0] == '{' && have > 0) {
      g_autofree char *name = g_strndup (pattern + 1, want - 2);
      if (arguments != NULL && !add_argument (arguments, name, path, have))
        *ret_is_text = false;
    } else if (want != have || strncmp (pattern, path, want) != 0) {
      return false;
    }
    pattern += want;
    path += have;
  }
  return *pattern == '\0' && *path == '\0';
}

static bool
add_one_of_query (JsonObject *arguments, const char *text)
{
  const char *equals = strchr (text, '=');
  size_t name_length = equals != NULL ? (size_t) (equals - text) : strlen (text);
  g_autofree char *name = g_uri_unescape_segment (text, text + name_length, NULL);
  if (name == NULL || name[0] == '\0' || !g_utf8_validate (name, -1, NULL))
    return false;
  const char *value = equals != NULL ? equals + 1 : "";
  return add_argument (arguments, name, value, strlen (value));
}

static bool
add_query (JsonObject *arguments, const char *query)
{
  g_auto (GStrv) words = g_strsplit (query, "&", MOST_ARGUMENTS + 1);
  if (g_strv_length (words) > MOST_ARGUMENTS)
    return false;
  for (unsigned i = 0; words[i] != NULL; i++) {
    if (words[i][0] != '\0' && !add_one_of_query (arguments, words[i]))
      return false;
  }
  return true;
}

static void
allow (GString *methods, const char *method)
{
  g_string_append_printf (methods, "%s%s", methods->len > 0 ? ", " : "", method);
  if (g_str_equal (method, "GET"))
    g_string_append (methods, ", HEAD");
}

/* A page beside the verbs: true when there is one of this path. */
static bool
find_page (CamApiRoute *self, const char *method, const char *path)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (pages); i++) {
    if (!g_str_equal (path, pages[i].path))
      continue;
    bool is_allowed = g_str_equal (method, "GET");
    self->page = is_allowed ? pages[i].page : CAM_PAGE_NOT_ALLOWED;
    self->allow = is_allowed ? NULL : g_strdup ("GET, HEAD");
    return true;
  }
  return false;
}

static void
find_verb (CamApiRoute *self, const char *method, const char *path)
{
  g_autoptr (GString) methods = g_string_new (NULL);
  bool is_text;
  for (int i = 0; i < CAM_N_VERBS; i++) {
    if (!match (cam_verbs[i].path, path, NULL, &is_text))
      continue;
    if (!g_str_equal (method, cam_verbs[i].method)) {
      allow (methods, cam_verbs[i].method);
      continue;
    }
    self->verb = (CamVerb) i;
    match (cam_verbs[i].path, path, self->arguments, &is_text);
    self->page = is_text ? CAM_PAGE_VERB : CAM_PAGE_MALFORMED;
    return;
  }
  self->page = methods->len > 0 ? CAM_PAGE_NOT_ALLOWED : CAM_PAGE_NOT_FOUND;
  self->allow = methods->len > 0 ? g_strdup (methods->str) : NULL;
}

CamApiRoute *
cam_api_route_new (const char *method, const char *path, const char *query)
{
  CamApiRoute *self = g_new0 (CamApiRoute, 1);
  self->page = CAM_PAGE_NOT_FOUND;
  self->arguments = json_object_new ();
  const char *asked = g_str_equal (method, "HEAD") ? "GET" : method;
  if (find_page (self, asked, path) || !g_str_has_prefix (path, CAM_API_PREFIX "/"))
    return self;
  find_verb (self, asked, path + strlen (CAM_API_PREFIX));
  if (self->page == CAM_PAGE_VERB && query != NULL && !add_query (self->arguments, query))
    self->page = CAM_PAGE_MALFORMED;
  return self;
}

bool
cam_api_route_add_body (CamApiRoute *self, JsonObject *body)
{
  g_autoptr (GList) names = json_object_get_members (body);
  for (GList *each = names; each != NULL; each = each->next) {
    if (json_object_has_member (self->arguments, each->data))
      return false;
    json_object_set_member (self->arguments, each->data, json_object_dup_member (body, each->data));
  }
  return true;
}
