#include "control/metric-walk.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "version.h"

/* The contract's states; several of the lifecycle's go by one word. */
static const char *const state_words[] = {"disabled",  "idle",         "listening",    "connecting",
                                          "connected", "reconnecting", "disconnected", "removing"};
static const char *const reader_state_words[CAM_READER_STATES] = {"paused", "playing", "skipping", "thinned"};

typedef struct {
  const CamStatus *status;
  const CamReaderTally *readers;
  int64_t now_us;
  CamMetric metric; /* the one that is walked */
  CamMetricFunc func;
  gpointer data;
} Walk;

/* Most metrics are one member of the status, of each stream, or of each stream's SRT connection. */
typedef enum
{
  OF_STATUS,
  OF_STREAM,
  OF_SRT,
  OF_LOOP,
  OF_ITS_OWN /* a function's */
} Scope;

typedef enum
{
  FIELD_U64,
  FIELD_UNSIGNED,
  FIELD_INT,
  FIELD_I64,
  FIELD_DOUBLE
} Field;

typedef struct {
  Scope scope;
  Field field;
  size_t offset;
  double factor;    /* to base units */
  bool is_optional; /* 0 means that it is not known */
  void (*walk) (Walk *walk);
} Source;

static void
say (const Walk *walk, const char *first, const char *second, const char *third, double value)
{
  const CamMetricSample sample = {.metric = walk->metric, .labels = {first, second, third}, .value = value};
  walk->func (&sample, walk->data);
}

static void
say_of_stream (const Walk *walk, const CamStreamStatus *stream, const char *third, double value)
{
  say (walk, stream->camera->name, cam_stream_name (stream->stream), third, value);
}

static const CamStreamStatus *
stream_at (const Walk *walk, unsigned index)
{
  return g_ptr_array_index (walk->status->streams, index);
}

static double
read_field (const void *of, const Source *source)
{
  const uint8_t *at = (const uint8_t *) of + source->offset;
  uint64_t u64 = 0;
  int64_t i64 = 0;
  unsigned word = 0;
  int number = 0;
  double real = 0;
  switch (source->field) {
  case FIELD_U64:
    memcpy (&u64, at, sizeof u64);
    real = (double) u64;
    break;
  case FIELD_UNSIGNED:
    memcpy (&word, at, sizeof word);
    real = word;
    break;
  case FIELD_INT:
    memcpy (&number, at, sizeof number);
    real = number;
    break;
  case FIELD_I64:
    memcpy (&i64, at, sizeof i64);
    real = (double) i64;
    break;
  case FIELD_DOUBLE:
    memcpy (&real, at, sizeof real);
    break;
  }
  return real * source->factor;
}

static void
walk_field (const Walk *walk, const Source *source)
{
  switch (source->scope) {
  case OF_STATUS:
    say (walk, NULL, NULL, NULL, read_field (walk->status, source));
    break;
  case OF_LOOP:
    for (unsigned i = 0; i < walk->status->n_loops; i++)
      say (walk, walk->status->loops[i].name, NULL, NULL, read_field (&walk->status->loops[i], source));
    break;
  case OF_STREAM:
  case OF_SRT:
    for (unsigned i = 0; i < walk->status->streams->len; i++) {
      const CamStreamStatus *stream = stream_at (walk, i);
      double value = read_field (stream, source);
      bool is_there = source->scope == OF_STREAM || stream->has_srt;
      if (is_there && (value != 0 || !source->is_optional))
        say_of_stream (walk, stream, NULL, value);
    }
    break;
  case OF_ITS_OWN:
    break;
  }
}

/* ---- of the process ---- */

static void
walk_build_info (Walk *walk)
{
  say (walk, CAM_VERSION, NULL, NULL, 1);
}

static void
walk_status_age (Walk *walk)
{
  say (walk, NULL, NULL, NULL, (double) MAX (walk->now_us - walk->status->monotonic_us, 0) / 1e6);
}

/* ---- of readers ---- */

static void
walk_readers (Walk *walk)
{
  for (unsigned i = 0; i < walk->readers->n_kinds; i++) {
    for (unsigned state = 0; state < CAM_READER_STATES; state++)
      say (walk, walk->readers->kinds[i].transport, reader_state_words[state], NULL, walk->readers->kinds[i].states[state]);
  }
}

static void
walk_lagging_readers (Walk *walk)
{
  for (unsigned i = 0; i < walk->readers->n_kinds; i++) {
    for (unsigned bound = 0; bound < CAM_READER_LAG_BOUNDS; bound++)
      say (walk, walk->readers->kinds[i].transport, cam_reader_lag_bounds[bound], NULL, walk->readers->kinds[i].lagging[bound]);
  }
}

static void
walk_worst_lag (Walk *walk)
{
  for (unsigned i = 0; i < walk->readers->n_kinds; i++)
    say (walk, walk->readers->kinds[i].transport, NULL, NULL, (double) walk->readers->kinds[i].worst_lag_us / 1e6);
}

static void
walk_reader_queues (Walk *walk)
{
  for (unsigned i = 0; i < walk->readers->n_kinds; i++)
    say (walk, walk->readers->kinds[i].transport, NULL, NULL, (double) walk->readers->kinds[i].waiting_bytes);
}

/* ---- of streams ---- */

static void
walk_states (Walk *walk)
{
  for (unsigned i = 0; i < walk->status->streams->len; i++) {
    const char *now = cam_camera_state_word (stream_at (walk, i)->state);
    for (unsigned word = 0; word < G_N_ELEMENTS (state_words); word++)
      say_of_stream (walk, stream_at (walk, i), state_words[word], strcmp (now, state_words[word]) == 0);
  }
}

static void
walk_healths (Walk *walk)
{
  static const CamHealth healths[] = {CAM_HEALTH_OFF, CAM_HEALTH_OK, CAM_HEALTH_DEGRADED, CAM_HEALTH_FAILED};
  for (unsigned i = 0; i < walk->status->streams->len; i++) {
    for (unsigned health = 0; health < G_N_ELEMENTS (healths); health++)
      say_of_stream (walk, stream_at (walk, i), cam_health_word (healths[health]), stream_at (walk, i)->health == healths[health]);
  }
}

static void
walk_reasons (Walk *walk)
{
  for (unsigned i = 0; i < walk->status->streams->len; i++) {
    if (stream_at (walk, i)->reason != CAM_REASON_NONE)
      say_of_stream (walk, stream_at (walk, i), cam_reason_word (stream_at (walk, i)->reason), 1);
  }
}

static void
walk_ailments (Walk *walk)
{
  for (unsigned i = 0; i < walk->status->streams->len; i++) {
    for (unsigned bit = 0; bit < CAM_N_AILMENTS; bit++) {
      if (stream_at (walk, i)->ailments & (1u << bit))
        say_of_stream (walk, stream_at (walk, i), cam_ailment_word ((CamAilment) (1u << bit)), 1);
    }
  }
}

static void
walk_unit_ages (Walk *walk)
{
  for (unsigned i = 0; i < walk->status->streams->len; i++) {
    const CamStreamStatus *stream = stream_at (walk, i);
    if (stream->last_unit_us != 0)
      say_of_stream (walk, stream, NULL, (double) MAX (walk->status->monotonic_us - stream->last_unit_us, 0) / 1e6);
  }
}

static const char *const track_words[CAM_N_TRACKS] = {[CAM_TRACK_VIDEO] = "video", [CAM_TRACK_AUDIO] = "audio"};

static void
walk_units (Walk *walk)
{
  for (unsigned i = 0; i < walk->status->streams->len; i++) {
    for (unsigned track = 0; track < CAM_N_TRACKS; track++)
      say_of_stream (walk, stream_at (walk, i), track_words[track], (double) stream_at (walk, i)->in.units[track]);
  }
}

static void
walk_unit_bytes (Walk *walk)
{
  for (unsigned i = 0; i < walk->status->streams->len; i++) {
    for (unsigned track = 0; track < CAM_N_TRACKS; track++)
      say_of_stream (walk, stream_at (walk, i), track_words[track], (double) stream_at (walk, i)->in.bytes[track]);
  }
}

static void
walk_drops (Walk *walk)
{
  for (unsigned i = 0; i < walk->status->streams->len; i++) {
    for (unsigned cause = 0; cause < CAM_N_DROPS; cause++)
      say_of_stream (walk, stream_at (walk, i), cam_drop_cause_word ((CamDropCause) cause), (double) stream_at (walk, i)->drops[cause]);
  }
}

static void
walk_ends (Walk *walk)
{
  for (unsigned i = 0; i < walk->status->streams->len; i++) {
    for (unsigned reason = 0; reason < CAM_N_REASONS; reason++) {
      if (stream_at (walk, i)->ends[reason] != 0)
        say_of_stream (walk, stream_at (walk, i), cam_reason_word ((CamReason) reason), (double) stream_at (walk, i)->ends[reason]);
    }
  }
}

static void
walk_first_pictures_of (const Walk *walk, const CamStreamStatus *stream)
{
  CamMetricSample sample = {.metric = walk->metric, .kind = CAM_SAMPLE_BUCKET, .labels = {stream->camera->name, cam_stream_name (stream->stream)}};
  for (unsigned i = 0; i <= CAM_FIRST_PICTURE_BOUNDS; i++) {
    sample.bound = i < CAM_FIRST_PICTURE_BOUNDS ? cam_first_picture_bounds_s[i] : (double) INFINITY;
    sample.value += (double) stream->first_pictures.counts[i];
    walk->func (&sample, walk->data);
  }
  const double count = sample.value;
  sample.kind = CAM_SAMPLE_SUM;
  sample.value = stream->first_pictures.sum_s;
  walk->func (&sample, walk->data);
  sample.kind = CAM_SAMPLE_COUNT;
  sample.value = count;
  walk->func (&sample, walk->data);
}

static void
walk_first_pictures (Walk *walk)
{
  for (unsigned i = 0; i < walk->status->streams->len; i++) {
    const CamStreamStatus *stream = stream_at (walk, i);
    uint64_t count = 0;
    for (unsigned bound = 0; bound <= CAM_FIRST_PICTURE_BOUNDS; bound++)
      count += stream->first_pictures.counts[bound];
    if (count > 0)
      walk_first_pictures_of (walk, stream);
  }
}

/* ---- all ---- */

#define BITS 8 /* of a byte, which is what metrics count in */

/* A member of another type than these is an error of the compiler's. */
#define FIELD_OF(type, member) \
  _Generic (((type *) NULL)->member, uint64_t: FIELD_U64, unsigned: FIELD_UNSIGNED, int: FIELD_INT, int64_t: FIELD_I64, double: FIELD_DOUBLE)
#define MEMBER(of, type, member, by) .scope = of, .field = FIELD_OF (type, member), .offset = offsetof (type, member), .factor = by
#define STATUS(member, by) {MEMBER (OF_STATUS, CamStatus, member, by)}
#define LOOP(member, by) {MEMBER (OF_LOOP, CamLoopStatus, member, by)}
#define STREAM(member, by) {MEMBER (OF_STREAM, CamStreamStatus, member, by)}
#define KNOWN(member, by) {MEMBER (OF_STREAM, CamStreamStatus, member, by), .is_optional = true}
#define SRT(member, by) {MEMBER (OF_SRT, CamStreamStatus, srt.member, by)}
#define OWN(function) {.scope = OF_ITS_OWN, .walk = function}

static const Source sources[CAM_N_METRICS] = {
    [CAM_METRIC_BUILD_INFO] = OWN (walk_build_info),
    [CAM_METRIC_START_TIME] = STATUS (start_unix_us, 1e-6),
    [CAM_METRIC_STATUS_AGE] = OWN (walk_status_age),
    [CAM_METRIC_CPU] = STATUS (cpu_s, 1),
    [CAM_METRIC_RESIDENT] = STATUS (resident_bytes, 1),
    [CAM_METRIC_THREADS] = STATUS (threads, 1),
    [CAM_METRIC_FDS] = STATUS (descriptors, 1),
    [CAM_METRIC_FD_LIMIT] = STATUS (descriptor_limit, 1),
    [CAM_METRIC_CRASHES] = STATUS (crashes, 1),
    [CAM_METRIC_RELOADS] = STATUS (reloads, 1),
    [CAM_METRIC_RELOADS_FAILED] = STATUS (reloads_failed, 1),
    [CAM_METRIC_SHED_STEP] = STATUS (shed_step, 1),
    [CAM_METRIC_LOOP_LAG] = LOOP (lag_us, 1e-6),
    [CAM_METRIC_LOOP_WORST_TURN] = LOOP (worst_turn_us, 1e-6),
    [CAM_METRIC_MEDIA_MEMORY] = STATUS (memory.used, 1),
    [CAM_METRIC_MEDIA_MEMORY_LIMIT] = STATUS (memory.limit, 1),
    [CAM_METRIC_MEDIA_MEMORY_HIGH] = STATUS (memory.high, 1),
    [CAM_METRIC_MEDIA_MEMORY_REFUSALS] = STATUS (memory.refusals, 1),
    [CAM_METRIC_CONNECTIONS] = STATUS (server.connections, 1),
    [CAM_METRIC_ACCEPTED] = STATUS (server.accepted, 1),
    [CAM_METRIC_REFUSED] = STATUS (server.refused, 1),
    [CAM_METRIC_SLOW_REQUESTS] = STATUS (server.requests_over_20ms, 1),
    [CAM_METRIC_SENT] = STATUS (server.bytes_out, 1),
    [CAM_METRIC_LEFT_OUT] = STATUS (server.units_skipped, 1),
    [CAM_METRIC_READERS] = OWN (walk_readers),
    [CAM_METRIC_READERS_LAGGING] = OWN (walk_lagging_readers),
    [CAM_METRIC_READER_LAG_MAX] = OWN (walk_worst_lag),
    [CAM_METRIC_READER_QUEUED] = OWN (walk_reader_queues),
    [CAM_METRIC_STREAMS_EXPECTED] = STATUS (total, 1),
    [CAM_METRIC_STREAMS_CONNECTED] = STATUS (connected, 1),
    [CAM_METRIC_QUARANTINED] = STATUS (quarantined, 1),
    [CAM_METRIC_STREAM_STATE] = OWN (walk_states),
    [CAM_METRIC_STREAM_HEALTH] = OWN (walk_healths),
    [CAM_METRIC_STREAM_REASON] = OWN (walk_reasons),
    [CAM_METRIC_STREAM_AILMENT] = OWN (walk_ailments),
    [CAM_METRIC_STREAM_SINCE] = STREAM (since_unix_us, 1e-6),
    [CAM_METRIC_STREAM_UNIT_AGE] = OWN (walk_unit_ages),
    [CAM_METRIC_STREAM_FPS] = STREAM (fps, 1),
    [CAM_METRIC_STREAM_USUAL_FPS] = KNOWN (usual_fps, 1),
    [CAM_METRIC_STREAM_BIT_RATE] = STREAM (bit_rate, 1.0 / BITS),
    [CAM_METRIC_STREAM_KEY_INTERVAL] = KNOWN (key_interval_s, 1),
    [CAM_METRIC_STREAM_DRIFT] = STREAM (drift_ppm, 1),
    [CAM_METRIC_STREAM_IN_BYTES] = STREAM (bytes_in, 1),
    [CAM_METRIC_STREAM_UNITS] = OWN (walk_units),
    [CAM_METRIC_STREAM_UNIT_BYTES] = OWN (walk_unit_bytes),
    [CAM_METRIC_STREAM_KEYS] = STREAM (in.keys, 1),
    [CAM_METRIC_STREAM_OUT_BYTES] = STREAM (bytes_out, 1),
    [CAM_METRIC_STREAM_OUT_UNITS] = STREAM (units_out, 1),
    [CAM_METRIC_STREAM_LEFT_OUT] = STREAM (units_left_out, 1),
    [CAM_METRIC_STREAM_LOST] = STREAM (packets_lost, 1),
    [CAM_METRIC_STREAM_MALFORMED] = STREAM (malformed, 1),
    [CAM_METRIC_STREAM_DROPS] = OWN (walk_drops),
    [CAM_METRIC_STREAM_CONNECTS] = STREAM (connects, 1),
    [CAM_METRIC_STREAM_ENDS] = OWN (walk_ends),
    [CAM_METRIC_STREAM_SLATE] = STREAM (slate_us, 1e-6),
    [CAM_METRIC_STREAM_FIRST_PICTURE] = OWN (walk_first_pictures),
    [CAM_METRIC_STREAM_READERS] = STREAM (readers, 1),
    [CAM_METRIC_STREAM_LAGGING] = STREAM (lagging, 1),
    [CAM_METRIC_STREAM_MEMORY] = STREAM (memory_bytes, 1),
    [CAM_METRIC_STREAM_SHED] = STREAM (shed_level, 1),
    [CAM_METRIC_SRT_RTT] = SRT (rtt_ms, 1e-3),
    [CAM_METRIC_SRT_BANDWIDTH] = SRT (bandwidth_mbit, 1e6 / BITS),
    [CAM_METRIC_SRT_RECEIVE_RATE] = SRT (receive_mbit, 1e6 / BITS),
    [CAM_METRIC_SRT_SEND_RATE] = SRT (send_mbit, 1e6 / BITS),
    [CAM_METRIC_SRT_IN_PACKETS] = SRT (packets_received, 1),
    [CAM_METRIC_SRT_OUT_PACKETS] = SRT (packets_sent, 1),
    [CAM_METRIC_SRT_IN_BYTES] = SRT (bytes_received, 1),
    [CAM_METRIC_SRT_OUT_BYTES] = SRT (bytes_sent, 1),
    [CAM_METRIC_SRT_LOST] = SRT (packets_lost, 1),
    [CAM_METRIC_SRT_AGAIN] = SRT (packets_retransmitted, 1),
    [CAM_METRIC_SRT_DROPPED] = SRT (packets_dropped, 1),
    [CAM_METRIC_SRT_UNDECRYPTED] = SRT (packets_undecrypted, 1),
    [CAM_METRIC_SRT_IN_FLIGHT] = SRT (packets_in_flight, 1),
    [CAM_METRIC_SRT_IN_BUFFER] = SRT (receive_buffer_ms, 1e-3),
    [CAM_METRIC_SRT_OUT_BUFFER] = SRT (send_buffer_ms, 1e-3),
    [CAM_METRIC_SRT_UPTIME] = SRT (uptime_us, 1e-6),
};

void
cam_metric_walk (const CamStatus *status, const GPtrArray *readers, int64_t now_us, CamMetricFunc func, gpointer data)
{
  CamReaderTally tally;
  cam_reader_tally_fill (&tally, readers);
  Walk walk = {.status = status, .readers = &tally, .now_us = now_us, .func = func, .data = data};
  for (unsigned i = 0; i < CAM_N_METRICS; i++) {
    walk.metric = (CamMetric) i;
    if (sources[i].walk != NULL)
      sources[i].walk (&walk);
    else
      walk_field (&walk, &sources[i]);
  }
}
