/* The head of an RTSP message: start line and headers up to the empty line (RFC 2326, 6.1, 7.1, 4.2).
 * Where the head begins in a stream and how its body is gathered is the framing's.
 * Thread: pure. Owner: values. */
#pragma once

#include "wire/rtsp-message.h"

/* What is wrong with a head. CAM_RTSP_ERROR_SYNTAX: this is no RTSP, a tolerant reader may look for RTSP behind it. */
typedef struct {
  CamRtspError code;
  int status;       /* that refuses it: 400, 413, 414 */
  const char *text; /* a constant */
} CamRtspFault;

typedef enum {
  CAM_HEAD_PARTIAL, /* more bytes are needed */
  CAM_HEAD_WHOLE,
  CAM_HEAD_FAULT
} CamHeadState;

/* How far the search for a head's end has come; all zero before its first byte. No byte is looked at twice. */
typedef struct {
  size_t position;   /* first byte not looked at; with CAM_HEAD_WHOLE: the head's size */
  size_t line_start; /* of the line that @position is in */
} CamHeadScan;

/* Whether the @size ≥ 1 bytes at @data may be the beginning of a start line: "RTSP/", or a method of at most 32 characters and a space.
 * @tolerant: a method has upper-case letters only, so that most junk is told apart by its first bytes. */
bool cam_rtsp_head_may_begin (const uint8_t *data, size_t size, bool tolerant);

/* Goes on looking for the empty line in the @size bytes of @data seen so far. Faults: NUL and other control characters but tabs, lone
 * carriage returns, bare line feeds (not if @tolerant), more than CAM_LIMIT_HEADER_BYTES. */
CamHeadState cam_rtsp_head_scan (CamHeadScan *self, const uint8_t *data, size_t size, bool tolerant, CamRtspFault *ret_fault);

/* Reads a head that cam_rtsp_head_scan () called whole; folded headers are unfolded. @ret_body_size: its Content-Length, 0 without one.
 * @tolerant: header lines that make no sense are skipped, a Content-Length may be there twice with one value. NULL and @ret_fault: syntax,
 * more than CAM_LIMIT_HEADERS headers, a URI over CAM_LIMIT_URI_BYTES, a body over @max_body. (transfer full) */
CamRtspMessage *
cam_rtsp_head_parse (const uint8_t *head, size_t size, bool tolerant, size_t max_body, size_t *ret_body_size, CamRtspFault *ret_fault);
