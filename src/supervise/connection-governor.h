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
/* Another bound for those to come; who has a slot keeps it. */
void cam_connection_governor_set_start_concurrency (CamConnectionGovernor *self, CamCountPair start_concurrency);
void cam_connection_governor_free (CamConnectionGovernor *self); /* NULL is fine; asserts that no ticket is left */

/* Both functions are called from a dispatch of the governor's own, never from within a call of it; from within them any ticket may be made, used and
 * freed. */
typedef struct {
  const char *host; /* name or address as configured, copied; NULL: none (test:, file:), a connection is always granted */
  unsigned port;
  unsigned max_connections; /* of the camera; 0: none configured. The smallest of those with a ticket for the host holds */
  unsigned stream;          /* CAM_STREAM_MAIN, CAM_STREAM_SUB */
  void (*may_dial) (gpointer data); /* a connection to the host is granted, until leave */
  void (*may_talk) (gpointer data); /* a start slot is granted: the dialogue may begin */
  gpointer data;
} CamConnectionRequest;

/* One a stream, for the stream's life. It holds nothing and waits for nothing yet. */
CamConnectionTicket *cam_connection_ticket_new (CamConnectionGovernor *governor, const CamConnectionRequest *request);
void cam_connection_ticket_free (CamConnectionTicket *self); /* NULL is fine; leaves */

/* Another MaxConnections= for its host, from now on; connections that are up stay. Only for a ticket with a host. */
void cam_connection_ticket_set_max_connections (CamConnectionTicket *self, unsigned max_connections);

/* Joins the queue for a connection. Nothing happens if it has one or waits already. */
void cam_connection_ticket_ask (CamConnectionTicket *self);

/* Whether it must wait until another one at its host leaves, as far as is known now. */
bool cam_connection_ticket_must_wait (const CamConnectionTicket *self);

/* Gives back whatever it has and forgets what it waits for: once the connection is closed, twice is fine. @will_return: it will ask again before long.
 * The last connection of a host is kept for a main stream that will return, for 15 s at most: else a sub stream that comes first after each outage
 * would keep its main stream out for good. */
void cam_connection_ticket_leave (CamConnectionTicket *self, bool will_return);

/* The TCP connection is up: joins the queue for a start slot. It is held until playing, leave, or for 2 s; then it is taken back without a word. */
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
