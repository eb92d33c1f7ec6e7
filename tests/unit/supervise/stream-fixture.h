/* A stream-session on a hand-turned clock over stand-ins for the rooms below; the dial plan and the governor are the real ones.
 * Thread: M. Owner: the test. */
#pragma once

#include "rooms-below.h"
#include "supervise/stream-session.h"

#define SECOND G_USEC_PER_SEC

typedef struct {
  CamClock clock;
  int64_t now_us;
} HandClock;

typedef struct {
  HandClock hand;
  CamStreamPlace place;
  CamCameraConfig *camera; /* owned; "driveway", whose hold is 10 s */
  CamStreamSession *session;
  CamStreamDescription *h264, *h265;
} StreamFixture;

/* Before begin a test may change the camera. */
void stream_fixture_set_up (StreamFixture *self, gconstpointer data);
void stream_fixture_begin (StreamFixture *self);

/* Removes the session and asserts that nothing is left of it. */
void stream_fixture_tear_down (StreamFixture *self, gconstpointer data);

/* Lets all that is due happen, in whatever order it comes: takes 100 ms of the hand clock. */
void stream_fixture_settle (StreamFixture *self);
void stream_fixture_pass (StreamFixture *self, int64_t us);

/* The worker's news, and what comes of it. */
void stream_fixture_go_live (StreamFixture *self, CamStreamDescription *description);
void stream_fixture_end (StreamFixture *self, CamReason reason);
void stream_fixture_refuse (StreamFixture *self); /* a dial that was not accepted */

void stream_fixture_assert_state (StreamFixture *self, CamCameraState state);
CamStreamDescription *stream_fixture_new_description (CamCodec codec);
