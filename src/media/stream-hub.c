#include "media/stream-hub.h"

struct CamStreamHub {
  int refs;                          /* atomic */
  CamMediaMemory *memory;            /* ref; the stream's part; NULL: no limit; constant */
  char *camera;                      /* owned */
  char *stream;                      /* owned */
  GMutex mutex;                      /* all below; nothing is called out under it */
  CamStreamDescription *description; /* ref, or NULL */
  CamStreamDescription *last;        /* ref, or NULL: what the version was made for */
  GBytes *metadata;                  /* ref, or NULL */
  unsigned version;
  CamFeed feed;
  bool is_claimed;
  bool is_closed;
  GPtrArray *channels; /* of CamMediaChannel, ref; replaced as a whole, never changed */
  CamStreamCounters counters;
  int64_t last_dts_ns[CAM_N_TRACKS]; /* of the newest unit */
  int64_t edge_ns;
  int64_t break_ns; /* the edge when the feed was NONE last */
  CamAccessUnit last_key; /* owned; no payload: none yet */
};

static GPtrArray *
new_channels (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) cam_media_channel_unref);
}

CamStreamHub *
cam_stream_hub_new (const char *camera, const char *stream)
{
  return cam_stream_hub_new_within (NULL, camera, stream);
}

CamStreamHub *
cam_stream_hub_new_within (CamMediaMemory *memory, const char *camera, const char *stream)
{
  CamStreamHub *self = g_new0 (CamStreamHub, 1);
  self->refs = 1;
  self->memory = memory != NULL ? cam_media_memory_new_part (memory) : NULL;
  self->camera = g_strdup (camera);
  self->stream = g_strdup (stream);
  self->version = 1;
  self->channels = new_channels ();
  g_mutex_init (&self->mutex);
  return self;
}

CamStreamHub *
cam_stream_hub_ref (CamStreamHub *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

void
cam_stream_hub_unref (CamStreamHub *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->refs))
    return;
  g_ptr_array_unref (self->channels);
  cam_stream_description_unref (self->description);
  cam_stream_description_unref (self->last);
  g_clear_pointer (&self->metadata, g_bytes_unref);
  cam_access_unit_clear (&self->last_key);
  g_mutex_clear (&self->mutex);
  cam_media_memory_unref (self->memory);
  g_free (self->camera);
  g_free (self->stream);
  g_free (self);
}

CamMediaMemory *
cam_stream_hub_get_memory (const CamStreamHub *self)
{
  return self->memory;
}

const char *
cam_stream_hub_get_camera (const CamStreamHub *self)
{
  return self->camera;
}

const char *
cam_stream_hub_get_stream (const CamStreamHub *self)
{
  return self->stream;
}

/* Reading is const to the caller; the mutex is not part of what is read. */
static GMutex *
mutex_of (const CamStreamHub *self)
{
  return &((CamStreamHub *) self)->mutex;
}

CamStreamDescription *
cam_stream_hub_ref_description (CamStreamHub *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  return cam_stream_description_ref (self->description);
}

/* Under the mutex. @description: not NULL. @ret_old_key: to be let go without it. */
static void
replace_description (CamStreamHub *self, CamStreamDescription *description, CamAccessUnit *ret_old_key)
{
  cam_stream_description_ref (description);
  cam_stream_description_unref (self->description);
  self->description = description;
  if (self->last != NULL && !cam_stream_description_same_enough (self->last, description)) {
    self->version++;
    *ret_old_key = self->last_key; /* a picture of another stream */
    self->last_key = (CamAccessUnit){.payload = NULL};
  }
  cam_stream_description_ref (description);
  cam_stream_description_unref (self->last);
  self->last = description;
}

void
cam_stream_hub_set_description (CamStreamHub *self, CamStreamDescription *description)
{
  g_auto (CamAccessUnit) old_key = {0}; /* let go outside of the lock */
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  if (description != NULL)
    replace_description (self, description, &old_key);
  else
    g_clear_pointer (&self->description, cam_stream_description_unref);
}

void
cam_stream_hub_refresh_description (CamStreamHub *self, CamStreamDescription *description)
{
  g_auto (CamAccessUnit) old_key = {0};
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  if (self->description != NULL && cam_stream_description_same_enough (self->description, description))
    replace_description (self, description, &old_key);
}

void
cam_stream_hub_set_metadata (CamStreamHub *self, GBytes *json)
{
  g_autoptr (GBytes) old = NULL; /* let go outside of the lock */
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  old = self->metadata;
  self->metadata = json != NULL ? g_bytes_ref (json) : NULL;
}

GBytes *
cam_stream_hub_ref_metadata (CamStreamHub *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  return self->metadata != NULL ? g_bytes_ref (self->metadata) : NULL;
}

unsigned
cam_stream_hub_get_version (const CamStreamHub *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (mutex_of (self));
  return self->version;
}

void
cam_stream_hub_set_feed (CamStreamHub *self, CamFeed feed)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  if (feed == CAM_FEED_NONE && self->feed != CAM_FEED_NONE)
    self->break_ns = self->edge_ns;
  self->feed = feed;
}

CamFeed
cam_stream_hub_get_feed (const CamStreamHub *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (mutex_of (self));
  return self->feed;
}

static void
set_claimed (CamStreamHub *self, bool is_claimed)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  self->is_claimed = is_claimed;
}

void
cam_stream_hub_claim (CamStreamHub *self)
{
  set_claimed (self, true);
}

void
cam_stream_hub_release (CamStreamHub *self)
{
  set_claimed (self, false);
}

bool
cam_stream_hub_is_claimed (const CamStreamHub *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (mutex_of (self));
  return self->is_claimed;
}

static void
count_camera (CamStreamCounters *counters, const CamAccessUnit *unit)
{
  counters->units[unit->track]++;
  counters->bytes[unit->track] += unit->payload->size;
  counters->last_unit_us = unit->arrived_us;
  if (unit->track != CAM_TRACK_VIDEO || !unit->is_key)
    return;
  counters->key_interval_us = counters->keys++ > 0 ? unit->arrived_us - counters->last_key_us : 0;
  counters->last_key_us = unit->arrived_us;
}

/* Counts @unit; the channels as they are now. (transfer full) */
static GPtrArray *
count_unit (CamStreamHub *self, const CamAccessUnit *unit)
{
  bool is_last_key = unit->track == CAM_TRACK_VIDEO && unit->is_key && !unit->is_slate;
  g_auto (CamAccessUnit) old_key = {0}; /* let go outside of the lock */
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_assert (unit->dts_ns > self->last_dts_ns[unit->track]);
  self->last_dts_ns[unit->track] = unit->dts_ns;
  self->edge_ns = MAX (self->edge_ns, MAX (unit->pts_ns, unit->dts_ns));
  if (self->feed == CAM_FEED_NONE)
    self->break_ns = self->edge_ns; /* of a worker that has not heard yet that it is over */
  if (is_last_key) {
    old_key = self->last_key;
    self->last_key = cam_access_unit_copy (unit);
  }
  if (unit->is_slate)
    self->counters.slate_units++;
  else
    count_camera (&self->counters, unit);
  return g_ptr_array_ref (self->channels);
}

void
cam_stream_hub_push (CamStreamHub *self, const CamAccessUnit *unit, int64_t timeout_us)
{
  g_autoptr (GPtrArray) channels = count_unit (self, unit);
  for (unsigned i = 0; i < channels->len; i++)
    cam_media_channel_offer (channels->pdata[i], unit, timeout_us);
}

int64_t
cam_stream_hub_get_edge_ns (const CamStreamHub *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (mutex_of (self));
  return self->edge_ns;
}

void
cam_stream_hub_raise_edge_ns (CamStreamHub *self, int64_t edge_ns)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_assert (!self->is_claimed);
  self->edge_ns = MAX (self->edge_ns, edge_ns);
}

int64_t
cam_stream_hub_get_break_ns (const CamStreamHub *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (mutex_of (self));
  return self->break_ns;
}

bool
cam_stream_hub_get_last_key (CamStreamHub *self, CamAccessUnit *ret_unit)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  if (self->last_key.payload == NULL)
    return false;
  *ret_unit = cam_access_unit_copy (&self->last_key);
  return true;
}

/* A copy of @channels without @except. (transfer full) */
static GPtrArray *
copy_without (const GPtrArray *channels, const CamMediaChannel *except)
{
  GPtrArray *copy = new_channels ();
  for (unsigned i = 0; i < channels->len; i++)
    if (channels->pdata[i] != except)
      g_ptr_array_add (copy, cam_media_channel_ref (channels->pdata[i]));
  return copy;
}

/* Under the mutex. What was there before, for the caller to drop without it. */
static GPtrArray *
replace_channels (CamStreamHub *self, GPtrArray *channels)
{
  GPtrArray *old = self->channels;
  self->channels = channels;
  return old;
}

bool
cam_stream_hub_subscribe (CamStreamHub *self, CamMediaChannel *channel)
{
  g_autoptr (GPtrArray) old = NULL;
  g_mutex_lock (&self->mutex);
  bool is_closed = self->is_closed;
  if (!is_closed) {
    GPtrArray *channels = copy_without (self->channels, channel);
    g_ptr_array_add (channels, cam_media_channel_ref (channel));
    old = replace_channels (self, channels);
  }
  g_mutex_unlock (&self->mutex);
  if (is_closed)
    cam_media_channel_close (channel);
  return !is_closed;
}

void
cam_stream_hub_unsubscribe (CamStreamHub *self, CamMediaChannel *channel)
{
  g_mutex_lock (&self->mutex);
  g_autoptr (GPtrArray) old = replace_channels (self, copy_without (self->channels, channel));
  g_mutex_unlock (&self->mutex);
}

void
cam_stream_hub_close (CamStreamHub *self)
{
  g_mutex_lock (&self->mutex);
  self->is_closed = true;
  g_autoptr (GPtrArray) old = replace_channels (self, new_channels ());
  g_mutex_unlock (&self->mutex);
  for (unsigned i = 0; i < old->len; i++)
    cam_media_channel_close (old->pdata[i]);
}

CamStreamCounters
cam_stream_hub_get_counters (const CamStreamHub *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (mutex_of (self));
  return self->counters;
}
