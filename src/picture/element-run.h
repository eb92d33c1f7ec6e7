/* One GStreamer element turned by hand: buffers are pushed into it and what it gives is kept, all on the caller's thread. No pipeline and
 * no thread of its own, so that a sandbox entered by this thread holds for all that the element does. Thread: the caller's. Owner: whoever
 * made it. */
#pragma once

#include <gst/gst.h>
#include <stdbool.h>

typedef struct CamElementRun CamElementRun;

/* @element, floating or referenced, has one pad for pictures each way; @wanted: what it may give. NULL: it does not start. */
CamElementRun *cam_element_run_new (GstElement *element, GstCaps *wanted);
void cam_element_run_free (CamElementRun *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamElementRun, cam_element_run_free)

/* @buffer (transfer full) of @caps, which may differ from those before. False: the element refuses it. */
bool cam_element_run_push (CamElementRun *self, GstCaps *caps, GstBuffer *buffer);

/* Nothing follows: the element gives what it held back. */
void cam_element_run_finish (CamElementRun *self);

/* The oldest that was given and not taken; NULL: none. (transfer full) */
GstSample *cam_element_run_take (CamElementRun *self);
