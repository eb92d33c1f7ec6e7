#include "media/timeline.h"

#include "media/decode-order.h"

#define NS_PER_S INT64_C (1000000000)
#define NS_PER_MS INT64_C (1000000)
#define NS_PER_US INT64_C (1000)

#define FAR_NS NS_PER_S               /* further off than this is a jump, not jitter */
#define AHEAD_NS (250 * NS_PER_MS)    /* of arrival; a first unit may well have come 200 ms late */
#define EARLIEST_NS (900 * NS_PER_MS) /* before arrival: no decoding time is older */
#define SQUEEZED_NS NS_PER_MS         /* between the units of a backlog */
#define SLEW_PPM 5000                 /* 5 ms a second */
#define SETTLE_PPM 100000             /* just after an anchor, while arrival alone counts */
#define SETTLE_NS (5 * NS_PER_S)
#define SLEW_TIME_NS (10 * NS_PER_S) /* a small error is halved about every 7 s */
#define WINDOW_NS (5 * NS_PER_S)     /* the least delay is that of this window and the last one */
#define DRIFT_KNOWN 6                /* before so many, what the network does may be taken for drift */
#define DRIFT_WINDOWS 32             /* windows that the drift is smoothed over */
#define N_KNOTS 16                   /* pictures that others may be presented between */

/* Names: "camera time" is a track's RTP time stamps in ns since its anchor; its "offset" is added to it to get presentation times.
 * Presentation times are a rising function of camera time, made of straight pieces between knots. A unit that is newer than all before
 * adds a knot; one that is presented earlier (a B-picture) is read off the pieces that are there: so order survives any squeezing. */

typedef struct {
  int64_t camera_ns;
  int64_t pts_ns;
} Knot;

/* The least delay, arrival - camera time, of late: what is above it is jitter. */
typedef struct {
  int64_t began_ns;
  int64_t least_ns;      /* in this window */
  int64_t least_last_ns; /* in the last one; INT64_MAX: there is none */
  unsigned n_drifts;
  double drift_ppm;
} Delay;

typedef struct {
  bool came; /* one at least since the anchor */
  bool is_usable;
  int64_t ntp_ns;
  int64_t arrival_ns;
  int64_t offset_ns; /* NTP - camera time */
} Report;

typedef struct {
  uint32_t clock_rate; /* 0: no such track */
  bool is_anchored;
  uint32_t rtp_time;   /* of the last unit */
  int64_t ticks;       /* unwrapped, since the anchor */
  int64_t frozen_ns;   /* camera time that was made up while the stamps stood still */
  int64_t arrival_ns;  /* of the last unit */
  int64_t anchored_ns; /* when */
  Knot knots[N_KNOTS]; /* a ring */
  unsigned front;      /* the newest knot */
  unsigned n_knots;
  unsigned n_behind; /* units in a row that were presented before the front */
  Delay delay;
  Report report;
  CamDecodeOrder order;
} Track;

struct CamTimeline {
  Track tracks[CAM_N_TRACKS];
  bool is_clock_shared;
  bool has_skew;
  int64_t skew_ns; /* what the reports say: audio's offset less video's */
  uint64_t jumps;
  uint64_t reports_ignored;
};

CamTimeline *
cam_timeline_new (int64_t floor_ns)
{
  CamTimeline *self = g_new0 (CamTimeline, 1);
  for (unsigned i = 0; i < CAM_N_TRACKS; i++)
    cam_decode_order_init (&self->tracks[i].order, floor_ns);
  return self;
}

void
cam_timeline_free (CamTimeline *self)
{
  g_free (self);
}

void
cam_timeline_raise_floor (CamTimeline *self, int64_t floor_ns)
{
  for (unsigned i = 0; i < CAM_N_TRACKS; i++) {
    bool is_led = self->is_clock_shared && i == CAM_TRACK_AUDIO && self->tracks[CAM_TRACK_VIDEO].clock_rate > 0;
    if (!is_led)
      self->tracks[i].order.last_ns = MAX (self->tracks[i].order.last_ns, floor_ns);
  }
}

void
cam_timeline_add_track (CamTimeline *self, CamTrackKind track, uint32_t clock_rate)
{
  g_assert (clock_rate > 0);
  self->tracks[track].clock_rate = clock_rate;
}

void
cam_timeline_share_clock (CamTimeline *self)
{
  self->is_clock_shared = true;
}

/* No product overflows: the anchor is never more than 2^32 ticks and the running time away. */
static int64_t
ticks_to_ns (int64_t ticks, uint32_t clock_rate)
{
  return ticks / clock_rate * NS_PER_S + ticks % clock_rate * NS_PER_S / clock_rate;
}

static int64_t
camera_time (const Track *track, int64_t ticks)
{
  return ticks_to_ns (ticks, track->clock_rate) + track->frozen_ns;
}

static const Knot *
get_front (const Track *track)
{
  return &track->knots[track->front];
}

static int64_t
get_offset (const Track *track)
{
  return get_front (track)->pts_ns - get_front (track)->camera_ns;
}

static void
add_knot (Track *track, int64_t camera_ns, int64_t pts_ns)
{
  track->front = (track->front + 1) % N_KNOTS;
  track->knots[track->front] = (Knot){camera_ns, pts_ns};
  track->n_knots = MIN (track->n_knots + 1, N_KNOTS);
  track->n_behind = 0;
}

static void
begin_delay (Delay *self, int64_t arrival_ns, int64_t delay_ns)
{
  self->began_ns = arrival_ns;
  self->least_ns = delay_ns;
  self->least_last_ns = INT64_MAX;
}

static void
note_drift (Delay *self, int64_t elapsed_ns)
{
  double ppm = (double) (self->least_last_ns - self->least_ns) * 1e6 / (double) elapsed_ns;
  self->n_drifts = MIN (self->n_drifts + 1, DRIFT_WINDOWS);
  self->drift_ppm += (ppm - self->drift_ppm) / self->n_drifts;
}

static void
note_delay (Delay *self, int64_t arrival_ns, int64_t delay_ns)
{
  int64_t elapsed_ns = arrival_ns - self->began_ns;
  if (elapsed_ns >= WINDOW_NS) {
    if (self->least_last_ns != INT64_MAX)
      note_drift (self, elapsed_ns);
    self->began_ns = arrival_ns;
    self->least_last_ns = self->least_ns;
    self->least_ns = delay_ns;
  }
  self->least_ns = MIN (self->least_ns, delay_ns);
}

static int64_t
get_least_delay (const Delay *self)
{
  return MIN (self->least_ns, self->least_last_ns);
}

/* The newest presentation time there is room for: above the newest one, at arrival where possible. */
static int64_t
now_or_next (const Track *track, int64_t arrival_ns)
{
  int64_t last_ns = track->order.last_ns;
  if (track->n_knots > 0)
    last_ns = MAX (last_ns, get_front (track)->pts_ns);
  int64_t step_ns = last_ns < arrival_ns + 2 * AHEAD_NS ? SQUEEZED_NS : CAM_DECODE_ORDER_TICK_NS;
  return MAX (last_ns + step_ns, arrival_ns);
}

/* The presentation time at a camera time before the front; beyond the oldest knot the clocks run alike. */
static int64_t
read_off (const Track *track, int64_t camera_ns)
{
  const Knot *after = get_front (track);
  for (unsigned i = 1; i < track->n_knots; i++) {
    const Knot *before = &track->knots[(track->front + N_KNOTS - i) % N_KNOTS];
    if (camera_ns >= before->camera_ns) {
      double share = (double) (camera_ns - before->camera_ns) / (double) (after->camera_ns - before->camera_ns);
      return before->pts_ns + (int64_t) (share * (double) (after->pts_ns - before->pts_ns));
    }
    after = before;
  }
  return after->pts_ns + (camera_ns - after->camera_ns);
}

/* Where the pictures' line has @rtp_time, for sound of the same clock. False when the two cannot be of one time: then arrival counts. */
static bool
find_on_video (const CamTimeline *self, const Track *track, uint32_t rtp_time, int64_t arrival_ns, int64_t *ret_pts_ns)
{
  const Track *video = &self->tracks[CAM_TRACK_VIDEO];
  if (!self->is_clock_shared || track == video || !video->is_anchored)
    return false;
  int64_t camera_ns = camera_time (video, video->ticks + (int32_t) (rtp_time - video->rtp_time));
  bool is_ahead = camera_ns >= get_front (video)->camera_ns;
  int64_t pts_ns = is_ahead ? camera_ns + get_offset (video) : read_off (video, camera_ns);
  if (ABS (pts_ns - arrival_ns) > FAR_NS)
    return false;
  *ret_pts_ns = pts_ns;
  return true;
}

/* Camera time begins anew at 0, with this unit, where the other track's clock has it, else at its arrival. What reports said of the old one
 * is void. */
static int64_t
anchor (CamTimeline *self, Track *track, int64_t arrival_ns)
{
  int64_t pts_ns = 0;
  if (!find_on_video (self, track, track->rtp_time, arrival_ns, &pts_ns) || pts_ns <= track->order.last_ns)
    pts_ns = now_or_next (track, arrival_ns);
  track->is_anchored = true;
  track->ticks = 0;
  track->frozen_ns = 0;
  track->anchored_ns = arrival_ns;
  track->n_knots = 0;
  add_knot (track, 0, pts_ns);
  begin_delay (&track->delay, arrival_ns, arrival_ns);
  track->report = (Report){.came = false};
  self->has_skew = false;
  return pts_ns;
}

/* Just after an anchor arrival alone counts, and is followed fast: what a first unit says of it is little. */
static bool
is_settling (const Track *track)
{
  return track->arrival_ns - track->anchored_ns < SETTLE_NS;
}

/* Where the offset of @track should be. */
static int64_t
aim (const CamTimeline *self, const Track *track)
{
  int64_t by_arrival_ns = get_least_delay (&track->delay);
  const Track *video = &self->tracks[CAM_TRACK_VIDEO];
  if (track == video || !self->has_skew || is_settling (track))
    return by_arrival_ns;
  int64_t by_reports_ns = get_offset (video) + self->skew_ns;
  return ABS (by_reports_ns - by_arrival_ns) <= FAR_NS ? by_reports_ns : by_arrival_ns;
}

/* What to add over @elapsed_ns of camera time to come nearer to the aim without being noticed. */
static int64_t
slew (const CamTimeline *self, const Track *track, int64_t elapsed_ns)
{
  double error_ns = (double) (aim (self, track) - get_offset (track));
  double most = (is_settling (track) ? SETTLE_PPM : SLEW_PPM) / 1e6;
  bool is_noisy = !is_settling (track) && !(self->has_skew && track == &self->tracks[CAM_TRACK_AUDIO]);
  double rate = error_ns / (double) (is_noisy ? SLEW_TIME_NS : NS_PER_S);
  return (int64_t) (CLAMP (rate, -most, most) * (double) elapsed_ns);
}

/* The presentation time of a unit newer than all before, or of one more with the newest stamp. */
static int64_t
advance (CamTimeline *self, Track *track, int64_t camera_ns, int64_t arrival_ns)
{
  int64_t elapsed_ns = camera_ns - get_front (track)->camera_ns;
  int64_t pts_ns = 0;
  if (!find_on_video (self, track, track->rtp_time, arrival_ns, &pts_ns))
    pts_ns = get_front (track)->pts_ns + elapsed_ns + slew (self, track, elapsed_ns);
  if (ABS (pts_ns - arrival_ns) > FAR_NS) {
    self->jumps++;
    return anchor (self, track, arrival_ns);
  }
  if (pts_ns > arrival_ns + AHEAD_NS)
    pts_ns = MIN (pts_ns, MAX (now_or_next (track, arrival_ns), arrival_ns + AHEAD_NS));
  if (elapsed_ns > 0)
    add_knot (track, camera_ns, pts_ns);
  return pts_ns;
}

/* A unit that is not newer than all before: a picture presented earlier, or the camera's clock was set back. */
static int64_t
step_back (CamTimeline *self, CamTrackKind kind, int64_t camera_ns, int64_t arrival_ns)
{
  Track *track = &self->tracks[kind];
  bool is_reordered = kind == CAM_TRACK_VIDEO && track->n_behind < N_KNOTS && get_front (track)->camera_ns - camera_ns < FAR_NS;
  if (!is_reordered) {
    self->jumps++;
    return anchor (self, track, arrival_ns);
  }
  track->n_behind++;
  return MAX (read_off (track, camera_ns), arrival_ns - FAR_NS);
}

static int64_t
place (CamTimeline *self, CamTrackKind kind, uint32_t rtp_time, int64_t arrival_ns)
{
  Track *track = &self->tracks[kind];
  int32_t moved = (int32_t) (rtp_time - track->rtp_time);
  track->rtp_time = rtp_time;
  if (!track->is_anchored)
    return anchor (self, track, arrival_ns);
  if (moved == 0)
    track->frozen_ns += MAX (arrival_ns - track->arrival_ns, 0);
  track->ticks += moved;
  int64_t camera_ns = camera_time (track, track->ticks);
  if (camera_ns < get_front (track)->camera_ns)
    return step_back (self, kind, camera_ns, arrival_ns);
  note_delay (&track->delay, arrival_ns, arrival_ns - camera_ns);
  return advance (self, track, camera_ns, arrival_ns);
}

void
cam_timeline_map (CamTimeline *self, CamTrackKind kind, uint32_t rtp_time, int64_t arrival_us, int64_t *ret_pts_ns, int64_t *ret_dts_ns)
{
  Track *track = &self->tracks[kind];
  g_assert (track->clock_rate > 0);
  int64_t arrival_ns = arrival_us * NS_PER_US;
  int64_t pts_ns = place (self, kind, rtp_time, arrival_ns);
  track->arrival_ns = arrival_ns;
  if (kind == CAM_TRACK_AUDIO) {
    track->order.last_ns = pts_ns = MAX (pts_ns, track->order.last_ns + CAM_DECODE_ORDER_TICK_NS);
    *ret_dts_ns = pts_ns;
  } else {
    *ret_dts_ns = cam_decode_order_next (&track->order, &pts_ns, arrival_ns - EARLIEST_NS);
  }
  *ret_pts_ns = pts_ns;
}

/* NTP time stamps count 2^-32 s from 1900 (RFC 3550, 4). */
static int64_t
ntp_to_ns (uint64_t ntp)
{
  return (int64_t) (ntp >> 32) * NS_PER_S + (int64_t) (((ntp & 0xffffffff) * (uint64_t) NS_PER_S) >> 32);
}

/* Keeps the report; false when NTP did not advance as our clock did since the last one: it was set, or stands still. */
static bool
note_report (Report *self, int64_t ntp_ns, int64_t camera_ns, int64_t arrival_ns)
{
  int64_t strayed_ns = (ntp_ns - self->ntp_ns) - (arrival_ns - self->arrival_ns);
  bool is_steady = !self->came || ABS (strayed_ns) <= FAR_NS;
  *self = (Report){.came = true, .is_usable = is_steady, .ntp_ns = ntp_ns, .arrival_ns = arrival_ns, .offset_ns = ntp_ns - camera_ns};
  return is_steady;
}

/* Both tracks' reports say how far their offsets are apart; false when that is too far from what arrival says. */
static bool
align_by_reports (CamTimeline *self)
{
  const Track *video = &self->tracks[CAM_TRACK_VIDEO];
  const Track *audio = &self->tracks[CAM_TRACK_AUDIO];
  if (!video->report.is_usable || !audio->report.is_usable)
    return true;
  int64_t skew_ns = audio->report.offset_ns - video->report.offset_ns;
  int64_t strayed_ns = get_offset (video) + skew_ns - get_least_delay (&audio->delay);
  if (ABS (strayed_ns) > FAR_NS)
    return false;
  self->has_skew = true;
  self->skew_ns = skew_ns;
  return true;
}

void
cam_timeline_sender_report (CamTimeline *self, CamTrackKind kind, uint64_t ntp, uint32_t rtp_time, int64_t arrival_us)
{
  Track *track = &self->tracks[kind];
  if (!track->is_anchored)
    return;
  int64_t arrival_ns = arrival_us * NS_PER_US;
  int64_t camera_ns = camera_time (track, track->ticks + (int32_t) (rtp_time - track->rtp_time));
  int64_t strayed_ns = camera_ns + get_offset (track) - arrival_ns;
  if (ntp == 0 || ABS (strayed_ns) > FAR_NS) {
    self->reports_ignored++;
    return;
  }
  bool was_unusable = track->report.came && !track->report.is_usable;
  bool is_steady = note_report (&track->report, ntp_to_ns (ntp), camera_ns, arrival_ns);
  if (!is_steady && was_unusable)
    self->has_skew = false;
  if (!is_steady || !align_by_reports (self))
    self->reports_ignored++;
}

CamTimelineCounters
cam_timeline_get_counters (const CamTimeline *self)
{
  const Track *video = &self->tracks[CAM_TRACK_VIDEO];
  return (CamTimelineCounters){
      .jumps = self->jumps,
      .reports_ignored = self->reports_ignored,
      .drift_ppm = video->delay.n_drifts >= DRIFT_KNOWN ? (int) video->delay.drift_ppm : 0,
  };
}
