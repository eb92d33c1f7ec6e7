/* Text for a report that is written while the process dies: words and numbers into a buffer of fixed size, which is emptied into a descriptor. No
 * memory is asked for, no lock taken: all of it may be called in a signal handler (signal-safety(7)).
 * Thread: any. Owner: whoever has it on its stack. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAM_CRASH_TEXT_BYTES 4096

typedef struct {
  int fd; /* borrowed; -1: none, then what does not fit is left out */
  size_t length;
  char bytes[CAM_CRASH_TEXT_BYTES]; /* ends with a NUL */
} CamCrashText;

/* Empty, on its way to @fd, or to nowhere with -1. */
void cam_crash_text_open (CamCrashText *self, int fd);

/* What cannot be written, because the disk is full, is lost. */
void cam_crash_text_flush (CamCrashText *self);

/* @text as it is. */
void cam_crash_text_add (CamCrashText *self, const char *text);
void cam_crash_text_add_bytes (CamCrashText *self, const char *bytes, size_t size);

/* @text, which is foreign: a control character becomes a question mark, so that a line stays one. */
void cam_crash_text_add_foreign (CamCrashText *self, const char *text);

void cam_crash_text_add_number (CamCrashText *self, int64_t value);

/* 0x and at least @digits digits, 1 to 16. */
void cam_crash_text_add_hex (CamCrashText *self, uint64_t value, unsigned digits);

/* Two digits a byte. */
void cam_crash_text_add_hex_bytes (CamCrashText *self, const uint8_t *bytes, size_t size);

/* ISO 8601 in UTC: "2026-11-21T22:31:04Z", or "20261121T223104Z" for a file's name. @unix_s: 0 to the end of year 9999. */
void cam_crash_text_add_time (CamCrashText *self, int64_t unix_s, bool is_compact);
