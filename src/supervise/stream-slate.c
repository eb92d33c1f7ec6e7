#include "supervise/stream-slate.h"

#include "core/log.h"
#include "supervise/slate-notice.h"
#include "wire/slate-unit.h"

typedef struct {
  GSource source;
  CamStreamSlate *slate; /* borrowed: destroys the source */
} SlateSource;

struct CamStreamSlate {
  const CamCameraConfig *camera; /* borrowed, as all of the constructor's */
  unsigned stream;
  CamPictureDesk *desk;
  CamOfflineSlate *offline; /* owned */
  GSource *timer;           /* owned; armed while the notice is to be drawn later */
  bool has_complained;      /* that there is no notice; once for each camera's life */

  CamStreamDescription *description; /* ref; NULL: nothing is shown */
  GBytes *picture;                   /* ref; the camera's last one, or NULL */
  CamSlateNotice notice;
  CamPictureJob *job; /* owned; under way, or NULL */
};

static void
complain (CamStreamSlate *self, const char *why)
{
  if (self->has_complained)
    return;
  self->has_complained = true;
  CamLogFields fields = {.camera = self->camera->name, .stream = cam_stream_name (self->stream)};
  cam_log (CAM_LOG_WARNING, NULL, &fields, "no notice can be drawn, clients see the last picture as it was: %s", why);
}

static void draw_when_due (CamStreamSlate *self);

static void
on_drawn (GBytes *unit, const char *why, gpointer data)
{
  CamStreamSlate *self = data;
  if (unit != NULL)
    cam_offline_slate_show (self->offline, self->description, unit);
  else
    complain (self, why);
  cam_slate_notice_note_outcome (&self->notice, unit != NULL);
  g_clear_pointer (&self->job, cam_picture_job_free);
  draw_when_due (self);
}

/* The last picture with its parameter sets in front. One that cannot be repeated is drawn from as it came. (transfer full) */
static GBytes *
complete_picture (CamStreamSlate *self, const CamTrack *track)
{
  if (self->picture == NULL)
    return NULL;
  GBytes *units[CAM_SLATE_UNITS];
  gsize size;
  const uint8_t *data = g_bytes_get_data (self->picture, &size);
  if (!cam_slate_units_make (track, data, size, units))
    return g_bytes_ref (self->picture);
  for (unsigned i = 1; i < CAM_SLATE_UNITS; i++)
    g_bytes_unref (units[i]);
  return units[0];
}

static void
draw (CamStreamSlate *self)
{
  CamTrack *track = self->description->tracks[CAM_TRACK_VIDEO];
  g_autoptr (GBytes) picture = complete_picture (self, track);
  g_autofree char *text = cam_slate_notice_format (&self->notice, g_get_real_time ());
  cam_slate_notice_note_drawn (&self->notice, g_get_monotonic_time ());
  CamPictureOrder order = {
      .track = track,
      .picture = picture,
      .set_id = cam_slate_free_set_id (track),
      .title = self->camera->name,
      .text = text,
  };
  self->job = cam_picture_job_new (self->desk, &order, on_drawn, self);
}

/* A drawing under way is not given up for a newer one: it may have waited at the desk for long, and all would begin anew. */
static bool
may_draw (const CamStreamSlate *self)
{
  bool is_wanted = self->camera->slate == CAM_SLATE_NOTICE && self->desk != NULL;
  return is_wanted && self->job == NULL && self->description != NULL && self->description->tracks[CAM_TRACK_VIDEO] != NULL;
}

static void
draw_when_due (CamStreamSlate *self)
{
  int64_t due_us = may_draw (self) ? cam_slate_notice_get_due_us (&self->notice) : INT64_MAX;
  bool is_due = due_us <= g_get_monotonic_time ();
  g_source_set_ready_time (self->timer, is_due || due_us == INT64_MAX ? -1 : due_us);
  if (is_due)
    draw (self);
}

/* Also when it was disarmed in the turn of the main loop in which it was due: the slate may have ended before it. */
static gboolean
dispatch_timer (GSource *source, GSourceFunc func, gpointer data)
{
  draw_when_due (((SlateSource *) source)->slate);
  return G_SOURCE_CONTINUE;
}

static GSource *
new_timer (CamStreamSlate *self)
{
  static const GSourceFuncs functions = {.dispatch = dispatch_timer};
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  GSource *source = g_source_new ((GSourceFuncs *) &functions, sizeof (SlateSource));
  ((SlateSource *) source)->slate = self;
  g_source_set_name (source, "stream-slate");
  g_source_attach (source, context);
  return source;
}

CamStreamSlate *
cam_stream_slate_new (const CamCameraConfig *camera, unsigned stream, CamStreamHub *hub, CamLoopThread *loop, CamPictureDesk *desk)
{
  CamStreamSlate *self = g_new0 (CamStreamSlate, 1);
  self->camera = camera;
  self->stream = stream;
  self->desk = desk;
  self->offline = cam_offline_slate_new (loop, hub);
  self->timer = new_timer (self);
  return self;
}

void
cam_stream_slate_free (CamStreamSlate *self)
{
  if (self == NULL)
    return;
  cam_stream_slate_end (self);
  g_source_destroy (self->timer);
  g_source_unref (self->timer);
  cam_offline_slate_free (self->offline);
  g_free (self);
}

void
cam_stream_slate_begin (CamStreamSlate *self, CamStreamDescription *description, GBytes *picture, int64_t since_us, CamReason reason)
{
  if (self->camera->slate == CAM_SLATE_NONE)
    return;
  bool is_shown = self->description == description && self->picture == picture;
  if (is_shown) {
    self->notice.since_us = since_us;
    self->notice.reason = reason;
  } else {
    cam_stream_slate_end (self);
    self->description = cam_stream_description_ref (description);
    self->picture = picture != NULL ? g_bytes_ref (picture) : NULL;
    self->notice = cam_slate_notice_new (since_us, reason, g_get_monotonic_time ());
    cam_offline_slate_show (self->offline, description, picture);
  }
  draw_when_due (self);
}

void
cam_stream_slate_explain (CamStreamSlate *self, CamReason reason)
{
  if (self->description == NULL)
    return;
  self->notice.reason = reason;
  draw_when_due (self);
}

void
cam_stream_slate_end (CamStreamSlate *self)
{
  if (self->description == NULL)
    return;
  g_clear_pointer (&self->job, cam_picture_job_free);
  g_source_set_ready_time (self->timer, -1);
  g_clear_pointer (&self->description, cam_stream_description_unref);
  g_clear_pointer (&self->picture, g_bytes_unref);
  cam_offline_slate_hide (self->offline);
}

bool
cam_stream_slate_set_camera (CamStreamSlate *self, const CamCameraConfig *camera)
{
  bool is_other = self->camera->slate != camera->slate;
  self->camera = camera;
  if (is_other)
    cam_stream_slate_end (self);
  return is_other;
}
