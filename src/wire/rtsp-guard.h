/* What may reach a request handler: one well-formed, bounded, understood request of a client, or the status that refuses it.
 * Keeps the library behind us from ever seeing Range, Scale, Speed, KeyMgmt, Blocksize and all it parses badly.
 * Thread: pure. Owner: the caller. */
#pragma once

#include "wire/rtsp-message.h"

typedef enum
{
  CAM_METHOD_OPTIONS,
  CAM_METHOD_DESCRIBE,
  CAM_METHOD_SETUP,
  CAM_METHOD_PLAY,
  CAM_METHOD_PAUSE,
  CAM_METHOD_GET_PARAMETER,
  CAM_METHOD_SET_PARAMETER,
  CAM_METHOD_TEARDOWN,
  CAM_N_METHODS
} CamRtspMethod;

/* All strings borrowed from the message. */
typedef struct {
  CamRtspMethod method;
  const char *method_name;   /* a constant */
  const char *uri;
  uint32_t cseq;
  const char *session;       /* id without parameters (in @session_buffer: a copied struct must not outlive this one), or NULL */
  char session_buffer[80];
  const char *transport;     /* header's value, or NULL */
  const char *authorization; /* header's value, or NULL */
  const char *user_agent;    /* or NULL */
  const char *accept;        /* or NULL */
  const char *require;       /* of Require or Proxy-Require, or NULL: answered 551 by the caller */
  bool wants_close;          /* Connection: close */
} CamRtspRequest;

/* 0 and @ret_request filled, or the status that refuses it: 400 (syntax; CSeq missing, twice or no number; Session, Transport or Authorization
 * twice; a URI that is not absolute and not "*" where that may be), 405, 414, 454 (a Session that cannot be one of ours), 501, 505.
 * @ret_close: framing or intent cannot be trusted, answer and close. @ret_cseq: of the request when it could be read, else 0. */
int cam_rtsp_guard_check (const CamRtspMessage *message, CamRtspRequest *ret_request, uint32_t *ret_cseq, bool *ret_close);

/* "OPTIONS, DESCRIBE, …": the Public header, constant. */
const char *cam_rtsp_guard_public (void);

/* The camera, stream and track that a URI names. "/NAME", "/NAME/main", "/NAME/sub", neolink's spellings of them, with "/stream=N" behind, also
 * behind a query. "audio=" may also stand as a part of the path, in front of "/stream=N": so our own control URLs have it, because clients disagree
 * whether a query of the base belongs to what is relative to it (RFC 3986, 5.2.2, says no). Of a query only "audio=" is read. Host, the rest of the query and trailing slashes do not matter; percent-encoding of the path is
 * undone. False: no such form of path (the mount cannot exist). */
typedef struct {
  char camera[33];
  unsigned stream; /* 0 main, 1 sub */
  int track;       /* N of "/stream=N", or -1 */
  char audio[12];  /* the value of the first "audio=", as written but cut short when it is longer than any word we know; "": none */
} CamRtspPath;
bool cam_rtsp_path_parse (const char *uri, CamRtspPath *ret_path);
