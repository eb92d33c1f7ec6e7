/* GStreamer's rtspsrc for one camera, told everything it must know, and watched: what it may send, which media it takes, which certificate it
 * believes. It brings packets, into a mailbox; what is in them is read as ours are.
 * Thread: new S; the events come on GStreamer's threads; the rest as each says. Owner: an rtspsrc-source. */
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>

#include "config/camera-config.h"
#include "config/camera-url.h"
#include "core/reason.h"
#include "core/packet-mailbox.h"
#include "wire/sdp-read.h"

typedef struct CamRtspsrcElement CamRtspsrcElement;

typedef struct {
  void (*failed) (gpointer data, CamReason reason, const char *detail);
  void (*playing) (gpointer data); /* PLAY goes out: packets may come; said once */
  void (*packets) (gpointer data); /* there are some, where there were none */
} CamRtspsrcEvents;

/* All borrowed, and outliving the element. */
typedef struct {
  const CamCameraUrl *url;
  const CamStreamConfig *config;
  CamTransport transport; /* not auto */
  bool wants_audio;
  GInetAddress *peer; /* where the camera's datagrams come from; nullable: from anywhere */
  CamPacketMailbox *mailbox; /* channels: 2 * kind for RTP, 1 more for RTCP */
  const CamRtspsrcEvents *events;
  gpointer data;
} CamRtspsrcSetup;

/* Makes the pipeline, does not play it. NULL with what is missing in @ret_detail (transfer full). */
CamRtspsrcElement *cam_rtspsrc_element_new (const CamRtspsrcSetup *setup, char **ret_detail);
void cam_rtspsrc_element_free (CamRtspsrcElement *self); /* NULL is fine; the pipeline is in state NULL */

GstElement *cam_rtspsrc_element_get_pipeline (CamRtspsrcElement *self); /* borrowed */

/* Any thread. What an error message of the pipeline's means, in our words. */
CamReason cam_rtspsrc_element_judge (CamRtspsrcElement *self, GstMessage *message, char **ret_detail);

/* From playing on, any thread. */
const CamSdp *cam_rtspsrc_element_get_sdp (const CamRtspsrcElement *self);
bool cam_rtspsrc_element_has_media (const CamRtspsrcElement *self, CamTrackKind kind);

/* Any thread. Packets that came from elsewhere, or for which there was no room. */
uint64_t cam_rtspsrc_element_get_strange (const CamRtspsrcElement *self);
uint64_t cam_rtspsrc_element_get_dropped (const CamRtspsrcElement *self);
