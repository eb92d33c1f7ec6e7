#include "sound/sound-drift.h"

#include <glib.h>
#include <math.h>

#define SETTLED_S 30.0

/* A source and what its sound is played into, for hours that take no time. */
typedef struct {
  const char *name;
  double hours;
  double clock_ppm; /* the source's clock is slower by that */
  double stray_ms;  /* stamps stray by up to this, to both sides */
  double block_ms;
  double loss;       /* share of blocks */
  double slew_s;     /* for so long, after ten minutes, stamps run by 5000 ppm, as a timeline slews them */
  double jump_s;     /* half way the source is that much ahead at once */
  double worst_ms;   /* of what is really off, once settled */
  double share_over; /* of blocks, that may be more than 5 ms off */
  unsigned most_overlaps;
} Row;

typedef struct {
  double worst_s;
  double most_ppm;
  unsigned blocks, blocks_over;
  unsigned verdicts[4];
} Outcome;

typedef struct {
  const Row *row;
  CamSoundDrift drift;
  double now_s;     /* of everybody's clock */
  double truth_s;   /* where the source's sound belongs */
  double made_s;    /* where the sound made so far ends */
  double settled_s; /* since the beginning, or the jump */
  bool is_behind_loss;
  Outcome outcome;
} Simulation;

static void
count (Simulation *self, double off_s)
{
  if (self->settled_s < SETTLED_S)
    return;
  self->outcome.blocks++;
  self->outcome.blocks_over += fabs (off_s) > 0.005;
  self->outcome.worst_s = MAX (self->outcome.worst_s, fabs (off_s));
  self->outcome.most_ppm = MAX (self->outcome.most_ppm, fabs (cam_sound_drift_get_ppm (&self->drift)));
}

/* A block of sound came whose stamp is @stamp_s. */
static void
take_block (Simulation *self, double stamp_s)
{
  const double block_s = self->row->block_ms / 1000;
  int64_t amount_ns = -1;
  CamSoundDriftVerdict verdict = cam_sound_drift_note (&self->drift, llrint ((stamp_s - self->made_s) * 1e9), llrint (block_s * 1e9),
                                                       self->is_behind_loss, &amount_ns);
  self->is_behind_loss = false;
  self->outcome.verdicts[verdict]++;
  double amount_s = (double) amount_ns / 1e9, left_out_s = 0;
  switch (verdict) {
  case CAM_SOUND_DRIFT_FLOWS:
    g_assert_cmpint (amount_ns, ==, 0);
    break;
  case CAM_SOUND_DRIFT_GAP:
    g_assert_cmpint (amount_ns, >, 0);
    self->made_s += amount_s;
    break;
  case CAM_SOUND_DRIFT_OVERLAP:
    g_assert_cmpint (amount_ns, >, 0);
    g_assert_cmpfloat (amount_s, <=, block_s);
    left_out_s = amount_s;
    break;
  case CAM_SOUND_DRIFT_JUMP:
    g_assert_cmpfloat (fabs (stamp_s - self->made_s), >=, 1);
    self->made_s = stamp_s;
    self->settled_s = 0;
    cam_sound_drift_reset (&self->drift);
    break;
  }
  count (self, self->truth_s + left_out_s - self->made_s);
  self->made_s += (block_s - left_out_s) * (1 + cam_sound_drift_get_ppm (&self->drift) / 1e6);
}

static Outcome
simulate (const Row *row, CamSoundDrift *ret_drift)
{
  Simulation self = {.row = row};
  g_autoptr (GRand) dice = g_rand_new_with_seed (7);
  double jump_s = row->jump_s;
  while (self.now_s < row->hours * 3600) {
    double slew_ppm = self.now_s > 600 && self.now_s < 600 + row->slew_s ? 5000 : 0;
    double block_s = row->block_ms / 1000 * (1 + (row->clock_ppm + slew_ppm) / 1e6);
    if (self.now_s > row->hours * 1800) {
      self.truth_s += jump_s;
      jump_s = 0;
    }
    double stray_s = row->stray_ms > 0 ? g_rand_double_range (dice, -row->stray_ms, row->stray_ms) / 1000 : 0;
    if (g_rand_double (dice) < row->loss)
      self.is_behind_loss = true;
    else
      take_block (&self, self.truth_s + stray_s);
    self.truth_s += block_s;
    self.now_s += block_s;
    self.settled_s += block_s;
  }
  *ret_drift = self.drift;
  return self.outcome;
}

static void
test_hours (void)
{
  static const Row rows[] = {
      {"steady", 2, 0, 0, 20, 0, 0, 0, 0.1, 0, 0},
      {"+300 ppm", 4, 300, 0, 20, 0, 0, 0, 0.1, 0, 0},
      {"-300 ppm, AAC", 4, -300, 0, 21.333, 0, 0, 0, 0.1, 0, 0},
      {"+300 ppm, straying", 4, 300, 20, 20, 0, 0, 0, 3, 0, 0},
      {"-300 ppm, straying, long blocks", 4, -300, 20, 64, 0, 0, 0, 5, 0, 0},
      {"+1000 ppm, straying", 2, 1000, 20, 20, 0, 0, 0, 3, 0, 0},
      {"-1000 ppm, straying a little, long blocks", 2, -1000, 5, 128, 0, 0, 0, 3, 0, 0},
      {"+300 ppm, lossy", 2, 300, 0, 20, 0.01, 0, 0, 0.1, 0, 0},
      {"+300 ppm, straying, lossy, long blocks", 2, 300, 20, 64, 0.01, 0, 0, 5, 0, 0},
      {"-300 ppm, straying a little, lossy, jump", 2, -300, 2, 20, 0.001, 0, 10, 5, 0, 0},
      {"+300 ppm, straying, jump", 2, 300, 20, 20, 0, 0, 10, 3, 0, 0},
      {"+300 ppm, slewed", 1, 300, 0, 20, 0, 20, 0, 5, 0, 0},
      {"-300 ppm, slewed, long blocks", 1, -300, 0, 64, 0, 20, 0, 5, 0, 0},
      /* Stamps stray by as much as a block lasts: how many were lost is known half a second later only. */
      {"+300 ppm, straying by a block, lossy", 2, 300, 20, 20, 0.001, 0, 0, 26, 0.005, 10},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamSoundDrift drift;
    Outcome outcome = simulate (&rows[i], &drift);
    g_test_message ("%s: worst %.2f ms (said %.2f), %.3f %% over 5 ms, %u gaps, %u overlaps, %u jumps, at most %.0f ppm", rows[i].name,
                    outcome.worst_s * 1000, (double) cam_sound_drift_get_worst_ns (&drift) / 1e6,
                    100.0 * outcome.blocks_over / outcome.blocks, outcome.verdicts[CAM_SOUND_DRIFT_GAP],
                    outcome.verdicts[CAM_SOUND_DRIFT_OVERLAP], outcome.verdicts[CAM_SOUND_DRIFT_JUMP], outcome.most_ppm);
    g_assert_cmpfloat (outcome.worst_s * 1000, <, rows[i].worst_ms);
    g_assert_cmpfloat ((double) outcome.blocks_over / outcome.blocks, <=, rows[i].share_over);
    g_assert_cmpuint (outcome.verdicts[CAM_SOUND_DRIFT_OVERLAP], <=, rows[i].most_overlaps);
    g_assert_cmpuint (outcome.verdicts[CAM_SOUND_DRIFT_JUMP], ==, rows[i].jump_s > 0 ? 1 : 0);
    if (rows[i].loss == 0)
      g_assert_cmpuint (outcome.verdicts[CAM_SOUND_DRIFT_GAP], <=, 1);
    if (rows[i].stray_ms == 0)
      g_assert_cmpint (ABS (cam_sound_drift_get_clock_ppm (&drift) - (int) rows[i].clock_ppm), <=, 2);
    g_assert_cmpfloat (outcome.most_ppm, <=, CAM_SOUND_DRIFT_MOST_PPM);
  }
}

/* Stamps that do not tremble: what they say is done at once. */
static void
test_verdicts (void)
{
  const int64_t ms = 1000 * 1000;
  const struct {
    int64_t error_ns;
    bool is_behind_loss;
    CamSoundDriftVerdict verdict;
    int64_t amount_ns;
  } rows[] = {
      {0, false, CAM_SOUND_DRIFT_FLOWS, 0},
      {20 * ms, false, CAM_SOUND_DRIFT_FLOWS, 0},
      {-20 * ms, false, CAM_SOUND_DRIFT_FLOWS, 0},
      {20 * ms, true, CAM_SOUND_DRIFT_GAP, 20 * ms},
      {2 * ms, true, CAM_SOUND_DRIFT_FLOWS, 0},
      {-30 * ms, true, CAM_SOUND_DRIFT_FLOWS, 0},
      {500 * ms, false, CAM_SOUND_DRIFT_GAP, 500 * ms},
      {-70 * ms, false, CAM_SOUND_DRIFT_OVERLAP, 20 * ms},
      {1000 * ms, false, CAM_SOUND_DRIFT_JUMP, 0},
      {-1000 * ms, true, CAM_SOUND_DRIFT_JUMP, 0},
      {INT64_MAX, false, CAM_SOUND_DRIFT_JUMP, 0},
      {INT64_MIN, false, CAM_SOUND_DRIFT_JUMP, 0},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamSoundDrift drift = {0};
    int64_t amount_ns = -1;
    for (unsigned block = 0; block < 100; block++)
      g_assert_cmpint (cam_sound_drift_note (&drift, 0, 20 * ms, false, &amount_ns), ==, CAM_SOUND_DRIFT_FLOWS);
    g_test_message ("%zu", i);
    g_assert_cmpint (cam_sound_drift_note (&drift, rows[i].error_ns, 20 * ms, rows[i].is_behind_loss, &amount_ns), ==, rows[i].verdict);
    g_assert_cmpint (ABS (amount_ns - rows[i].amount_ns), <=, 1000);
  }
}

/* Begins with the clock it knew, and counts no error before it has settled. */
static void
test_reset (void)
{
  const Row row = {"", 0.2, 400, 0, 20, 0, 0, 0, 0, 0, 0};
  CamSoundDrift drift;
  simulate (&row, &drift);
  int64_t worst_ns = cam_sound_drift_get_worst_ns (&drift), amount_ns;
  cam_sound_drift_reset (&drift);
  g_assert_cmpfloat (fabs (cam_sound_drift_get_ppm (&drift) - 400), <, 2);
  g_assert_cmpint (cam_sound_drift_get_clock_ppm (&drift), ==, 400);
  cam_sound_drift_note (&drift, 30 * 1000 * 1000, 20 * 1000 * 1000, false, &amount_ns);
  g_assert_cmpint (cam_sound_drift_get_worst_ns (&drift), ==, worst_ns);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sound-drift/hours", test_hours);
  g_test_add_func ("/sound-drift/verdicts", test_verdicts);
  g_test_add_func ("/sound-drift/reset", test_reset);
  return g_test_run ();
}
