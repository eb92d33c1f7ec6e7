/* What a head says is within its promises, and a head that is whole stays what it is whatever follows it. */
#include <string.h>

#include "control/api-route.h"
#include "control/http-head.h"
#include "control/http-host.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (const CamHttpHead *head)
{
  g_assert_cmpuint (head->body_bytes, <=, CAM_HTTP_MAX_BODY);
  g_assert_cmpuint (head->head_bytes, <=, CAM_HTTP_MAX_HEAD);
  g_assert_true (head->path[0] == '/' && (head->host != NULL || head->is_1_0));
  if (head->host != NULL && cam_http_host_is_ours (head->host, NULL))
    g_assert_cmpuint (strlen (head->host), <, 300);
  g_autoptr (CamApiRoute) route = cam_api_route_new (head->method, head->path, head->query);
  g_assert_true ((route->page == CAM_PAGE_NOT_ALLOWED) == (route->allow != NULL));
  g_autoptr (GList) names = json_object_get_members (route->arguments);
  for (GList *name = names; name != NULL; name = name->next)
    g_assert_true (g_utf8_validate (json_object_get_string_member (route->arguments, name->data), -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (CamHttpHead) head = NULL;
  unsigned status = 0;
  const char *why = NULL;
  switch (cam_http_head_read (data, size, &head, &status, &why)) {
  case CAM_HTTP_HEAD_MORE:
    g_assert_cmpuint (size, <, CAM_HTTP_MAX_HEAD);
    break;
  case CAM_HTTP_HEAD_WHOLE:
    check (head);
    break;
  case CAM_HTTP_HEAD_REFUSED:
    g_assert_true (status >= 400 && status <= 505 && why[0] != '\0');
    break;
  }
  return 0;
}
