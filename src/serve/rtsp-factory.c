#include "serve/rtsp-factory.h"

#include <string.h>

#include "serve/random-bytes.h"
#include "serve/rtsp-media.h"
#include "serve/ts-tasks.h"

#define AUDIO_KEY "audio="

struct _CamRtspFactory {
  GstRTSPMediaFactory parent;
  GMutex mutex;
  CamCameraConfig *camera; /* ref; under the mutex; what holds now */
  CamCameraConfig *first_camera; /* ref; of what it was made */
  unsigned stream;
  CamStreamHub *hub;   /* ref */
  CamLoopThread *loop; /* borrowed: outlives all mounts */
  char *path;          /* owned */
  char *cname;         /* owned */
  uint32_t ssrcs[CAM_N_TRACKS];
  uint32_t session_number;
  int64_t published_us;
  atomic_bool is_shed;
  CamMountCounters counters;
  void (*wanted) (gpointer data); /* NULL for none */
  gpointer wanted_data;           /* borrowed: outlives the mount until it is retired */
  bool is_retired;                /* on the loop only */
  CamConfigSet *multicast_config; /* ref; on the loop once it is open; NULL: no multicast */
  CamMulticastPlace multicast_place;
  CamSoundBranches *branches; /* ref */
  CamStreamTasks *tasks; /* owned; on the loop only */
  CamTsTasks *ts_tasks;  /* owned; on the loop only */
  CamMulticastGroup *multicast; /* owned; on the loop only; NULL: none */
  CamAudience *audience; /* owned; on the loop only */
};

G_DEFINE_FINAL_TYPE (CamRtspFactory, cam_rtsp_factory, GST_TYPE_RTSP_MEDIA_FACTORY)

static GstElement *
create_element (GstRTSPMediaFactory *factory, const GstRTSPUrl *url)
{
  return gst_bin_new (NULL);
}

/* Without a bus there is no descriptor and nothing to drain: the pipeline is only there because the library wants one. */
static GstElement *
create_pipeline (GstRTSPMediaFactory *factory, GstRTSPMedia *media)
{
  GstElement *pipeline = gst_pipeline_new (NULL);
  gst_element_set_bus (pipeline, NULL);
  gst_rtsp_media_take_pipeline (media, GST_PIPELINE (pipeline));
  return pipeline;
}

/* Of the query that cam_rtsp_factory_get_path_for () wrote. */
static CamSoundWish
read_wish (const GstRTSPUrl *url)
{
  CamSoundWish wish = {.is_asked = false};
  if (url->query != NULL && g_str_has_prefix (url->query, AUDIO_KEY))
    wish.is_asked = cam_sound_choice_parse (url->query + strlen (AUDIO_KEY), CAM_SOUND_WAY_RTP, &wish.choice);
  return wish;
}

/* NULL (the library's 503) while the stream is not known; requests are held or refused before they come here. */
static GstRTSPMedia *
construct (GstRTSPMediaFactory *factory, const GstRTSPUrl *url)
{
  CamRtspFactory *self = CAM_RTSP_FACTORY (factory);
  g_autoptr (CamStreamDescription) description = NULL;
  if (!cam_rtsp_factory_describe (self, read_wish (url), CAM_SOUND_WAY_RTP, &description) || description == NULL)
    return NULL;
  GstRTSPMedia *media = GST_RTSP_MEDIA_FACTORY_CLASS (cam_rtsp_factory_parent_class)->construct (factory, url);
  if (media != NULL)
    cam_rtsp_media_set_description (CAM_RTSP_MEDIA (media), description, self->ssrcs, self->cname);
  return media;
}

static void
finalize (GObject *object)
{
  CamRtspFactory *self = CAM_RTSP_FACTORY (object);
  g_assert (self->tasks == NULL);
  cam_sound_branches_unref (self->branches);
  cam_camera_config_unref (self->camera);
  cam_camera_config_unref (self->first_camera);
  cam_config_set_unref (self->multicast_config);
  g_mutex_clear (&self->mutex);
  cam_stream_hub_unref (self->hub);
  g_free (self->path);
  g_free (self->cname);
  G_OBJECT_CLASS (cam_rtsp_factory_parent_class)->finalize (object);
}

static void
cam_rtsp_factory_class_init (CamRtspFactoryClass *class)
{
  GstRTSPMediaFactoryClass *factory_class = GST_RTSP_MEDIA_FACTORY_CLASS (class);
  factory_class->create_element = create_element;
  factory_class->create_pipeline = create_pipeline;
  factory_class->construct = construct;
  G_OBJECT_CLASS (class)->finalize = finalize;
}

static void
cam_rtsp_factory_init (CamRtspFactory *self)
{
}

CamRtspFactory *
cam_rtsp_factory_new (CamCameraConfig *camera, unsigned stream, CamStreamHub *hub, CamLoopThread *loop)
{
  gst_init (NULL, NULL);
  CamRtspFactory *self = g_object_new (CAM_TYPE_RTSP_FACTORY, NULL);
  GstRTSPMediaFactory *factory = GST_RTSP_MEDIA_FACTORY (self);
  /* A media lives for one DESCRIBE only: nothing to share, and no cache that could keep a dead one. */
  gst_rtsp_media_factory_set_shared (factory, FALSE);
  gst_rtsp_media_factory_set_media_gtype (factory, CAM_TYPE_RTSP_MEDIA);
  gst_rtsp_media_factory_set_enable_rtcp (factory, FALSE);
  gst_rtsp_media_factory_set_suspend_mode (factory, GST_RTSP_SUSPEND_MODE_NONE);

  uint32_t numbers[CAM_N_TRACKS + 2] = {0};
  cam_random_fill (numbers, sizeof numbers);
  for (unsigned i = 0; i < CAM_N_TRACKS; i++)
    self->ssrcs[i] = numbers[i];
  self->session_number = numbers[CAM_N_TRACKS];
  self->cname = g_strdup_printf ("camrelay-%08x", numbers[CAM_N_TRACKS + 1]);
  g_mutex_init (&self->mutex);
  self->camera = cam_camera_config_ref (camera);
  self->first_camera = cam_camera_config_ref (camera);
  self->stream = stream;
  self->hub = cam_stream_hub_ref (hub);
  const CamSoundSettings sound = {.bit_rate = camera->audio_bit_rate, .complexity = camera->audio_complexity};
  self->branches = cam_sound_branches_new (hub, &sound);
  self->loop = loop;
  self->path = stream == CAM_STREAM_MAIN ? g_strdup_printf ("/%s", camera->name)
                                         : g_strdup_printf ("/%s/%s", camera->name, cam_stream_name (stream));
  self->published_us = g_get_monotonic_time ();
  return self;
}

void
cam_rtsp_factory_set_shed (CamRtspFactory *self, bool is_shed)
{
  atomic_store_explicit (&self->is_shed, is_shed, memory_order_relaxed);
}

const atomic_bool *
cam_rtsp_factory_get_shed (const CamRtspFactory *self)
{
  return &self->is_shed;
}

const char *
cam_rtsp_factory_get_camera_name (const CamRtspFactory *self)
{
  return self->first_camera->name;
}

CamCameraConfig *
cam_rtsp_factory_ref_camera (CamRtspFactory *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  return cam_camera_config_ref (self->camera);
}

void
cam_rtsp_factory_set_camera (CamRtspFactory *self, CamCameraConfig *camera)
{
  g_mutex_lock (&self->mutex);
  g_autoptr (CamCameraConfig) before = self->camera;
  self->camera = cam_camera_config_ref (camera);
  g_mutex_unlock (&self->mutex);
}

CamAudioMode
cam_rtsp_factory_get_audio_mode (const CamRtspFactory *self)
{
  return self->first_camera->audio_mode;
}

unsigned
cam_rtsp_factory_get_stream (const CamRtspFactory *self)
{
  return self->stream;
}

const char *
cam_rtsp_factory_get_path (const CamRtspFactory *self)
{
  return self->path;
}

CamStreamHub *
cam_rtsp_factory_get_hub (const CamRtspFactory *self)
{
  return self->hub;
}

CamLoopThread *
cam_rtsp_factory_get_loop (const CamRtspFactory *self)
{
  return self->loop;
}

uint32_t
cam_rtsp_factory_get_ssrc (const CamRtspFactory *self, CamTrackKind kind)
{
  return self->ssrcs[kind];
}

uint64_t
cam_rtsp_factory_get_session_number (const CamRtspFactory *self)
{
  return self->session_number;
}

int64_t
cam_rtsp_factory_get_published_us (const CamRtspFactory *self)
{
  return self->published_us;
}

CamMountCounters *
cam_rtsp_factory_get_counters (CamRtspFactory *self)
{
  return &self->counters;
}

CamSoundBranches *
cam_rtsp_factory_get_branches (const CamRtspFactory *self)
{
  return self->branches;
}

static CamSoundChoice
choose_sound (const CamRtspFactory *self, CamSoundWish wish, CamSoundWay way, const CamStreamDescription *description)
{
  return cam_sound_choose (self->first_camera->audio_mode, wish.is_asked, wish.choice, way, description->tracks[CAM_TRACK_AUDIO]);
}

CamSoundChoice
cam_rtsp_factory_choose (const CamRtspFactory *self, CamSoundWish wish, CamSoundWay way)
{
  g_autoptr (CamStreamDescription) description = cam_stream_hub_ref_description (self->hub);
  return description != NULL ? choose_sound (self, wish, way, description) : CAM_SOUND_NONE;
}

bool
cam_rtsp_factory_describe (const CamRtspFactory *self, CamSoundWish wish, CamSoundWay way, CamStreamDescription **ret_description)
{
  g_autoptr (CamStreamDescription) description = cam_stream_hub_ref_description (self->hub);
  if (description == NULL)
    return false;
  *ret_description = cam_sound_choice_describe (choose_sound (self, wish, way, description), description);
  return true;
}

char *
cam_rtsp_factory_get_path_for (const CamRtspFactory *self, CamSoundWish wish)
{
  if (!wish.is_asked)
    return g_strdup (self->path);
  return g_strconcat (self->path, "?" AUDIO_KEY, cam_sound_choice_name (wish.choice), NULL);
}

void
cam_rtsp_factory_set_wanted (CamRtspFactory *self, void (*wanted) (gpointer data), gpointer data)
{
  self->wanted = wanted;
  self->wanted_data = data;
}

/* Here, in turn with retire: whoever is told may be gone after it, while the last readers of a mount that was replaced still leave. */
static void
on_wanted (gpointer data)
{
  const CamRtspFactory *self = data;
  if (self->tasks != NULL && !self->is_retired)
    self->wanted (self->wanted_data);
}

void
cam_rtsp_factory_tell_wanted (CamRtspFactory *self)
{
  if (self->wanted != NULL)
    cam_loop_thread_post (self->loop, on_wanted, g_object_ref (self), g_object_unref);
}

void
cam_rtsp_factory_set_multicast (CamRtspFactory *self, CamConfigSet *config, const CamMulticastPlace *place)
{
  self->multicast_config = cam_config_set_ref (config);
  self->multicast_place = *place;
}

/* Another configuration on its way to the loop. */
typedef struct {
  CamRtspFactory *factory; /* ref */
  CamConfigSet *config;    /* ref */
} MulticastChange;

static void
multicast_change_free (gpointer data)
{
  MulticastChange *change = data;
  g_object_unref (change->factory);
  cam_config_set_unref (change->config);
  g_free (change);
}

static void
on_multicast_change (gpointer data)
{
  const MulticastChange *change = data;
  CamRtspFactory *self = change->factory;
  if (self->multicast == NULL)
    return;
  g_autoptr (CamConfigSet) before = self->multicast_config;
  self->multicast_config = cam_config_set_ref (change->config);
  cam_multicast_group_set_server (self->multicast, &self->multicast_config->server);
}

void
cam_rtsp_factory_change_multicast (CamRtspFactory *self, CamConfigSet *config)
{
  MulticastChange *change = g_new (MulticastChange, 1);
  *change = (MulticastChange){.factory = g_object_ref (self), .config = cam_config_set_ref (config)};
  cam_loop_thread_post (self->loop, on_multicast_change, change, multicast_change_free);
}

void
cam_rtsp_factory_open (CamRtspFactory *self, CamAudienceLeaveFunc ask_to_leave, CamClientRegistry *registry)
{
  CAM_ASSERT_ON (self->loop);
  const CamCameraConfig *camera = self->first_camera;
  self->tasks = cam_stream_tasks_new (&(CamStreamTaskSetup){
      .hub = self->hub,
      .loop = self->loop,
      .ssrcs = self->ssrcs,
      .cname = self->cname,
      .audio_hold_us = camera->audio_hold,
      .branches = self->branches,
      .audio_mode = camera->audio_mode,
  });
  self->ts_tasks = cam_ts_tasks_new (&(CamTsTaskSetup){
      .pictures = cam_stream_tasks_get_plain (self->tasks),
      .hub = self->hub,
      .loop = self->loop,
      .cname = self->cname,
      .audio_hold_us = camera->audio_hold,
      .branches = self->branches,
  });
  self->audience = cam_audience_new (ask_to_leave);
  const CamMulticastSetup multicast = {
      .task = cam_stream_tasks_get_plain (self->tasks),
      .loop = self->loop,
      .registry = registry,
      .server = self->multicast_config != NULL ? &self->multicast_config->server : NULL,
      .camera = camera->name,
      .stream = cam_stream_name (self->stream),
      .shed = &self->is_shed,
      .counters = &self->counters,
      .place = self->multicast_place,
  };
  if (multicast.server != NULL)
    self->multicast = cam_multicast_group_new (&multicast);
}

void
cam_rtsp_factory_retire (CamRtspFactory *self)
{
  CAM_ASSERT_ON (self->loop);
  self->is_retired = true;
}

void
cam_rtsp_factory_close (CamRtspFactory *self)
{
  CAM_ASSERT_ON (self->loop);
  g_clear_pointer (&self->multicast, cam_multicast_group_free);
  g_clear_pointer (&self->ts_tasks, cam_ts_tasks_free);
  g_clear_pointer (&self->tasks, cam_stream_tasks_free);
  g_clear_pointer (&self->audience, cam_audience_free);
}

CamStreamTasks *
cam_rtsp_factory_get_tasks (CamRtspFactory *self)
{
  CAM_ASSERT_ON (self->loop);
  return self->tasks;
}

CamTsTask *
cam_rtsp_factory_ref_ts_task (CamRtspFactory *self, CamSoundChoice choice)
{
  CAM_ASSERT_ON (self->loop);
  return self->ts_tasks != NULL ? cam_ts_tasks_ref (self->ts_tasks, choice) : NULL;
}

CamMulticastGroup *
cam_rtsp_factory_get_multicast (CamRtspFactory *self)
{
  CAM_ASSERT_ON (self->loop);
  return self->multicast;
}

CamAudience *
cam_rtsp_factory_get_audience (CamRtspFactory *self)
{
  CAM_ASSERT_ON (self->loop);
  return self->audience;
}
