/* One line a human acts on, with structured fields: to the journal when it is there, as readable text on stderr otherwise.
 * What may repeat per packet or per request is a counter, not a line here.
 * Thread: any. Owner: process-wide, set up once in main. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum
{
  CAM_LOG_ERROR,   /* it does not work and somebody must act */
  CAM_LOG_WARNING, /* somebody may have to act */
  CAM_LOG_INFO,    /* life cycle, once a change */
  CAM_LOG_DEBUG
} CamLogLevel;

/* Sets the threshold and where lines go: to the journal when stderr is its stream, else as text to stderr,
 *   WARNING camera driveway main: camera lost, retrying in 2 s (cause=timeout)
 * Also takes over what GLib, and libraries through it, have to say; such lines keep GLib's form, "GStreamer-CRITICAL **: text", and its
 * debug lines need $G_MESSAGES_DEBUG too. Called once, by main, before any thread. Before it: info and above as text. */
void cam_log_init (CamLogLevel level);

/* "error" "warning" "info" "debug" to a level; false for anything else. */
bool cam_log_level_from_string (const char *text, CamLogLevel *ret_level);
const char *cam_log_level_word (CamLogLevel level); /* never NULL */

/* Who and what a line is about; NULL members are left out. In the journal CAMERA= STREAM= READER= CAUSE= ADDRESS= USER=. */
typedef struct {
  const char *camera;
  const char *stream; /* "main", "sub" */
  const char *reader; /* id of a reader */
  const char *cause;  /* a reason's word */
  const char *address;
  const char *user;
} CamLogFields;

/* @message_id: 32 hex digits from include/camrelay/log-fields.h, or NULL; @fields: NULL for none. The text is one line without a full stop,
 * already redacted by the caller where it holds foreign text (core/redact.h).
 *   cam_log (CAM_LOG_WARNING, CAM_MSG_CAMERA_LOST, &(CamLogFields){ .camera = name, .cause = word }, "camera lost, retrying in %u s", s); */
void cam_log (CamLogLevel level, const char *message_id, const CamLogFields *fields, const char *format, ...) G_GNUC_PRINTF (4, 5);

/* True when lines of @level are written to journal or stderr. Guards what may come in floods, and libraries' own levels; a line's arguments it does
 * not guard: lines that are not written are kept in the log-ring. */
bool cam_log_enabled (CamLogLevel level);

/* True when lines go to the journal, with their fields. */
bool cam_log_is_journal (void);
