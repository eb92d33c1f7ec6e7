#include "media/timeline.h"

#define MS INT64_C (1000)
#define S INT64_C (1000000)
#define START (5000 * S)
#define UNITS (25 * 120)
#define REPORT_EVERY (25 * 5)

typedef enum {
  HONEST,
  NONE,
  ZERO,      /* the camera has no clock */
  STANDING,  /* NTP does not advance */
  WILD,      /* another NTP in each */
  FAR_STAMP, /* a time stamp 3 s off */
  FAR_AUDIO, /* audio's NTP 2 s off */
  SET_ONCE   /* NTP is set by an hour in the middle */
} Lie;

static uint64_t
ntp_at (int64_t us)
{
  return ((uint64_t) (us / S) << 32) | (((uint64_t) (us % S) << 32) / (uint64_t) S);
}

/* What the camera says its clock was at @us of ours. */
static uint64_t
say (Lie lie, CamTrackKind kind, int64_t us, GRand *random)
{
  int64_t base = INT64_C (3900000000) * S;
  switch (lie) {
  case HONEST:
  case NONE:
  case FAR_STAMP:
    return ntp_at (base + us);
  case ZERO:
    return 0;
  case STANDING:
    return ntp_at (base);
  case WILD:
    return (uint64_t) g_rand_int (random) << 32;
  case FAR_AUDIO:
    return ntp_at (base + us + (kind == CAM_TRACK_AUDIO ? 2 * S : 0));
  case SET_ONCE:
    return ntp_at (base + us + (us > START + 60 * S ? 3600 * S : 0));
  }
  g_assert_not_reached ();
}

/* Audio and video of one instant have equal camera times; audio comes @delay_us later. Returns how much later audio
 * is presented at the end; @ret_worst_ppm: the fastest that this difference moved. */
static int64_t
run (Lie lie, int64_t delay_us, double *ret_worst_ppm, CamTimelineCounters *ret_counters)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  g_autoptr (CamTimeline) timeline = cam_timeline_new (0);
  cam_timeline_add_track (timeline, CAM_TRACK_VIDEO, 90000);
  cam_timeline_add_track (timeline, CAM_TRACK_AUDIO, 8000);
  int64_t skew_ns = 0;
  *ret_worst_ppm = 0;
  for (int i = 0; i < UNITS; i++) {
    int64_t us = START + i * 40 * MS;
    int64_t pts_ns[CAM_N_TRACKS];
    for (CamTrackKind kind = CAM_TRACK_VIDEO; kind < CAM_N_TRACKS; kind++) {
      uint32_t stamp = kind == CAM_TRACK_VIDEO ? (uint32_t) i * 3600 : 1000 + (uint32_t) i * 320;
      uint32_t rate = kind == CAM_TRACK_VIDEO ? 90000 : 8000;
      int64_t arrival_us = us + (kind == CAM_TRACK_AUDIO ? delay_us : 0);
      int64_t dts_ns = 0;
      cam_timeline_map (timeline, kind, stamp, arrival_us, &pts_ns[kind], &dts_ns);
      g_assert_cmpint (ABS (pts_ns[kind] / 1000 - arrival_us), <=, S);
      if (lie != NONE && i % REPORT_EVERY == 10 + (int) kind * 3)
        cam_timeline_sender_report (timeline, kind, say (lie, kind, us, random), stamp + (lie == FAR_STAMP ? 3 * rate : 0), arrival_us);
    }
    int64_t moved_ns = pts_ns[CAM_TRACK_AUDIO] - pts_ns[CAM_TRACK_VIDEO] - skew_ns;
    skew_ns += moved_ns;
    if (i > 25 * 6) /* settled */
      *ret_worst_ppm = MAX (*ret_worst_ppm, (double) ABS (moved_ns) / 40.0);
  }
  *ret_counters = cam_timeline_get_counters (timeline);
  return skew_ns / 1000;
}

static void
test_table (void)
{
  static const struct {
    Lie lie;
    int64_t delay_us;
    int64_t skew_us; /* in the end */
    uint64_t ignored;
  } rows[] = {
      {NONE, 120 * MS, 120 * MS, 0}, /* arrival is all there is */
      {HONEST, 120 * MS, 0, 0},      /* slewed to what the reports say */
      {HONEST, -120 * MS, 0, 0},     /* sound before its picture */
      {HONEST, 0, 0, 0},
      {ZERO, 120 * MS, 120 * MS, 48},
      {STANDING, 120 * MS, 120 * MS, 46},
      {WILD, 120 * MS, 120 * MS, 47},
      {FAR_STAMP, 120 * MS, 120 * MS, 48},
      {FAR_AUDIO, 120 * MS, 120 * MS, 47},
      {SET_ONCE, 120 * MS, 0, 2},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    double worst_ppm = 0;
    CamTimelineCounters counters;
    int64_t skew_us = run (rows[i].lie, rows[i].delay_us, &worst_ppm, &counters);
    g_test_message ("row %u: audio %+" G_GINT64_FORMAT " us, %.0f ppm, %" G_GUINT64_FORMAT " ignored", i, skew_us, worst_ppm,
                    counters.reports_ignored);
    g_assert_cmpint (ABS (skew_us - rows[i].skew_us), <, 3 * MS);
    g_assert_cmpfloat (worst_ppm, <, 5100);
    g_assert_cmpuint (counters.reports_ignored, ==, rows[i].ignored);
    g_assert_cmpuint (counters.jumps, ==, 0);
  }
}

/* Before the first unit there is nothing to compare a report with; a track that is not there has none. */
static void
test_early (void)
{
  g_autoptr (CamTimeline) timeline = cam_timeline_new (0);
  cam_timeline_add_track (timeline, CAM_TRACK_VIDEO, 90000);
  cam_timeline_sender_report (timeline, CAM_TRACK_VIDEO, ntp_at (S), 0, START);
  cam_timeline_sender_report (timeline, CAM_TRACK_AUDIO, ntp_at (S), 0, START);
  g_assert_cmpuint (cam_timeline_get_counters (timeline).reports_ignored, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/timeline-reports/table", test_table);
  g_test_add_func ("/media/timeline-reports/early", test_early);
  return g_test_run ();
}
