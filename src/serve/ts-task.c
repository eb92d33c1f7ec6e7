#include "serve/ts-task.h"

#include "media/key-gate.h"
#include "serve/audio-hold.h"
#include "serve/random-bytes.h"
#include "serve/reader-set.h"
#include "serve/slate-repeat.h"
#include "serve/sound-feed.h"
#include "serve/ts-burst.h"

/* As a stream-task's: what may lie between the producer and us within one turn of the loop. */
enum { CHANNEL_UNITS = 256, CHANNEL_BYTES = 32 * 1024 * 1024 };
enum { ROOM_BYTES = 8 * 1024 * 1024 };

#define REPORT_INTERVAL_US (5 * G_USEC_PER_SEC)
#define REPORT_HOLD_US (100 * 1000)
#define SILENCE_US (400 * 1000)    /* behind this comes a filler */
#define SLATE_FRESH_US (50 * 1000) /* those who join within this time begin a slate at the same moment */

struct CamTsTask {
  unsigned refs;
  CamTsTaskSetup setup;              /* copied; what it names is borrowed, or kept below */
  CamStreamHub *hub;                 /* ref */
  CamMediaChannel *channel;          /* ref */
  CamSoundFeed *sound;               /* owned */
  CamMediaShare *live_share;         /* ref */
  CamMediaShare *head_share;         /* ref */
  char *cname;                       /* owned */
  CamStreamDescription *description; /* ref; the camera's, what the muxer was made for; NULL before the first */
  unsigned version;
  CamTsMux *mux; /* owned; NULL: nothing of the stream can be carried, or it is not known */
  CamRtpTrack rtp;
  uint64_t next_picture; /* the number of the next one when none is lost */
  CamKeyGate gate;
  CamSlateRepeat slate;
  int64_t newest_ns;     /* RTP time of the newest burst */
  GPtrArray *join_head;  /* ref; made for the first joiner since the last burst */
  int64_t join_head_us;  /* when it was made */
  CamReaderSet *readers; /* owned */
  CamWallClock wall;
  CamLoopTimer *timer; /* owned; armed while somebody reads: a filler or a report is due */
  int64_t newest_us;   /* when something was sent last */
  int64_t report_us;   /* when the next report is due */
  CamAudioHold audio_hold;
};

static void
forget_head (CamTsTask *self)
{
  g_clear_pointer (&self->join_head, g_ptr_array_unref);
}

/* The pictures that whoever joins begins with, NULL for none. Their number comes before that of our next picture: all of a camera's units
 * are pushed on its loop, and the stream-task has drained its channel. */
static const CamGopHead *
get_head (CamTsTask *self, bool *ret_is_standing)
{
  const CamGopHead *head = cam_stream_task_get_head (self->setup.pictures, ret_is_standing);
  return head != NULL && cam_gop_head_get_length (head) > 0 ? head : NULL;
}

/* Goes on where the pictures that are there already end. */
static void
follow_head (CamTsTask *self)
{
  bool is_standing = false;
  const CamGopHead *head = get_head (self, &is_standing);
  if (head == NULL)
    return;
  const CamAccessUnit *newest = cam_gop_head_get (head, cam_gop_head_get_length (head) - 1);
  cam_key_gate_admit (&self->gate, cam_gop_head_get (head, 0));
  self->next_picture = newest->number + 1;
  cam_slate_repeat_note (&self->slate, newest, cam_loop_thread_now_us (self->setup.loop));
}

/* A branch encodes while somebody reads. */
static void
tell_sound (CamTsTask *self)
{
  cam_sound_feed_set_wanted (self->sound, cam_reader_set_count (self->readers) > 0);
}

/* A muxer for a stream that is not the one of before; @leaving: as it leaves, NULL when nothing is left of it. */
static void
adopt_stream (CamTsTask *self, const CamStreamDescription *leaving)
{
  g_clear_pointer (&self->mux, cam_ts_mux_free);
  if (leaving != NULL)
    self->mux = cam_ts_mux_new (leaving);
  bool has_pictures =
      leaving != NULL && leaving->tracks[CAM_TRACK_VIDEO] != NULL && cam_ts_mux_can_carry (leaving->tracks[CAM_TRACK_VIDEO]);
  /* Whoever reads was told of another stream, and is being ended. */
  cam_reader_set_clear (self->readers);
  tell_sound (self);
  cam_key_gate_init (&self->gate, has_pictures);
  cam_slate_repeat_clear (&self->slate);
  forget_head (self);
}

static void
refresh_description (CamTsTask *self)
{
  g_autoptr (CamStreamDescription) now = cam_stream_hub_ref_description (self->hub);
  unsigned version = cam_stream_hub_get_version (self->hub);
  if (now == NULL || now == self->description)
    return;
  g_autoptr (CamStreamDescription) leaving = cam_sound_feed_follow (self->sound, now);
  if (self->description == NULL || version != self->version)
    adopt_stream (self, leaving);
  else if (self->mux != NULL && leaving != NULL)
    cam_ts_mux_set_description (self->mux, leaving);
  g_clear_pointer (&self->description, cam_stream_description_unref);
  self->description = g_steal_pointer (&now);
  self->version = version;
}

static CamBurst *
make_report (CamTsTask *self)
{
  return cam_rtp_track_make_report (&self->rtp, &self->wall, self->cname, cam_loop_thread_now_us (self->setup.loop));
}

/* Without memory for all of it there is none. */
static void
charge_join_head (CamTsTask *self)
{
  for (unsigned i = 0; self->join_head != NULL && i < self->join_head->len; i++)
    if (!cam_reader_set_charge (self->readers, self->join_head->pdata[i], self->head_share))
      forget_head (self);
}

static void
make_join_head (CamTsTask *self, const CamGopHead *head, bool is_standing, int64_t now_us)
{
  int64_t shift_ns = is_standing ? MAX (now_us * 1000 - cam_gop_head_get (head, 0)->pts_ns, 0) : 0;
  self->join_head = cam_ts_head_new (head, shift_ns, self->mux, &self->rtp, now_us);
  self->join_head_us = now_us;
  charge_join_head (self);
  if (is_standing)
    cam_stream_hub_raise_edge_ns (self->hub, now_us * 1000);
}

static GPtrArray *
ref_join_head (CamTsTask *self, const CamGopHead *head, bool is_standing)
{
  int64_t now_us = cam_loop_thread_now_us (self->setup.loop);
  if (is_standing && now_us - self->join_head_us > SLATE_FRESH_US)
    forget_head (self);
  if (self->join_head == NULL && self->mux != NULL && self->gate.has_video)
    make_join_head (self, head, is_standing, now_us);
  return self->join_head != NULL ? g_ptr_array_ref (self->join_head) : NULL;
}

/* Everything a reader may begin with at this moment. */
static CamJoin *
make_join (gpointer data)
{
  CamTsTask *self = data;
  CamJoin *join = g_new0 (CamJoin, 1);
  bool is_standing = false;
  const CamGopHead *head = get_head (self, &is_standing);
  join->reports[CAM_TRACK_VIDEO] = make_report (self);
  join->next_sequence[CAM_TRACK_VIDEO] = self->rtp.next_sequence;
  join->room_bytes = ROOM_BYTES;
  if (head == NULL)
    return join;
  join->room_bytes = MAX ((size_t) ROOM_BYTES, 2 * cam_gop_head_get_bytes (head));
  join->head = ref_join_head (self, head, is_standing);
  return join;
}

static void
offer (CamTsTask *self, CamBurst *burst, size_t octets, int64_t now_us)
{
  cam_rtp_track_note_sent (&self->rtp, burst, octets);
  forget_head (self);
  self->newest_us = now_us;
  cam_reader_set_offer (self->readers, burst);
}

/* A picture is missing: others refer to it until the next key unit. */
static void
leave_out (CamTsTask *self, CamTrackKind kind)
{
  if (kind == CAM_TRACK_VIDEO)
    cam_key_gate_shut (&self->gate);
}

/* Whether @unit may leave now. */
static bool
admit (CamTsTask *self, const CamAccessUnit *unit)
{
  bool is_picture = unit->track == CAM_TRACK_VIDEO;
  if (is_picture && unit->number != self->next_picture)
    leave_out (self, CAM_TRACK_VIDEO);
  if (is_picture)
    self->next_picture = unit->number + 1;
  return self->mux != NULL && cam_key_gate_admit (&self->gate, unit);
}

/* Sends @unit as of its times. False: it is left out. */
static bool
send_burst (CamTsTask *self, const CamAccessUnit *unit)
{
  int64_t now_us = cam_loop_thread_now_us (self->setup.loop);
  self->newest_ns = MAX (self->newest_ns, unit->dts_ns);
  const CamTsBurstTimes times = {.pts_ns = unit->pts_ns, .dts_ns = unit->dts_ns, .sent_ns = self->newest_ns};
  g_autoptr (CamBurst) burst = cam_ts_burst_new (self->mux, unit, &times, &self->rtp, self->rtp.next_sequence, now_us);
  if (burst == NULL)
    return true;
  burst->is_key = unit->is_key && (unit->track == CAM_TRACK_VIDEO || !self->gate.has_video);
  if (!cam_reader_set_charge (self->readers, burst, self->live_share))
    return false;
  offer (self, burst, unit->payload->size, now_us);
  return true;
}

static void
send_unit (CamTsTask *self, const CamAccessUnit *unit)
{
  if (!admit (self, unit))
    return;
  if (!send_burst (self, unit)) {
    leave_out (self, unit->track);
    return;
  }
  if (unit->track != CAM_TRACK_VIDEO)
    return;
  int64_t now_us = cam_loop_thread_now_us (self->setup.loop);
  cam_slate_repeat_note (&self->slate, unit, now_us);
  if (!unit->is_slate) /* one a second is no pace: sound beside it does not wait */
    cam_audio_hold_note_picture (&self->audio_hold, unit->dts_ns, now_us);
}

/* Sound came alone: it waits for the next picture, so that both leave in one send. */
static void
hold_sound (CamTsTask *self)
{
  int64_t now_us = cam_loop_thread_now_us (self->setup.loop);
  int64_t due_us = cam_audio_hold_get_due_us (&self->audio_hold, now_us);
  if (due_us <= now_us)
    cam_reader_set_flush (self->readers);
  else
    cam_reader_set_hold_until (self->readers, due_us);
}

/* @unit is the first that may be of another stream than the one of before, or have other parameter sets. */
static void
refresh_for (CamTsTask *self, const CamAccessUnit *unit)
{
  if (self->description == NULL || unit->is_key || cam_stream_hub_get_version (self->hub) != self->version)
    refresh_description (self);
}

/* At the end of the turn in which the channel or a branch's got units, or was closed. */
static void
on_channel_ready (gpointer data)
{
  CamTsTask *self = data;
  CAM_ASSERT_ON (self->setup.loop);
  CamAccessUnit unit;
  bool has[CAM_N_TRACKS] = {false};
  while (cam_media_channel_next (self->channel, 0, &unit) == CAM_HANDOFF_OK) {
    refresh_for (self, &unit);
    if (unit.track == CAM_TRACK_VIDEO || !cam_sound_feed_is_branch (self->sound)) {
      send_unit (self, &unit);
      has[unit.track] = true;
    }
    cam_access_unit_clear (&unit);
  }
  while (cam_sound_feed_next (self->sound, &unit)) {
    send_unit (self, &unit);
    has[CAM_TRACK_AUDIO] = true;
    cam_access_unit_clear (&unit);
  }
  if (has[CAM_TRACK_VIDEO])
    cam_reader_set_flush (self->readers);
  else if (has[CAM_TRACK_AUDIO])
    hold_sound (self);
}

/* INT64_MAX: no slate stands, or the camera's worker counts on what was pushed. */
static int64_t
get_repeat_us (const CamTsTask *self)
{
  return cam_stream_hub_is_claimed (self->hub) ? INT64_MAX : cam_slate_repeat_get_due_us (&self->slate);
}

static void
arm (CamTsTask *self)
{
  int64_t due_us = MIN (self->newest_us + SILENCE_US, self->report_us);
  cam_loop_timer_arm (self->timer, MIN (due_us, get_repeat_us (self)));
}

/* The slate as of now: nothing may be pushed before that any more. */
static void
repeat_slate (CamTsTask *self, int64_t now_us)
{
  CamAccessUnit unit = cam_slate_repeat_take (&self->slate, now_us);
  if (unit.dts_ns <= cam_stream_hub_get_edge_ns (self->hub) || !send_burst (self, &unit))
    return;
  cam_stream_hub_raise_edge_ns (self->hub, unit.dts_ns);
  cam_reader_set_flush (self->readers);
}

static void
send_filler (CamTsTask *self, int64_t now_us)
{
  self->newest_ns = MAX (self->newest_ns, now_us * 1000);
  g_autoptr (CamBurst) filler = cam_ts_burst_new_filler (&self->rtp, self->newest_ns, now_us);
  offer (self, filler, CAM_TS_RTP_PAYLOAD_BYTES, now_us);
  cam_reader_set_flush (self->readers);
}

/* Reports leave with the next burst. */
static void
send_report (CamTsTask *self, int64_t now_us)
{
  cam_wall_clock_slew (&self->wall, now_us, g_get_real_time ());
  g_autoptr (CamBurst) report = make_report (self);
  cam_reader_set_offer (self->readers, report);
  cam_reader_set_hold_until (self->readers, now_us + REPORT_HOLD_US);
  self->report_us = now_us + REPORT_INTERVAL_US;
}

static void
on_due (gpointer data)
{
  CamTsTask *self = data;
  int64_t now_us = cam_loop_thread_now_us (self->setup.loop);
  if (cam_reader_set_count (self->readers) == 0)
    return;
  if (now_us >= get_repeat_us (self))
    repeat_slate (self, now_us);
  if (now_us >= self->newest_us + SILENCE_US)
    send_filler (self, now_us);
  if (now_us >= self->report_us)
    send_report (self, now_us);
  arm (self);
}

CamTsTask *
cam_ts_task_new (const CamTsTaskSetup *setup)
{
  CAM_ASSERT_ON (setup->loop);
  CamTsTask *self = g_new0 (CamTsTask, 1);
  self->refs = 1;
  self->setup = *setup;
  self->cname = g_strdup (setup->cname);
  self->live_share = cam_media_share_new (cam_stream_hub_get_memory (setup->hub), UINT64_MAX);
  self->head_share = cam_media_share_new (cam_stream_hub_get_memory (setup->hub), UINT64_MAX);
  self->audio_hold.most_us = setup->audio_hold_us;
  uint32_t ssrc = 0;
  cam_random_fill (&ssrc, sizeof ssrc);
  cam_rtp_track_init (&self->rtp, CAM_TRACK_VIDEO, ssrc);
  self->rtp.clock_rate = CAM_TS_RTP_CLOCK_RATE;
  self->readers = cam_reader_set_new (setup->loop, make_join, self);
  self->timer = cam_loop_timer_new (setup->loop, on_due, self);
  self->hub = cam_stream_hub_ref (setup->hub);
  self->channel = cam_media_channel_new (CHANNEL_UNITS, CHANNEL_BYTES, false);
  cam_media_channel_set_consumer (self->channel, setup->loop, on_channel_ready, self);
  self->sound = cam_sound_feed_new (&(CamSoundFeedSetup){
      .branches = setup->branches,
      .wish = {.is_asked = true, .choice = setup->choice},
      .way = CAM_SOUND_WAY_TS,
      .loop = setup->loop,
      .func = on_channel_ready,
      .data = self,
  });
  cam_stream_hub_subscribe (self->hub, self->channel);
  refresh_description (self);
  follow_head (self);
  return self;
}

CamTsTask *
cam_ts_task_ref (CamTsTask *self)
{
  self->refs++;
  return self;
}

void
cam_ts_task_unref (CamTsTask *self)
{
  if (self == NULL || --self->refs > 0)
    return;
  CAM_ASSERT_ON (self->setup.loop);
  cam_stream_hub_unsubscribe (self->hub, self->channel);
  cam_media_channel_close (self->channel);
  cam_media_channel_set_consumer (self->channel, NULL, NULL, NULL);
  cam_media_channel_unref (self->channel);
  cam_stream_hub_unref (self->hub);
  cam_sound_feed_free (self->sound);
  cam_loop_timer_free (self->timer);
  cam_ts_mux_free (self->mux);
  cam_slate_repeat_clear (&self->slate);
  forget_head (self);
  cam_reader_set_free (self->readers);
  cam_stream_description_unref (self->description);
  cam_media_share_unref (self->live_share);
  cam_media_share_unref (self->head_share);
  g_free (self->cname);
  g_free (self);
}

CamJoin *
cam_ts_task_prepare_join (CamTsTask *self, const CamReader *reader, CamJoinInfo ret_info[CAM_N_TRACKS])
{
  CAM_ASSERT_ON (self->setup.loop);
  on_channel_ready (self); /* what has come in this turn is part of the head */
  refresh_description (self);
  int64_t now_us = cam_loop_thread_now_us (self->setup.loop);
  if (cam_reader_set_count (self->readers) == 0)
    cam_wall_clock_set (&self->wall, now_us, g_get_real_time ());
  CamJoin *join = make_join (self);
  cam_reader_foresee (reader, join, ret_info);
  return join;
}

void
cam_ts_task_begin (CamTsTask *self, CamReader *reader, CamJoin *join)
{
  CAM_ASSERT_ON (self->setup.loop);
  g_autoptr (CamJoin) owned = join;
  int64_t now_us = cam_loop_thread_now_us (self->setup.loop);
  cam_reader_set_add (self->readers, reader);
  tell_sound (self);
  if (cam_reader_set_count (self->readers) == 1) {
    self->newest_us = now_us;
    self->report_us = now_us + REPORT_INTERVAL_US;
    arm (self);
  }
  cam_reader_begin (reader, owned, now_us);
  cam_reader_flush (reader);
}

void
cam_ts_task_remove (CamTsTask *self, CamReader *reader)
{
  CAM_ASSERT_ON (self->setup.loop);
  cam_reader_set_remove (self->readers, reader);
  tell_sound (self);
}

void
cam_ts_task_say_bye (CamTsTask *self, CamReader *reader)
{
  CAM_ASSERT_ON (self->setup.loop);
  g_autoptr (CamBurst) bye = cam_rtp_track_make_bye (&self->rtp, self->cname, cam_loop_thread_now_us (self->setup.loop));
  cam_reader_say (reader, bye);
  cam_reader_flush (reader);
}

unsigned
cam_ts_task_count_readers (const CamTsTask *self)
{
  return cam_reader_set_count (self->readers);
}

uint32_t
cam_ts_task_get_ssrc (const CamTsTask *self)
{
  return self->rtp.ssrc;
}

bool
cam_ts_task_is_shared (const CamTsTask *self)
{
  return self->refs > 1;
}
