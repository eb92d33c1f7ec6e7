#include "control/http-answer.h"

#include <string.h>

#define JSON_TYPE "application/json"

/* Data for programs: no browser is to guess what it is, keep it, frame it, run it, or hand it to a page from elsewhere. */
static const struct {
  const char *name;
  const char *value;
} headers[] = {
    {"Connection", "close"},
    {"Cache-Control", "no-store"},
    {"X-Content-Type-Options", "nosniff"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
};

void
cam_http_answer_bytes (SoupServerMessage *message, unsigned status, const char *type, GBytes *body)
{
  SoupMessageHeaders *response = soup_server_message_get_response_headers (message);
  for (unsigned i = 0; i < G_N_ELEMENTS (headers); i++)
    soup_message_headers_replace (response, headers[i].name, headers[i].value);
  soup_message_headers_set_content_type (response, type, NULL);
  soup_message_body_append_bytes (soup_server_message_get_response_body (message), body);
  soup_message_headers_set_content_length (response, (goffset) g_bytes_get_size (body));
  soup_server_message_set_status (message, status, NULL);
  g_bytes_unref (body);
}

void
cam_http_answer_json (SoupServerMessage *message, unsigned status, JsonNode *node)
{
  char *text = json_to_string (node, FALSE);
  cam_http_answer_bytes (message, status, JSON_TYPE, g_bytes_new_take (text, strlen (text)));
}

void
cam_http_answer_error (SoupServerMessage *message, unsigned status, const char *code, const char *text, GPtrArray *details)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "error");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "code");
  json_builder_add_string_value (builder, code);
  json_builder_set_member_name (builder, "message");
  json_builder_add_string_value (builder, text);
  json_builder_set_member_name (builder, "details");
  json_builder_begin_array (builder);
  for (unsigned i = 0; details != NULL && i < details->len; i++)
    json_builder_add_string_value (builder, g_ptr_array_index (details, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  g_autoptr (JsonNode) node = json_builder_get_root (builder);
  cam_http_answer_json (message, status, node);
}
