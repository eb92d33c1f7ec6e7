#include "serve/thin-rule.h"

#include <glib.h>

#define S G_USEC_PER_SEC
#define LAG_US (3 * S)
#define PICTURE_US (40 * 1000)

/* A stream of 25 pictures a second, and what a link makes of it. */
typedef struct {
  unsigned group; /* pictures from key to key */
  uint64_t key_bytes;
  uint64_t picture_bytes; /* of the others */
  uint64_t link_bytes;    /* a second */
} Stream;

static const Stream usual = {50, 100000, 10000, 0}; /* 295,000 bytes a second */
static const Stream long_group = {250, 200000, 10000, 0};
static const Stream all_intra = {1, 40000, 0, 0};

typedef struct {
  CamThinRule rule;
  int64_t now_us;
  unsigned picture;
  uint64_t under_way; /* bytes */
} Reader;

static void
init (Reader *self)
{
  cam_thin_rule_init (&self->rule, LAG_US);
  self->now_us = 1000 * S;
  self->picture = 0;
  self->under_way = 0;
}

/* Plays @stream to a thinned reader, at a link of @percent of its rate, until @until_us or until it has the whole stream. */
static bool
play (Reader *self, const Stream *stream, unsigned percent, int64_t until_us)
{
  uint64_t group_bytes = stream->key_bytes + stream->picture_bytes * (stream->group - 1);
  uint64_t carried = group_bytes * percent / stream->group / 100; /* in one picture's time */
  while (self->now_us < until_us) {
    self->now_us += PICTURE_US;
    self->under_way -= MIN (self->under_way, carried);
    bool is_key = self->picture++ % stream->group == 0;
    if (is_key)
      cam_thin_rule_note_key (&self->rule, self->now_us);
    bool is_taken = is_key && cam_thin_rule_wants_key (&self->rule, self->now_us);
    CamThinUnit unit = {.bytes = is_key ? stream->key_bytes : stream->picture_bytes,
                        .is_key = is_key,
                        .is_taken = is_taken,
                        .is_busy = self->under_way > 0};
    if (is_taken)
      self->under_way += unit.bytes;
    if (cam_thin_rule_note_unit (&self->rule, &unit, self->now_us))
      return true;
  }
  return false;
}

static bool
skip_after (Reader *self, int64_t pause_us)
{
  self->now_us += pause_us;
  return cam_thin_rule_note_skip (&self->rule, self->now_us);
}

static void
thin (Reader *self)
{
  g_assert_false (skip_after (self, 100 * S));
  g_assert_true (skip_after (self, 10 * S));
  g_assert_true (self->rule.is_thinned);
}

static void
test_when_it_is_thinned (void)
{
  static const struct {
    int64_t pause_us;
    int64_t key_interval_us;
    bool is_thinned;
  } rows[] = {
      {1 * S, 0, true},       {30 * S, 0, true},       {30 * S + 1, 0, false},  {30 * S + 1, 2 * S, false},
      {45 * S, 15 * S, true}, {46 * S, 15 * S, false}, {170 * S, 60 * S, true}, {190 * S, 70 * S, false},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    Reader reader;
    init (&reader);
    cam_thin_rule_note_key (&reader.rule, reader.now_us);
    cam_thin_rule_note_key (&reader.rule, reader.now_us + rows[i].key_interval_us);
    reader.now_us += rows[i].key_interval_us;
    g_assert_false (skip_after (&reader, S));
    g_assert_cmpint (skip_after (&reader, rows[i].pause_us), ==, rows[i].is_thinned);
    g_assert_cmpint (reader.rule.is_thinned, ==, rows[i].is_thinned);
  }
}

/* Whether, and how long after it was thinned, a reader has the whole stream again. */
static void
test_when_it_is_whole (void)
{
  static const struct {
    const Stream *stream;
    unsigned percent;
    int64_t least_us;
    int64_t most_us; /* 0: never */
  } rows[] = {
      {&usual, 1000, 21 * S, 24 * S},
      {&usual, 150, 21 * S, 24 * S},
      {&usual, 110, 0, 0},
      {&usual, 50, 0, 0},
      {&usual, 5, 0, 0},
      {&long_group, 1000, 21 * S, 45 * S},
      {&long_group, 50, 0, 0},
      {&all_intra, 1000, 21 * S, 24 * S},
      {&all_intra, 50, 0, 0},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    Reader reader;
    init (&reader);
    thin (&reader);
    int64_t thinned_us = reader.now_us;
    bool is_whole = play (&reader, rows[i].stream, rows[i].percent, thinned_us + 200 * S);
    g_assert_cmpint (is_whole, ==, rows[i].most_us != 0);
    g_assert_cmpint (reader.rule.is_thinned, ==, !is_whole);
    if (!is_whole)
      continue;
    g_assert_cmpint (reader.now_us - thinned_us, >=, rows[i].least_us);
    g_assert_cmpint (reader.now_us - thinned_us, <=, rows[i].most_us);
  }
}

/* A link that becomes good is found out at the end of the next trial, however long it was bad. */
static void
test_it_comes_back_by_itself (void)
{
  Reader reader;
  init (&reader);
  thin (&reader);
  g_assert_false (play (&reader, &usual, 50, reader.now_us + 1000 * S));
  int64_t good_us = reader.now_us;
  g_assert_true (play (&reader, &usual, 300, good_us + 100 * S));
  g_assert_cmpint (reader.now_us - good_us, <=, 2 * 24 * S);
}

/* Fails at once each time: thinned for twice as long each time, up to 5 minutes; a good while later it begins anew. */
static void
test_a_relapse_doubles_the_time (void)
{
  Reader reader;
  init (&reader);
  thin (&reader);
  int64_t expected_us = 21 * S;
  for (unsigned i = 0; i < 8; i++) {
    g_assert_cmpint (reader.rule.hold_us, ==, expected_us);
    int64_t thinned_us = reader.now_us;
    g_assert_true (play (&reader, &usual, 1000, thinned_us + 1000 * S));
    g_assert_cmpint (reader.now_us - thinned_us, >=, expected_us);
    g_assert_cmpint (reader.now_us - thinned_us, <=, expected_us + 24 * S);
    g_assert_true (skip_after (&reader, 2 * S));
    expected_us = MIN (2 * expected_us, CAM_THIN_LONGEST_US);
  }
  g_assert_cmpint (reader.rule.hold_us, ==, CAM_THIN_LONGEST_US);
  g_assert_true (play (&reader, &usual, 1000, reader.now_us + 1000 * S));
  g_assert_false (skip_after (&reader, 901 * S));
  g_assert_true (skip_after (&reader, S));
  g_assert_cmpint (reader.rule.hold_us, ==, 21 * S);
}

/* A link that holds for a while and then fails is a relapse too, if it held for less than three times as long as it had been thinned. */
static void
test_a_late_relapse (void)
{
  Reader reader;
  init (&reader);
  thin (&reader);
  g_assert_true (play (&reader, &usual, 1000, reader.now_us + 1000 * S));
  g_assert_false (skip_after (&reader, 40 * S));
  g_assert_true (skip_after (&reader, 20 * S));
  g_assert_cmpint (reader.rule.hold_us, ==, 42 * S);
}

static void
test_a_skip_while_thinned_begins_the_trial_anew (void)
{
  Reader reader;
  init (&reader);
  thin (&reader);
  for (unsigned i = 0; i < 20; i++) {
    g_assert_false (play (&reader, &usual, 1000, reader.now_us + 15 * S));
    g_assert_false (skip_after (&reader, 1));
  }
  g_assert_true (play (&reader, &usual, 1000, reader.now_us + 24 * S));
}

/* Of a stream of key pictures alone it takes about one a second. */
static void
test_key_pictures_keep_apart (void)
{
  Reader reader;
  init (&reader);
  thin (&reader);
  g_assert_false (play (&reader, &all_intra, 1000, reader.now_us + 20 * S));
  g_assert_cmpuint (reader.rule.taken_keys, >=, 20);
  g_assert_cmpuint (reader.rule.taken_keys, <=, 23);
}

/* Nothing to judge by: the camera is away, or sends no key pictures. */
static void
test_without_key_pictures_nothing_is_proved (void)
{
  Reader reader;
  init (&reader);
  thin (&reader);
  const CamThinUnit sound = {.bytes = 160, .is_taken = true};
  for (unsigned i = 0; i < 10000; i++) {
    reader.now_us += PICTURE_US;
    g_assert_false (cam_thin_rule_note_unit (&reader.rule, &sound, reader.now_us));
  }
}

/* The biggest stream and the longest trial do not overflow: 1 GB/s for a day without a key picture, then two. */
static void
test_large_numbers (void)
{
  Reader reader;
  init (&reader);
  thin (&reader);
  CamThinUnit unit = {.bytes = 1000000000, .is_busy = true};
  for (unsigned i = 0; i < 86400; i++) {
    reader.now_us += S;
    g_assert_false (cam_thin_rule_note_unit (&reader.rule, &unit, reader.now_us));
  }
  unit.is_key = unit.is_taken = true;
  for (unsigned i = 0; i < 3; i++) {
    reader.now_us += S;
    g_assert_false (cam_thin_rule_note_unit (&reader.rule, &unit, reader.now_us));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/thin-rule/when-it-is-thinned", test_when_it_is_thinned);
  g_test_add_func ("/thin-rule/when-it-is-whole", test_when_it_is_whole);
  g_test_add_func ("/thin-rule/it-comes-back-by-itself", test_it_comes_back_by_itself);
  g_test_add_func ("/thin-rule/a-relapse-doubles-the-time", test_a_relapse_doubles_the_time);
  g_test_add_func ("/thin-rule/a-late-relapse", test_a_late_relapse);
  g_test_add_func ("/thin-rule/a-skip-while-thinned-begins-the-trial-anew", test_a_skip_while_thinned_begins_the_trial_anew);
  g_test_add_func ("/thin-rule/key-pictures-keep-apart", test_key_pictures_keep_apart);
  g_test_add_func ("/thin-rule/without-key-pictures-nothing-is-proved", test_without_key_pictures_nothing_is_proved);
  g_test_add_func ("/thin-rule/large-numbers", test_large_numbers);
  return g_test_run ();
}
