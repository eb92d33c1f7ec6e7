/* An answer on its way into a message of libsoup: status, headers that keep browsers from making more of it than data, body.
 * Thread: H. Owner: none, functions only. */
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

/* @body: (transfer full) of @type. Connection: close, so that libsoup is done with the connection after it. */
void cam_http_answer_bytes (SoupServerMessage *message, unsigned status, const char *type, GBytes *body);
void cam_http_answer_json (SoupServerMessage *message, unsigned status, JsonNode *node);

/* {"error": {"code": @code, "message": @message, "details": […]}}; @details: of char *, nullable. */
void cam_http_answer_error (SoupServerMessage *message, unsigned status, const char *code, const char *text, GPtrArray *details);
