/* A codec of GStreamer's run by hand in the caller's thread: what is pushed comes out, or does not, before the push returns. No pipeline,
 * bus, clock or queue. Thread: the one that uses it. Owner: a decoder or an encoder. */
#pragma once

#include <gst/gst.h>

#include "sound/sound-decoder.h"

typedef struct CamSoundElement CamSoundElement;

typedef struct {
  const char *name;    /* of the element's factory */
  const char *package; /* Debian's, that brings it */
} CamSoundFactory;

/* What comes out: @caps of the pad, @buffer with them. Both are borrowed. */
typedef void (*CamSoundElementFunc) (GstCaps *caps, GstBuffer *buffer, gpointer data);

/* @input: what will be pushed; @output: what may come out. @func is called within push only. Errors: CAM_SOUND_ERROR. */
CamSoundElement *cam_sound_element_new (
    const CamSoundFactory *factory, GstCaps *input, GstCaps *output, CamSoundElementFunc func, gpointer data, GError **error);
void cam_sound_element_free (CamSoundElement *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamSoundElement, cam_sound_element_free)

/* Sets a property of the element, as gst-launch would; before start. */
void cam_sound_element_set (CamSoundElement *self, const char *property, const char *value);

/* Errors: CAM_SOUND_ERROR_TRACK, the element does not take its input's caps. */
bool cam_sound_element_start (CamSoundElement *self, GError **error);

/* Begins anew, as if nothing had ever been pushed: hostile input may have left the element in a state in which it takes nothing any more.
 * False: it does not start again; every push is refused. */
bool cam_sound_element_restart (CamSoundElement *self);

/* @pts_ns: GST_CLOCK_TIME_NONE is fine for decoders. False: the element refused it; the next may do. */
bool cam_sound_element_push (CamSoundElement *self, GBytes *bytes, GstClockTime pts_ns);
