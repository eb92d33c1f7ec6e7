#include "serve/reader-log.h"

#define MINUTE_US CAM_READER_LOG_PAUSE_US

static const CamLogFields fields = {.camera = "yard", .stream = "main", .reader = "3f0c", .address = "192.0.2.1:5000"};

/* What the log says of @news, a line each, without its times. */
static void
test_a_line_a_minute (void)
{
  static const struct {
    int64_t at_us;
    CamReaderNews news;
    bool is_said;
  } rows[] = {
      {1000, CAM_READER_NEWS_SKIPS, true},
      {2000, CAM_READER_NEWS_SKIPS, false}, /* goes on */
      {3000, CAM_READER_NEWS_BACK, true},
      {4000, CAM_READER_NEWS_SKIPS, false},
      {5000, CAM_READER_NEWS_THINNED, true}, /* another thing, and as rare */
      {6000, CAM_READER_NEWS_BACK, false},   /* of a beginning that was not said */
      {7000, CAM_READER_NEWS_WHOLE, true},
      {8000, CAM_READER_NEWS_THINNED, false},
      {999 + MINUTE_US, CAM_READER_NEWS_WHOLE, false},
      {999 + MINUTE_US, CAM_READER_NEWS_SKIPS, false},
      {999 + MINUTE_US, CAM_READER_NEWS_BACK, false},
      {1000 + MINUTE_US, CAM_READER_NEWS_SKIPS, true},
      {1000 + 3 * MINUTE_US, CAM_READER_NEWS_BACK, true},
  };
  CamReaderLog log = {0};
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (cam_reader_log_news (&log, &fields, rows[i].news, CAM_SKIP_LAG, rows[i].at_us), ==, rows[i].is_said);
}

static void
test_the_lines (void)
{
  if (!g_test_subprocess ()) {
    g_test_trap_subprocess (NULL, 0, 0);
    g_test_trap_assert_passed ();
    g_test_trap_assert_stderr ("*yard main: reader joined over TCP (*reader=3f0c*\n"
                               "*reader fell behind, goes on at the newest key picture when it can (*cause=lag*\n"
                               "*reader is back after 20.5 s (*\n"
                               "*reader's link does not carry the stream: key pictures only (*\n"
                               "*reader's link carries the stream: all pictures again after 40.0 s (*\n"
                               "*reader fell behind and is disconnected, as ReaderPolicy= says (*cause=memory*\n"
                               "*reader left after * s with 12.3 MB in 1500 units (*\n"
                               "*reader left after * s with 12.3 MB in 1500 units, 40 left out; skips for lag: 2; thinned: 1 (*\n*");
    return;
  }
  CamReaderLog log = {0};
  cam_reader_log_joined (&fields, "TCP");
  cam_reader_log_news (&log, &fields, CAM_READER_NEWS_SKIPS, CAM_SKIP_LAG, 1000);
  cam_reader_log_news (&log, &fields, CAM_READER_NEWS_BACK, CAM_SKIP_LAG, 20501000);
  cam_reader_log_news (&log, &fields, CAM_READER_NEWS_THINNED, CAM_SKIP_LAG, 1000);
  cam_reader_log_news (&log, &fields, CAM_READER_NEWS_WHOLE, CAM_SKIP_LAG, 40001000);
  cam_reader_log_disconnected (&fields, CAM_SKIP_MEMORY);
  _Atomic uint64_t total = 0;
  CamReaderRecord *record = cam_reader_record_new (&(CamReaderIdentity){.id = "3f0c"}, &total);
  cam_reader_record_note_queued (record, 1500, 12345678);
  cam_reader_log_left (&fields, record);
  cam_reader_record_note_left_out (record, 40);
  cam_reader_record_note_skip (record, CAM_SKIP_LAG);
  cam_reader_record_note_skip (record, CAM_SKIP_LAG);
  cam_reader_record_note_thinned (record);
  cam_reader_log_left (&fields, record);
  cam_reader_record_free (record);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reader-log/a-line-a-minute", test_a_line_a_minute);
  g_test_add_func ("/reader-log/the-lines", test_the_lines);
  return g_test_run ();
}
