#include "wire/ts-demux.h"

#include <string.h>

#include "wire/ts-programs.h"

/* Out of step, a sync byte is believed that has another one behind its packet. */
#define LOOK_AHEAD_BYTES (CAM_TS_PACKET_BYTES + 1)

typedef struct {
  CamTsStream stream; /* codec NONE: there is none */
  CamTsPesStream pes;
  CamTrack *track; /* ref; as it was described */
} DemuxTrack;

struct CamTsDemux {
  const CamTsDemuxSink *sink; /* borrowed, constant */
  gpointer data;              /* borrowed: outlived by the owner of this */
  CamMediaShare *share;       /* ref; NULL: no limit but those of a unit */
  CamTsPrograms programs;
  DemuxTrack tracks[CAM_N_TRACKS];
  bool is_in_step; /* packets stand one behind the other */
  size_t rest_size;
  uint8_t rest[2 * CAM_TS_PACKET_BYTES]; /* what is no whole packet, or not enough to find one */
  CamTsDemuxCounters counters;
  uint64_t malformed_before; /* of elementary streams that are gone */
};

CamTsDemux *
cam_ts_demux_new (const CamTsDemuxSink *sink, gpointer data)
{
  CamTsDemux *self = g_new0 (CamTsDemux, 1);
  self->sink = sink;
  self->data = data;
  return self;
}

static void
close_track (CamTsDemux *self, DemuxTrack *track)
{
  if (track->pes.elementary != NULL)
    self->malformed_before += track->pes.elementary->malformed;
  cam_ts_pes_stream_close (&track->pes);
  g_clear_pointer (&track->track, cam_track_unref);
  track->stream = (CamTsStream){.codec = CAM_CODEC_NONE};
}

void
cam_ts_demux_free (CamTsDemux *self)
{
  if (self == NULL)
    return;
  for (int i = 0; i < CAM_N_TRACKS; i++)
    close_track (self, &self->tracks[i]);
  cam_media_share_unref (self->share);
  g_free (self);
}

void
cam_ts_demux_set_share (CamTsDemux *self, CamMediaShare *share)
{
  g_assert (self->share == NULL);
  self->share = cam_media_share_ref (share);
}

static void
describe (CamTsDemux *self)
{
  CamTrack *video = self->tracks[CAM_TRACK_VIDEO].track;
  CamTrack *audio = self->tracks[CAM_TRACK_AUDIO].track;
  if (video == NULL && audio == NULL)
    return;
  g_autoptr (CamStreamDescription) description = cam_stream_description_new (video, audio);
  self->sink->described (description, self->data);
}

/* Takes what the elementary stream knows of itself by now. False: nothing new. */
static bool
learn (DemuxTrack *track)
{
  g_autoptr (CamTrack) known = track->pes.elementary->kind->ref_track (track->pes.elementary);
  if (known == track->track)
    return false;
  cam_track_unref (track->track);
  track->track = g_steal_pointer (&known);
  return true;
}

static void
on_unit (CamTsElementary *elementary, const CamTsUnit *unit, gpointer data)
{
  CamTsDemux *self = data;
  CamTrackKind kind = elementary == self->tracks[CAM_TRACK_VIDEO].pes.elementary ? CAM_TRACK_VIDEO : CAM_TRACK_AUDIO;
  if (learn (&self->tracks[kind]))
    describe (self);
  self->sink->unit (kind, unit->data, unit->size, unit->is_key, unit->is_damaged, unit->pts, unit->dts, self->data);
}

static bool
is_same_stream (const CamTsStream *a, const CamTsStream *b)
{
  return a->codec == b->codec && (a->codec == CAM_CODEC_NONE || (a->pid == b->pid && a->type == b->type && a->channels == b->channels));
}

/* @stream: NULL: none. One that is the same as before goes on undisturbed. */
static bool
set_stream (CamTsDemux *self, CamTrackKind kind, const CamTsStream *stream)
{
  static const CamTsStream none = {.codec = CAM_CODEC_NONE};
  DemuxTrack *track = &self->tracks[kind];
  if (is_same_stream (&track->stream, stream != NULL ? stream : &none))
    return false;
  close_track (self, track);
  if (stream == NULL)
    return true;
  CamTsElementary *elementary =
      kind == CAM_TRACK_VIDEO ? cam_ts_pictures_new (stream, on_unit, self) : cam_ts_sound_new (stream, on_unit, self);
  if (self->share != NULL && elementary->kind->set_share != NULL)
    elementary->kind->set_share (elementary, self->share);
  track->stream = *stream;
  cam_ts_pes_stream_open (&track->pes, elementary);
  learn (track);
  return true;
}

/* Another program, or another map of it. */
static void
adopt_program (CamTsDemux *self)
{
  self->programs.is_changed = false;
  bool is_changed = false;
  for (CamTrackKind kind = CAM_TRACK_VIDEO; kind < CAM_N_TRACKS; kind++) {
    const CamTsStream *stream = self->programs.has_chosen ? cam_ts_program_find (&self->programs.chosen, kind) : NULL;
    is_changed |= set_stream (self, kind, stream);
  }
  if (is_changed)
    describe (self);
}

static void
take_media (CamTsDemux *self, DemuxTrack *track, const CamTsPacket *packet, const uint8_t *data)
{
  CamTsContinuityVerdict verdict = cam_ts_continuity_note (&track->pes.continuity, packet, data);
  if (verdict == CAM_TS_REPEATED)
    return;
  self->counters.discontinuities += verdict == CAM_TS_HOLE;
  switch (cam_ts_pes_stream_take (&track->pes, packet, verdict != CAM_TS_CONTINUES)) {
  case CAM_TS_PES_TAKEN:
    break;
  case CAM_TS_PES_MALFORMED:
    self->counters.malformed++;
    break;
  case CAM_TS_PES_SCRAMBLED:
    self->counters.scrambled++;
    break;
  }
}

static DemuxTrack *
find_track (CamTsDemux *self, uint16_t pid)
{
  for (int i = 0; i < CAM_N_TRACKS; i++)
    if (self->tracks[i].pes.elementary != NULL && self->tracks[i].stream.pid == pid)
      return &self->tracks[i];
  return NULL;
}

/* What is faulty or scrambled is not looked into: the hole in the counters tells of it. */
static void
take_packet (CamTsDemux *self, const uint8_t *data)
{
  CamTsPacket packet;
  self->counters.packets++;
  if (!cam_ts_packet_read (data, &packet) || packet.is_faulty) {
    self->counters.malformed++;
    return;
  }
  DemuxTrack *track = find_track (self, packet.pid);
  if (packet.is_scrambled)
    self->counters.scrambled++;
  else if (track != NULL)
    take_media (self, track, &packet, data);
  else if (cam_ts_programs_want (&self->programs, packet.pid))
    cam_ts_programs_take (&self->programs, &packet, data);
  if (self->programs.is_changed)
    adopt_program (self);
}

/* Whole packets from the front of @data, and what is none. Bytes done: all but what is too little to say, less than LOOK_AHEAD_BYTES. */
static size_t
take_packets (CamTsDemux *self, const uint8_t *data, size_t size)
{
  size_t offset = 0;
  while (size - offset >= (self->is_in_step ? CAM_TS_PACKET_BYTES : LOOK_AHEAD_BYTES)) {
    bool is_sync = data[offset] == CAM_TS_SYNC && (self->is_in_step || data[offset + CAM_TS_PACKET_BYTES] == CAM_TS_SYNC);
    self->is_in_step = is_sync;
    if (is_sync)
      take_packet (self, data + offset);
    else
      self->counters.out_of_sync++;
    offset += is_sync ? CAM_TS_PACKET_BYTES : 1;
  }
  return offset;
}

void
cam_ts_demux_take (CamTsDemux *self, const uint8_t *data, size_t size)
{
  while (size > 0 && self->rest_size > 0) {
    size_t old = self->rest_size;
    size_t piece = MIN (size, sizeof self->rest - old);
    memcpy (self->rest + old, data, piece);
    size_t done = take_packets (self, self->rest, old + piece);
    if (done >= old) { /* what is left stands in @data whole */
      self->rest_size = 0;
      data += done - old;
      size -= done - old;
      break;
    }
    self->rest_size = old + piece - done;
    memmove (self->rest, self->rest + done, self->rest_size);
    data += piece;
    size -= piece;
  }
  if (self->rest_size > 0 || size == 0)
    return;
  size_t done = take_packets (self, data, size);
  self->rest_size = size - done;
  if (self->rest_size > 0)
    memcpy (self->rest, data + done, self->rest_size);
}

void
cam_ts_demux_flush (CamTsDemux *self)
{
  if (self->rest_size == CAM_TS_PACKET_BYTES && self->rest[0] == CAM_TS_SYNC) {
    self->rest_size = 0;
    take_packet (self, self->rest);
  }
  for (int i = 0; i < CAM_N_TRACKS; i++)
    if (self->tracks[i].pes.elementary != NULL)
      cam_ts_pes_stream_flush (&self->tracks[i].pes);
}

CamTsDemuxCounters
cam_ts_demux_get_counters (const CamTsDemux *self)
{
  CamTsDemuxCounters counters = self->counters;
  counters.malformed += self->programs.malformed + self->malformed_before;
  counters.discontinuities += self->programs.holes;
  for (int i = 0; i < CAM_N_TRACKS; i++)
    if (self->tracks[i].pes.elementary != NULL)
      counters.malformed += self->tracks[i].pes.elementary->malformed;
  return counters;
}

bool
cam_ts_looks_like (const uint8_t *data, size_t size)
{
  if (size == 0 || size % CAM_TS_PACKET_BYTES != 0)
    return false;
  for (size_t offset = 0; offset < size; offset += CAM_TS_PACKET_BYTES)
    if (data[offset] != CAM_TS_SYNC)
      return false;
  return true;
}
