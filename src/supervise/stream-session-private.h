/* What the two halves of stream-session know of each other: one lets it live, the other, stream-change, gives it another configuration.
 * Thread: M. Owner: stream-session. */
#pragma once

#include "supervise/main-alarm.h"
#include "supervise/stream-absence.h"
#include "supervise/stream-chart.h"
#include "supervise/stream-demand.h"
#include "supervise/stream-dialler.h"
#include "supervise/stream-feed.h"
#include "supervise/stream-mount.h"
#include "supervise/stream-report.h"
#include "supervise/stream-session.h"

struct CamStreamSession {
  CamStreamPlace place;
  CamCameraConfig *camera; /* ref */
  const CamStreamConfig *config; /* borrowed from the camera */
  unsigned stream;
  bool is_passive; /* a sender comes by itself */
  CamStreamHub *hub;         /* ref */
  CamStreamFeed *feed;       /* owned */
  CamStreamDialler *dialler; /* owned */
  CamStreamDemand *demand;   /* owned */
  CamStreamMount *mount;     /* owned */
  CamStreamAbsence *absence; /* owned */
  CamStreamChart *chart;     /* owned */
  CamStreamReport report;
  CamMainAlarm *alarm; /* owned; set to the earliest of what is due */
  int64_t hold_over_us; /* INT64_MAX: not armed, as below */
  int64_t keep_us;

  CamCameraLifecycle lifecycle;
  CamReason reason;   /* why the newest worker ended; CAM_REASON_NONE: it lives, or we ended it */
  unsigned n_reaping; /* jobs under way */
  bool dial_wanted;   /* as soon as they are done */
  CamKeyEffect awaits; /* then: what a change of the configuration asks for */
};

/* Takes @event to the state table and does what that says. */
void cam_stream_session_act (CamStreamSession *self, CamCameraEvent event, uint64_t generation);

/* Whatever happened: who looks for readers, what the door is told, when to wake. */
void cam_stream_session_look_after (CamStreamSession *self);

/* What the stream carries is known, from now or from before. */
bool cam_stream_session_is_known (const CamStreamSession *self);

/* @camera (takes a reference) is what holds: what is read from it now and then. */
void cam_stream_session_take_camera (CamStreamSession *self, CamCameraConfig *camera);

/* Does what a change asked for and what could not be done while something of the old configuration was there: makes dialler and mount anew. To be called when
 * nothing is being reaped any more. */
void cam_stream_session_renew (CamStreamSession *self);

/* What the dialler of a stream-session tells it. */
extern const CamStreamDiallerEvents cam_stream_session_dialler_events;
