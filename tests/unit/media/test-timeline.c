#include "media/timeline.h"

#define MS INT64_C (1000)   /* in µs */
#define S INT64_C (1000000) /* in µs */
#define NS_PER_US 1000
#define START (5000 * S) /* of our clock */

/* One track of a camera as the tests see it: feeds units and checks what must always hold. */
typedef struct {
  CamTimeline *timeline; /* borrowed */
  CamTrackKind kind;
  uint32_t rate;
  uint32_t first_stamp;
  int64_t last_pts_ns;
  int64_t last_dts_ns;
  double last_us;     /* camera time of the last unit */
  double worst_slope; /* |pts step / camera step - 1| since reset */
} Feed;

static Feed
make_feed (CamTimeline *timeline, CamTrackKind kind, uint32_t rate, uint32_t first_stamp)
{
  cam_timeline_add_track (timeline, kind, rate);
  return (Feed){.timeline = timeline, .kind = kind, .rate = rate, .first_stamp = first_stamp, .last_us = -1};
}

static int64_t
feed_stamp (Feed *self, uint32_t stamp, int64_t arrival_us)
{
  int64_t pts_ns = 0;
  int64_t dts_ns = 0;
  cam_timeline_map (self->timeline, self->kind, stamp, arrival_us, &pts_ns, &dts_ns);
  g_assert_cmpint (dts_ns, >, self->last_dts_ns);
  g_assert_cmpint (dts_ns, <=, pts_ns);
  g_assert_cmpint (ABS (pts_ns / NS_PER_US - arrival_us), <=, S);
  g_assert_cmpint (ABS (dts_ns / NS_PER_US - arrival_us), <=, S);
  self->last_pts_ns = pts_ns;
  self->last_dts_ns = dts_ns;
  return pts_ns;
}

static uint32_t
stamp_at (const Feed *self, double camera_us)
{
  return self->first_stamp + (uint32_t) (int64_t) (camera_us * self->rate / 1e6 + 0.5);
}

static int64_t
feed (Feed *self, double camera_us, int64_t arrival_us)
{
  int64_t before_ns = self->last_pts_ns;
  int64_t pts_ns = feed_stamp (self, stamp_at (self, camera_us), arrival_us);
  if (self->last_us >= 0) {
    double slope = (double) (pts_ns - before_ns) / 1000 / (camera_us - self->last_us);
    self->worst_slope = MAX (self->worst_slope, ABS (slope - 1));
  }
  self->last_us = camera_us;
  return pts_ns;
}

static int64_t
ahead_us (int64_t pts_ns, int64_t arrival_us)
{
  return pts_ns / NS_PER_US - arrival_us;
}

/* At @arrival_us, but for @most_us. */
static void
assert_near (const Feed *self, int64_t arrival_us, int64_t most_us)
{
  g_assert_cmpint (ahead_us (self->last_pts_ns, arrival_us), <, most_us);
  g_assert_cmpint (ahead_us (self->last_pts_ns, arrival_us), >, -most_us);
}

/* Another source's units went out while ours were not given away: ours go on above them, and are back in step once there is room. */
static void
test_raised_floor (void)
{
  g_autoptr (CamTimeline) timeline = cam_timeline_new (0);
  Feed video = make_feed (timeline, CAM_TRACK_VIDEO, 90000, 0);
  Feed audio = make_feed (timeline, CAM_TRACK_AUDIO, 8000, 0);
  for (int i = 0; i < 100; i++)
    feed (&video, i * 40 * MS, START + i * 40 * MS);
  int64_t floor_ns = (START + 4100 * MS) * NS_PER_US;
  cam_timeline_raise_floor (timeline, floor_ns);
  cam_timeline_raise_floor (timeline, 0); /* it never sinks */
  for (int i = 100; i < 110; i++) {
    feed (&video, i * 40 * MS, START + i * 40 * MS);
    feed (&audio, i * 40 * MS, START + i * 40 * MS);
    g_assert_cmpint (video.last_dts_ns, >, floor_ns);
    g_assert_cmpint (audio.last_dts_ns, >, floor_ns);
  }
  assert_near (&video, START + 109 * 40 * MS, 1 * MS);
}

static void
test_steady (void)
{
  g_autoptr (CamTimeline) timeline = cam_timeline_new (0);
  Feed video = make_feed (timeline, CAM_TRACK_VIDEO, 90000, 12345);
  for (int i = 0; i < 1000; i++) {
    feed (&video, i * 40.0 * MS, START + i * 40 * MS);
    assert_near (&video, START + i * 40 * MS, 20);
  }
  g_assert_cmpint (video.last_dts_ns, ==, video.last_pts_ns);
  g_assert_cmpfloat (video.worst_slope, <, 0.001);
  g_assert_cmpuint (cam_timeline_get_counters (timeline).jumps, ==, 0);
}

static void
test_floor (void)
{
  int64_t floor_ns = (START + 300 * MS) * NS_PER_US;
  g_autoptr (CamTimeline) timeline = cam_timeline_new (floor_ns);
  Feed video = make_feed (timeline, CAM_TRACK_VIDEO, 90000, 0);
  Feed audio = make_feed (timeline, CAM_TRACK_AUDIO, 8000, 0);
  video.last_dts_ns = audio.last_dts_ns = floor_ns;
  for (int i = 0; i < 500; i++) {
    feed (&video, i * 40.0 * MS, START + i * 40 * MS);
    feed (&audio, i * 40.0 * MS, START + i * 40 * MS);
  }
  g_assert_cmpint (ahead_us (video.last_pts_ns, START + 499 * 40 * MS), <, 20 * MS);
  g_assert_cmpint (ahead_us (audio.last_pts_ns, START + 499 * 40 * MS), <, 20 * MS);
}

/* Up to 200 ms of jitter, the first unit late by all of it, on a connection that keeps the order. */
static void
test_jitter (void)
{
  for (unsigned seed = 1; seed <= 8; seed++) {
    g_autoptr (GRand) random = g_rand_new_with_seed (seed);
    g_autoptr (CamTimeline) timeline = cam_timeline_new (0);
    Feed video = make_feed (timeline, CAM_TRACK_VIDEO, 90000, 0);
    int64_t arrival_us = START + 200 * MS;
    for (int i = 0; i < 5000; i++) {
      arrival_us = MAX (arrival_us, START + i * 40 * MS + g_rand_int_range (random, 0, 200 * MS));
      feed (&video, i * 40.0 * MS, arrival_us);
      if (i == 200) {
        g_assert_cmpfloat (video.worst_slope, <, 0.101);
        video.worst_slope = 0;
      }
    }
    g_assert_cmpfloat (video.worst_slope, <, 0.002);
    assert_near (&video, START + 4999 * 40 * MS, 20 * MS);
    g_assert_cmpuint (cam_timeline_get_counters (timeline).jumps, ==, 0);
  }
}

static void
test_wrap (void)
{
  static const uint32_t rates[] = {90000, 48000, 8000};
  for (unsigned r = 0; r < G_N_ELEMENTS (rates); r++) {
    g_autoptr (CamTimeline) timeline = cam_timeline_new (0);
    Feed video = make_feed (timeline, CAM_TRACK_VIDEO, rates[r], UINT32_MAX - 30 * rates[r]);
    for (int i = 0; i < 25 * 60; i++)
      feed (&video, i * 40.0 * MS, START + i * 40 * MS);
    g_assert_cmpfloat (video.worst_slope, <, 0.002);
    g_assert_cmpuint (cam_timeline_get_counters (timeline).jumps, ==, 0);
  }
}

static void
test_jumps (void)
{
  static const double jumps_s[] = {3600, -3600, 10, -10, 2, -2, 20000, -20000};
  for (unsigned j = 0; j < G_N_ELEMENTS (jumps_s); j++)
    for (CamTrackKind kind = CAM_TRACK_VIDEO; kind < CAM_N_TRACKS; kind++) {
      g_autoptr (CamTimeline) timeline = cam_timeline_new (0);
      Feed track = make_feed (timeline, kind, 90000, 77);
      for (int i = 0; i < 500; i++)
        feed (&track, i * 40.0 * MS, START + i * 40 * MS);
      track.last_us = -1;
      for (int i = 500; i < 1000; i++) {
        feed (&track, i * 40.0 * MS + (100000 + jumps_s[j]) * S - 100000.0 * S, START + i * 40 * MS);
        assert_near (&track, START + i * 40 * MS, 5 * MS);
      }
      g_assert_cmpuint (cam_timeline_get_counters (timeline).jumps, ==, 1);
      g_assert_cmpfloat (track.worst_slope, <, 0.101);
    }
}

/* A step back that is too small for a jump and too long for B-pictures. */
static void
test_small_step_back (void)
{
  g_autoptr (CamTimeline) timeline = cam_timeline_new (0);
  Feed video = make_feed (timeline, CAM_TRACK_VIDEO, 90000, 0);
  for (int i = 0; i < 2000; i++) {
    double camera_us = i * 40.0 * MS - (i >= 100 ? 800.0 * MS : 0);
    feed (&video, camera_us, START + i * 40 * MS);
  }
  assert_near (&video, START + 1999 * 40 * MS, 20 * MS);
}

static void
test_frozen (void)
{
  for (CamTrackKind kind = CAM_TRACK_VIDEO; kind < CAM_N_TRACKS; kind++) {
    g_autoptr (CamTimeline) timeline = cam_timeline_new (0);
    Feed track = make_feed (timeline, kind, 90000, 0);
    for (int i = 0; i < 100; i++)
      feed (&track, i * 40.0 * MS, START + i * 40 * MS);
    for (int i = 100; i < 1000; i++) {
      int64_t before_ns = track.last_pts_ns;
      int64_t step_ns = feed_stamp (&track, 99 * 3600, START + i * 40 * MS) - before_ns;
      g_assert_cmpint (ABS (step_ns - 40 * MS * NS_PER_US), <, MS * NS_PER_US);
    }
    for (int i = 1000; i < 1500; i++) /* it goes on where it stood */
      feed_stamp (&track, (uint32_t) (i - 900) * 3600, START + i * 40 * MS);
    assert_near (&track, START + 1499 * 40 * MS, 5 * MS);
    for (int i = 1500; i < 2000; i++) /* it goes on where it should have been */
      feed_stamp (&track, (uint32_t) i * 3600, START + i * 40 * MS);
    assert_near (&track, START + 1999 * 40 * MS, 5 * MS);
    g_assert_cmpuint (cam_timeline_get_counters (timeline).jumps, ==, 1);
  }
}

/* Units with one stamp that come together keep rising. */
static void
test_same_stamp (void)
{
  for (CamTrackKind kind = CAM_TRACK_VIDEO; kind < CAM_N_TRACKS; kind++) {
    g_autoptr (CamTimeline) timeline = cam_timeline_new (0);
    Feed track = make_feed (timeline, kind, 90000, 0);
    for (int i = 0; i < 100; i++)
      feed_stamp (&track, 42, START);
    g_assert_cmpint (ahead_us (track.last_pts_ns, START), <, 10 * MS);
  }
}

static void
test_drift (void)
{
  static const double drifts_ppm[] = {300, -300, 2000, -2000};
  for (unsigned d = 0; d < G_N_ELEMENTS (drifts_ppm); d++) {
    g_autoptr (CamTimeline) timeline = cam_timeline_new (0);
    Feed video = make_feed (timeline, CAM_TRACK_VIDEO, 90000, 0);
    for (int i = 0; i < 3 * 3600 * 25; i++) {
      int64_t arrival_us = START + i * 40 * MS;
      feed (&video, i * 40.0 * MS * (1 + drifts_ppm[d] / 1e6), arrival_us);
      assert_near (&video, arrival_us, 50 * MS);
    }
    g_assert_cmpfloat (video.worst_slope, <, 0.006);
    g_assert_cmpint (ABS (cam_timeline_get_counters (timeline).drift_ppm - (int) drifts_ppm[d]), <, 20);
    g_assert_cmpuint (cam_timeline_get_counters (timeline).jumps, ==, 0);
  }
}

/* Presentation keeps order and spacing, whatever the order of decoding; the first picture comes late as encoders with B-pictures do. */
static void
test_reordered (void)
{
  static const struct {
    int pattern[8];
    int length;
  } rows[] = {
      {{1, 0}, 2}, {{2, 0, 1}, 3}, {{3, 1, 0, 2}, 4}, {{7, 3, 1, 0, 2, 5, 4, 6}, 8}, {{4, 3, 2, 1, 0}, 5},
  };
  for (unsigned r = 0; r < G_N_ELEMENTS (rows); r++) {
    g_autoptr (CamTimeline) timeline = cam_timeline_new (0);
    Feed video = make_feed (timeline, CAM_TRACK_VIDEO, 90000, UINT32_MAX - 90000 * 3);
    int64_t shown_ns[601] = {0};
    for (int i = 0; i <= 600; i++) {
      int shown = i == 0 ? 0 : 1 + (i - 1) / rows[r].length * rows[r].length + rows[r].pattern[(i - 1) % rows[r].length];
      int64_t arrival_us = START + (i + rows[r].length - 1) * 40 * MS;
      shown_ns[shown] = feed_stamp (&video, stamp_at (&video, shown * 40.0 * MS), arrival_us);
    }
    for (int i = 1; i <= 600; i++) {
      int64_t strayed_us = (shown_ns[i] - shown_ns[i - 1]) / NS_PER_US - 40 * MS;
      g_assert_cmpint (ABS (strayed_us), <=, i < 150 ? 4050 : 250); /* 10 % at first, then half a percent, and rounding */
    }
    g_assert_cmpuint (cam_timeline_get_counters (timeline).jumps, ==, 0);
  }
}

/* A camera that sends two seconds of backlog at once, as many do at PLAY. */
static void
test_backlog (void)
{
  for (CamTrackKind kind = CAM_TRACK_VIDEO; kind < CAM_N_TRACKS; kind++) {
    g_autoptr (CamTimeline) timeline = cam_timeline_new (0);
    Feed track = make_feed (timeline, kind, 90000, 0);
    for (int i = 0; i < 50; i++)
      feed (&track, i * 40.0 * MS, START + i * MS / 2);
    g_assert_cmpint (ahead_us (track.last_pts_ns, START + 25 * MS), <, 400 * MS);
    for (int i = 50; i < 2000; i++) {
      int64_t arrival_us = START + (i - 50) * 40 * MS + 40 * MS;
      feed (&track, i * 40.0 * MS, arrival_us);
      if (i == 50 + 25 * 10)
        assert_near (&track, arrival_us, 20 * MS);
    }
    g_assert_cmpuint (cam_timeline_get_counters (timeline).jumps, ==, 0);
  }
}

/* The order of presentation survives the squeezing of a backlog. */
static void
test_backlog_reordered (void)
{
  static const int pattern[] = {3, 1, 2};
  g_autoptr (CamTimeline) timeline = cam_timeline_new (0);
  Feed video = make_feed (timeline, CAM_TRACK_VIDEO, 90000, 0);
  int64_t shown_ns[61] = {0};
  for (int i = 0; i <= 60; i++) {
    int shown = i == 0 ? 0 : (i - 1) / 3 * 3 + pattern[(i - 1) % 3];
    shown_ns[shown] = feed_stamp (&video, stamp_at (&video, shown * 40.0 * MS), START + i * MS / 4);
  }
  for (int i = 1; i <= 60; i++)
    g_assert_cmpint (shown_ns[i], >, shown_ns[i - 1]);
}

/* The network stands still for three seconds and then brings all at once. */
static void
test_stall (void)
{
  g_autoptr (CamTimeline) timeline = cam_timeline_new (0);
  Feed video = make_feed (timeline, CAM_TRACK_VIDEO, 90000, 0);
  for (int i = 0; i < 2000; i++) {
    int64_t arrival_us = START + MAX (i * 40 * MS, i >= 500 ? 500 * 40 * MS + 3 * S : 0);
    feed (&video, i * 40.0 * MS, arrival_us);
  }
  assert_near (&video, START + 1999 * 40 * MS, 20 * MS);
  g_assert_cmpuint (cam_timeline_get_counters (timeline).jumps, ==, 1);
}

static void
test_wrong_speed (void)
{
  static const double speeds[] = {0.25, 0.5, 2, 100};
  for (unsigned s = 0; s < G_N_ELEMENTS (speeds); s++)
    for (CamTrackKind kind = CAM_TRACK_VIDEO; kind < CAM_N_TRACKS; kind++) {
      g_autoptr (CamTimeline) timeline = cam_timeline_new (0);
      Feed track = make_feed (timeline, kind, 90000, 0);
      for (int i = 0; i < 5000; i++)
        feed (&track, i * 40.0 * MS * speeds[s], START + i * 40 * MS);
      g_assert_cmpint (track.last_pts_ns, >, (START + 4999 * 40 * MS - S) * NS_PER_US);
    }
}

/* 20,970 pictures in seven seconds. */
static void
test_flood (void)
{
  g_autoptr (CamTimeline) timeline = cam_timeline_new (0);
  Feed video = make_feed (timeline, CAM_TRACK_VIDEO, 90000, 0);
  for (int i = 0; i < 20970; i++)
    feed (&video, i * 40.0 * MS, START + i * 7 * S / 20970);
  for (int i = 0; i < 2500; i++)
    feed (&video, (20970 + i) * 40.0 * MS, START + 7 * S + i * 40 * MS);
  assert_near (&video, START + 7 * S + 2499 * 40 * MS, 20 * MS);
}

static void
test_hostile (void)
{
  for (unsigned seed = 1; seed <= 20; seed++) {
    g_autoptr (GRand) random = g_rand_new_with_seed (seed);
    g_autoptr (CamTimeline) timeline = cam_timeline_new (0);
    Feed tracks[CAM_N_TRACKS] = {
        make_feed (timeline, CAM_TRACK_VIDEO, seed % 2 ? 90000 : 1, 0),
        make_feed (timeline, CAM_TRACK_AUDIO, seed % 3 ? 8000 : UINT32_MAX, 0),
    };
    int64_t arrival_us = START;
    uint32_t stamp = g_rand_int (random);
    for (int i = 0; i < 3000; i++) {
      arrival_us += g_rand_int_range (random, 0, 60 * MS);
      bool is_wild = g_rand_int_range (random, 0, 4) == 0;
      stamp = is_wild ? g_rand_int (random) : stamp + (uint32_t) g_rand_int_range (random, -9000, 9000);
      feed_stamp (&tracks[g_rand_int_range (random, 0, CAM_N_TRACKS)], stamp, arrival_us);
      if (g_rand_int_range (random, 0, 10) == 0) {
        uint64_t ntp = (uint64_t) g_rand_int (random) << 32 | g_rand_int (random);
        cam_timeline_sender_report (timeline, g_rand_int_range (random, 0, CAM_N_TRACKS), ntp, g_rand_int (random), arrival_us);
      }
    }
  }
}

/* Pictures and sound of one clock, of a multiplexer whose sound comes 300 to 480 ms behind the pictures of its time, eight frames at once. What is
 * presented together keeps together from the first unit on, through jitter, the slewing of the first seconds and a jump of the clock. */
static void
feed_program (Feed *video, Feed *audio, GRand *random, double from_us, int64_t arrival_us, int64_t *worst_us)
{
  int64_t pts_ns[250];
  unsigned n_sounds = 0;
  for (int i = 0; i < 250; i++) {
    arrival_us = MAX (arrival_us, arrival_us + 40 * MS + g_rand_int_range (random, -20 * MS, 20 * MS));
    pts_ns[i] = feed (video, from_us + i * 40.0 * MS, arrival_us);
    if (i % 4 != 0 || i < 12)
      continue;
    for (unsigned k = 0; k < 8; k++, n_sounds++) {
      int64_t sound_ns = feed_stamp (audio, stamp_at (audio, from_us + n_sounds * 20.0 * MS), arrival_us);
      if (n_sounds % 2 == 0)
        *worst_us = MAX (*worst_us, ABS (sound_ns - pts_ns[n_sounds / 2]) / NS_PER_US);
    }
  }
}

static void
test_shared_clock (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  g_autoptr (CamTimeline) timeline = cam_timeline_new (0);
  cam_timeline_share_clock (timeline);
  Feed video = make_feed (timeline, CAM_TRACK_VIDEO, 90000, UINT32_MAX - 90000);
  Feed audio = make_feed (timeline, CAM_TRACK_AUDIO, 90000, UINT32_MAX - 90000);
  int64_t worst_us = 0;
  feed_program (&video, &audio, random, 0, START, &worst_us);
  g_assert_cmpint (worst_us, <, 5 * MS);
  worst_us = 0;
  feed_program (&video, &audio, random, 7000.0 * S, START + 20 * S, &worst_us);
  g_assert_cmpint (worst_us, <, 5 * MS);
  g_assert_cmpuint (cam_timeline_get_counters (timeline).jumps, ==, 1); /* the pictures'; sound follows them */
  worst_us = 0;
  feed_program (&video, &audio, random, 0, START + 40 * S, &worst_us);
  g_assert_cmpint (worst_us, <, 5 * MS);
  g_assert_cmpuint (cam_timeline_get_counters (timeline).jumps, ==, 3);
}

/* What is too far from its arrival is no sound of that clock; sound without pictures has a line of its own. */
static void
test_shared_clock_strays (void)
{
  g_autoptr (CamTimeline) timeline = cam_timeline_new (0);
  cam_timeline_share_clock (timeline);
  Feed video = make_feed (timeline, CAM_TRACK_VIDEO, 90000, 0);
  Feed audio = make_feed (timeline, CAM_TRACK_AUDIO, 90000, 5 * 90000);
  for (int i = 0; i < 500; i++) {
    feed (&audio, i * 40.0 * MS, START + i * 40 * MS);
    assert_near (&audio, START + i * 40 * MS, MS);
    feed (&video, i * 40.0 * MS, START + i * 40 * MS);
  }
  g_assert_cmpuint (cam_timeline_get_counters (timeline).jumps, ==, 0);
}

/* A floor lifts pictures; sound below it stays where it belongs. */
static void
test_shared_clock_floor (void)
{
  g_autoptr (CamTimeline) timeline = cam_timeline_new (0);
  cam_timeline_share_clock (timeline);
  Feed video = make_feed (timeline, CAM_TRACK_VIDEO, 90000, 0);
  Feed audio = make_feed (timeline, CAM_TRACK_AUDIO, 90000, 0);
  cam_timeline_raise_floor (timeline, START * NS_PER_US);
  int64_t pts_ns = feed (&video, 300.0 * MS, START + 10 * MS);
  g_assert_cmpint (pts_ns, >, START * NS_PER_US);
  g_assert_cmpint (feed (&audio, 200.0 * MS, START + 10 * MS), ==, pts_ns - 100 * MS * NS_PER_US);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/timeline/raised-floor", test_raised_floor);
  g_test_add_func ("/media/timeline/steady", test_steady);
  g_test_add_func ("/media/timeline/floor", test_floor);
  g_test_add_func ("/media/timeline/jitter", test_jitter);
  g_test_add_func ("/media/timeline/wrap", test_wrap);
  g_test_add_func ("/media/timeline/jumps", test_jumps);
  g_test_add_func ("/media/timeline/small-step-back", test_small_step_back);
  g_test_add_func ("/media/timeline/frozen", test_frozen);
  g_test_add_func ("/media/timeline/same-stamp", test_same_stamp);
  g_test_add_func ("/media/timeline/drift", test_drift);
  g_test_add_func ("/media/timeline/reordered", test_reordered);
  g_test_add_func ("/media/timeline/backlog", test_backlog);
  g_test_add_func ("/media/timeline/backlog-reordered", test_backlog_reordered);
  g_test_add_func ("/media/timeline/stall", test_stall);
  g_test_add_func ("/media/timeline/wrong-speed", test_wrong_speed);
  g_test_add_func ("/media/timeline/flood", test_flood);
  g_test_add_func ("/media/timeline/shared-clock", test_shared_clock);
  g_test_add_func ("/media/timeline/shared-clock-strays", test_shared_clock_strays);
  g_test_add_func ("/media/timeline/shared-clock-floor", test_shared_clock_floor);
  g_test_add_func ("/media/timeline/hostile", test_hostile);
  return g_test_run ();
}
