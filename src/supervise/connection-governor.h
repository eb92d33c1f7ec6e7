/* Who may dial which host now: one budget of connections a host for all streams of all cameras there (MaxConnections=, or what a limit answer taught),
 * and a bound on dialogues that are under way at once (StartConcurrency=). Who waits is asked in order of coming, main streams before sub streams.
 * When a stream wants to dial is dial-plan's business.
 * Thread: M. Owner: supervisor; outlives the tickets. */
#pragma once

#include "config/camera-config.h"
#include "core/clock.h"

typedef struct CamConnectionGovernor CamConnectionGovernor;
typedef struct CamConnectionTicket CamConnectionTicket;

/* @start_concurrency: dialogues under way at once, in all and to one host; 0: no bound. */
CamConnectionGovernor *cam_connection_governor_new (const CamClock *clock, CamCountPair start_concurrency);
void cam_connection_governor_free (CamConnectionGovernor *self); /* NULL is fine; asserts that no ticket is left */

/* Both functions are called from a dispatch of the governor's own, never from within a call of it, once at most each; from within them any ticket may
 * be made and freed. */
typedef struct {
  const char *host; /* name or address as configured, copied; NULL: none (test:, file:), a connection is always granted */
  unsigned port;
  unsigned max_connections; /* of the camera; 0: none configured. The smallest of those that ask for the host now holds */
  unsigned stream;          /* CAM_STREAM_MAIN, CAM_STREAM_SUB */
  void (*may_dial) (gpointer data); /* a connection to the host is granted, until the ticket is freed */
  void (*may_talk) (gpointer data); /* a start slot is granted: the dialogue may begin */
  gpointer data;
} CamConnectionRequest;

/* Joins the queue for a connection. */
CamConnectionTicket *cam_connection_ticket_new (CamConnectionGovernor *governor, const CamConnectionRequest *request);

/* NULL is fine. Gives back whatever it holds and forgets what it waits for: call it once the connection is closed. */
void cam_connection_ticket_free (CamConnectionTicket *self);

/* Whether it must wait until another one at its host is freed, as far as is known now. */
bool cam_connection_ticket_must_wait (const CamConnectionTicket *self);

/* The TCP connection is up: joins the queue for a start slot. It is held until playing, free, or for 2 s; then it is taken back without a word. */
void cam_connection_ticket_established (CamConnectionTicket *self);

/* The camera plays. */
void cam_connection_ticket_playing (CamConnectionTicket *self);

/* The camera refused this connection for a limit of its own: for 15 minutes its host gets no more connections than it carried besides this one,
 * at least 1. */
void cam_connection_ticket_refused (CamConnectionTicket *self);

/* What was learned of a host's limit holds no more: a session that counted there was ended. */
void cam_connection_governor_forget_limit (CamConnectionGovernor *self, const char *host, unsigned port);

/* Grants what can be granted and takes back what is over: called by the governor's own source, and by tests that turn the clock. */
void cam_connection_governor_tick (CamConnectionGovernor *self);
