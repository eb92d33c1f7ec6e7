/* What the log says of one reader: that it came and went, and, at most once a minute each, that it fell behind or was thinned and is back.
 * A line that was not said has no second half either. What happened to it is the reader's business, all numbers are its record's.
 * Thread: the reader's loop. Owner: embedded by value in the client's session. */
#pragma once

#include "core/log.h"
#include "serve/reader.h"

#define CAM_READER_LOG_PAUSE_US INT64_C (60000000)

/* One of the two things that begin and end; all zero before the first. */
typedef struct {
  int64_t since_us; /* 0: not so now */
  int64_t said_us;  /* the newest line of its beginning; 0: never */
  bool is_said;     /* the one that goes on */
} CamReaderLogPart;

/* All zero before the first line. */
typedef struct {
  CamReaderLogPart skip;
  CamReaderLogPart thin;
} CamReaderLog;

void cam_reader_log_joined (const CamLogFields *fields, const char *transport);

/* @news of a reader, whose skip had the reason @why. Returns whether a line was written. */
bool cam_reader_log_news (CamReaderLog *self, const CamLogFields *fields, CamReaderNews news, CamSkipReason why, int64_t now_us);

/* It was disconnected for what other readers skip for. */
void cam_reader_log_disconnected (const CamLogFields *fields, CamSkipReason why);
/* It is ended, because the rules are others by now. */
void cam_reader_log_unwelcome (const CamLogFields *fields);
void cam_reader_log_left (const CamLogFields *fields, const CamReaderRecord *record);
