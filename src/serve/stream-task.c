#include "serve/stream-task.h"

#include "media/key-gate.h"
#include "serve/audio-hold.h"
#include "serve/join-head.h"
#include "serve/reader-set.h"
#include "serve/rtp-track.h"

/* What may lie between the producer and us within one turn of the loop: a big read of a camera holds some dozens of units. */
enum { CHANNEL_UNITS = 256, CHANNEL_BYTES = 32 * 1024 * 1024 };
/* A group of pictures of 10 s at 60 pictures and 12 Mbit/s; longer ones are given up until their next key unit. */
enum { HEAD_UNITS = 1024, HEAD_BYTES = 16 * 1024 * 1024 };
enum { ROOM_BYTES = 8 * 1024 * 1024 };

#define REPORT_INTERVAL_US (5 * G_USEC_PER_SEC)
#define REPORT_HOLD_US (100 * 1000) /* the next burst takes a report along at 10 pictures a second and more */
#define AUDIO_FRESH_US (G_USEC_PER_SEC)
#define SLATE_FRESH_US (50 * 1000) /* those who join within this time begin a slate at the same moment */

typedef struct {
  CamPacketizer *packetizer; /* owned; NULL: the stream has no such track, or we cannot send it */
  CamRtpTrack rtp;
  uint64_t next_number; /* of the next unit when none is lost */
} TaskTrack;

struct CamStreamTask {
  CamStreamHub *hub;                 /* ref */
  CamLoopThread *loop;               /* borrowed: the loops outlive all that lives on them */
  CamMediaChannel *channel;          /* ref */
  CamSoundFeed *sound;               /* owned */
  CamMediaShare *live_share;         /* ref; of what is being sent and waits for readers */
  CamMediaShare *head_share;         /* ref; of heads: clients that come and stall hold many, and must not keep the live stream from anybody */
  char *cname;                       /* owned */
  CamStreamDescription *description; /* ref; what the packetizers were made for; NULL before the first */
  unsigned version;
  TaskTrack tracks[CAM_N_TRACKS];
  CamKeyGate gate;
  CamGopHead *head;       /* owned */
  GPtrArray *join_head;   /* ref; made for the first joiner since the last picture */
  int64_t join_head_us;   /* when it was made */
  CamBurst *newest_audio; /* ref */
  CamReaderSet *readers;  /* owned */
  CamWallClock wall;
  CamLoopTimer *report_timer; /* owned */
  CamAudioHold audio_hold;
};

static void
forget_head (CamStreamTask *self)
{
  cam_gop_head_clear (self->head);
  g_clear_pointer (&self->join_head, g_ptr_array_unref);
}

/* A branch encodes while somebody reads. */
static void
tell_sound (CamStreamTask *self)
{
  cam_sound_feed_set_wanted (self->sound, cam_reader_set_count (self->readers) > 0);
}

/* Makes packetizers for a stream that is not the one of before; @description: as it leaves, NULL when nothing is left. */
static void
adopt_stream (CamStreamTask *self, const CamStreamDescription *description)
{
  for (unsigned i = 0; i < CAM_N_TRACKS; i++) {
    TaskTrack *track = &self->tracks[i];
    CamTrack *described = description != NULL ? description->tracks[i] : NULL;
    g_clear_pointer (&track->packetizer, cam_packetizer_free);
    if (described == NULL)
      continue;
    track->packetizer = cam_packetizer_new (described, track->rtp.ssrc);
    track->rtp.clock_rate = described->clock_rate;
    track->next_number = 0;
  }
  /* Whoever reads was told of another stream, and is being ended. */
  cam_reader_set_clear (self->readers);
  tell_sound (self);
  cam_key_gate_init (&self->gate, description != NULL && description->tracks[CAM_TRACK_VIDEO] != NULL);
  forget_head (self);
  g_clear_pointer (&self->newest_audio, cam_burst_unref);
}

/* Follows the hub's description: parameter sets may change in band, a new version is another stream. */
static void
refresh_description (CamStreamTask *self)
{
  g_autoptr (CamStreamDescription) now = cam_stream_hub_ref_description (self->hub);
  unsigned version = cam_stream_hub_get_version (self->hub);
  if (now == NULL || now == self->description)
    return;
  g_autoptr (CamStreamDescription) leaving = cam_sound_feed_follow (self->sound, now);
  if (self->description == NULL || version != self->version)
    adopt_stream (self, leaving);
  else
    for (unsigned i = 0; i < CAM_N_TRACKS; i++)
      if (self->tracks[i].packetizer != NULL && leaving->tracks[i] != NULL)
        cam_packetizer_set_track (self->tracks[i].packetizer, leaving->tracks[i]);
  g_clear_pointer (&self->description, cam_stream_description_unref);
  self->description = g_steal_pointer (&now);
  self->version = version;
}

/* NULL for a track that is not there. */
static CamBurst *
make_report (CamStreamTask *self, CamTrackKind kind)
{
  const TaskTrack *track = &self->tracks[kind];
  if (track->packetizer == NULL)
    return NULL;
  return cam_rtp_track_make_report (&track->rtp, &self->wall, self->cname, cam_loop_thread_now_us (self->loop));
}

/* Sound came alone: for who watches a picture it waits for the next one, so that both leave in one send. */
static void
hold_sound (CamStreamTask *self)
{
  int64_t now_us = cam_loop_thread_now_us (self->loop);
  int64_t due_us = cam_audio_hold_get_due_us (&self->audio_hold, now_us);
  if (due_us <= now_us)
    cam_reader_set_flush (self->readers);
  else
    cam_reader_set_hold_until (self->readers, due_us);
}

/* Reports have no send of their own while anything flows: they leave with the next burst. */
static void
on_report_due (gpointer data)
{
  CamStreamTask *self = data;
  int64_t now_us = cam_loop_thread_now_us (self->loop);
  cam_wall_clock_slew (&self->wall, now_us, g_get_real_time ());
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++) {
    g_autoptr (CamBurst) report = make_report (self, kind);
    if (report != NULL)
      cam_reader_set_offer (self->readers, report);
  }
  if (cam_reader_set_count (self->readers) == 0)
    return;
  cam_reader_set_hold_until (self->readers, now_us + REPORT_HOLD_US);
  cam_loop_timer_arm (self->report_timer, now_us + REPORT_INTERVAL_US);
}

/* Whether the head is of a slate that goes on: its one picture stands, so whoever joins sees it as of now, not up to a second late. */
static bool
is_head_standing (CamStreamTask *self)
{
  unsigned length = cam_gop_head_get_length (self->head);
  return length > 0 && cam_gop_head_get (self->head, length - 1)->is_slate && !cam_stream_hub_is_claimed (self->hub);
}

/* Pictures from before a time without any are nothing to begin with: they would be minutes old. */
static void
forget_broken_head (CamStreamTask *self)
{
  unsigned length = cam_gop_head_get_length (self->head);
  if (length > 0 && cam_gop_head_get (self->head, length - 1)->dts_ns <= cam_stream_hub_get_break_ns (self->hub))
    forget_head (self);
}

/* Without memory for all of it there is none. */
static void
charge_join_head (CamStreamTask *self)
{
  for (unsigned i = 0; self->join_head != NULL && i < self->join_head->len; i++)
    if (!cam_reader_set_charge (self->readers, self->join_head->pdata[i], self->head_share))
      g_clear_pointer (&self->join_head, g_ptr_array_unref);
}

static GPtrArray *
ref_join_head (CamStreamTask *self)
{
  TaskTrack *video = &self->tracks[CAM_TRACK_VIDEO];
  int64_t now_us = cam_loop_thread_now_us (self->loop);
  bool is_standing = is_head_standing (self);
  if (is_standing && now_us - self->join_head_us > SLATE_FRESH_US)
    g_clear_pointer (&self->join_head, g_ptr_array_unref);
  if (self->join_head == NULL && video->packetizer != NULL) {
    int64_t shift_ns = is_standing ? now_us * 1000 - cam_gop_head_get (self->head, 0)->pts_ns : 0;
    self->join_head = cam_join_head_new (self->head, MAX (shift_ns, 0), video->packetizer, video->rtp.rtp_base,
                                         video->rtp.clock_rate, video->rtp.next_sequence, now_us);
    self->join_head_us = now_us;
    charge_join_head (self);
    if (is_standing)
      cam_stream_hub_raise_edge_ns (self->hub, now_us * 1000);
  }
  return self->join_head != NULL ? g_ptr_array_ref (self->join_head) : NULL;
}

/* Everything a reader may begin with at this moment. */
static CamJoin *
make_join (gpointer data)
{
  CamStreamTask *self = data;
  CamJoin *join = g_new0 (CamJoin, 1);
  int64_t now_us = cam_loop_thread_now_us (self->loop);
  for (unsigned i = 0; i < CAM_N_TRACKS; i++) {
    join->reports[i] = make_report (self, i);
    join->next_sequence[i] = self->tracks[i].rtp.next_sequence;
  }
  forget_broken_head (self);
  join->room_bytes = MAX ((size_t) ROOM_BYTES, 2 * cam_gop_head_get_bytes (self->head));
  if (cam_stream_hub_get_feed (self->hub) == CAM_FEED_NONE)
    return join;

  join->head = ref_join_head (self);
  if (self->newest_audio != NULL && now_us - self->newest_audio->created_us < AUDIO_FRESH_US)
    join->audio = cam_burst_ref (self->newest_audio);
  return join;
}

/* One unit of @kind is missing: pictures refer to it until the next key unit. */
static void
leave_out (CamStreamTask *self, CamTrackKind kind)
{
  if (kind != CAM_TRACK_VIDEO)
    return;
  cam_key_gate_shut (&self->gate);
  forget_head (self);
}

/* Counts @unit as the next of its track; false when it must not be sent. */
static bool
admit (CamStreamTask *self, const CamAccessUnit *unit)
{
  TaskTrack *track = &self->tracks[unit->track];
  bool has_hole = unit->number != track->next_number;
  track->next_number = unit->number + 1;
  if (has_hole)
    leave_out (self, unit->track);
  return track->packetizer != NULL && cam_key_gate_admit (&self->gate, unit);
}

/* @unit is the first that may be of another stream than the one of before, or have other parameter sets. */
static void
refresh_for (CamStreamTask *self, const CamAccessUnit *unit)
{
  if (self->description == NULL || unit->is_key || cam_stream_hub_get_version (self->hub) != self->version)
    refresh_description (self);
}

static void
send_unit (CamStreamTask *self, const CamAccessUnit *unit)
{
  if (!admit (self, unit))
    return;

  TaskTrack *track = &self->tracks[unit->track];
  size_t octets = 0;
  int64_t now_us = cam_loop_thread_now_us (self->loop);
  g_autoptr (CamBurst) burst =
      cam_burst_from_unit (unit, track->packetizer, cam_rtp_track_get_time (&track->rtp, unit->pts_ns), track->rtp.next_sequence, now_us, &octets);
  if (burst == NULL)
    return;
  if (!cam_reader_set_charge (self->readers, burst, self->live_share)) {
    leave_out (self, unit->track);
    return;
  }
  cam_rtp_track_note_sent (&track->rtp, burst, octets);

  if (unit->track == CAM_TRACK_VIDEO) {
    g_clear_pointer (&self->join_head, g_ptr_array_unref);
    cam_gop_head_add (self->head, unit);
    if (!unit->is_slate) /* one a second is no pace: sound beside it does not wait */
      cam_audio_hold_note_picture (&self->audio_hold, unit->dts_ns, now_us);
  } else {
    cam_burst_unref (self->newest_audio);
    self->newest_audio = cam_burst_ref (burst);
  }
  cam_reader_set_offer (self->readers, burst);
}

/* At the end of the turn in which the channel or a branch's got units, or was closed. */
static void
on_channel_ready (gpointer data)
{
  CamStreamTask *self = data;
  CAM_ASSERT_ON (self->loop);
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

/* What @elder has sent is what comes before our first unit: whoever joins now has a picture at once. */
static void
inherit_head (CamStreamTask *self, CamStreamTask *elder)
{
  on_channel_ready (elder);
  refresh_description (self);
  if (self->tracks[CAM_TRACK_VIDEO].packetizer == NULL || self->version != elder->version)
    return;
  self->tracks[CAM_TRACK_VIDEO].next_number = elder->tracks[CAM_TRACK_VIDEO].next_number;
  for (unsigned i = 0; i < cam_gop_head_get_length (elder->head); i++) {
    const CamAccessUnit *unit = cam_gop_head_get (elder->head, i);
    if (cam_key_gate_admit (&self->gate, unit))
      cam_gop_head_add (self->head, unit);
  }
}

CamStreamTask *
cam_stream_task_new (const CamStreamTaskSetup *setup)
{
  CamLoopThread *loop = setup->loop;
  CAM_ASSERT_ON (loop);
  CamStreamTask *self = g_new0 (CamStreamTask, 1);
  self->hub = cam_stream_hub_ref (setup->hub);
  self->live_share = cam_media_share_new (cam_stream_hub_get_memory (self->hub), UINT64_MAX);
  self->head_share = cam_media_share_new (cam_stream_hub_get_memory (self->hub), UINT64_MAX);
  self->loop = loop;
  self->cname = g_strdup (setup->cname);
  self->audio_hold.most_us = setup->audio_hold_us;
  for (unsigned i = 0; i < CAM_N_TRACKS; i++)
    cam_rtp_track_init (&self->tracks[i].rtp, i, setup->ssrcs[i]);
  self->head = cam_gop_head_new (HEAD_BYTES, HEAD_UNITS);
  self->readers = cam_reader_set_new (loop, make_join, self);
  self->report_timer = cam_loop_timer_new (loop, on_report_due, self);
  cam_wall_clock_set (&self->wall, cam_loop_thread_now_us (loop), g_get_real_time ());

  /* Tracks are not known yet, so the gate is ours: units that the channel drops show as holes in their numbers. */
  self->channel = cam_media_channel_new (CHANNEL_UNITS, CHANNEL_BYTES, false);
  cam_media_channel_set_consumer (self->channel, loop, on_channel_ready, self);
  const CamSoundFeedSetup sound = {
      .branches = setup->branches,
      .mode = setup->audio_mode,
      .wish = setup->wish,
      .way = CAM_SOUND_WAY_RTP,
      .loop = loop,
      .func = on_channel_ready,
      .data = self,
  };
  self->sound = cam_sound_feed_new (&sound);
  cam_stream_hub_subscribe (self->hub, self->channel);
  if (setup->elder != NULL)
    inherit_head (self, setup->elder);
  return self;
}

void
cam_stream_task_free (CamStreamTask *self)
{
  if (self == NULL)
    return;
  CAM_ASSERT_ON (self->loop);
  cam_stream_hub_unsubscribe (self->hub, self->channel);
  cam_media_channel_close (self->channel);
  cam_media_channel_set_consumer (self->channel, NULL, NULL, NULL);
  cam_media_channel_unref (self->channel);
  cam_sound_feed_free (self->sound);
  cam_loop_timer_free (self->report_timer);
  for (unsigned i = 0; i < CAM_N_TRACKS; i++)
    cam_packetizer_free (self->tracks[i].packetizer);
  cam_gop_head_free (self->head);
  g_clear_pointer (&self->join_head, g_ptr_array_unref);
  cam_burst_unref (self->newest_audio);
  cam_reader_set_free (self->readers);
  cam_stream_description_unref (self->description);
  cam_media_share_unref (self->live_share);
  cam_media_share_unref (self->head_share);
  cam_stream_hub_unref (self->hub);
  g_free (self->cname);
  g_free (self);
}

CamJoin *
cam_stream_task_prepare_join (CamStreamTask *self, const CamReader *reader, CamJoinInfo ret_info[CAM_N_TRACKS])
{
  CAM_ASSERT_ON (self->loop);
  on_channel_ready (self); /* what has come in this turn is part of the head */
  refresh_description (self);
  int64_t now_us = cam_loop_thread_now_us (self->loop);
  if (cam_reader_set_count (self->readers) == 0)
    cam_wall_clock_set (&self->wall, now_us, g_get_real_time ());
  CamJoin *join = make_join (self);
  cam_reader_foresee (reader, join, ret_info);
  return join;
}

void
cam_stream_task_begin (CamStreamTask *self, CamReader *reader, CamJoin *join)
{
  CAM_ASSERT_ON (self->loop);
  g_autoptr (CamJoin) owned = join;
  cam_reader_set_add (self->readers, reader);
  tell_sound (self);
  if (cam_reader_set_count (self->readers) == 1)
    cam_loop_timer_arm (self->report_timer, cam_loop_thread_now_us (self->loop) + REPORT_INTERVAL_US);
  cam_reader_begin (reader, owned, cam_loop_thread_now_us (self->loop));
  cam_reader_flush (reader);
}

void
cam_stream_task_remove (CamStreamTask *self, CamReader *reader)
{
  CAM_ASSERT_ON (self->loop);
  cam_reader_set_remove (self->readers, reader);
  tell_sound (self);
}

void
cam_stream_task_say_bye (CamStreamTask *self, CamReader *reader)
{
  CAM_ASSERT_ON (self->loop);
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++) {
    if (self->tracks[kind].packetizer == NULL)
      continue;
    g_autoptr (CamBurst) bye = cam_rtp_track_make_bye (&self->tracks[kind].rtp, self->cname, cam_loop_thread_now_us (self->loop));
    cam_reader_say (reader, bye);
  }
  cam_reader_flush (reader);
}

const CamGopHead *
cam_stream_task_get_head (CamStreamTask *self, bool *ret_is_standing)
{
  CAM_ASSERT_ON (self->loop);
  on_channel_ready (self);
  forget_broken_head (self);
  if (cam_stream_hub_get_feed (self->hub) == CAM_FEED_NONE)
    return NULL;
  *ret_is_standing = is_head_standing (self);
  return self->head;
}

unsigned
cam_stream_task_count_readers (const CamStreamTask *self)
{
  return cam_reader_set_count (self->readers);
}
