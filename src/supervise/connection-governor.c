#include "supervise/connection-governor.h"

#include "supervise/link-queue.h"
#include "supervise/slow-dispatch.h"

enum {
  MOST_CONFIGURED = 64,
  GRANTS_A_TURN = 32,
  SLOT_US = 2 * G_USEC_PER_SEC, /* a camera that takes longer from connection to PLAY does not keep others waiting */
};
#define LEARNED_US ((int64_t) 900 * G_USEC_PER_SEC)
#define RESERVED_US ((int64_t) 15 * G_USEC_PER_SEC)

typedef enum {
  TICKET_RESTS,     /* wants nothing now */
  TICKET_WAITS,     /* for a connection */
  TICKET_DIALS,     /* has one; silent on it so far */
  TICKET_CONNECTED, /* waits for a start slot */
  TICKET_TALKS,     /* has one */
  TICKET_CARRIES    /* had one */
} TicketState;

/* What is known of one host and port, while somebody has a ticket there or a limit was learned. */
typedef struct {
  char *key;                       /* owned */
  GQueue waiting[CAM_N_STREAMS];   /* of CamConnectionTicket, borrowed: for a connection */
  GQueue connected[CAM_N_STREAMS]; /* of CamConnectionTicket, borrowed: for a start slot */
  unsigned n_tickets;
  unsigned n_connections; /* granted */
  unsigned n_begun;       /* of them, those that talk or talked */
  unsigned n_slots;
  unsigned n_configured[MOST_CONFIGURED + 1]; /* tickets by their MaxConnections */
  unsigned learned;                           /* 0: nothing was */
  int64_t learned_over_us;
  unsigned n_returning;     /* main streams that will ask again before long */
  int64_t reserved_over_us; /* until then the last connection is theirs */
  bool was_reserved;        /* that time is over */
  GList dial_link;          /* in the governor's queue while a waiting one could be granted a connection */
  GList talk_link;          /* … a start slot */
  GList learned_link;       /* while something is learned */
  GList reserved_link;      /* while a connection is reserved */
} Host;

struct CamConnectionTicket {
  CamConnectionGovernor *governor; /* borrowed */
  Host *host;                      /* borrowed: lives while it has a ticket */
  unsigned max_connections;
  unsigned stream;
  void (*may_dial) (gpointer data);
  void (*may_talk) (gpointer data);
  gpointer data; /* borrowed */
  TicketState state;
  bool is_returning;    /* a main stream's, while it rests */
  int64_t slot_over_us; /* while talking */
  GList link;           /* in a queue of the host's, or of slots */
};

typedef struct {
  GSource source;
  CamConnectionGovernor *governor; /* borrowed: destroys the source */
} GovernorSource;

struct CamConnectionGovernor {
  const CamClock *clock; /* borrowed */
  CamCountPair start_concurrency;
  GSource *source;   /* owned */
  GHashTable *hosts; /* of Host by its key, owned */
  GQueue dial_hosts; /* of Host: each in turn */
  GQueue talk_hosts; /* of Host: each in turn */
  GQueue slots;      /* of CamConnectionTicket, the oldest first */
  GQueue learned;    /* of Host, the oldest first */
  GQueue reserved;   /* of Host, the oldest first */
};

/* Hosts. */

static CamConnectionTicket *
first_of (GQueue queues[CAM_N_STREAMS])
{
  for (unsigned stream = 0; stream < CAM_N_STREAMS; stream++)
    if (queues[stream].head != NULL)
      return queues[stream].head->data;
  return NULL;
}

static unsigned
get_limit (const Host *host)
{
  unsigned limit = host->learned > 0 ? host->learned : UINT_MAX;
  for (unsigned configured = 1; configured <= MOST_CONFIGURED; configured++)
    if (host->n_configured[configured] > 0)
      return MIN (limit, configured);
  return limit;
}

static bool
is_under (unsigned count, unsigned bound)
{
  return bound == 0 || count < bound;
}

static bool
has_free_slot (const CamConnectionGovernor *self)
{
  return is_under (self->slots.length, self->start_concurrency.all);
}

static void
arm (CamConnectionGovernor *self)
{
  int64_t next_us = INT64_MAX;
  if (self->slots.head != NULL)
    next_us = ((CamConnectionTicket *) self->slots.head->data)->slot_over_us;
  if (self->learned.head != NULL)
    next_us = MIN (next_us, ((Host *) self->learned.head->data)->learned_over_us);
  if (self->reserved.head != NULL)
    next_us = MIN (next_us, ((Host *) self->reserved.head->data)->reserved_over_us);
  if (self->dial_hosts.head != NULL || (self->talk_hosts.head != NULL && has_free_slot (self)))
    next_us = 0;
  g_source_set_ready_time (self->source, next_us == INT64_MAX ? -1 : next_us);
}

/* Only sub streams wait, there is one connection left, and a main stream will want it. */
static bool
is_last_wanted (const Host *host)
{
  bool only_subs_wait = host->waiting[CAM_STREAM_MAIN].head == NULL && host->waiting[CAM_STREAM_SUB].head != NULL;
  return only_subs_wait && host->n_returning > 0 && host->n_connections + 1 == get_limit (host);
}

/* True while the last connection is kept for a main stream. */
static bool
keep_reserved (CamConnectionGovernor *self, Host *host)
{
  bool is_wanted = is_last_wanted (host);
  if (!is_wanted)
    host->was_reserved = false;
  bool is_reserved = is_wanted && !host->was_reserved;
  if (is_reserved && host->reserved_link.data == NULL)
    host->reserved_over_us = cam_clock_now_us (self->clock) + RESERVED_US;
  cam_link_queue_keep (&self->reserved, &host->reserved_link, host, is_reserved);
  return is_reserved;
}

/* After any change at @host: is somebody there to be granted something? A host that nothing is known of is forgotten. */
static void
review (CamConnectionGovernor *self, Host *host)
{
  bool is_reserved = keep_reserved (self, host);
  bool can_dial = first_of (host->waiting) != NULL && host->n_connections < get_limit (host) && !is_reserved;
  bool can_talk = first_of (host->connected) != NULL && is_under (host->n_slots, self->start_concurrency.per_host);
  cam_link_queue_keep (&self->dial_hosts, &host->dial_link, host, can_dial);
  cam_link_queue_keep (&self->talk_hosts, &host->talk_link, host, can_talk);
  arm (self);
  if (host->n_tickets == 0 && host->learned == 0)
    g_hash_table_remove (self->hosts, host->key);
}

static void
host_free (gpointer data)
{
  Host *host = data;
  g_free (host->key);
  g_free (host);
}

static char *
make_key (const char *host, unsigned port)
{
  g_autofree char *lower = g_ascii_strdown (host != NULL ? host : "", -1);
  return g_strdup_printf ("%s %u", lower, port);
}

static Host *
find_or_add_host (CamConnectionGovernor *self, const char *name, unsigned port)
{
  g_autofree char *key = make_key (name, port);
  Host *host = g_hash_table_lookup (self->hosts, key);
  if (host != NULL)
    return host;
  host = g_new0 (Host, 1);
  host->key = g_steal_pointer (&key);
  g_hash_table_insert (self->hosts, host->key, host);
  return host;
}

static void
forget_learned (CamConnectionGovernor *self, Host *host)
{
  host->learned = 0;
  cam_link_queue_keep (&self->learned, &host->learned_link, host, false);
}

/* Slots. */

static void
give_back_slot (CamConnectionTicket *ticket)
{
  if (ticket->state != TICKET_TALKS)
    return;
  ticket->state = TICKET_CARRIES;
  ticket->host->n_slots--;
  cam_link_queue_leave (&ticket->governor->slots, &ticket->link);
}

static void
take_back (CamConnectionGovernor *self, int64_t now_us)
{
  while (self->slots.head != NULL) {
    CamConnectionTicket *ticket = self->slots.head->data;
    if (ticket->slot_over_us > now_us)
      break;
    give_back_slot (ticket);
    review (self, ticket->host);
  }
  while (self->learned.head != NULL) {
    Host *host = self->learned.head->data;
    if (host->learned_over_us > now_us)
      break;
    forget_learned (self, host);
    review (self, host);
  }
  while (self->reserved.head != NULL) {
    Host *host = self->reserved.head->data;
    if (host->reserved_over_us > now_us)
      break;
    host->was_reserved = true;
    review (self, host);
  }
}

/* Grants. The host goes to the end of its queue, so that a long queue at one holds up none at another. */

static bool
let_one_talk (CamConnectionGovernor *self, int64_t now_us)
{
  if (self->talk_hosts.head == NULL || !has_free_slot (self))
    return false;
  Host *host = self->talk_hosts.head->data;
  CamConnectionTicket *ticket = first_of (host->connected);
  cam_link_queue_leave (&self->talk_hosts, &host->talk_link);
  cam_link_queue_leave (&host->connected[ticket->stream], &ticket->link);
  cam_link_queue_join (&self->slots, &ticket->link, ticket);
  ticket->state = TICKET_TALKS;
  ticket->slot_over_us = now_us + SLOT_US;
  host->n_slots++;
  host->n_begun++;
  review (self, host);
  ticket->may_talk (ticket->data);
  return true;
}

static bool
let_one_dial (CamConnectionGovernor *self)
{
  if (self->dial_hosts.head == NULL)
    return false;
  Host *host = self->dial_hosts.head->data;
  CamConnectionTicket *ticket = first_of (host->waiting);
  cam_link_queue_leave (&self->dial_hosts, &host->dial_link);
  cam_link_queue_leave (&host->waiting[ticket->stream], &ticket->link);
  ticket->state = TICKET_DIALS;
  host->n_connections++;
  review (self, host);
  ticket->may_dial (ticket->data);
  return true;
}

void
cam_connection_governor_tick (CamConnectionGovernor *self)
{
  CamSlowDispatch turn = cam_slow_dispatch_begin ();
  int64_t now_us = cam_clock_now_us (self->clock);
  take_back (self, now_us);
  for (unsigned grants = 0; grants < GRANTS_A_TURN; grants++)
    if (!let_one_talk (self, now_us) && !let_one_dial (self))
      break;
  arm (self);
  cam_slow_dispatch_end (&turn, "the connection governor");
}

/* Tickets. */

CamConnectionTicket *
cam_connection_ticket_new (CamConnectionGovernor *governor, const CamConnectionRequest *request)
{
  g_assert (request->stream < CAM_N_STREAMS);
  CamConnectionTicket *self = g_new0 (CamConnectionTicket, 1);
  self->governor = governor;
  self->host = find_or_add_host (governor, request->host, request->port);
  self->max_connections = request->host != NULL ? MIN (request->max_connections, MOST_CONFIGURED) : 0;
  self->stream = request->stream;
  self->may_dial = request->may_dial;
  self->may_talk = request->may_talk;
  self->data = request->data;
  self->host->n_tickets++;
  self->host->n_configured[self->max_connections]++;
  review (governor, self->host);
  return self;
}

void
cam_connection_ticket_set_max_connections (CamConnectionTicket *self, unsigned max_connections)
{
  if (self->max_connections == 0 && max_connections == 0)
    return;
  self->host->n_configured[self->max_connections]--;
  self->max_connections = MIN (max_connections, MOST_CONFIGURED);
  self->host->n_configured[self->max_connections]++;
  review (self->governor, self->host);
}

static void
set_returning (CamConnectionTicket *self, bool is_returning)
{
  bool is_main = is_returning && self->stream == CAM_STREAM_MAIN;
  if (is_main && !self->is_returning)
    self->host->n_returning++;
  else if (!is_main && self->is_returning)
    self->host->n_returning--;
  self->is_returning = is_main;
}

void
cam_connection_ticket_ask (CamConnectionTicket *self)
{
  if (self->state != TICKET_RESTS)
    return;
  set_returning (self, false);
  self->state = TICKET_WAITS;
  cam_link_queue_join (&self->host->waiting[self->stream], &self->link, self);
  review (self->governor, self->host);
}

void
cam_connection_ticket_leave (CamConnectionTicket *self, bool will_return)
{
  Host *host = self->host;
  give_back_slot (self);
  switch (self->state) {
  case TICKET_RESTS:
    break;
  case TICKET_WAITS:
    cam_link_queue_leave (&host->waiting[self->stream], &self->link);
    break;
  case TICKET_CONNECTED:
    cam_link_queue_leave (&host->connected[self->stream], &self->link);
    host->n_connections--;
    break;
  case TICKET_TALKS:
  case TICKET_CARRIES:
    host->n_begun--;
    host->n_connections--;
    break;
  case TICKET_DIALS:
    host->n_connections--;
    break;
  }
  self->state = TICKET_RESTS;
  set_returning (self, will_return);
  review (self->governor, host);
}

void
cam_connection_ticket_free (CamConnectionTicket *self)
{
  if (self == NULL)
    return;
  Host *host = self->host;
  cam_connection_ticket_leave (self, false);
  host->n_configured[self->max_connections]--;
  host->n_tickets--;
  review (self->governor, host);
  g_free (self);
}

bool
cam_connection_ticket_must_wait (const CamConnectionTicket *self)
{
  const Host *host = self->host;
  if (self->state != TICKET_WAITS)
    return false;
  unsigned n_first = host->n_connections;
  for (unsigned stream = 0; stream <= self->stream; stream++)
    n_first += host->waiting[stream].length;
  return n_first > get_limit (host);
}

void
cam_connection_ticket_established (CamConnectionTicket *self)
{
  if (self->state != TICKET_DIALS)
    return;
  self->state = TICKET_CONNECTED;
  cam_link_queue_join (&self->host->connected[self->stream], &self->link, self);
  review (self->governor, self->host);
}

void
cam_connection_ticket_playing (CamConnectionTicket *self)
{
  give_back_slot (self);
  review (self->governor, self->host);
}

void
cam_connection_ticket_refused (CamConnectionTicket *self)
{
  CamConnectionGovernor *governor = self->governor;
  Host *host = self->host;
  bool has_begun = self->state == TICKET_TALKS || self->state == TICKET_CARRIES;
  unsigned others = host->n_begun - (has_begun ? 1 : 0);
  unsigned limit = MAX (others, 1);
  host->learned = host->learned > 0 ? MIN (host->learned, limit) : limit;
  host->learned_over_us = cam_clock_now_us (governor->clock) + LEARNED_US;
  cam_link_queue_keep (&governor->learned, &host->learned_link, host, false); /* to the end: the newest */
  cam_link_queue_keep (&governor->learned, &host->learned_link, host, true);
  review (governor, host);
}

void
cam_connection_governor_forget_limit (CamConnectionGovernor *self, const char *host_name, unsigned port)
{
  g_autofree char *key = make_key (host_name, port);
  Host *host = g_hash_table_lookup (self->hosts, key);
  if (host == NULL)
    return;
  forget_learned (self, host);
  review (self, host);
}

void
cam_connection_governor_set_start_concurrency (CamConnectionGovernor *self, CamCountPair start_concurrency)
{
  self->start_concurrency = start_concurrency;
  GHashTableIter iter;
  gpointer host;
  g_hash_table_iter_init (&iter, self->hosts);
  while (g_hash_table_iter_next (&iter, NULL, &host))
    review (self, host);
}

/* Life. */

static gboolean
dispatch (GSource *source, GSourceFunc func G_GNUC_UNUSED, gpointer data G_GNUC_UNUSED)
{
  cam_connection_governor_tick (((GovernorSource *) source)->governor);
  return G_SOURCE_CONTINUE;
}

CamConnectionGovernor *
cam_connection_governor_new (const CamClock *clock, CamCountPair start_concurrency)
{
  static const GSourceFuncs functions = {.dispatch = dispatch};
  CamConnectionGovernor *self = g_new0 (CamConnectionGovernor, 1);
  self->clock = clock;
  self->start_concurrency = start_concurrency;
  self->hosts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, host_free);
  self->source = g_source_new ((GSourceFuncs *) &functions, sizeof (GovernorSource));
  ((GovernorSource *) self->source)->governor = self;
  g_source_set_name (self->source, "connection-governor");
  g_source_attach (self->source, g_main_context_get_thread_default ());
  return self;
}

static gboolean
has_no_ticket (gpointer key G_GNUC_UNUSED, gpointer value, gpointer data G_GNUC_UNUSED)
{
  return ((const Host *) value)->n_tickets == 0;
}

void
cam_connection_governor_free (CamConnectionGovernor *self)
{
  if (self == NULL)
    return;
  g_hash_table_foreach_remove (self->hosts, has_no_ticket, NULL);
  g_assert (g_hash_table_size (self->hosts) == 0);
  g_hash_table_unref (self->hosts);
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_free (self);
}
