/* An RTSP dialogue as lines of a log: each request and each answer one line, without what would let its reader in. Which headers and which lines of an
 * SDP are shown is a list; of all others there is the name only, so nothing that nobody has thought of gets through. URLs lose user, password and
 * credential-like parts of their query.
 * Signs of life (OPTIONS, GET_PARAMETER and SET_PARAMETER of a session, and that they were taken well) are left out, and so is what comes
 * after CAM_TRANSCRIPT_MAX_LINES: one connection does not push everybody else's lines out of the log.
 * Thread: pure. Owner: by value in whoever leads the dialogue. */
#pragma once

#include "wire/rtsp-message.h"

#define CAM_TRANSCRIPT_MAX_LINES 200
#define CAM_TRANSCRIPT_LINE_BYTES 1900

/* Of one connection; all zero at first. */
typedef struct {
  unsigned lines;
  bool is_routine; /* what was asked last is no news, and a good answer to it is none either */
} CamRtspTranscript;

/* The line for @message, valid UTF-8 of at most CAM_TRANSCRIPT_LINE_BYTES; NULL: it is left out. (transfer full) */
char *cam_rtsp_transcript_note (CamRtspTranscript *self, const CamRtspMessage *message);

/* The same for the first of the messages that the @size bytes at *@data are, as they go out; moves *@data and *@size behind it. What is no message is
 * skipped whole. (transfer full) */
char *cam_rtsp_transcript_note_bytes (CamRtspTranscript *self, const uint8_t **data, size_t *size);
