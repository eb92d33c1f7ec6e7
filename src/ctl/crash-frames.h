/* The calls of a crash report in the words of the source: each module looked up once, wherever what says its functions is now.
 * Thread: any that may block. Owner: who made it. */
#pragma once

#include "ctl/crash-record.h"

typedef struct CamCrashFrames CamCrashFrames;

/* @folders: where debug files are, separated by colons; borrowed. */
CamCrashFrames *cam_crash_frames_new (const char *folders);
void cam_crash_frames_free (CamCrashFrames *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamCrashFrames, cam_crash_frames_free)

/* Adds a line for each function of each frame, those that were inlined first: "#2  cam_ts_mux_add at ../src/wire/ts-mux.c:123 in camrelayd",
 * "#3  srt::CRcvQueue::worker(void*)+0x56 in libsrt-gnutls.so.1.5 (build-id …)", "#4  libfoo.so+0x1234 (build-id …)". */
void cam_crash_frames_print (CamCrashFrames *self, const CamCrashRecord *record, GString *out);

/* Adds a line for each module of these that is not what it was, and for each whose functions are not known for it. */
void cam_crash_frames_print_notes (CamCrashFrames *self, GString *out);
