#include "serve/rtsp-mounts.h"

#include "serve/rtsp-idle-threads.h"

struct CamRtspMounts {
  GMutex mutex;
  GPtrArray *factories;         /* of CamRtspFactory, ref */
  GstRTSPMountPoints *points;   /* ref; NULL before the first publish */
  GstRTSPThreadPool *threads;   /* ref; likewise */
  GstRTSPSessionPool *sessions; /* ref; likewise; stays empty */
};

CamRtspMounts *
cam_rtsp_mounts_new (void)
{
  CamRtspMounts *self = g_new0 (CamRtspMounts, 1);
  g_mutex_init (&self->mutex);
  self->factories = g_ptr_array_new_with_free_func (g_object_unref);
  return self;
}

void
cam_rtsp_mounts_free (CamRtspMounts *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->factories);
  g_clear_object (&self->points);
  g_clear_object (&self->threads);
  g_clear_object (&self->sessions);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static CamRtspFactory *
find_locked (CamRtspMounts *self, const char *camera, unsigned stream)
{
  for (unsigned i = 0; i < self->factories->len; i++) {
    CamRtspFactory *factory = self->factories->pdata[i];
    if (cam_rtsp_factory_get_stream (factory) == stream && g_str_equal (cam_rtsp_factory_get_camera_name (factory), camera))
      return factory;
  }
  return NULL;
}

void
cam_rtsp_mounts_publish (CamRtspMounts *self, CamRtspFactory *factory)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  if (self->points == NULL) {
    self->points = gst_rtsp_mount_points_new ();
    self->threads = cam_rtsp_idle_threads_new ();
    self->sessions = gst_rtsp_session_pool_new ();
  }
  CamRtspFactory *old = find_locked (self, cam_rtsp_factory_get_camera_name (factory), cam_rtsp_factory_get_stream (factory));
  if (old != NULL)
    g_ptr_array_remove (self->factories, old);
  g_ptr_array_add (self->factories, g_object_ref (factory));
  gst_rtsp_mount_points_add_factory (self->points, cam_rtsp_factory_get_path (factory), g_object_ref (GST_RTSP_MEDIA_FACTORY (factory)));
}

void
cam_rtsp_mounts_withdraw (CamRtspMounts *self, CamRtspFactory *factory)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_autoptr (CamRtspFactory) kept = g_object_ref (factory);
  if (g_ptr_array_remove (self->factories, factory))
    gst_rtsp_mount_points_remove_factory (self->points, cam_rtsp_factory_get_path (kept));
}

CamRtspFactory *
cam_rtsp_mounts_find (CamRtspMounts *self, const char *camera, unsigned stream)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  CamRtspFactory *factory = find_locked (self, camera, stream);
  return factory != NULL ? g_object_ref (factory) : NULL;
}

GPtrArray *
cam_rtsp_mounts_list (CamRtspMounts *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GPtrArray *list = g_ptr_array_new_with_free_func (g_object_unref);
  for (unsigned i = 0; i < self->factories->len; i++)
    g_ptr_array_add (list, g_object_ref (self->factories->pdata[i]));
  return list;
}

void
cam_rtsp_mounts_equip (CamRtspMounts *self, GstRTSPClient *client)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gst_rtsp_client_set_mount_points (client, self->points);
  gst_rtsp_client_set_thread_pool (client, self->threads);
  gst_rtsp_client_set_session_pool (client, self->sessions);
}
