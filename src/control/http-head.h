/* The head of an HTTP request, read strictly before any library sees it: what is ambiguous to one reader or another is refused, since a proxy in front may
 * be that other one. One request a connection, so nothing that follows it is ever read as a request.
 * Not here: who may ask (http-access), what is asked for (api-route).
 * Thread: pure. Owner: the caller. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAM_HTTP_MAX_HEAD ((size_t) 16 * 1024)
#define CAM_HTTP_MAX_BODY ((size_t) 64 * 1024)
#define CAM_HTTP_MAX_HEADERS 64

typedef struct {
  char *method;           /* owned; "GET" */
  char *path;             /* owned; as it came, from '/' up to the query: percent codes and all */
  char *query;            /* owned; behind the '?', as it came; NULL for none */
  bool is_1_0;            /* HTTP/1.0 */
  size_t head_bytes;      /* up to and with the empty line */
  size_t body_bytes;      /* that must follow; 0 to CAM_HTTP_MAX_BODY */
  char *host;             /* owned; NULL: none was said (HTTP/1.0 only) */
  char *origin;           /* owned; NULL for none, as those below */
  char *authorization;    /* owned */
  char *content_type;     /* owned */
  char *fetch_site;       /* owned; Sec-Fetch-Site, what a browser says of the page behind the request */
  bool is_forwarded;      /* a proxy says that it asks for somebody else */
  bool expects_continue;  /* the body comes when we say so */
} CamHttpHead;

void cam_http_head_free (CamHttpHead *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamHttpHead, cam_http_head_free)

typedef enum
{
  CAM_HTTP_HEAD_MORE, /* nothing is wrong so far */
  CAM_HTTP_HEAD_WHOLE,
  CAM_HTTP_HEAD_REFUSED
} CamHttpHeadState;

/* @ret_head: with WHOLE, (transfer full). @ret_status, @ret_why: with REFUSED the status to answer with and one sentence for people, a constant.
 * Refused: a line end without CR, a control character, white space before a colon, a folded line (RFC 9112, 2.2 and 5); no Host in HTTP/1.1, or two
 * (3.2); two Content-Length or one that is no number (6.3); Transfer-Encoding, with 411 (6.1 and RFC 9110, 15.5.12: no client of ours has bodies of
 * unknown length); two of any header that is read here; a target that does not begin with '/' (we are no proxy), more than CAM_HTTP_MAX_HEADERS
 * headers or CAM_HTTP_MAX_HEAD bytes (431), a body over CAM_HTTP_MAX_BODY (413), an Expect other than 100-continue (417), another version (505). */
CamHttpHeadState cam_http_head_read (const uint8_t *bytes, size_t length, CamHttpHead **ret_head, unsigned *ret_status, const char **ret_why);

/* "Payload Too Large"; never NULL. */
const char *cam_http_status_phrase (unsigned status);
