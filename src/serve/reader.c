#include "serve/reader.h"

typedef struct {
  bool is_selected;
  uint8_t channels[2];    /* RTP, RTCP */
  bool has_sent;          /* next_sequence and floor are known */
  uint16_t next_sequence; /* what the client expects */
  uint32_t floor;         /* no packet may have an RTP time before this one */
} ReaderTrack;

struct CamReader {
  CamOutlet *outlet; /* borrowed: the session ends the reader first */
  int64_t lag_us;
  size_t room_bytes;
  ReaderTrack tracks[CAM_N_TRACKS];
  bool is_playing;
  bool waits_key;    /* video begins with a key unit */
  bool has_lagged;   /* takes nothing until the outlet is drained, then joins anew */
  bool head_pending; /* the join's burst is not through yet: age does not count */
  CamBurst *first_sound; /* ref; of the join, until the next burst of any track takes it along; NULL: none waits */
};

void
cam_join_free (CamJoin *self)
{
  if (self == NULL)
    return;
  for (unsigned i = 0; i < CAM_N_TRACKS; i++)
    cam_burst_unref (self->reports[i]);
  g_clear_pointer (&self->head, g_ptr_array_unref);
  cam_burst_unref (self->audio);
  g_free (self);
}

CamReader *
cam_reader_new (CamOutlet *outlet, int64_t lag_us)
{
  CamReader *self = g_new0 (CamReader, 1);
  self->outlet = outlet;
  self->lag_us = lag_us;
  return self;
}

void
cam_reader_free (CamReader *self)
{
  if (self != NULL)
    cam_burst_unref (self->first_sound);
  g_free (self);
}

void
cam_reader_select (CamReader *self, CamTrackKind kind, uint8_t rtp_channel, uint8_t rtcp_channel)
{
  ReaderTrack *track = &self->tracks[kind];
  track->is_selected = true;
  track->channels[0] = rtp_channel;
  track->channels[1] = rtcp_channel;
}

bool
cam_reader_is_playing (const CamReader *self)
{
  return self->is_playing;
}

bool
cam_reader_has_video (const CamReader *self)
{
  return self->tracks[CAM_TRACK_VIDEO].is_selected;
}

/* Whether a unit at @rtp_time comes after all that the client has of the track. */
static bool
goes_forward (const ReaderTrack *track, uint32_t rtp_time)
{
  return !track->has_sent || (int32_t) (rtp_time - track->floor) >= 0;
}

/* The head, if this reader can begin with it. */
static const GPtrArray *
choose_head (const CamReader *self, const CamJoin *join)
{
  const ReaderTrack *video = &self->tracks[CAM_TRACK_VIDEO];
  if (!video->is_selected || join->head == NULL)
    return NULL;
  const CamBurst *first = g_ptr_array_index (join->head, 0);
  return goes_forward (video, first->rtp_time) ? join->head : NULL;
}

static CamBurst *
choose_audio (const CamReader *self, const CamJoin *join)
{
  const ReaderTrack *audio = &self->tracks[CAM_TRACK_AUDIO];
  if (!audio->is_selected || join->audio == NULL || !goes_forward (audio, join->audio->rtp_time))
    return NULL;
  return join->audio;
}

void
cam_reader_foresee (const CamReader *self, const CamJoin *join, CamJoinInfo ret_info[CAM_N_TRACKS])
{
  const GPtrArray *head = choose_head (self, join);
  const CamBurst *first[CAM_N_TRACKS] = {
      [CAM_TRACK_VIDEO] = head != NULL ? g_ptr_array_index (head, 0) : NULL,
      [CAM_TRACK_AUDIO] = choose_audio (self, join),
  };
  for (unsigned i = 0; i < CAM_N_TRACKS; i++) {
    const ReaderTrack *track = &self->tracks[i];
    uint16_t offered = first[i] != NULL ? first[i]->sequence : join->next_sequence[i];
    ret_info[i] = (CamJoinInfo){
        .is_selected = track->is_selected,
        .sequence = track->has_sent ? track->next_sequence : offered,
        .has_time = first[i] != NULL,
        .rtp_time = first[i] != NULL ? first[i]->rtp_time : 0,
    };
  }
}

/* Sends @burst as the next one of its track; false when there is no room. */
static bool
send_next (CamReader *self, CamBurst *burst)
{
  ReaderTrack *track = &self->tracks[burst->track];
  if (self->outlet->get_bytes (self->outlet) + burst->size > self->room_bytes)
    return false;
  uint8_t channel = self->outlet->is_interleaved ? track->channels[0] : burst->channel;
  uint16_t shift = track->has_sent ? (uint16_t) (track->next_sequence - burst->sequence) : 0;
  g_autoptr (CamBurst) variant = cam_burst_get_variant (burst, channel, shift);
  if (variant == NULL || !self->outlet->send (self->outlet, variant))
    return false;
  if (goes_forward (track, burst->rtp_time))
    track->floor = burst->rtp_time + 1;
  track->has_sent = true;
  track->next_sequence = (uint16_t) (variant->sequence + burst->packets);
  return true;
}

void
cam_reader_say (CamReader *self, CamBurst *control)
{
  const ReaderTrack *track = &self->tracks[control->track];
  if (!self->is_playing || !track->is_selected)
    return;
  uint8_t channel = self->outlet->is_interleaved ? track->channels[1] : control->channel;
  g_autoptr (CamBurst) variant = cam_burst_get_variant (control, channel, 0);
  if (variant != NULL)
    self->outlet->send (self->outlet, variant);
}

/* Drops what waits; what was dropped was never sent, so the tracks go on from there. */
static void
drop_waiting (CamReader *self)
{
  CamDropped dropped[CAM_N_TRACKS] = {{0}};
  self->outlet->clear (self->outlet, dropped);
  for (unsigned i = 0; i < CAM_N_TRACKS; i++) {
    if (!dropped[i].any)
      continue;
    self->tracks[i].next_sequence = dropped[i].sequence;
    self->tracks[i].floor = dropped[i].rtp_time;
  }
}

static void
fall_behind (CamReader *self)
{
  drop_waiting (self);
  g_clear_pointer (&self->first_sound, cam_burst_unref);
  self->has_lagged = true;
  self->head_pending = false;
}

/* Behind a head, sound waits for the next burst of either track: GStreamer's rtspsrc loses one of two tracks whose first packets come within
 * the same millisecond (it says "no more pads" while the other thread is still adding its own). */
static void
begin_sound (CamReader *self, CamBurst *audio, bool is_behind_head)
{
  if (is_behind_head)
    self->first_sound = cam_burst_ref (audio);
  else if (!send_next (self, audio))
    fall_behind (self);
}

/* False: no room. */
static bool
send_first_sound (CamReader *self)
{
  g_autoptr (CamBurst) sound = g_steal_pointer (&self->first_sound);
  return sound == NULL || send_next (self, sound);
}

void
cam_reader_begin (CamReader *self, const CamJoin *join)
{
  const GPtrArray *head = choose_head (self, join);
  CamBurst *audio = choose_audio (self, join);

  g_clear_pointer (&self->first_sound, cam_burst_unref);
  self->room_bytes = join->room_bytes;
  self->is_playing = true;
  self->has_lagged = false;
  self->head_pending = head != NULL;
  self->waits_key = head == NULL;
  for (unsigned i = 0; i < CAM_N_TRACKS; i++)
    if (join->reports[i] != NULL)
      cam_reader_say (self, join->reports[i]);
  for (unsigned i = 0; head != NULL && i < head->len; i++)
    if (!send_next (self, g_ptr_array_index (head, i))) {
      fall_behind (self);
      return;
    }
  if (audio != NULL)
    begin_sound (self, audio, head != NULL);
}

void
cam_reader_hush (CamReader *self)
{
  drop_waiting (self);
}

void
cam_reader_pause (CamReader *self)
{
  if (!self->is_playing)
    return;
  drop_waiting (self);
  g_clear_pointer (&self->first_sound, cam_burst_unref);
  self->is_playing = false;
}

CamReaderVerdict
cam_reader_offer (CamReader *self, CamBurst *burst, int64_t now_us)
{
  CamOutlet *outlet = self->outlet;
  if (!self->is_playing || !self->tracks[burst->track].is_selected)
    return CAM_READER_TOOK;
  if (self->has_lagged) {
    if (outlet->is_idle (outlet))
      return CAM_READER_REJOINS;
    return CAM_READER_SKIPS;
  }
  if (self->head_pending && outlet->is_idle (outlet))
    self->head_pending = false;
  if (burst->track == CAM_TRACK_VIDEO && self->waits_key) {
    if (!burst->is_key)
      return CAM_READER_TOOK;
    self->waits_key = false;
  }

  int64_t oldest_us = outlet->get_oldest_us (outlet);
  bool is_late = !self->head_pending && oldest_us != INT64_MAX && now_us - oldest_us > self->lag_us;
  if (!is_late && send_first_sound (self) && send_next (self, burst))
    return CAM_READER_TOOK;
  fall_behind (self);
  return CAM_READER_SKIPS;
}

void
cam_reader_flush (CamReader *self)
{
  self->outlet->flush (self->outlet);
}
