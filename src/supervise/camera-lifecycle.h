/* The one state table: what a stream of a camera does when something happens to it. It decides, others act (stream-session).
 * A worker never reconnects, so every event carries the generation of the worker it is about; what an older one says is ignored.
 * Thread: pure. Owner: embedded by value in stream-session. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef enum
{
  CAM_CAMERA_OFF,        /* not dialled: not started yet, or Enabled=no */
  CAM_CAMERA_IDLE,       /* Start=on-demand, and nobody wants it */
  CAM_CAMERA_LISTENING,  /* for a sender that has not come */
  CAM_CAMERA_CONNECTING, /* the first dial, or one while nobody is held */
  CAM_CAMERA_LIVE,
  CAM_CAMERA_HELD,      /* what it carries is known, but it is away: readers see the slate, dials go on */
  CAM_CAMERA_CLEARING,  /* readers are being ended; a worker with another description may be parked meanwhile */
  CAM_CAMERA_WAITING,   /* for the next dial */
  CAM_CAMERA_DISABLING, /* worker and readers are being ended, the mount stays */
  CAM_CAMERA_LEAVING,   /* everything is being ended */
  CAM_CAMERA_GONE,
  CAM_N_CAMERA_STATES
} CamCameraState;

typedef enum
{
  CAM_CAMERA_GO,           /* start */
  CAM_CAMERA_GO_KNOWN,     /* start; what it carries is remembered */
  CAM_CAMERA_GO_PASSIVE,   /* start to listen: nobody can be dialled, a sender comes by itself */
  CAM_CAMERA_GO_PASSIVE_KNOWN, /* the same; what it carries is remembered */
  CAM_CAMERA_GO_ON_DEMAND, /* start to wait for somebody who wants it */
  CAM_CAMERA_WANTED,       /* a client asks for it, or a sender is at the door */
  CAM_CAMERA_WANTED_KNOWN, /* the same; what it carries is known */
  CAM_CAMERA_LIVE_SAME,    /* the worker knows all tracks: readers can go on with them */
  CAM_CAMERA_LIVE_OTHER,   /* … they cannot; also when nothing was known before */
  CAM_CAMERA_ENDED,        /* the worker is over */
  CAM_CAMERA_ENDED_PASSIVE, /* the same, and nobody can be dialled */
  CAM_CAMERA_QUIET,        /* the worker stays, but nothing comes */
  CAM_CAMERA_SOUNDS_AGAIN, /* … it comes again */
  CAM_CAMERA_REPLACED,     /* a newer sender is at the door: it takes the place of whoever was there */
  CAM_CAMERA_RECONFIGURED, /* it is dialled in another way: what is there is left, and readers stay */
  CAM_CAMERA_RECONFIGURED_PASSIVE, /* the same, and nobody can be dialled (any more) */
  CAM_CAMERA_RETRY_DUE,
  CAM_CAMERA_RETRY_NOW, /* somebody asks to dial at once */
  CAM_CAMERA_HOLD_OVER,
  CAM_CAMERA_UNWANTED,       /* nobody wants a stream on demand any more */
  CAM_CAMERA_CLEARED,        /* all that was being ended is gone, no worker waits */
  CAM_CAMERA_CLEARED_PARKED, /* the same, and a parked worker waits */
  CAM_CAMERA_CLEARED_PASSIVE, /* none waits, and nobody can be dialled */
  CAM_CAMERA_DISABLE,
  CAM_CAMERA_REMOVE,
  CAM_N_CAMERA_EVENTS
} CamCameraEvent;

/* What to do, a set; the order to do it in is that of the bits. */
typedef enum
{
  CAM_ACT_NOTHING = 0,
  CAM_ACT_DISARM = 1 << 0,        /* hold and retry */
  CAM_ACT_LOSE = 1 << 1,          /* remember the stream, say that it is not live; readers stay */
  CAM_ACT_END_SLATE = 1 << 2,     /* if one is shown */
  CAM_ACT_BEGIN_SLATE = 1 << 3,
  CAM_ACT_REAP_WORKER = 1 << 4,   /* if there is one */
  CAM_ACT_REAP_AUDIENCE = 1 << 5, /* the mount stays, the description is forgotten */
  CAM_ACT_REAP_MOUNT = 1 << 6,    /* readers and mount */
  CAM_ACT_ARM_HOLD = 1 << 7,
  CAM_ACT_ARM_RETRY = 1 << 8,
  CAM_ACT_HASTEN = 1 << 9, /* an armed retry is due now; a dial under way goes on */
  CAM_ACT_DIAL = 1 << 10,
  CAM_ACT_PUBLISH = 1 << 11, /* description, liveness, and let the worker's units go */
} CamCameraActions;

typedef struct {
  CamCameraState state;
  uint64_t generation; /* of the newest worker; 0: there was none */
  uint64_t ignored;    /* events that meant nothing in their state, which is normal, or came from older workers */
} CamCameraLifecycle;

#define CAM_GENERATION_CURRENT UINT64_MAX /* for events that no worker sends */

/* Takes @event in: changes the state and returns what to do (of CamCameraActions). */
unsigned cam_camera_lifecycle_take (CamCameraLifecycle *self, CamCameraEvent event, uint64_t generation);

/* A connection is there or being looked for: what a stream on demand is left for when nobody wants it any more. */
bool cam_camera_state_is_at_work (CamCameraState state);

/* A sender that comes by itself is taken, at once or when the readers of before are gone. */
bool cam_camera_state_is_open (CamCameraState state);

/* The contract's word for @state ("connected"); never NULL. */
const char *cam_camera_state_word (CamCameraState state);
