/* One RTSP 1.0 request or response as read from the wire: start line, headers in order, body (RFC 2326, 4).
 * Thread: pure. Owner: whoever got it. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAM_RTSP_ERROR (cam_rtsp_error_quark ())
GQuark cam_rtsp_error_quark (void);

typedef enum
{
  CAM_RTSP_ERROR_SYNTAX,  /* not RTSP; framing can no longer be trusted */
  CAM_RTSP_ERROR_LIMIT,   /* a length or count over its bound */
  CAM_RTSP_ERROR_VALUE    /* one header's value */
} CamRtspError;

typedef struct {
  char *name;  /* owned, as written */
  char *value; /* owned, trimmed, unfolded; no control characters */
} CamRtspHeader;

typedef struct {
  bool is_request;
  char *method; /* owned; request */
  char *uri;    /* owned; request */
  int status;   /* response */
  char *phrase; /* owned; request: the version ("RTSP/1.0"); response: the reason phrase */
  GArray *headers; /* of CamRtspHeader, owned */
  GByteArray *body; /* owned; never NULL; one extra NUL behind its len for those who take it as text */
} CamRtspMessage;

CamRtspMessage *cam_rtsp_message_new_request (const char *method, const char *uri);
CamRtspMessage *cam_rtsp_message_new_response (int status, const char *phrase);
void cam_rtsp_message_free (CamRtspMessage *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamRtspMessage, cam_rtsp_message_free)

/* The @nth value of header @name (case does not matter), or NULL. */
const char *cam_rtsp_message_get (const CamRtspMessage *self, const char *name, unsigned nth);
void cam_rtsp_message_add (CamRtspMessage *self, const char *name, const char *value);
void cam_rtsp_message_addf (CamRtspMessage *self, const char *name, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* Copies @length bytes as the body; Content-Length is written by serialise, not kept as a header. */
void cam_rtsp_message_set_body (CamRtspMessage *self, const void *data, size_t length);

/* The wire form with Content-Length when there is a body. Control characters in values are left out: no header injection. (transfer full) */
GBytes *cam_rtsp_message_serialise (const CamRtspMessage *self);

/* The reason phrase of RFC 2326, 7.1.1 for @status. */
const char *cam_rtsp_status_phrase (int status);
