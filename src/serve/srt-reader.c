#include "serve/srt-reader.h"

#include "camrelay/log-fields.h"
#include "core/address-text.h"
#include "serve/framed-feed.h"
#include "serve/random-bytes.h"
#include "serve/reader-log.h"
#include "serve/srt-outlet.h"
#include "serve/ts-task.h"

enum { ID_BYTES = 16 };
#define TRANSPORT "SRT"

/* How long a client waits for a camera that it has dialled by asking, and how often it is looked whether that is there. */
#define PATIENCE_US (8 * G_USEC_PER_SEC)
#define LOOK_AGAIN_US (20 * 1000)

typedef struct {
  CamServeLoop *home;           /* borrowed: loops outlive their guests */
  CamRtspFactory *mount;        /* ref */
  CamServeGuest guest;
  GInetAddress *address;        /* ref */
  char *peer;                   /* owned; "192.168.1.5:51234", for logs */
  char id[2 * ID_BYTES + 1];
  CamSrtForm form;
  char *audio;                  /* owned; "" for nothing asked */
  char *user;                   /* owned; who he said he is, and proved; NULL: he did not */
  CamSrtConnection *connection; /* owned */
  CamSrtOutlet *outlet;         /* owned */
  CamReaderRecord *record;      /* owned; on the registry's list */
  CamReaderLog log;
  bool has_joined;              /* else the camera is waited for */
  CamTsTask *task;              /* ref; of MPEG-TS, as the reader */
  CamReader *reader;            /* owned */
  CamFramedFeed *feed;          /* owned; of sound alone */
  CamLoopTimer *timer;          /* owned */
  int64_t patient_until_us;
  bool is_doomed;
} SrtReader;

static CamClientRegistry *
get_registry (const SrtReader *self)
{
  return cam_serve_loop_get_context (self->home)->registry;
}

static CamLoopThread *
get_thread (const SrtReader *self)
{
  return cam_serve_loop_get_thread (self->home);
}

static int64_t
get_lag_us (const SrtReader *self)
{
  g_autoptr (CamServeRules) rules = cam_serve_book_open (cam_serve_loop_get_context (self->home)->book);
  return rules->config->server.reader_lag;
}

static CamLogFields
log_fields (const SrtReader *self)
{
  return (CamLogFields){
      .camera = cam_rtsp_factory_get_camera_name (self->mount),
      .stream = cam_stream_name (cam_rtsp_factory_get_stream (self->mount)),
      .reader = self->id,
      .address = self->peer,
  };
}

/* ---- the end ---- */

static void
log_connection (const SrtReader *self, const CamLogFields *fields)
{
  CamSrtStatistics statistics;
  if (cam_srt_connection_get_statistics (self->connection, &statistics))
    cam_srt_statistics_log (&statistics, fields);
}

static void
free_reader (SrtReader *self)
{
  cam_loop_timer_free (self->timer);
  if (self->task != NULL) {
    cam_ts_task_remove (self->task, self->reader);
    cam_reader_pause (self->reader);
  }
  if (self->has_joined) {
    CamLogFields fields = log_fields (self);
    cam_reader_log_left (&fields, self->record);
    log_connection (self, &fields);
  }
  cam_framed_feed_free (self->feed);
  cam_reader_free (self->reader);
  cam_ts_task_unref (self->task);
  cam_srt_outlet_free (self->outlet);
  cam_srt_connection_free (self->connection);
  cam_client_registry_strike (get_registry (self), self->record);
  g_free (self->audio);
  g_free (self->user);
  g_free (self->peer);
}

/* A loop that closes, and a mount, let go of all they have with the last one who leaves: so it leaves last. */
static void
on_doomed (gpointer data)
{
  g_autofree SrtReader *self = data;
  CAM_ASSERT_ON (get_thread (self));
  g_autoptr (CamRtspFactory) mount = self->mount;
  g_autoptr (GInetAddress) address = self->address;
  CamClientRegistry *registry = get_registry (self);
  free_reader (self);
  cam_client_registry_leave (registry, cam_rtsp_factory_get_camera_name (mount), cam_rtsp_factory_get_stream (mount));
  cam_client_registry_dismiss (registry, address);
  cam_audience_leave (cam_rtsp_factory_get_audience (mount), &self->guest);
  cam_serve_loop_remove (self->home, &self->guest);
}

/* Whoever finds the end only says so: a task may be walking over its readers. */
static void
doom (SrtReader *self)
{
  if (self->is_doomed)
    return;
  self->is_doomed = true;
  cam_loop_thread_defer (get_thread (self), on_doomed, self);
}

/* SRT has no last word: the client sees the connection closed. */
static void
on_end (gpointer data, int64_t grace_us)
{
  doom (data);
}

/* Other rules hold. */
static void
on_review (gpointer data, const CamServeRules *rules)
{
  SrtReader *self = data;
  if (self->is_doomed || cam_serve_rules_admit (rules, cam_rtsp_factory_get_camera_name (self->mount), self->address, self->user))
    return;
  CamLogFields fields = log_fields (self);
  cam_reader_log_unwelcome (&fields);
  doom (self);
}

static void
on_ended (CamReason reason, const char *detail, gpointer data)
{
  doom (data);
}

/* ---- the stream ---- */

static void
on_reader_news (CamReaderNews news, CamSkipReason why, int64_t now_us, gpointer data)
{
  SrtReader *self = data;
  CamLogFields fields = log_fields (self);
  g_autoptr (CamCameraConfig) camera = cam_rtsp_factory_ref_camera (self->mount);
  bool disconnects = camera->reader_policy == CAM_READER_POLICY_DISCONNECT;
  if (!disconnects) {
    cam_reader_log_news (&self->log, &fields, news, why, now_us);
  } else if (news == CAM_READER_NEWS_SKIPS) {
    cam_reader_log_disconnected (&fields, why);
    doom (self);
  }
}

/* Which sound goes along: what the client asks for, else what the camera's Mode= says. */
static CamSoundChoice
choose_sound (const SrtReader *self, CamSoundWay way, const CamStreamDescription *description)
{
  CamSoundChoice asked = CAM_SOUND_COPY;
  bool has_asked = *self->audio != '\0' && cam_sound_choice_parse (self->audio, way, &asked);
  return cam_sound_choose (cam_rtsp_factory_get_audio_mode (self->mount), has_asked, asked, way,
                           description->tracks[CAM_TRACK_AUDIO]);
}

static void
begin_ts (SrtReader *self, const CamStreamDescription *description)
{
  g_autoptr (CamCameraConfig) camera = cam_rtsp_factory_ref_camera (self->mount);
  self->task = cam_rtsp_factory_ref_ts_task (self->mount, choose_sound (self, CAM_SOUND_WAY_TS, description));
  self->reader = cam_reader_new (&(CamReaderSetup){
      .outlet = cam_srt_outlet_get (self->outlet),
      .lag_us = get_lag_us (self),
      .thins = camera->thin == CAM_THIN_AUTO && camera->reader_policy == CAM_READER_POLICY_SKIP_TO_KEY,
      .shed = cam_rtsp_factory_get_shed (self->mount),
      .record = self->record,
      .tell = on_reader_news,
      .data = self,
  });
  cam_reader_select (self->reader, CAM_TRACK_VIDEO, 0, 1);
  CamJoinInfo info[CAM_N_TRACKS];
  CamJoin *join = cam_ts_task_prepare_join (self->task, self->reader, info);
  cam_ts_task_begin (self->task, self->reader, join);
}

static void
begin_framed (SrtReader *self, const CamStreamDescription *description)
{
  CamSoundChoice choice = choose_sound (self, CAM_SOUND_WAY_FRAMED, description);
  g_autoptr (CamSoundBranch) branch = NULL;
  if (choice == CAM_SOUND_NONE) /* nothing leaves, though the hub may have samples */
    return;
  if (choice != CAM_SOUND_COPY)
    branch = cam_sound_branches_get (cam_rtsp_factory_get_branches (self->mount), choice);
  self->feed = cam_framed_feed_new (&(CamFramedFeedSetup){
      .loop = get_thread (self),
      .hub = branch != NULL ? cam_sound_branch_get_hub (branch) : cam_rtsp_factory_get_hub (self->mount),
      .branch = branch,
      .connection = self->connection,
      .record = self->record,
      .registry = get_registry (self),
      .lag_us = get_lag_us (self),
  });
}

static void
begin (SrtReader *self, const CamStreamDescription *description)
{
  self->has_joined = true;
  cam_reader_record_set_transport (self->record, TRANSPORT);
  CamLogFields fields = log_fields (self);
  cam_reader_log_joined (&fields, TRANSPORT);
  if (self->form == CAM_SRT_FORM_FRAMED)
    begin_framed (self, description);
  else
    begin_ts (self, description);
}

static void
give_up (SrtReader *self)
{
  CamLogFields fields = log_fields (self);
  cam_log (CAM_LOG_WARNING, CAM_MSG_READER_REFUSED, &fields, "client refused: the camera is away");
  doom (self);
}

/* Until the stream has begun. */
static void
look (gpointer data)
{
  SrtReader *self = data;
  if (self->is_doomed)
    return;
  int64_t now_us = cam_loop_thread_now_us (get_thread (self));
  g_autoptr (CamStreamDescription) description = cam_stream_hub_ref_description (cam_rtsp_factory_get_hub (self->mount));
  if (description != NULL)
    begin (self, description);
  else if (now_us >= self->patient_until_us)
    give_up (self);
  else
    cam_loop_timer_arm (self->timer, now_us + LOOK_AGAIN_US);
}

static void
on_writable (gpointer data)
{
  SrtReader *self = data;
  if (self->reader != NULL && !self->is_doomed)
    cam_reader_flush (self->reader);
}

/* ---- the beginning ---- */

static const CamSrtEvents events = {.writable = on_writable, .ended = on_ended};

/* What is full or being ended, NULL when it has a seat. */
static const char *
take_seat (SrtReader *self)
{
  CamClientRegistry *registry = get_registry (self);
  g_autoptr (CamCameraConfig) camera = cam_rtsp_factory_ref_camera (self->mount);
  unsigned stream = cam_rtsp_factory_get_stream (self->mount);
  CamAudience *audience = cam_rtsp_factory_get_audience (self->mount);
  if (cam_client_registry_admit (registry, self->address) != CAM_ADMISSION_OK)
    return "too many connections";
  if (cam_client_registry_seat (registry, camera, stream) != CAM_SEAT_TAKEN) {
    cam_client_registry_dismiss (registry, self->address);
    return "too many readers";
  }
  bool is_in = audience != NULL && cam_audience_enter (audience, &self->guest);
  if (is_in && cam_serve_loop_add (self->home, &self->guest))
    return NULL;
  if (is_in)
    cam_audience_leave (audience, &self->guest);
  cam_client_registry_leave (registry, camera->name, stream);
  cam_client_registry_dismiss (registry, self->address);
  return "the stream is being ended";
}

static void
turn_away (SrtReader *self, CamSrtPoller *poller, int socket, const char *why)
{
  CamLogFields fields = log_fields (self);
  cam_client_registry_add (get_registry (self), CAM_CLIENT_COUNT_REFUSED, 1);
  cam_log (CAM_LOG_WARNING, CAM_MSG_READER_REFUSED, &fields, "client refused: %s", why);
  cam_srt_poller_discard (poller, socket);
  g_object_unref (self->mount);
  g_object_unref (self->address);
  g_free (self->audio);
  g_free (self->user);
  g_free (self->peer);
  g_free (self);
}

void
cam_srt_reader_start (const CamSrtReaderSetup *setup, int socket)
{
  SrtReader *self = g_new0 (SrtReader, 1);
  self->home = setup->home;
  self->mount = g_object_ref (setup->mount);
  self->address = g_object_ref (setup->address);
  self->form = setup->form;
  self->audio = g_strdup (setup->audio);
  self->guest = (CamServeGuest){.end = on_end, .review = on_review, .data = self};
  self->user = g_strdup (setup->user);
  self->peer = cam_address_text (setup->address, setup->port);
  cam_random_hex (self->id, sizeof self->id);
  self->guest.reader = self->id;
  const char *obstacle = take_seat (self);
  if (obstacle != NULL) {
    turn_away (self, setup->poller, socket, obstacle);
    return;
  }
  CamLoopThread *thread = get_thread (self);
  CamLogFields fields = log_fields (self);
  self->record = cam_client_registry_enrol (get_registry (self), &(CamReaderIdentity){.id = fields.reader,
                                                                                     .camera = fields.camera,
                                                                                     .stream = fields.stream,
                                                                                     .address = fields.address,
                                                                                     .mount = cam_rtsp_factory_get_counters (self->mount)});
  self->connection = cam_srt_connection_adopt (
      &(CamSrtPlace){.poller = setup->poller, .loop = thread, .events = &events, .data = self}, socket);
  self->outlet = cam_srt_outlet_new (self->connection, thread, get_registry (self));
  self->timer = cam_loop_timer_new (thread, look, self);
  self->patient_until_us = cam_loop_thread_now_us (thread) + PATIENCE_US;
  cam_rtsp_factory_tell_wanted (self->mount);
  look (self);
}
