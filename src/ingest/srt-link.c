#include "ingest/srt-link.h"

#define NAME_US (5 * G_USEC_PER_SEC)
#define STAGGER_US (G_USEC_PER_SEC / 4) /* RFC 8305, 5 */
#define MOST_CALLS 4

/* One address called. */
typedef struct {
  CamSrtLink *link;             /* borrowed */
  CamSrtConnection *connection; /* owned; NULL: over */
} Call;

struct CamSrtLink {
  CamSrtLinkSetup setup;
  const CamSrtUrl *url; /* borrowed; while it dials */
  unsigned port;
  CamResolverQuery *query; /* owned; while it dials */
  CamLoopTimer *timer;     /* owned; while it dials */
  GPtrArray *addresses;    /* of GInetAddress, ref; NULL before the name is known */
  Call calls[MOST_CALLS];
  unsigned n_calls; /* begun */
  Call *kept;       /* of calls; the one that is connected; NULL: none yet */
  CamReason reason; /* of the most telling failure so far */
  char *detail;     /* owned */
};

static void call_next (CamSrtLink *self);

/* From here on there is one connection, or none. */
static void
end_dial (CamSrtLink *self)
{
  g_clear_pointer (&self->query, cam_resolver_query_free);
  g_clear_pointer (&self->timer, cam_loop_timer_free);
  g_clear_pointer (&self->addresses, g_ptr_array_unref);
  for (unsigned i = 0; i < self->n_calls; i++) {
    if (&self->calls[i] != self->kept)
      g_clear_pointer (&self->calls[i].connection, cam_srt_connection_free);
  }
}

void
cam_srt_link_free (CamSrtLink *self)
{
  if (self == NULL)
    return;
  self->kept = NULL;
  end_dial (self);
  g_free (self->detail);
  g_free (self);
}

static void
on_connected (gpointer data)
{
  Call *call = data;
  CamSrtLink *self = call->link;
  self->kept = call;
  end_dial (self);
  self->setup.events->connected (self->setup.data);
}

static void
on_readable (gpointer data)
{
  const Call *call = data;
  if (call->link->kept == call)
    call->link->setup.events->readable (call->link->setup.data);
}

/* A peer that answers with a refusal says more than another address of it where nobody answers. */
static bool
is_telling (CamReason reason)
{
  return reason != CAM_REASON_NONE && reason != CAM_REASON_TIMEOUT && reason != CAM_REASON_UNREACHABLE;
}

static void
note_failure (CamSrtLink *self, CamReason reason, const char *detail)
{
  if (is_telling (self->reason) && !is_telling (reason))
    return;
  self->reason = reason;
  g_free (self->detail);
  self->detail = g_strdup (detail);
}

static bool
is_calling (const CamSrtLink *self)
{
  for (unsigned i = 0; i < self->n_calls; i++) {
    if (self->calls[i].connection != NULL)
      return true;
  }
  return false;
}

static void
say_ended (CamSrtLink *self)
{
  g_autofree char *detail = g_steal_pointer (&self->detail); /* the callee may free us */
  self->setup.events->ended (self->reason, detail != NULL ? detail : "", self->setup.data);
}

static void
on_ended (CamReason reason, const char *detail, gpointer data)
{
  Call *call = data;
  CamSrtLink *self = call->link;
  if (self->kept == call) {
    self->setup.events->ended (reason, detail, self->setup.data);
    return;
  }
  g_clear_pointer (&call->connection, cam_srt_connection_free);
  note_failure (self, reason, detail);
  call_next (self);
  if (is_calling (self))
    return;
  end_dial (self);
  say_ended (self);
}

static const CamSrtEvents call_events = {.connected = on_connected, .readable = on_readable, .ended = on_ended};

static CamSrtPlace
get_place (const CamSrtLink *self, Call *call)
{
  return (CamSrtPlace){.poller = self->setup.poller, .loop = self->setup.loop, .events = &call_events, .data = call};
}

static void
call_next (CamSrtLink *self)
{
  if (self->n_calls >= MIN (self->addresses->len, MOST_CALLS))
    return;
  GInetAddress *address = g_ptr_array_index (self->addresses, self->n_calls);
  Call *call = &self->calls[self->n_calls++];
  const CamSrtPlace place = get_place (self, call);
  call->link = self;
  call->connection = cam_srt_connection_dial (&place, self->url, address, self->port);
  if (self->url->mode != CAM_SRT_RENDEZVOUS)
    cam_loop_timer_arm (self->timer, cam_loop_thread_now_us (self->setup.loop) + STAGGER_US);
}

static void
on_timer (gpointer data)
{
  call_next (data);
}

static void
on_resolved (const GList *addresses, const GError *error, gpointer data)
{
  CamSrtLink *self = data;
  if (addresses == NULL) {
    note_failure (self, CAM_REASON_DNS, error->message);
    end_dial (self);
    say_ended (self);
    return;
  }
  self->addresses = g_ptr_array_new_with_free_func (g_object_unref);
  for (const GList *item = addresses; item != NULL; item = item->next)
    g_ptr_array_add (self->addresses, g_object_ref (item->data));
  call_next (self);
}

CamSrtLink *
cam_srt_link_new_dial (const CamSrtLinkSetup *setup, CamResolver *resolver, const CamSrtUrl *url, const char *host, unsigned port)
{
  CamSrtLink *self = g_new0 (CamSrtLink, 1);
  self->setup = *setup;
  self->url = url;
  self->port = port;
  self->timer = cam_loop_timer_new (setup->loop, on_timer, self);
  self->query = cam_resolver_ask (resolver, setup->loop, host, NAME_US, on_resolved, self);
  return self;
}

CamSrtLink *
cam_srt_link_new_adopted (const CamSrtLinkSetup *setup, int socket)
{
  CamSrtLink *self = g_new0 (CamSrtLink, 1);
  self->setup = *setup;
  self->n_calls = 1;
  self->kept = &self->calls[0];
  self->kept->link = self;
  const CamSrtPlace place = get_place (self, self->kept);
  self->kept->connection = cam_srt_connection_adopt (&place, socket);
  return self;
}

bool
cam_srt_link_take (CamSrtLink *self, const uint8_t **ret_data, size_t *ret_size)
{
  return self->kept != NULL && cam_srt_connection_take (self->kept->connection, ret_data, ret_size);
}

uint64_t
cam_srt_link_get_lost (const CamSrtLink *self)
{
  CamSrtStatistics statistics;
  if (self->kept == NULL)
    return 0;
  uint64_t lost = cam_srt_connection_get_overrun (self->kept->connection);
  if (cam_srt_link_get_statistics (self, &statistics))
    lost += statistics.packets_dropped;
  return lost;
}

bool
cam_srt_link_get_statistics (const CamSrtLink *self, CamSrtStatistics *ret_statistics)
{
  return self->kept != NULL && cam_srt_connection_get_statistics (self->kept->connection, ret_statistics);
}

void
cam_srt_link_log (const CamSrtLink *self, const CamLogFields *fields)
{
  CamSrtStatistics statistics;
  if (cam_srt_link_get_statistics (self, &statistics))
    cam_srt_statistics_log (&statistics, fields);
}
