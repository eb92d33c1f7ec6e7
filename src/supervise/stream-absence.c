#include "supervise/stream-absence.h"

#include "supervise/stream-memory.h"
#include "supervise/stream-slate.h"

struct CamStreamAbsence {
  const CamStreamPlace *place; /* borrowed */
  unsigned stream;
  CamStreamHub *hub;       /* ref */
  CamStreamMemory *memory; /* owned */
  CamStreamSlate *slate;   /* owned */
  GBytes *remembered;      /* ref; the last picture of earlier times; NULL: none, or not read yet */

  bool has_slate; /* Slate= is not none */
  bool is_away;
  int64_t away_from_us; /* while it is, by the clock */
  int64_t away_us;      /* earlier times together */
  int64_t since_us; /* wall clock */
  CamReason reason;
};

CamStreamAbsence *
cam_stream_absence_new (const CamStreamPlace *place, const CamCameraConfig *camera, unsigned stream, CamStreamHub *hub)
{
  CamStreamAbsence *self = g_new0 (CamStreamAbsence, 1);
  self->place = place;
  self->stream = stream;
  self->has_slate = camera->slate != CAM_SLATE_NONE;
  self->hub = cam_stream_hub_ref (hub);
  self->memory = cam_stream_memory_new (place->disk, place->state_folder, camera, stream);
  self->slate = cam_stream_slate_new (camera, stream, hub, place->loop, place->desk);
  return self;
}

void
cam_stream_absence_free (CamStreamAbsence *self)
{
  if (self == NULL)
    return;
  cam_stream_slate_free (self->slate);
  cam_stream_memory_free (self->memory);
  g_clear_pointer (&self->remembered, g_bytes_unref);
  cam_stream_hub_unref (self->hub);
  g_free (self);
}

/* The camera's last picture; NULL when none is known. (transfer full) */
static GBytes *
ref_picture (const CamStreamAbsence *self)
{
  g_auto (CamAccessUnit) key = { 0 };
  if (cam_stream_hub_get_last_key (self->hub, &key))
    return g_bytes_new (key.payload->data, key.payload->size);
  return self->remembered != NULL ? g_bytes_ref (self->remembered) : NULL;
}

static void
show (CamStreamAbsence *self)
{
  g_autoptr (CamStreamDescription) description = cam_stream_hub_ref_description (self->hub);
  g_autoptr (GBytes) picture = ref_picture (self);
  g_assert (description != NULL);
  cam_stream_slate_begin (self->slate, description, picture, self->since_us, self->reason);
}

static void
on_picture (GBytes *picture, gpointer data)
{
  CamStreamAbsence *self = data;
  if (picture == NULL)
    return;
  g_clear_pointer (&self->remembered, g_bytes_unref);
  self->remembered = g_bytes_ref (picture);
  if (self->is_away)
    show (self);
}

void
cam_stream_absence_recall (CamStreamAbsence *self)
{
  g_autoptr (CamStreamDescription) known = cam_stream_hub_ref_description (self->hub);
  g_autoptr (CamStreamDescription) remembered = known == NULL ? cam_stream_memory_recall (self->memory) : NULL;
  if (remembered == NULL)
    return;
  cam_stream_hub_set_description (self->hub, remembered);
  cam_stream_memory_recall_picture (self->memory, on_picture, self);
}

bool
cam_stream_absence_keep (CamStreamAbsence *self, bool is_urgent)
{
  g_autoptr (CamStreamDescription) description = cam_stream_hub_ref_description (self->hub);
  if (description == NULL)
    return true;
  g_auto (CamAccessUnit) key = { 0 };
  bool has_key = cam_stream_hub_get_last_key (self->hub, &key);
  cam_stream_memory_keep (self->memory, description, has_key ? &key : NULL, cam_clock_now_us (self->place->clock), is_urgent);
  return has_key || description->tracks[CAM_TRACK_VIDEO] == NULL;
}

static int64_t
get_away_us (const CamStreamAbsence *self)
{
  return self->away_us + (self->is_away ? cam_clock_now_us (self->place->clock) - self->away_from_us : 0);
}

static void
add_up (CamStreamAbsence *self)
{
  self->away_us = get_away_us (self);
}

void
cam_stream_absence_set_camera (CamStreamAbsence *self, const CamCameraConfig *camera, bool is_remembered_alike)
{
  if (!is_remembered_alike) {
    cam_stream_memory_free (self->memory);
    self->memory = cam_stream_memory_new (self->place->disk, self->place->state_folder, camera, self->stream);
  }
  self->has_slate = camera->slate != CAM_SLATE_NONE;
  bool is_other = cam_stream_slate_set_camera (self->slate, camera);
  if (is_other && self->is_away)
    show (self);
}

void
cam_stream_absence_begin (CamStreamAbsence *self, CamReason reason)
{
  add_up (self);
  self->is_away = true;
  self->away_from_us = cam_clock_now_us (self->place->clock);
  self->since_us = g_get_real_time ();
  self->reason = reason;
  show (self);
}

void
cam_stream_absence_explain (CamStreamAbsence *self, CamReason reason)
{
  if (!self->is_away)
    return;
  self->reason = reason;
  cam_stream_slate_explain (self->slate, reason);
}

void
cam_stream_absence_end (CamStreamAbsence *self)
{
  add_up (self);
  self->is_away = false;
  cam_stream_slate_end (self->slate);
}

int64_t
cam_stream_absence_get_shown_us (const CamStreamAbsence *self)
{
  return self->has_slate ? get_away_us (self) : 0;
}
