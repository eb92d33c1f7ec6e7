/* A support bundle being made, for whoever asked: on a thread of its own, one at a time, since it takes some 100 ms and reads small files, and a disk
 * may hang.
 * Thread: new and free M, begin and close H. Owner: control-desk. */
#pragma once

#include "control/control-desk.h"

#define CAM_BUNDLE_PATIENCE_US (20 * G_USEC_PER_SEC)

/* @setup, @loop: borrowed, outlive it. */
CamBundleRun *cam_bundle_run_new (const CamControlSetup *setup, CamLoopThread *loop);

/* @answer (@data) is called once, perhaps before this returns: with {"name": "camrelay-support-….tar", "tar_base64": "…"}, or with CAM_ANSWER_BUSY
 * when another one is being made, the status is not there yet, it takes longer than CAM_BUNDLE_PATIENCE_US, or the daemon stops. */
void cam_bundle_run_begin (CamBundleRun *self, CamAnswerFunc answer, gpointer data);

/* Answers who waits; a thread that still works is left to itself and frees what it has. Twice is fine. */
void cam_bundle_run_close (CamBundleRun *self);
void cam_bundle_run_free (CamBundleRun *self); /* NULL is fine; after close */
