#include "serve/rtsp-idle-threads.h"

#define CAM_TYPE_RTSP_IDLE_THREADS (cam_rtsp_idle_threads_get_type ())
G_DECLARE_FINAL_TYPE (CamRtspIdleThreads, cam_rtsp_idle_threads, CAM, RTSP_IDLE_THREADS, GstRTSPThreadPool)

struct _CamRtspIdleThreads {
  GstRTSPThreadPool parent;
  GstRTSPThread *thread; /* ref, given up by stopping it */
};

G_DEFINE_FINAL_TYPE (CamRtspIdleThreads, cam_rtsp_idle_threads, GST_TYPE_RTSP_THREAD_POOL)

/* The media gives back each use with gst_rtsp_thread_stop (); our own keeps the count above zero. */
static GstRTSPThread *
get_thread (GstRTSPThreadPool *pool, GstRTSPThreadType type, GstRTSPContext *context)
{
  CamRtspIdleThreads *self = CAM_RTSP_IDLE_THREADS (pool);
  gst_rtsp_thread_reuse (self->thread);
  return self->thread;
}

/* The library frees a thread only from the quit it posts to the thread's own context: turn that once in the thread's place. */
static void
finalize (GObject *object)
{
  GstRTSPThread *thread = CAM_RTSP_IDLE_THREADS (object)->thread;
  g_autoptr (GMainContext) context = g_main_context_ref (thread->context);
  gst_rtsp_thread_stop (thread);
  g_main_context_iteration (context, FALSE);
  G_OBJECT_CLASS (cam_rtsp_idle_threads_parent_class)->finalize (object);
}

static void
cam_rtsp_idle_threads_class_init (CamRtspIdleThreadsClass *class)
{
  GST_RTSP_THREAD_POOL_CLASS (class)->get_thread = get_thread;
  G_OBJECT_CLASS (class)->finalize = finalize;
}

static void
cam_rtsp_idle_threads_init (CamRtspIdleThreads *self)
{
  self->thread = gst_rtsp_thread_new (GST_RTSP_THREAD_TYPE_MEDIA);
}

GstRTSPThreadPool *
cam_rtsp_idle_threads_new (void)
{
  return g_object_new (CAM_TYPE_RTSP_IDLE_THREADS, NULL);
}
