/* A governor on a hand-turned clock, those who ask it for leave, and what it grants, as letters.
 * Thread: the test's. Owner: the test. */
#pragma once

#include "supervise/connection-governor.h"

#define SECOND ((int64_t) G_USEC_PER_SEC)
#define MINUTE (60 * SECOND)
#define BEGIN_US (1000 * SECOND)

typedef struct {
  CamClock clock;
  int64_t now_us;
} HandClock;

typedef struct {
  HandClock hand;
  CamConnectionGovernor *governor; /* owned */
  GString *heard;                  /* owned; a letter a grant: the caller's, upper case for may_talk */
} Fixture;

/* One that asks: a letter in what is heard. */
typedef struct {
  Fixture *fixture;
  char letter;
  CamConnectionTicket *ticket; /* owned */
} Asker;

static inline int64_t
read_hand (const CamClock *clock)
{
  return ((const HandClock *) clock)->now_us;
}

static inline void
set_up_with (Fixture *self, CamCountPair start_concurrency)
{
  self->hand = (HandClock){.clock = {.now_us = read_hand}, .now_us = BEGIN_US};
  self->governor = cam_connection_governor_new (&self->hand.clock, start_concurrency);
  self->heard = g_string_new (NULL);
}

static inline void
set_up (Fixture *self, gconstpointer data)
{
  set_up_with (self, (CamCountPair){.all = 6, .per_host = 2});
}

static inline void
tear_down (Fixture *self, gconstpointer data)
{
  cam_connection_governor_free (self->governor);
  g_string_free (self->heard, TRUE);
}

static inline void
hear_dial (gpointer data)
{
  Asker *self = data;
  g_string_append_c (self->fixture->heard, self->letter);
}

static inline void
hear_talk (gpointer data)
{
  Asker *self = data;
  g_string_append_c (self->fixture->heard, g_ascii_toupper (self->letter));
}

static inline void
ask (Asker *self, Fixture *fixture, char letter, const char *host, unsigned max_connections, unsigned stream)
{
  *self = (Asker){.fixture = fixture, .letter = letter};
  self->ticket = cam_connection_ticket_new (fixture->governor, &(CamConnectionRequest){
                                                                   .host = host,
                                                                   .port = 554,
                                                                   .max_connections = max_connections,
                                                                   .stream = stream,
                                                                   .may_dial = hear_dial,
                                                                   .may_talk = hear_talk,
                                                                   .data = self,
                                                               });
  cam_connection_ticket_ask (self->ticket);
}

static inline void
release (Asker *self)
{
  g_clear_pointer (&self->ticket, cam_connection_ticket_free);
}

/* What is granted now. */
static inline void
assert_heard (Fixture *self, const char *letters)
{
  cam_connection_governor_tick (self->governor);
  g_assert_cmpstr (self->heard->str, ==, letters);
  g_string_truncate (self->heard, 0);
}

static inline void
pass (Fixture *self, int64_t us)
{
  self->hand.now_us += us;
}

static inline void
dial_all (Fixture *self, Asker *askers, unsigned n, const char *host, char first)
{
  for (unsigned i = 0; i < n; i++)
    ask (&askers[i], self, (char) (first + (char) i), host, 0, CAM_STREAM_MAIN);
  cam_connection_governor_tick (self->governor);
  g_string_truncate (self->heard, 0);
}

static inline void
establish_all (Asker *askers, unsigned n)
{
  for (unsigned i = 0; i < n; i++)
    cam_connection_ticket_established (askers[i].ticket);
}

static inline void
connect_all (Fixture *self, Asker *askers, unsigned n, const char *host, char first)
{
  dial_all (self, askers, n, host, first);
  establish_all (askers, n);
}
