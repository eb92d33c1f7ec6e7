#include "supervise/stream-mount.h"

#include "supervise/teardown-steps.h"

struct CamStreamMount {
  CamStreamPlace place;
  CamCameraConfig *camera; /* ref */
  unsigned stream;
  CamStreamHub *hub; /* ref */
  CamMountWantedFunc wanted;
  gpointer wanted_data; /* borrowed: outlives the mount */
  void (*reaped) (gpointer data);
  gpointer data; /* borrowed: frees this */
};

static void
publish (CamStreamMount *self)
{
  cam_rtsp_server_publish (self->place.server, self->camera, self->stream, self->hub, self->place.loop, self->wanted, self->wanted_data);
}

CamStreamMount *
cam_stream_mount_new (const CamStreamPlace *place, CamCameraConfig *camera, unsigned stream, CamStreamHub *hub, CamMountWantedFunc wanted,
                      gpointer wanted_data, void (*reaped) (gpointer data), gpointer data)
{
  CamStreamMount *self = g_new (CamStreamMount, 1);
  *self = (CamStreamMount) {
    .place = *place,
    .camera = cam_camera_config_ref (camera),
    .stream = stream,
    .hub = cam_stream_hub_ref (hub),
    .wanted = wanted,
    .wanted_data = wanted_data,
    .reaped = reaped,
    .data = data,
  };
  publish (self);
  return self;
}

void
cam_stream_mount_free (CamStreamMount *self)
{
  if (self == NULL)
    return;
  cam_stream_hub_unref (self->hub);
  cam_camera_config_unref (self->camera);
  g_free (self);
}

unsigned
cam_stream_mount_count_readers (const CamStreamMount *self)
{
  return cam_rtsp_server_count_readers (self->place.server, self->camera->name, self->stream);
}

static void
reap (CamStreamMount *self, bool keep_mount)
{
  CamDeparture *departure = cam_departure_new (self->place.server, self->hub, self->camera->name, self->stream, keep_mount);
  cam_reaper_add (self->place.reaper, &cam_teardown_audience, self->camera->name, departure, self->reaped, self->data);
}

void
cam_stream_mount_end_readers (CamStreamMount *self)
{
  reap (self, true);
}

void
cam_stream_mount_remove (CamStreamMount *self)
{
  reap (self, false);
}

void
cam_stream_mount_set_camera (CamStreamMount *self, CamCameraConfig *camera)
{
  cam_camera_config_ref (camera);
  cam_camera_config_unref (self->camera);
  self->camera = camera;
  cam_rtsp_server_reconfigure (self->place.server, camera, self->stream);
}

void
cam_stream_mount_renew (CamStreamMount *self)
{
  publish (self);
}
