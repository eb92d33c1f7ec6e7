#include "supervise/offline-slate.h"

#include <string.h>

#include "camrelay/limits.h"
#include "wire/silence.h"
#include "wire/slate-unit.h"

#define PICTURE_INTERVAL_NS INT64_C (1000000000)
#define SILENCE_INTERVAL_MS 100
#define SILENCE_INTERVAL_NS (SILENCE_INTERVAL_MS * INT64_C (1000000))
#define STEP_NS INT64_C (1000000) /* after what was there before: what players tell apart */
/* The pictures shown, those shown before that somebody still holds, and silence. */
#define POOL_BYTES ((size_t) 4 * CAM_SLATE_UNITS * CAM_LIMIT_UNIT_BYTES)
/* Numbers of units from here on: never what comes after a worker's, so that nobody takes one for the other. */
#define FIRST_NUMBER (UINT64_C (1) << 63)

/* On the loop; kept alive by the posts under way to it. */
struct CamOfflineSlate {
  int refs;            /* atomic: the owner's, and one for each post */
  CamLoopThread *loop; /* borrowed: the loops outlive all that lives on them */
  CamStreamHub *hub;   /* ref */

  /* On the loop from here on. */
  CamLoopTimer *timer;                   /* owned; NULL: hidden */
  CamPayloadPool *pool;                  /* ref; NULL: hidden */
  CamStreamDescription *description;     /* ref; NULL: hidden */
  CamPayload *pictures[CAM_SLATE_UNITS]; /* ref; NULL: none to be shown */
  unsigned next_picture;
  CamPayload *silence; /* ref; NULL: none to be heard */
  int64_t picture_due_ns;
  int64_t silence_due_ns;
  uint64_t numbers[CAM_N_TRACKS];
};

/* What is to be shown, on its way to the loop. */
typedef struct {
  CamOfflineSlate *slate;            /* ref */
  CamStreamDescription *description; /* ref */
  GBytes *picture;                   /* ref, or NULL */
} Order;

static CamOfflineSlate *
slate_ref (CamOfflineSlate *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

static void
slate_unref (gpointer data)
{
  CamOfflineSlate *self = data;
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;
  cam_stream_hub_unref (self->hub);
  g_free (self);
}

CamOfflineSlate *
cam_offline_slate_new (CamLoopThread *loop, CamStreamHub *hub)
{
  CamOfflineSlate *self = g_new0 (CamOfflineSlate, 1);
  self->refs = 1;
  self->loop = loop;
  self->hub = cam_stream_hub_ref (hub);
  for (unsigned i = 0; i < CAM_N_TRACKS; i++)
    self->numbers[i] = FIRST_NUMBER;
  return self;
}

static void
push (CamOfflineSlate *self, CamTrackKind track, CamPayload *payload, int64_t time_ns)
{
  CamAccessUnit unit = {
      .track = track,
      .is_key = true,
      .is_slate = true,
      .pts_ns = time_ns,
      .dts_ns = time_ns,
      .arrived_us = cam_loop_thread_now_us (self->loop),
      .number = self->numbers[track]++,
      .payload = payload,
  };
  cam_stream_hub_set_feed (self->hub, CAM_FEED_SLATE);
  cam_stream_hub_push (self->hub, &unit, 0);
}

/* All silence that is due: one piece follows the other without a gap, however late the loop is, unless it lost count. The first one is above
 * whatever was there before; later ones have nobody else's sound to pass, and keep their pace whatever joiners do to the time of pictures. */
static void
push_silence (CamOfflineSlate *self, int64_t now_ns)
{
  bool has_lost_count = now_ns - self->silence_due_ns > PICTURE_INTERVAL_NS;
  if (has_lost_count)
    self->silence_due_ns = MAX (now_ns, cam_stream_hub_get_edge_ns (self->hub) + STEP_NS);
  for (; self->silence_due_ns <= now_ns; self->silence_due_ns += SILENCE_INTERVAL_NS)
    push (self, CAM_TRACK_AUDIO, self->silence, self->silence_due_ns);
}

static void
push_picture (CamOfflineSlate *self, int64_t now_ns)
{
  int64_t time_ns = MAX (now_ns, cam_stream_hub_get_edge_ns (self->hub) + STEP_NS);
  push (self, CAM_TRACK_VIDEO, self->pictures[self->next_picture], time_ns);
  self->next_picture = (self->next_picture + 1) % CAM_SLATE_UNITS;
  self->picture_due_ns = now_ns + PICTURE_INTERVAL_NS;
}

static void
on_due (gpointer data)
{
  CamOfflineSlate *self = data;
  CAM_ASSERT_ON (self->loop);
  int64_t now_ns = cam_loop_thread_now_us (self->loop) * 1000;
  int64_t next_ns = now_ns + PICTURE_INTERVAL_NS;
  bool is_ours = !cam_stream_hub_is_claimed (self->hub);
  if (is_ours && self->silence != NULL) {
    push_silence (self, now_ns);
    next_ns = MIN (next_ns, self->silence_due_ns);
  }
  if (is_ours && self->pictures[0] != NULL) {
    if (now_ns >= self->picture_due_ns)
      push_picture (self, now_ns);
    next_ns = MIN (next_ns, self->picture_due_ns);
  }
  cam_loop_timer_arm (self->timer, (next_ns + 999) / 1000);
}

static void
forget (CamOfflineSlate *self)
{
  for (unsigned i = 0; i < CAM_SLATE_UNITS; i++) {
    cam_payload_unref (self->pictures[i]);
    self->pictures[i] = NULL;
  }
  cam_payload_unref (self->silence);
  self->silence = NULL;
  self->silence_due_ns = 0;
  g_clear_pointer (&self->description, cam_stream_description_unref);
}

/* NULL when somebody holds on to too many pictures of before. */
static CamPayload *
keep (CamOfflineSlate *self, GBytes *bytes)
{
  CamPayload *payload = cam_payload_pool_take (self->pool, g_bytes_get_size (bytes));
  if (payload != NULL)
    memcpy (payload->data, g_bytes_get_data (bytes, NULL), payload->size);
  return payload;
}

/* What cannot be repeated, or kept, leaves the picture that there was. */
static void
take_picture (CamOfflineSlate *self, const CamTrack *track, GBytes *picture)
{
  GBytes *units[CAM_SLATE_UNITS];
  if (!cam_slate_units_make (track, g_bytes_get_data (picture, NULL), g_bytes_get_size (picture), units))
    return;
  CamPayload *kept[CAM_SLATE_UNITS];
  bool is_whole = true;
  for (unsigned i = 0; i < CAM_SLATE_UNITS; i++) {
    kept[i] = keep (self, units[i]);
    is_whole = is_whole && kept[i] != NULL;
    g_bytes_unref (units[i]);
  }
  for (unsigned i = 0; i < CAM_SLATE_UNITS; i++) {
    cam_payload_unref (is_whole ? self->pictures[i] : kept[i]);
    self->pictures[i] = is_whole ? kept[i] : self->pictures[i];
  }
  self->picture_due_ns = 0;
}

static void
take_description (CamOfflineSlate *self, CamStreamDescription *description)
{
  forget (self);
  if (self->pool == NULL)
    self->pool = cam_payload_pool_new (POOL_BYTES, cam_stream_hub_get_memory (self->hub));
  self->description = cam_stream_description_ref (description);
  const CamTrack *audio = description->tracks[CAM_TRACK_AUDIO];
  g_autoptr (GBytes) silence = audio != NULL ? cam_silence_new (audio, SILENCE_INTERVAL_MS) : NULL;
  if (silence != NULL)
    self->silence = keep (self, silence);
}

static void
show (gpointer data)
{
  Order *order = data;
  CamOfflineSlate *self = order->slate;
  CAM_ASSERT_ON (self->loop);
  if (order->description != self->description)
    take_description (self, order->description);
  const CamTrack *video = order->description->tracks[CAM_TRACK_VIDEO];
  if (video != NULL && order->picture != NULL)
    take_picture (self, video, order->picture);
  if (self->timer == NULL)
    self->timer = cam_loop_timer_new (self->loop, on_due, self);
  on_due (self);
}

static void
order_free (gpointer data)
{
  Order *order = data;
  slate_unref (order->slate);
  cam_stream_description_unref (order->description);
  g_clear_pointer (&order->picture, g_bytes_unref);
  g_free (order);
}

void
cam_offline_slate_show (CamOfflineSlate *self, CamStreamDescription *description, GBytes *picture)
{
  Order *order = g_new0 (Order, 1);
  order->slate = slate_ref (self);
  order->description = cam_stream_description_ref (description);
  order->picture = picture != NULL ? g_bytes_ref (picture) : NULL;
  cam_loop_thread_post (self->loop, show, order, order_free);
}

/* When no camera goes on from here, what was shown is nothing for who comes later. */
static void
hide (gpointer data)
{
  CamOfflineSlate *self = data;
  CAM_ASSERT_ON (self->loop);
  if (!cam_stream_hub_is_claimed (self->hub) && cam_stream_hub_get_feed (self->hub) == CAM_FEED_SLATE)
    cam_stream_hub_set_feed (self->hub, CAM_FEED_NONE);
  g_clear_pointer (&self->timer, cam_loop_timer_free);
  forget (self);
  g_clear_pointer (&self->pool, cam_payload_pool_unref);
}

void
cam_offline_slate_hide (CamOfflineSlate *self)
{
  cam_loop_thread_post (self->loop, hide, slate_ref (self), slate_unref);
}

void
cam_offline_slate_free (CamOfflineSlate *self)
{
  if (self == NULL)
    return;
  cam_offline_slate_hide (self);
  slate_unref (self);
}
