#include "supervise/stream-feed.h"

#include "supervise/stream-news.h"
#include "supervise/teardown-steps.h"

struct CamStreamFeed {
  CamStreamPlace place;
  CamCameraConfig *camera; /* ref */
  CamSenderPost *post;     /* ref; NULL where nobody comes by himself */
  unsigned stream;
  CamStreamHub *hub; /* borrowed */
  const CamIngestEvents *events;
  void (*reaped) (gpointer data);
  gpointer data; /* borrowed: frees the feed */
  CamStreamNews *news; /* owned */

  CamIngestWorker *worker;           /* owned until the reaper has it */
  uint64_t generation;               /* of the newest worker */
  CamStreamDescription *description; /* ref; of the worker, from live on */
  CamTransport transport;            /* of the newest worker */
  CamIngestCounters before;          /* of the workers that are over */
  bool has_ended;                    /* the worker is over by itself */
  bool was_other;                    /* because the camera changed what it sends */
  bool is_quiet;                     /* said so last */
  bool is_polite;                    /* the worker being reaped was ended by us and says good-bye to its camera */
  bool has_sender;                   /* at the door: */
  int sender;                        /* owned, its SRT socket */
};

static bool
is_stale (const CamStreamFeed *self, uint64_t generation)
{
  return generation != self->generation || self->worker == NULL;
}

static void
on_established (uint64_t generation, gpointer data)
{
  CamStreamFeed *self = data;
  if (!is_stale (self, generation))
    self->events->established (generation, self->data);
}

static void
on_leased (uint64_t generation, const CamIngestLease *lease, gpointer data)
{
  CamStreamFeed *self = data;
  if (!is_stale (self, generation))
    cam_session_ledger_enter (self->place.ledger, self->camera, self->stream, lease);
}

static void
on_playing (uint64_t generation, gpointer data)
{
  CamStreamFeed *self = data;
  if (!is_stale (self, generation))
    self->events->playing (generation, self->data);
}

static void
on_live (uint64_t generation, CamStreamDescription *description, gpointer data)
{
  CamStreamFeed *self = data;
  if (is_stale (self, generation))
    return;
  cam_stream_description_unref (self->description);
  self->description = cam_stream_description_ref (description);
  self->events->live (generation, description, self->data);
}

static void
on_quiet (uint64_t generation, gpointer data)
{
  CamStreamFeed *self = data;
  if (is_stale (self, generation))
    return;
  self->is_quiet = true;
  self->events->quiet (generation, self->data);
}

static void
on_sounds (uint64_t generation, gpointer data)
{
  CamStreamFeed *self = data;
  if (is_stale (self, generation))
    return;
  self->is_quiet = false;
  self->events->sounds (generation, self->data);
}

static void
on_ended (uint64_t generation, const CamIngestEnd *end, gpointer data)
{
  CamStreamFeed *self = data;
  if (is_stale (self, generation))
    return;
  self->has_ended = true;
  self->was_other = end->reason == CAM_REASON_END;
  self->events->ended (generation, end, self->data);
}

static const CamIngestEvents news_events = {
  .established = on_established,
  .leased = on_leased,
  .playing = on_playing,
  .live = on_live,
  .quiet = on_quiet,
  .sounds = on_sounds,
  .ended = on_ended,
};

static void
send_away (CamStreamFeed *self)
{
  if (self->has_sender)
    cam_srt_poller_discard (self->place.srt, self->sender);
  self->has_sender = false;
}

void
cam_stream_feed_offer (CamStreamFeed *self, int srt_sender)
{
  send_away (self);
  self->has_sender = true;
  self->sender = srt_sender;
}

bool
cam_stream_feed_is_offered (const CamStreamFeed *self)
{
  return self->has_sender;
}

uint64_t
cam_stream_feed_dial (CamStreamFeed *self, CamTransport transport, bool has_socket, int socket)
{
  g_assert (self->worker == NULL);
  bool has_sender = self->has_sender;
  self->has_ended = self->is_quiet = self->has_sender = false;
  self->transport = transport;
  self->worker = cam_ingest_worker_new (&(CamIngestSetup) {
      .camera = self->camera,
      .stream = self->stream,
      .generation = ++self->generation,
      .loop = self->place.loop,
      .resolver = self->place.resolver,
      .hub = self->hub,
      .events = &cam_stream_news_events,
      .data = self->news,
      .transport = transport,
      .was_other = self->was_other,
      .has_socket = has_socket,
      .socket = socket,
      .srt = self->place.srt,
      .has_srt_sender = has_sender,
      .srt_sender = self->sender,
  });
  return self->generation;
}

bool
cam_stream_feed_has_worker (const CamStreamFeed *self)
{
  return self->worker != NULL;
}

CamStreamDescription *
cam_stream_feed_get_description (const CamStreamFeed *self)
{
  return self->description;
}

bool
cam_stream_feed_is_flowing (const CamStreamFeed *self)
{
  return self->description != NULL && !self->has_ended;
}

bool
cam_stream_feed_is_quiet (const CamStreamFeed *self)
{
  return self->worker != NULL && self->is_quiet;
}

bool
cam_stream_feed_is_taken (const CamStreamFeed *self)
{
  return self->has_sender || (self->worker != NULL && !self->has_ended && !self->is_quiet);
}

void
cam_stream_feed_talk (CamStreamFeed *self)
{
  if (self->worker != NULL)
    cam_ingest_worker_talk (self->worker);
}

void
cam_stream_feed_go_on (CamStreamFeed *self)
{
  if (self->worker != NULL)
    cam_ingest_worker_go_on (self->worker);
}

void
cam_stream_feed_refuse (CamStreamFeed *self, const CamIngestEnd *end)
{
  on_ended (self->generation, end, self);
}

bool
cam_stream_feed_get_transport (const CamStreamFeed *self, CamTransport *ret_transport)
{
  if (self->generation == 0)
    return false;
  *ret_transport = self->transport;
  return true;
}

CamIngestCounters
cam_stream_feed_get_counters (const CamStreamFeed *self)
{
  CamIngestCounters sum = self->before;
  sum.has_srt = false;
  sum.drift_ppm = 0;
  if (self->worker == NULL)
    return sum;
  CamIngestCounters now = cam_ingest_worker_get_counters (self->worker);
  now.bytes += sum.bytes;
  now.packets_lost += sum.packets_lost;
  now.malformed += sum.malformed;
  for (unsigned cause = 0; cause < CAM_N_DROPS; cause++)
    now.drops[cause] += sum.drops[cause];
  return now;
}

static void
on_reaped (gpointer data)
{
  CamStreamFeed *self = data;
  if (self->is_polite)
    cam_session_ledger_strike (self->place.ledger, self->camera->name, self->stream);
  self->reaped (self->data);
}

bool
cam_stream_feed_reap (CamStreamFeed *self)
{
  if (self->worker == NULL)
    return false;
  g_clear_pointer (&self->description, cam_stream_description_unref);
  self->before = cam_stream_feed_get_counters (self);
  self->is_polite = !self->has_ended;
  cam_reaper_add (self->place.reaper, &cam_teardown_worker, self->camera->name, g_steal_pointer (&self->worker), on_reaped, self);
  return true;
}

/* The door asks here whether a sender may come. */
static void
man_post (CamStreamFeed *self)
{
  if (self->place.senders != NULL)
    self->post = cam_sender_roll_add (self->place.senders, self->camera, self->stream);
}

static void
leave_post (CamStreamFeed *self)
{
  send_away (self);
  if (self->post != NULL)
    cam_sender_roll_remove (self->place.senders, self->post);
  g_clear_pointer (&self->post, cam_sender_post_unref);
}

void
cam_stream_feed_show (CamStreamFeed *self, bool is_open)
{
  if (!is_open)
    send_away (self);
  CamSenderPostState state = CAM_SENDER_POST_CLOSED;
  if (is_open)
    state = cam_stream_feed_is_taken (self) ? CAM_SENDER_POST_TAKEN : CAM_SENDER_POST_VACANT;
  if (self->post != NULL)
    cam_sender_post_set (self->post, state);
}

void
cam_stream_feed_set_camera (CamStreamFeed *self, CamCameraConfig *camera)
{
  cam_camera_config_ref (camera);
  cam_camera_config_unref (self->camera);
  self->camera = camera;
}

void
cam_stream_feed_renew (CamStreamFeed *self, CamSrtPoller *srt)
{
  leave_post (self);
  self->place.srt = srt;
  self->was_other = false;
  man_post (self);
}

CamStreamFeed *
cam_stream_feed_new (const CamStreamPlace *place,
                     CamCameraConfig *camera,
                     unsigned stream,
                     CamStreamHub *hub,
                     const CamIngestEvents *events,
                     void (*reaped) (gpointer data),
                     gpointer data)
{
  CamStreamFeed *self = g_new0 (CamStreamFeed, 1);
  self->place = *place;
  self->camera = cam_camera_config_ref (camera);
  self->stream = stream;
  self->hub = hub;
  self->events = events;
  self->reaped = reaped;
  self->data = data;
  self->news = cam_stream_news_new (place->inbox, &news_events, self);
  man_post (self);
  return self;
}

void
cam_stream_feed_free (CamStreamFeed *self)
{
  if (self == NULL)
    return;
  g_assert (self->worker == NULL);
  leave_post (self);
  cam_stream_news_free (self->news);
  cam_camera_config_unref (self->camera);
  g_free (self);
}
