#include "load-tally.h"

void
bench_tally_init (BenchTally *self)
{
  *self = (BenchTally){
      .born_us = g_get_monotonic_time (),
      .latency_us = g_array_new (FALSE, FALSE, sizeof (int64_t)),
      .described_us = g_array_new (FALSE, FALSE, sizeof (int64_t)),
      .answer_us = g_array_new (FALSE, FALSE, sizeof (int64_t)),
      .first_us = g_array_new (FALSE, FALSE, sizeof (int64_t)),
      .key_us = g_array_new (FALSE, FALSE, sizeof (int64_t)),
      .key_late_us = g_array_new (FALSE, FALSE, sizeof (int64_t)),
      .key_again_us = g_array_new (FALSE, FALSE, sizeof (int64_t)),
      .live_again_us = g_array_new (FALSE, FALSE, sizeof (int64_t)),
  };
}

void
bench_tally_clear (BenchTally *self)
{
  g_array_unref (self->latency_us);
  g_array_unref (self->described_us);
  g_array_unref (self->answer_us);
  g_array_unref (self->first_us);
  g_array_unref (self->key_us);
  g_array_unref (self->key_late_us);
  g_array_unref (self->key_again_us);
  g_array_unref (self->live_again_us);
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  int64_t first = *(const int64_t *) a, second = *(const int64_t *) b;
  return first < second ? -1 : first > second;
}

static double
percentile_ms (const GArray *sorted_us, unsigned percent)
{
  unsigned place = (sorted_us->len - 1) * percent / 100;
  return (double) g_array_index (sorted_us, int64_t, place) / 1000.0;
}

void
bench_json_add_times (GString *json, const char *name, GArray *values_us)
{
  if (values_us->len == 0) {
    g_string_append_printf (json, ",\"%s\":null", name);
    return;
  }
  g_array_sort (values_us, compare_times);
  g_string_append_printf (json, ",\"%s\":{\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"max\":%.3f}", name, percentile_ms (values_us, 50),
                          percentile_ms (values_us, 90), percentile_ms (values_us, 99), percentile_ms (values_us, 100));
}
