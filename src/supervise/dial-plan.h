/* When a stream's camera is dialled next, and how: at once, by knocking at its port until it opens, or after a pause. Given why the last
 * worker ended, who waits and what time it is. Who may dial at the same time is connection-governor's business. Thread: pure. Owner:
 * embedded by value in stream-session. */
#pragma once

#include "config/camera-config.h"
#include "core/backoff.h"
#include "ingest/ingest-worker.h"
#include "supervise/dial-manner.h"

typedef enum {
  CAM_DIAL_AT_ONCE,
  CAM_DIAL_KNOCK, /* a bare TCP connection every wait_us (tcp-probe); when one is accepted, a dial with its socket */
  CAM_DIAL_LATER, /* a dial after wait_us */
  CAM_DIAL_NEVER  /* nobody can be dialled: a sender comes by itself */
} CamDialKind;

typedef struct {
  CamDialKind kind;
  int64_t wait_us; /* 0 for at once */
} CamDialOrder;

/* What the present wait is for. */
typedef enum {
  CAM_DIAL_CAUSE_NONE,    /* nothing keeps from dialling */
  CAM_DIAL_CAUSE_AWAY,    /* no connection was accepted, or the name did not resolve */
  CAM_DIAL_CAUSE_TROUBLE, /* accepted, then the dialogue or the stream failed */
  CAM_DIAL_CAUSE_LOGIN,   /* a wrong log-in: another one may lock the account */
  CAM_DIAL_CAUSE_LIMIT    /* the camera takes no more sessions for now */
} CamDialCause;

/* Its fields are dial-plan.c's business. */
typedef struct {
  CamBackoff trouble;
  CamBackoff away;
  CamBackoff login;
  CamDialManner manner;
  bool is_eager;         /* somebody waited when the present order was given, or the camera was live lately */
  bool has_room;         /* a session of ours was ended at the camera, and no dial has profited by it yet */
  CamReason reason;      /* of the newest end */
  bool was_brief;        /* the newest one was live, but for less than 2 s */
  CamDialCause cause;    /* of the present wait */
  int64_t due_us;        /* when it is over; INT64_MAX while knocking */
  int64_t live_since_us; /* INT64_MIN: not live now */
  int64_t last_live_us;  /* INT64_MIN: never */
} CamDialPlan;

void cam_dial_plan_init (CamDialPlan *self, const CamCameraConfig *camera, CamDialManner manner);

/* Other pauses from the next failure on. */
void cam_dial_plan_set_pauses (CamDialPlan *self, const CamCameraConfig *camera);

/* The stream is wanted (from start, on demand, or after it was cleared): at once, or for what is left of a wait that an earlier end asked
 * for. */
CamDialOrder cam_dial_plan_start (CamDialPlan *self, int64_t now_us);

/* The worker is live. */
void cam_dial_plan_live (CamDialPlan *self, int64_t now_us);

/* The worker is over. @somebody_waits: readers are held, or a request is parked. @random: any 32 random bits.
 * Waits: after 2 s or more of being live, at once. Not accepted (refused, unreachable, timeout): while somebody waits or within 10 minutes
 * of being live a knock each 500 ms, else Backoff=; dns the same but by a dial within 5 s. Accepted: Backoff=, full jitter. auth, lockout:
 * AuthBackoff=, never less than its shortest. limit: what the camera asked for and 5 s, 65 s when it said nothing, 15 minutes at most.
 * SRT: a handshake that nobody answered, or a connection that broke or was closed after it had been live, is followed by the next one 100 ms later,
 * 500 ms when it was live for less than 2 s or the peer said no, whoever waits and for ever. Passive: never. */
CamDialOrder cam_dial_plan_ended (CamDialPlan *self, const CamIngestEnd *end, bool somebody_waits, int64_t now_us, uint32_t random);

/* While an order is being waited for: somebody may have come or gone, or the 10 minutes are over. Called when the number of readers leaves
 * or reaches 0, and about once a second. True: @ret_order takes the place of the present order. */
bool cam_dial_plan_review (CamDialPlan *self, bool somebody_waits, int64_t now_us, uint32_t random, CamDialOrder *ret_order);

/* A session that an earlier process left at the camera was ended: a wait for its limit is pointless. True: @ret_order takes the present
 * order's place. */
bool cam_dial_plan_made_room (CamDialPlan *self, int64_t now_us, CamDialOrder *ret_order);

/* Somebody with authority says: now. Forgets the present wait. */
CamDialOrder cam_dial_plan_insist (CamDialPlan *self, int64_t now_us);
