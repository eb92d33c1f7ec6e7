#include "serve/reader.h"

#include "serve/thin-rule.h"

enum { CACHE_LINE = 64 };
enum { CATCH_UP_PART = 4 };

/* Where every picture is a key picture, a reader that is shed gets one a second. */
#define SHED_STEP_US INT64_C (900000)

typedef struct {
  bool is_selected;
  uint8_t channels[2];    /* RTP, RTCP */
  bool has_sent;          /* next_sequence and floor are known */
  uint16_t next_sequence; /* what the client expects */
  uint32_t floor;         /* no packet may have an RTP time before this one */
} ReaderTrack;

struct CamReader {
  CamReaderSetup setup;
  CamOutlet *outlet; /* borrowed, the setup's: the session ends the reader first */
  size_t room_bytes;
  ReaderTrack tracks[CAM_N_TRACKS];
  bool is_playing;
  bool waits_key;        /* video begins with a key unit */
  bool has_lagged;       /* takes nothing until the outlet is drained, then joins anew */
  bool head_pending;     /* some of the head still waits: age does not count */
  int64_t begun_us;      /* when it joined: what is younger comes behind the head */
  int64_t through_us;    /* when the head was through */
  int64_t arrears_us;    /* how long it had kept what came behind it waiting by then */
  CamBurst *first_sound; /* ref; of the join, until the next burst of any track takes it along; NULL: none waits */
  int64_t asked_us;      /* when it was told to play; 0: its first picture is through */
  bool has_picture;      /* while that is not: it is queued */
  CamSkipReason why;     /* of the newest skip, or of what did not go into the queue */
  bool is_shed;           /* as its pictures were taken last */
  int64_t shed_key_us;    /* the newest key picture taken meanwhile */
  CamThinRule thin;
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
cam_reader_new (const CamReaderSetup *setup)
{
  CamReader *self = g_new0 (CamReader, 1);
  self->setup = *setup;
  self->outlet = setup->outlet;
  cam_thin_rule_init (&self->thin, setup->lag_us);
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

static void
tell (CamReader *self, CamReaderNews news, int64_t now_us)
{
  if (self->setup.tell != NULL)
    self->setup.tell (news, self->why, now_us, self->setup.data);
}

static void
record_state (CamReader *self)
{
  CamReaderState state = CAM_READER_STATE_PLAYING;
  if (!self->is_playing)
    state = CAM_READER_STATE_PAUSED;
  else if (self->has_lagged)
    state = CAM_READER_STATE_SKIPPING;
  else if (self->thin.is_thinned)
    state = CAM_READER_STATE_THINNED;
  else if (self->is_shed)
    state = CAM_READER_STATE_SHED;
  cam_reader_record_set_state (self->setup.record, state);
}

/* Whether a unit at @rtp_time comes after all that the client has of the track. */
static bool
goes_forward (const ReaderTrack *track, uint32_t rtp_time)
{
  return !track->has_sent || (int32_t) (rtp_time - track->floor) >= 0;
}

/* Looks whether pictures are left out for the machine's sake. What was left out until now is missing: pictures begin again with a key picture. */
static bool
look_at_shed (CamReader *self)
{
  bool is_shed = self->setup.shed != NULL && self->tracks[CAM_TRACK_VIDEO].is_selected &&
                 atomic_load_explicit (self->setup.shed, memory_order_relaxed);
  if (is_shed == self->is_shed)
    return is_shed;
  self->is_shed = is_shed;
  self->shed_key_us = 0;
  if (is_shed)
    cam_reader_record_note_shed (self->setup.record);
  else
    self->waits_key = true;
  record_state (self);
  return is_shed;
}

/* Whether a reader that is shed does without this picture. Those of a slate are small, and nothing else is seen. */
static bool
is_dispensable (CamReader *self, const CamBurst *picture, int64_t now_us)
{
  if (picture->is_filler)
    return false;
  if (!picture->is_key || (self->shed_key_us != 0 && now_us - self->shed_key_us < SHED_STEP_US))
    return true;
  self->shed_key_us = now_us;
  return false;
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

/* Sends @burst as the next one of its track; false when there is no room, and why. */
static bool
send_next (CamReader *self, CamBurst *burst)
{
  ReaderTrack *track = &self->tracks[burst->track];
  if (self->outlet->get_bytes (self->outlet) + burst->size > self->room_bytes) {
    self->why = CAM_SKIP_BYTES;
    return false;
  }
  uint8_t channel = self->outlet->is_interleaved ? track->channels[0] : burst->channel;
  uint16_t shift = track->has_sent ? (uint16_t) (track->next_sequence - burst->sequence) : 0;
  g_autoptr (CamBurst) variant = cam_burst_get_variant (burst, channel, shift);
  if (variant == NULL || !self->outlet->send (self->outlet, variant)) {
    self->why = variant == NULL ? CAM_SKIP_MEMORY : CAM_SKIP_BYTES;
    return false;
  }
  if (goes_forward (track, burst->rtp_time))
    track->floor = burst->rtp_time + 1;
  track->has_sent = true;
  track->next_sequence = (uint16_t) (variant->sequence + burst->packets);
  cam_reader_record_note_queued (self->setup.record, 1, burst->size);
  self->has_picture = self->asked_us != 0 && (self->has_picture || (burst->track == CAM_TRACK_VIDEO && !burst->is_filler));
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
  if (variant != NULL && self->outlet->send (self->outlet, variant))
    cam_reader_record_note_queued (self->setup.record, 0, variant->size);
}

/* Drops what waits; what was dropped was never sent, so the tracks go on from there. Returns the bytes. */
static size_t
drop_waiting (CamReader *self)
{
  CamDropped dropped[CAM_N_TRACKS] = {{0}};
  unsigned units = 0;
  size_t before = self->outlet->get_bytes (self->outlet);
  self->outlet->clear (self->outlet, dropped);
  size_t bytes = before - self->outlet->get_bytes (self->outlet);
  for (unsigned i = 0; i < CAM_N_TRACKS; i++) {
    if (!dropped[i].any)
      continue;
    self->tracks[i].next_sequence = dropped[i].sequence;
    self->tracks[i].floor = dropped[i].rtp_time;
    units += dropped[i].units;
  }
  cam_reader_record_note_dropped (self->setup.record, units, bytes);
  cam_reader_record_note_waiting (self->setup.record, 0, before - bytes);
  return bytes;
}

static bool
may_be_thinned (const CamReader *self)
{
  return self->setup.thins && self->outlet->has_arrived != NULL && self->tracks[CAM_TRACK_VIDEO].is_selected;
}

/* What waited is dropped. */
static void
skip (CamReader *self, CamSkipReason why, int64_t now_us)
{
  if (self->first_sound != NULL)
    cam_reader_record_note_left_out (self->setup.record, 1);
  g_clear_pointer (&self->first_sound, cam_burst_unref);
  self->has_lagged = true;
  self->head_pending = false;
  self->why = why;
  cam_reader_record_note_skip (self->setup.record, why);
  bool becomes_thinned = may_be_thinned (self) && cam_thin_rule_note_skip (&self->thin, now_us);
  record_state (self);
  tell (self, CAM_READER_NEWS_SKIPS, now_us);
  if (becomes_thinned) {
    cam_reader_record_note_thinned (self->setup.record);
    tell (self, CAM_READER_NEWS_THINNED, now_us);
  }
}

static void
fall_behind (CamReader *self, CamSkipReason why, int64_t now_us)
{
  drop_waiting (self);
  skip (self, why, now_us);
}

int64_t
cam_reader_get_waiting_since_us (const CamReader *self)
{
  return self->is_playing && !self->has_lagged ? self->outlet->get_oldest_us (self->outlet) : INT64_MAX;
}

size_t
cam_reader_give_up (CamReader *self, int64_t now_us)
{
  if (!self->is_playing || self->has_lagged)
    return 0;
  size_t bytes = drop_waiting (self);
  if (bytes > 0)
    skip (self, CAM_SKIP_MEMORY, now_us);
  return bytes;
}

/* Behind a head, sound waits for the next burst of either track: GStreamer's rtspsrc loses one of two tracks whose first packets come
 * within the same millisecond (it says "no more pads" while the other thread is still adding its own). */
static void
begin_sound (CamReader *self, CamBurst *audio, bool is_behind_head, int64_t now_us)
{
  if (is_behind_head)
    self->first_sound = cam_burst_ref (audio);
  else if (!send_next (self, audio))
    fall_behind (self, self->why, now_us);
}

/* False: no room. */
static bool
send_first_sound (CamReader *self)
{
  g_autoptr (CamBurst) sound = g_steal_pointer (&self->first_sound);
  return sound == NULL || send_next (self, sound);
}

void
cam_reader_begin (CamReader *self, const CamJoin *join, int64_t now_us)
{
  const GPtrArray *head = choose_head (self, join);
  CamBurst *audio = choose_audio (self, join);
  bool is_back = self->has_lagged;
  bool is_short = self->thin.is_thinned || look_at_shed (self);
  unsigned pictures = head == NULL ? 0 : is_short ? 1 : head->len;

  g_clear_pointer (&self->first_sound, cam_burst_unref);
  self->room_bytes = join->room_bytes;
  if (!self->is_playing)
    self->asked_us = now_us;
  self->is_playing = true;
  self->has_lagged = false;
  self->head_pending = true;
  self->begun_us = now_us;
  self->waits_key = head == NULL;
  record_state (self);
  if (is_back)
    tell (self, CAM_READER_NEWS_BACK, now_us);
  for (unsigned i = 0; i < CAM_N_TRACKS; i++)
    if (join->reports[i] != NULL)
      cam_reader_say (self, join->reports[i]);
  for (unsigned i = 0; i < pictures; i++)
    if (!send_next (self, g_ptr_array_index (head, i))) {
      fall_behind (self, self->why, now_us);
      return;
    }
  if (audio != NULL)
    begin_sound (self, audio, head != NULL, now_us);
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
  record_state (self);
}

/* Of a skipping or thinned reader. */
static CamReaderVerdict
leave_out (CamReader *self)
{
  cam_reader_record_note_left_out (self->setup.record, 1);
  return CAM_READER_SKIPS;
}

/* How old what waits may be: ReaderLag. Longer behind a head, which may take its time: it keeps the live units waiting, and a link that
 * carries more than the stream catches up, by a quarter of the time that passes at least. */
static int64_t
get_patience_us (CamReader *self, int64_t oldest_us, int64_t now_us)
{
  if (self->head_pending && oldest_us <= self->begun_us)
    return INT64_MAX;
  if (self->head_pending) {
    self->head_pending = false;
    self->through_us = now_us;
    self->arrears_us = oldest_us != INT64_MAX ? now_us - oldest_us : 0;
  }
  return self->setup.lag_us + MAX (self->arrears_us - (now_us - self->through_us) / CATCH_UP_PART, 0);
}

static CamReaderVerdict
queue (CamReader *self, CamBurst *burst, int64_t now_us)
{
  if (send_first_sound (self) && send_next (self, burst))
    return CAM_READER_TOOK;
  fall_behind (self, self->why, now_us);
  return leave_out (self);
}

/* The newest key picture takes the place of one that waits; sound goes on as long as it gets through. So a thinned reader does not fall
 * behind. */
static CamReaderVerdict
offer_thinned (CamReader *self, CamBurst *burst, bool is_late, int64_t now_us)
{
  bool is_picture = burst->track == CAM_TRACK_VIDEO;
  bool is_wanted = is_picture ? burst->is_key && cam_thin_rule_wants_key (&self->thin, now_us) : !is_late;
  const CamThinUnit unit = {
      .bytes = burst->size,
      .is_key = is_picture && burst->is_key,
      .is_taken = is_wanted,
      .is_busy = !self->outlet->has_arrived (self->outlet),
  };
  if (cam_thin_rule_note_unit (&self->thin, &unit, now_us)) {
    self->waits_key = !(is_picture && is_wanted);
    record_state (self);
    tell (self, CAM_READER_NEWS_WHOLE, now_us);
  }
  if (!is_wanted)
    return leave_out (self);
  if (is_picture)
    drop_waiting (self);
  return queue (self, burst, now_us);
}

CamReaderVerdict
cam_reader_offer (CamReader *self, CamBurst *burst, int64_t now_us)
{
  CamOutlet *outlet = self->outlet;
  if (!self->is_playing || !self->tracks[burst->track].is_selected)
    return CAM_READER_TOOK;
  int64_t oldest_us = outlet->get_oldest_us (outlet);
  int64_t waited_us = oldest_us != INT64_MAX ? now_us - oldest_us : 0;
  bool is_key = burst->track == CAM_TRACK_VIDEO && burst->is_key;
  cam_reader_record_note_waiting (self->setup.record, waited_us, outlet->get_bytes (outlet));
  if (is_key)
    cam_thin_rule_note_key (&self->thin, now_us);
  if (self->has_lagged)
    return outlet->is_idle (outlet) ? CAM_READER_REJOINS : leave_out (self);
  bool is_late = waited_us > get_patience_us (self, oldest_us, now_us);
  if (self->thin.is_thinned)
    return offer_thinned (self, burst, is_late, now_us);
  if (burst->track == CAM_TRACK_VIDEO && look_at_shed (self) && is_dispensable (self, burst, now_us))
    return leave_out (self);
  if (burst->track == CAM_TRACK_VIDEO && self->waits_key && !burst->is_filler) {
    if (!burst->is_key)
      return CAM_READER_TOOK;
    self->waits_key = false;
  }
  if (!is_late)
    return queue (self, burst, now_us);
  fall_behind (self, CAM_SKIP_LAG, now_us);
  return leave_out (self);
}

void
cam_reader_flush (CamReader *self)
{
  self->outlet->flush (self->outlet);
  if (!self->has_picture)
    return;
  cam_reader_record_note_first_picture (self->setup.record, self->asked_us);
  self->asked_us = 0;
  self->has_picture = false;
}

static void
prefetch (const void *from, size_t bytes)
{
  for (size_t at = 0; at < bytes; at += CACHE_LINE)
    __builtin_prefetch ((const char *) from + at, true);
}

void
cam_reader_prefetch (const CamReader *self)
{
  prefetch (self->outlet, CAM_OUTLET_HOT_BYTES);
  prefetch (self, sizeof *self - sizeof self->thin + CACHE_LINE);
  prefetch (self->setup.record, CACHE_LINE);
}
