#include "load-stall.h"

#define LOOK_EVERY_US (G_USEC_PER_SEC / 4)

struct BenchStall {
  CamLoopTimer *timer; /* owned; the next look at the relay's memory, the end of the stall */
  GPtrArray *readers;  /* of BenchReader, borrowed */
  pid_t pid;
  int64_t lasts_us;
  int64_t ends_us; /* 0: not begun */
  bool has_woken;
  uint64_t rss_before;
  uint64_t rss_most;
};

static void
look_at_memory (BenchStall *self)
{
  BenchGauge gauge;
  if (self->pid == 0 || !bench_gauge_read (self->pid, &gauge, NULL))
    return;
  if (self->rss_before == 0)
    self->rss_before = gauge.rss_bytes;
  self->rss_most = MAX (self->rss_most, gauge.rss_bytes);
}

static void
on_due (gpointer data)
{
  BenchStall *self = data;
  int64_t now_us = g_get_monotonic_time ();
  look_at_memory (self);
  if (!self->has_woken && now_us >= self->ends_us) {
    self->has_woken = true;
    for (unsigned i = 0; i < self->readers->len; i++)
      bench_reader_wake (g_ptr_array_index (self->readers, i));
  }
  int64_t next_us = now_us + LOOK_EVERY_US;
  cam_loop_timer_arm (self->timer, self->has_woken ? next_us : MIN (next_us, self->ends_us));
}

BenchStall *
bench_stall_new (CamLoopThread *loop, pid_t pid, int64_t lasts_us)
{
  BenchStall *self = g_new0 (BenchStall, 1);
  self->timer = cam_loop_timer_new (loop, on_due, self);
  self->readers = g_ptr_array_new ();
  self->pid = pid;
  self->lasts_us = lasts_us;
  return self;
}

void
bench_stall_end (BenchStall *self)
{
  if (self != NULL)
    g_clear_pointer (&self->timer, cam_loop_timer_free);
}

void
bench_stall_free (BenchStall *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->readers);
  g_free (self);
}

void
bench_stall_add (BenchStall *self, BenchReader *reader)
{
  g_ptr_array_add (self->readers, reader);
}

void
bench_stall_begin (BenchStall *self)
{
  look_at_memory (self);
  for (unsigned i = 0; i < self->readers->len; i++)
    bench_reader_hang (g_ptr_array_index (self->readers, i));
  self->ends_us = g_get_monotonic_time () + self->lasts_us;
  cam_loop_timer_arm (self->timer, self->ends_us - self->lasts_us + LOOK_EVERY_US);
}

void
bench_stall_describe (const BenchStall *self, BenchTally *tally, GString *json)
{
  g_string_append_printf (json, ",\"stalled\":{\"readers\":%u,\"failed\":%u,\"back\":%u", self->readers->len, tally->failed,
                          tally->live_again_us->len);
  g_string_append_printf (json, ",\"pictures_skipped\":%" G_GUINT64_FORMAT ",\"pictures_cut\":%" G_GUINT64_FORMAT, tally->pictures_lost,
                          tally->pictures_cut);
  g_string_append_printf (json, ",\"pictures_orphaned\":%" G_GUINT64_FORMAT ",\"rss_growth_bytes\":%" G_GUINT64_FORMAT,
                          tally->pictures_orphaned, self->rss_most - self->rss_before);
  bench_json_add_times (json, "key_again_ms", tally->key_again_us);
  bench_json_add_times (json, "live_again_ms", tally->live_again_us);
  g_string_append_c (json, '}');
}
