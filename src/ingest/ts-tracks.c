#include "ingest/ts-tracks.h"

#include <string.h>

#include "ingest/stream-freeze.h"
#include "ingest/stream-pulse.h"
#include "media/timeline.h"
#include "wire/ts-demux.h"

#define CLOCK_RATE 90000                   /* ISO 13818-1, 2.4.2.2 */
#define AUDIO_WAIT_US (3 * G_USEC_PER_SEC) /* for sound that was announced and does not come */
#define KEPT_UNITS 512
#define KEPT_BYTES ((size_t) 8 * 1024 * 1024)

typedef enum {
  TS_LEARNING, /* the sink does not know yet what there is; the newest group is kept */
  TS_FLOWING,
  TS_RESTING,
  TS_RISING /* it comes again, but nothing yet to begin with */
} TsPhase;

/* A unit that waits until its stream is described. */
typedef struct {
  CamTrackKind kind;
  bool is_key;
  bool is_damaged;
  uint32_t stamp;
  int64_t arrived_us;
  CamPayload *payload; /* ref */
} KeptUnit;

struct CamTsTracks {
  CamIngestSink *sink;           /* borrowed */
  CamStreamDescription *known;   /* ref; NULL for none */
  CamStreamDescription *program; /* ref; as the demultiplexer has it; NULL before */
  CamStreamDescription *said;    /* ref; as the sink has it; NULL before */
  CamTsDemux *demux;             /* owned */
  CamMediaShare *share;          /* ref; of pictures that grow */
  CamTimeline *timeline;         /* owned */
  CamPayloadPool *pool;          /* ref; of what is kept */
  GArray *kept;                  /* of KeptUnit, owned */
  TsPhase phase;
  CamStreamPulse pulse;
  CamStreamFreeze freeze;
  bool wants_audio;
  bool lacks_sets; /* key pictures came, but without the parameter sets that decoders need */
  int64_t stall_timeout_us;
  int64_t frozen_timeout_us;
  int64_t now_us;           /* of the call that is under way */
  int64_t learning_from_us; /* the first unit that there is to begin with; 0: none yet */
};

static CamTrack *
get_track (const CamTsTracks *self, CamTrackKind kind)
{
  if (self->program == NULL || (kind == CAM_TRACK_AUDIO && !self->wants_audio))
    return NULL;
  return self->program->tracks[kind];
}

static bool
has_video (const CamTsTracks *self)
{
  return get_track (self, CAM_TRACK_VIDEO) != NULL;
}

static bool
leads (const CamTsTracks *self, CamTrackKind kind)
{
  return kind == CAM_TRACK_VIDEO || !has_video (self);
}

/* Whether clients can be told of @track. */
static bool
is_whole (const CamTrack *track)
{
  switch (track->codec) {
  case CAM_CODEC_H264:
  case CAM_CODEC_H265:
    return track->parameter_sets->len > 0;
  case CAM_CODEC_AAC:
    return track->config != NULL;
  case CAM_CODEC_MPEG_AUDIO:
  case CAM_CODEC_AC3:
    return track->sample_rate > 0;
  case CAM_CODEC_NONE:
  case CAM_CODEC_MJPEG:
  case CAM_CODEC_PCMU:
  case CAM_CODEC_PCMA:
  case CAM_CODEC_G722:
  case CAM_CODEC_G726:
  case CAM_CODEC_L16:
  case CAM_CODEC_OPUS:
  case CAM_CODEC_FLAC:
  case CAM_N_CODECS:
    break;
  }
  return true;
}

/* What stands for sound that has not come yet: what it was the last time. It is found out if that is not true any more. */
static CamTrack *
guess_audio (const CamTsTracks *self, const CamTrack *announced)
{
  CamTrack *known = self->known != NULL ? self->known->tracks[CAM_TRACK_AUDIO] : NULL;
  return known != NULL && known->codec == announced->codec ? known : NULL;
}

/* The tracks as the sink may be told of them, borrowed. False: something that clients need is still to come. */
static bool
find_tracks (const CamTsTracks *self, CamTrack *ret_tracks[CAM_N_TRACKS])
{
  CamTrack *video = get_track (self, CAM_TRACK_VIDEO);
  CamTrack *audio = get_track (self, CAM_TRACK_AUDIO);
  if ((video == NULL && audio == NULL) || (video != NULL && !is_whole (video)))
    return false;
  if (audio != NULL && !is_whole (audio)) {
    bool may_do_without = video != NULL && self->learning_from_us > 0 && self->now_us - self->learning_from_us >= AUDIO_WAIT_US;
    audio = self->said != NULL ? self->said->tracks[CAM_TRACK_AUDIO] : guess_audio (self, audio);
    if (audio == NULL && self->said == NULL && !may_do_without)
      return false;
  }
  ret_tracks[CAM_TRACK_VIDEO] = video;
  ret_tracks[CAM_TRACK_AUDIO] = audio;
  return true;
}

static void
begin_watching (CamTsTracks *self)
{
  const CamTrack *leading = get_track (self, has_video (self) ? CAM_TRACK_VIDEO : CAM_TRACK_AUDIO);
  cam_stream_pulse_begin (&self->pulse, self->stall_timeout_us, has_video (self), self->now_us);
  cam_stream_freeze_begin (&self->freeze, self->frozen_timeout_us, leading != NULL ? leading->codec : CAM_CODEC_NONE, self->now_us);
}

/* The floor, as the sink says it. */
static int64_t
say_description (CamTsTracks *self, CamTrack *tracks[CAM_N_TRACKS])
{
  g_autoptr (CamStreamDescription) description = cam_stream_description_new (tracks[CAM_TRACK_VIDEO], tracks[CAM_TRACK_AUDIO]);
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++) {
    if (tracks[kind] != NULL)
      cam_timeline_add_track (self->timeline, (CamTrackKind) kind, CLOCK_RATE);
  }
  cam_stream_description_unref (self->said);
  self->said = cam_stream_description_ref (description);
  return self->sink->describe (self->sink, description);
}

static void
emit (CamTsTracks *self, const KeptUnit *unit, const uint8_t *data, size_t size)
{
  int64_t pts_ns = 0;
  int64_t dts_ns = 0;
  if (self->said->tracks[unit->kind] == NULL)
    return;
  cam_timeline_map (self->timeline, unit->kind, unit->stamp, unit->arrived_us, &pts_ns, &dts_ns);
  self->sink->unit (self->sink, unit->kind, data, size, unit->is_key, unit->is_damaged, pts_ns, dts_ns, unit->arrived_us);
}

static void
clear_kept (gpointer data)
{
  cam_payload_unref (((KeptUnit *) data)->payload);
}

static bool
can_begin_with (const CamTsTracks *self, const KeptUnit *unit)
{
  return leads (self, unit->kind) && unit->is_key && (unit->kind == CAM_TRACK_AUDIO || !unit->is_damaged);
}

static void
keep (CamTsTracks *self, KeptUnit unit, const uint8_t *data, size_t size)
{
  bool begins = can_begin_with (self, &unit);
  if (begins)
    g_array_set_size (self->kept, 0);
  if (!begins && self->kept->len == 0)
    return;
  if (self->learning_from_us == 0)
    self->learning_from_us = self->now_us;
  unit.payload = self->kept->len < KEPT_UNITS && size > 0 ? cam_payload_pool_take (self->pool, size) : NULL;
  if (unit.payload == NULL) {
    g_array_set_size (self->kept, 0); /* a group with a hole is none */
    return;
  }
  memcpy (unit.payload->data, data, size);
  g_array_append_val (self->kept, unit);
}

static void
begin_if_known (CamTsTracks *self)
{
  CamTrack *tracks[CAM_N_TRACKS] = {NULL};
  if (self->kept->len == 0 || !find_tracks (self, tracks))
    return;
  cam_timeline_share_clock (self->timeline);
  cam_timeline_raise_floor (self->timeline, say_description (self, tracks));
  self->phase = TS_FLOWING;
  for (guint i = 0; i < self->kept->len; i++) {
    const KeptUnit *unit = &g_array_index (self->kept, KeptUnit, i);
    emit (self, unit, unit->payload->data, unit->payload->size);
  }
  g_array_set_size (self->kept, 0);
}

/* A key picture that no decoder can begin with is none: else a sender that never says would be waited for for ever. */
static void
feel_pulse (CamTsTracks *self, const KeptUnit *unit, const uint8_t *data, size_t size)
{
  const CamTrack *track = get_track (self, unit->kind);
  bool is_key = unit->is_key && !unit->is_damaged;
  if (!leads (self, unit->kind))
    return;
  if (is_key)
    self->lacks_sets = !is_whole (track);
  if (unit->kind == CAM_TRACK_AUDIO && !is_whole (track))
    return;
  CamBeat beat = unit->is_damaged ? CAM_BEAT_DAMAGED : CAM_BEAT_OTHER;
  cam_stream_pulse_beat (&self->pulse, is_key && is_whole (track) ? CAM_BEAT_KEY : beat, self->now_us);
  if (!unit->is_damaged)
    cam_stream_freeze_take (&self->freeze, unit->stamp, data, size, unit->is_key, self->now_us);
}

static void
on_unit (CamTrackKind kind,
         const uint8_t *data,
         size_t size,
         bool is_key,
         bool is_damaged,
         uint64_t pts,
         uint64_t dts G_GNUC_UNUSED, /* the timeline finds times of its own, out of the order */
         gpointer user_data)
{
  CamTsTracks *self = user_data;
  const bool can_stand_alone = is_key || kind == CAM_TRACK_AUDIO;
  const KeptUnit unit = {
      .kind = kind, .is_key = can_stand_alone, .is_damaged = is_damaged, .stamp = (uint32_t) pts, .arrived_us = self->now_us};
  if (get_track (self, kind) == NULL)
    return;
  feel_pulse (self, &unit, data, size);
  switch (self->phase) {
  case TS_LEARNING:
    keep (self, unit, data, size);
    begin_if_known (self);
    return;
  case TS_RESTING:
    return;
  case TS_RISING:
    if (!can_begin_with (self, &unit))
      return;
    cam_timeline_raise_floor (self->timeline, self->sink->sounds (self->sink));
    self->phase = TS_FLOWING;
    break;
  case TS_FLOWING:
    break;
  }
  emit (self, &unit, data, size);
}

static void
on_described (CamStreamDescription *description, gpointer user_data)
{
  CamTsTracks *self = user_data;
  bool is_first = self->program == NULL;
  bool had_video = has_video (self);
  cam_stream_description_unref (self->program);
  self->program = cam_stream_description_ref (description);
  if (is_first || had_video != has_video (self))
    begin_watching (self);
  CamTrack *tracks[CAM_N_TRACKS] = {NULL};
  if (self->phase == TS_LEARNING)
    begin_if_known (self);
  else if (find_tracks (self, tracks) && memcmp (tracks, self->said->tracks, sizeof tracks) != 0)
    say_description (self, tracks);
}

static const CamTsDemuxSink demux_sink = {.described = on_described, .unit = on_unit};

CamTsTracks *
cam_ts_tracks_new (const CamTsTracksSetup *setup, int64_t now_us)
{
  CamTsTracks *self = g_new0 (CamTsTracks, 1);
  self->sink = setup->sink;
  self->known = cam_stream_description_ref (setup->known);
  self->demux = cam_ts_demux_new (&demux_sink, self);
  self->share = cam_media_share_new (setup->memory, UINT64_MAX);
  cam_ts_demux_set_share (self->demux, self->share);
  self->timeline = cam_timeline_new (0);
  self->pool = cam_payload_pool_new (KEPT_BYTES, setup->memory);
  self->kept = g_array_new (FALSE, FALSE, sizeof (KeptUnit));
  g_array_set_clear_func (self->kept, clear_kept);
  self->wants_audio = setup->wants_audio;
  self->stall_timeout_us = setup->stall_timeout_us;
  self->frozen_timeout_us = setup->frozen_timeout_us;
  self->now_us = now_us;
  begin_watching (self);
  return self;
}

void
cam_ts_tracks_free (CamTsTracks *self)
{
  if (self == NULL)
    return;
  cam_ts_demux_free (self->demux);
  cam_media_share_unref (self->share);
  cam_timeline_free (self->timeline);
  g_array_unref (self->kept);
  cam_payload_pool_unref (self->pool);
  cam_stream_description_unref (self->known);
  cam_stream_description_unref (self->program);
  cam_stream_description_unref (self->said);
  g_free (self);
}

void
cam_ts_tracks_take (CamTsTracks *self, const uint8_t *data, size_t size, int64_t now_us)
{
  self->now_us = now_us;
  if (self->phase == TS_RESTING) {
    self->phase = self->said != NULL ? TS_RISING : TS_LEARNING;
    begin_watching (self);
  }
  cam_ts_demux_take (self->demux, data, size);
}

void
cam_ts_tracks_rest (CamTsTracks *self, int64_t now_us)
{
  self->now_us = now_us;
  cam_ts_demux_flush (self->demux);
  self->phase = TS_RESTING;
}

static char *
describe_pulse (const CamTsTracks *self, CamReason reason, int64_t now_us)
{
  const CamStreamPulse *pulse = &self->pulse;
  const char *what = has_video (self) ? "picture" : "sound";
  double seconds = (double) (now_us - (reason == CAM_REASON_STALL ? pulse->last_unit_us : pulse->last_key_us)) / G_USEC_PER_SEC;
  if (self->program == NULL)
    return g_strdup_printf ("MPEG-TS, but no picture or sound in it that can be carried for %.1f s", seconds);
  if (reason == CAM_REASON_STALL)
    return g_strdup_printf ("no complete %s for %.1f s", what, seconds);
  return g_strdup_printf ("no key %s for %.1f s%s", what, seconds, self->lacks_sets ? ", but some that lack parameter sets" : "");
}

CamReason
cam_ts_tracks_check (const CamTsTracks *self, int64_t now_us, char **ret_detail)
{
  double seconds = (double) self->frozen_timeout_us / G_USEC_PER_SEC;
  if (self->phase == TS_RESTING)
    return CAM_REASON_NONE;
  switch (cam_stream_freeze_get (&self->freeze)) {
  case CAM_FREEZE_STAMPS:
    *ret_detail = g_strdup_printf ("the time stamps stand still for %.1f s", seconds);
    return CAM_REASON_FROZEN;
  case CAM_FREEZE_PICTURES:
    *ret_detail = g_strdup_printf ("the pictures repeat themselves for %.1f s", seconds);
    return CAM_REASON_FROZEN;
  case CAM_FREEZE_NONE:
    break;
  }
  CamReason reason = cam_stream_pulse_check (&self->pulse, now_us);
  if (reason != CAM_REASON_NONE)
    *ret_detail = describe_pulse (self, reason, now_us);
  return reason;
}

int64_t
cam_ts_tracks_get_due_us (const CamTsTracks *self)
{
  if (self->phase == TS_RESTING)
    return INT64_MAX;
  return cam_stream_freeze_get (&self->freeze) != CAM_FREEZE_NONE ? 0 : cam_stream_pulse_get_due_us (&self->pulse);
}

uint64_t
cam_ts_tracks_get_lost (const CamTsTracks *self)
{
  return cam_ts_demux_get_counters (self->demux).discontinuities;
}

int
cam_ts_tracks_get_drift_ppm (const CamTsTracks *self)
{
  return cam_timeline_get_counters (self->timeline).drift_ppm;
}

uint64_t
cam_ts_tracks_get_malformed (const CamTsTracks *self)
{
  return cam_ts_demux_get_counters (self->demux).malformed;
}
