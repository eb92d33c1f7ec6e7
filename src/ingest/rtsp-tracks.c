#include "ingest/rtsp-tracks.h"

#include <string.h>

#include "ingest/stream-freeze.h"
#include "ingest/stream-pulse.h"
#include "media/timeline.h"
#include "wire/depacketizer.h"
#include "wire/mjpeg.h"
#include "wire/rtcp.h"

#define REPORT_US (5 * G_USEC_PER_SEC)     /* some cameras end a session whose reports come more seldom */
#define AUDIO_WAIT_US (3 * G_USEC_PER_SEC) /* for an audio configuration that only comes in band */
#define CNAME "camrelay"

typedef struct {
  bool is_used;
  uint8_t channels[2]; /* RTP, RTCP */
  uint8_t payload_type;
  uint32_t clock_rate;
  CamCodec codec;
  CamDepacketizer *depacketizer; /* owned */
  CamRtpSequence sequence;
  CamTrack *described; /* ref; as the sink knows it, NULL before */
  bool lacks_sets;     /* key pictures came, but without the parameter sets that decoders need */
  bool lost_before;    /* a restart: what comes next does not follow what was before */
  uint64_t last_ntp;
  int64_t last_ntp_us;
  uint64_t malformed;
  uint64_t unsendable; /* JPEG pictures that RTP has no words for: over 2040 pixels */
  uint64_t foreign;    /* packets of another payload type */
  uint8_t foreign_type;
} RtspTrack;

struct CamRtspTracks {
  CamIngestSink *sink;   /* borrowed */
  CamMediaShare *share;  /* ref; of units that grow */
  CamTimeline *timeline; /* owned */
  RtspTrack tracks[CAM_N_TRACKS];
  CamStreamPulse pulse;
  CamStreamFreeze freeze;
  uint32_t ssrc;
  bool is_hasty;
  bool is_described;
  int64_t video_known_us; /* first key picture while audio is not known yet; 0: none */
  int64_t report_due_us;
};

CamRtspTracks *
cam_rtsp_tracks_new (CamIngestSink *sink, CamMediaMemory *memory, uint32_t ssrc)
{
  CamRtspTracks *self = g_new0 (CamRtspTracks, 1);
  self->sink = sink;
  self->share = cam_media_share_new (memory, UINT64_MAX);
  self->timeline = cam_timeline_new (0);
  self->ssrc = ssrc;
  self->report_due_us = INT64_MAX;
  return self;
}

void
cam_rtsp_tracks_free (CamRtspTracks *self)
{
  if (self == NULL)
    return;
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++) {
    cam_depacketizer_free (self->tracks[kind].depacketizer);
    cam_track_unref (self->tracks[kind].described);
  }
  cam_media_share_unref (self->share);
  cam_timeline_free (self->timeline);
  g_free (self);
}

bool
cam_rtsp_tracks_add (CamRtspTracks *self, CamTrackKind kind, const CamRtspGrant *grant)
{
  RtspTrack *track = &self->tracks[kind];
  track->depacketizer = cam_depacketizer_new (grant->media);
  if (track->depacketizer == NULL)
    return false;
  cam_depacketizer_set_share (track->depacketizer, self->share);
  track->is_used = true;
  memcpy (track->channels, grant->channels, sizeof track->channels);
  track->payload_type = grant->media->payload_type;
  track->clock_rate = grant->media->track->clock_rate;
  track->codec = grant->media->track->codec;
  cam_timeline_add_track (self->timeline, kind, track->clock_rate);
  return true;
}

void
cam_rtsp_tracks_begin (CamRtspTracks *self, int64_t stall_timeout_us, int64_t frozen_timeout_us, int64_t now_us)
{
  bool has_video = self->tracks[CAM_TRACK_VIDEO].is_used;
  cam_stream_pulse_begin (&self->pulse, stall_timeout_us, has_video, now_us);
  cam_stream_freeze_begin (&self->freeze, frozen_timeout_us, self->tracks[has_video ? CAM_TRACK_VIDEO : CAM_TRACK_AUDIO].codec, now_us);
  self->report_due_us = self->ssrc != 0 ? now_us + REPORT_US : INT64_MAX;
}

void
cam_rtsp_tracks_hasten (CamRtspTracks *self)
{
  self->is_hasty = true;
}

static void
describe (CamRtspTracks *self, CamTrack *const tracks[CAM_N_TRACKS])
{
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++) {
    cam_track_unref (self->tracks[kind].described);
    self->tracks[kind].described = cam_track_ref (tracks[kind]);
  }
  g_autoptr (CamStreamDescription) description = cam_stream_description_new (tracks[CAM_TRACK_VIDEO], tracks[CAM_TRACK_AUDIO]);
  int64_t floor_ns = self->sink->describe (self->sink, description);
  if (!self->is_described)
    cam_timeline_raise_floor (self->timeline, floor_ns);
  self->is_described = true;
}

/* Sound whose configuration does not come must not keep the pictures away. */
static bool
gives_audio_up (CamRtspTracks *self, CamTrackKind missing, int64_t now_us)
{
  if (missing != CAM_TRACK_AUDIO || !self->tracks[CAM_TRACK_VIDEO].is_used)
    return false;
  if (self->video_known_us == 0)
    self->video_known_us = now_us;
  return now_us - self->video_known_us >= AUDIO_WAIT_US;
}

/* Says what the tracks are, when all that clients need is known and it is not what was said last. */
static void
describe_if_new (CamRtspTracks *self, int64_t now_us)
{
  g_autoptr (CamTrack) video = NULL;
  g_autoptr (CamTrack) audio = NULL;
  CamTrack **found[CAM_N_TRACKS] = {&video, &audio};
  bool is_new = !self->is_described;
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++) {
    RtspTrack *track = &self->tracks[kind];
    if (!track->is_used)
      continue;
    *found[kind] = cam_depacketizer_ref_track (track->depacketizer);
    if (*found[kind] == NULL && !gives_audio_up (self, (CamTrackKind) kind, now_us))
      return;
    track->is_used = *found[kind] != NULL;
    is_new |= *found[kind] != track->described;
  }
  if (is_new)
    describe (self, (CamTrack *const[]){video, audio});
}

/* Nothing has to come in band any more. */
static bool
knows_all (const CamRtspTracks *self)
{
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++) {
    if (!self->tracks[kind].is_used)
      continue;
    g_autoptr (CamTrack) known = cam_depacketizer_ref_track (self->tracks[kind].depacketizer);
    if (known == NULL)
      return false;
  }
  return true;
}

/* Video leads: a description is worth something once a picture can be shown, or will be. */
static bool
can_begin (const CamRtspTracks *self, CamTrackKind kind, const CamDepacketizedUnit *unit)
{
  if (!self->tracks[CAM_TRACK_VIDEO].is_used)
    return true;
  if (kind != CAM_TRACK_VIDEO || unit->is_damaged)
    return false;
  return unit->is_key || (self->is_hasty && !self->is_described && knows_all (self));
}

/* A key picture that no decoder can begin with is none, and sound of which nobody knows what it is is no life: else a camera that never
 * says would be waited for for ever. */
static void
feel_pulse (CamRtspTracks *self, CamTrackKind kind, const CamDepacketizedUnit *unit, int64_t now_us)
{
  RtspTrack *track = &self->tracks[kind];
  g_autoptr (CamTrack) known = cam_depacketizer_ref_track (track->depacketizer);
  bool is_key = unit->is_key && !unit->is_damaged;
  if (is_key)
    track->lacks_sets = known == NULL;
  if (kind == CAM_TRACK_AUDIO && known == NULL)
    return;
  CamBeat beat = unit->is_damaged ? CAM_BEAT_DAMAGED : CAM_BEAT_OTHER;
  cam_stream_pulse_beat (&self->pulse, is_key && known != NULL ? CAM_BEAT_KEY : beat, now_us);
}

static void
deliver (CamRtspTracks *self, CamTrackKind kind, const CamDepacketizedUnit *unit, int64_t now_us)
{
  RtspTrack *track = &self->tracks[kind];
  bool has_video = self->tracks[CAM_TRACK_VIDEO].is_used;
  if (track->codec == CAM_CODEC_MJPEG && !cam_mjpeg_can_be_sent (unit->data, unit->size)) {
    track->unsendable++;
    return;
  }
  int64_t pts_ns = 0;
  int64_t dts_ns = 0;
  bool leads = kind == CAM_TRACK_VIDEO || !has_video;
  if (leads)
    feel_pulse (self, kind, unit, now_us);
  if (leads && !unit->is_damaged)
    cam_stream_freeze_take (&self->freeze, unit->rtp_time, unit->data, unit->size, unit->is_key, now_us);
  if (can_begin (self, kind, unit) || (self->is_described && kind == CAM_TRACK_AUDIO))
    describe_if_new (self, now_us);
  cam_timeline_map (self->timeline, kind, unit->rtp_time, now_us, &pts_ns, &dts_ns); /* after the floor was raised */
  if (self->is_described && track->is_used)
    self->sink->unit (self->sink, kind, unit->data, unit->size, unit->is_key, unit->is_damaged, pts_ns, dts_ns, now_us);
}

static void
take_packet (CamRtspTracks *self, CamTrackKind kind, const CamRtpPacket *packet, int64_t now_us)
{
  RtspTrack *track = &self->tracks[kind];
  bool gap = track->lost_before;
  switch (cam_rtp_sequence_add (&track->sequence, packet, track->clock_rate, now_us)) {
  case CAM_RTP_NEXT:
    break;
  case CAM_RTP_GAP:
    gap = true;
    break;
  case CAM_RTP_OLD:
    return;
  case CAM_RTP_RESTART:
    cam_depacketizer_reset (track->depacketizer);
    gap = true;
    break;
  }
  track->lost_before = false;
  cam_depacketizer_push (track->depacketizer, packet, gap, now_us);
  CamDepacketizedUnit unit;
  while (cam_depacketizer_next (track->depacketizer, &unit))
    deliver (self, kind, &unit, now_us);
}

static void
take_rtp (CamRtspTracks *self, CamTrackKind kind, const uint8_t *data, size_t size, int64_t now_us)
{
  RtspTrack *track = &self->tracks[kind];
  CamRtpPacket packet;
  if (!cam_rtp_read (data, size, &packet)) {
    track->malformed++;
    track->lost_before = true;
    return;
  }
  if (packet.payload_type != track->payload_type) {
    track->foreign++;
    track->foreign_type = packet.payload_type;
    return;
  }
  take_packet (self, kind, &packet, now_us);
}

/* BYE is not heeded: cameras send it and go on; one that means it stops sending, and the pulse tells. */
static void
take_rtcp (CamRtspTracks *self, CamTrackKind kind, const uint8_t *data, size_t size, int64_t now_us)
{
  RtspTrack *track = &self->tracks[kind];
  CamRtcpReport report;
  if (!cam_rtcp_read (data, size, &report)) {
    track->malformed++;
    return;
  }
  if (!report.has_sender_report)
    return;
  track->last_ntp = report.ntp;
  track->last_ntp_us = now_us;
  cam_timeline_sender_report (self->timeline, kind, report.ntp, report.rtp_time, now_us);
}

/* Cameras have been seen to grant both media the same channels: then the payload type tells them apart. */
static bool
is_for (const RtspTrack *track, uint8_t channel, const uint8_t *data, size_t size, bool is_shared)
{
  if (!track->is_used || track->channels[0] != channel)
    return false;
  return !is_shared || (size >= 2 && (data[1] & 0x7f) == track->payload_type);
}

void
cam_rtsp_tracks_take (CamRtspTracks *self, uint8_t channel, const uint8_t *data, size_t size, int64_t now_us)
{
  const RtspTrack *video = &self->tracks[CAM_TRACK_VIDEO];
  const RtspTrack *audio = &self->tracks[CAM_TRACK_AUDIO];
  bool is_shared = video->is_used && audio->is_used && video->channels[0] == audio->channels[0];
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++) {
    RtspTrack *track = &self->tracks[kind];
    if (is_for (track, channel, data, size, is_shared)) {
      take_rtp (self, (CamTrackKind) kind, data, size, now_us);
      return;
    }
    if (track->is_used && track->channels[1] == channel) {
      take_rtcp (self, (CamTrackKind) kind, data, size, now_us);
      return;
    }
  }
}

void
cam_rtsp_tracks_report (CamRtspTracks *self, int64_t now_us, GByteArray *output)
{
  if (now_us < self->report_due_us)
    return;
  self->report_due_us = now_us + REPORT_US;
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++) {
    RtspTrack *track = &self->tracks[kind];
    if (!track->is_used || !track->sequence.started)
      continue;
    uint8_t report[4 + CAM_RTCP_MAX_BYTES];
    size_t size =
        cam_rtcp_write_receiver_report (report + 4, self->ssrc, &track->sequence, track->last_ntp, track->last_ntp_us, now_us, CNAME);
    report[0] = '$';
    report[1] = track->channels[1];
    report[2] = (uint8_t) (size >> 8);
    report[3] = (uint8_t) size;
    g_byte_array_append (output, report, (guint) (4 + size));
  }
}

/* Nothing of what came could be used. */
static bool
makes_no_sense (const CamRtspTracks *self)
{
  return !self->pulse.has_unit && cam_rtsp_tracks_get_malformed (self) > 0;
}

static char *
describe_pulse (const CamRtspTracks *self, CamReason reason, int64_t now_us)
{
  const CamStreamPulse *pulse = &self->pulse;
  const RtspTrack *track = &self->tracks[pulse->wants_keys ? CAM_TRACK_VIDEO : CAM_TRACK_AUDIO];
  const char *what = pulse->wants_keys ? "picture" : "sound";
  double seconds = (double) (now_us - (reason == CAM_REASON_STALL ? pulse->last_unit_us : pulse->last_key_us)) / G_USEC_PER_SEC;
  if (reason == CAM_REASON_STALL && track->foreign > 0)
    return g_strdup_printf ("no complete %s for %.1f s, but packets of payload type %u where the description says %u", what, seconds,
                            track->foreign_type, track->payload_type);
  if (reason == CAM_REASON_STALL)
    return g_strdup_printf ("no complete %s for %.1f s%s", what, seconds, makes_no_sense (self) ? ", but packets that make no sense" : "");
  return g_strdup_printf ("no key %s for %.1f s%s", what, seconds, track->lacks_sets ? ", but some that lack parameter sets" : "");
}

CamReason
cam_rtsp_tracks_check (const CamRtspTracks *self, int64_t now_us, char **ret_detail)
{
  double seconds = (double) self->freeze.timeout_us / G_USEC_PER_SEC;
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
  if (reason != CAM_REASON_NONE && !self->pulse.has_unit && self->tracks[CAM_TRACK_VIDEO].unsendable > 0) {
    *ret_detail = g_strdup ("JPEG pictures over 2040 pixels, which RTP cannot carry");
    return CAM_REASON_UNSUPPORTED;
  }
  if (reason != CAM_REASON_NONE)
    *ret_detail = describe_pulse (self, reason, now_us);
  return reason;
}

int64_t
cam_rtsp_tracks_get_due_us (const CamRtspTracks *self)
{
  if (cam_stream_freeze_get (&self->freeze) != CAM_FREEZE_NONE)
    return 0;
  return MIN (self->report_due_us, cam_stream_pulse_get_due_us (&self->pulse));
}

uint64_t
cam_rtsp_tracks_get_lost (const CamRtspTracks *self)
{
  return self->tracks[CAM_TRACK_VIDEO].sequence.lost + self->tracks[CAM_TRACK_AUDIO].sequence.lost;
}

uint64_t
cam_rtsp_tracks_get_malformed (const CamRtspTracks *self)
{
  uint64_t malformed = 0;
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++) {
    const RtspTrack *track = &self->tracks[kind];
    malformed += track->malformed + track->foreign + track->unsendable;
    if (track->depacketizer != NULL)
      malformed += cam_depacketizer_get_counters (track->depacketizer).malformed;
  }
  return malformed;
}

int
cam_rtsp_tracks_get_drift_ppm (const CamRtspTracks *self)
{
  return cam_timeline_get_counters (self->timeline).drift_ppm;
}
