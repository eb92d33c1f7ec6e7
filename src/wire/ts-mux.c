#include "wire/ts-mux.h"

#include <string.h>

#include "wire/ts-payload.h"
#include "wire/ts-pes.h"
#include "wire/ts-tables.h"

#define PROGRAM_NUMBER 1
#define MAP_PID 0x1000
#define FIRST_STREAM_PID 0x100

/* A decoder's clock starts this far behind the decoding time of a unit: less is not enough for a picture's last packet to be there in time
 * when they come 8 a second, nor for sound that a camera sends an eighth of a second after its pictures; more is only waited for, because
 * players hold every unit back that long (docs/decisions/0026). */
#define LEAD_NS (NS_PER_S / 8)
#define NS_PER_S INT64_C (1000000000)
#define TIME_OFFSET_NS NS_PER_S /* so that the clock of the machine's first second is not below zero */

#define TABLES_EVERY_NS (NS_PER_S / 4)        /* half a second at most (ETSI TR 101 290, 5.2.1), and units come when they come */
#define CLOCK_EVERY_NS (80 * NS_PER_S / 1000) /* 100 ms at most (ISO 13818-1, 2.7.2) */

#define PACKETS_BESIDE 3 /* tables, and one with nothing but the clock */

/* What has a PID and a continuity counter. The streams stand at their CamTrackKind. */
enum { SLOT_PAT = CAM_N_TRACKS, SLOT_MAP, N_SLOTS };

static const uint16_t pids[N_SLOTS] = {
    [CAM_TRACK_VIDEO] = FIRST_STREAM_PID,
    [CAM_TRACK_AUDIO] = FIRST_STREAM_PID + 1,
    [SLOT_PAT] = CAM_TS_PAT_PID,
    [SLOT_MAP] = MAP_PID,
};

typedef struct {
  CamTrack *track; /* ref; NULL: not carried */
  CamAdtsFrame adts;
  bool has_dts;
  int64_t dts_ns; /* of the newest unit */
} MuxStream;

struct CamTsMux {
  MuxStream streams[CAM_N_TRACKS];
  CamTrackKind clock_track;
  CamTsProgram program;
  uint8_t counters[N_SLOTS]; /* of the next packet */
  bool has_hole[N_SLOTS];    /* the next packet says that it does not go on where the one before it ended */
  bool has_tables;
  int64_t tables_ns; /* decoding time of the unit they were before */
  bool has_clock;
  int64_t clock_ns; /* the newest that was written, on the units' time line */
};

bool
cam_ts_mux_can_carry (const CamTrack *track)
{
  CamTsStream stream;
  CamAdtsFrame adts;
  if (!cam_ts_stream_of_track (track, FIRST_STREAM_PID, &stream))
    return false;
  return track->codec != CAM_CODEC_AAC || cam_adts_from_config (track->config, &adts);
}

static void
adopt_description (CamTsMux *self, const CamStreamDescription *description)
{
  CamTsProgram program = {.version = self->program.version, .number = PROGRAM_NUMBER};
  for (int i = 0; i < CAM_N_TRACKS; i++) {
    MuxStream *stream = &self->streams[i];
    CamTrack *track = description->tracks[i];
    g_clear_pointer (&stream->track, cam_track_unref);
    if (track == NULL || !cam_ts_mux_can_carry (track))
      continue;
    stream->track = cam_track_ref (track);
    if (track->codec == CAM_CODEC_AAC)
      cam_adts_from_config (track->config, &stream->adts);
    if (program.n_streams == 0)
      self->clock_track = (CamTrackKind) i; /* the video's, where there is one */
    cam_ts_stream_of_track (track, pids[i], &program.streams[program.n_streams++]);
  }
  program.clock_pid = pids[self->clock_track];
  self->program = program;
}

CamTsMux *
cam_ts_mux_new (const CamStreamDescription *description)
{
  CamTsMux *self = g_new0 (CamTsMux, 1);
  adopt_description (self, description);
  if (self->program.n_streams > 0)
    return self;
  cam_ts_mux_free (self);
  return NULL;
}

void
cam_ts_mux_free (CamTsMux *self)
{
  if (self == NULL)
    return;
  for (int i = 0; i < CAM_N_TRACKS; i++)
    cam_track_unref (self->streams[i].track);
  g_free (self);
}

/* Whether both are called the same in the tables. */
static bool
are_same (const CamTsProgram *a, const CamTsProgram *b)
{
  bool is_same = a->n_streams == b->n_streams && a->clock_pid == b->clock_pid;
  for (unsigned i = 0; is_same && i < a->n_streams; i++)
    is_same = a->streams[i].pid == b->streams[i].pid && a->streams[i].type == b->streams[i].type &&
              a->streams[i].channels == b->streams[i].channels;
  return is_same;
}

void
cam_ts_mux_set_description (CamTsMux *self, const CamStreamDescription *description)
{
  CamTsProgram old = self->program;
  adopt_description (self, description);
  if (are_same (&old, &self->program))
    return;
  self->program.version = (old.version + 1) & 0x1f;
  self->has_tables = false;
}

CamTsMux *
cam_ts_mux_copy (const CamTsMux *self)
{
  CamTsMux *copy = g_memdup2 (self, sizeof *self);
  for (int i = 0; i < CAM_N_TRACKS; i++) {
    cam_track_ref (copy->streams[i].track);
    copy->streams[i].has_dts = false;
  }
  for (int slot = 0; slot < N_SLOTS; slot++)
    copy->has_hole[slot] = true;
  copy->has_tables = false;
  copy->has_clock = false;
  return copy;
}

size_t
cam_ts_mux_bound (const CamTsMux *self, size_t size)
{
  const CamTrack *video = self->streams[CAM_TRACK_VIDEO].track;
  size_t bytes = CAM_TS_CLOCK_FIELD_BYTES + CAM_TS_PES_MOST_BYTES_WRITTEN + CAM_TS_PAYLOAD_EXTRA_BYTES (size) + size;
  bytes += video != NULL ? cam_ts_payload_count_set_bytes (video) : 0;
  return (PACKETS_BESIDE + bytes / CAM_TS_PAYLOAD_BYTES + 1) * CAM_TS_PACKET_BYTES;
}

/* The slot's next packet announces its hole, once. */
static bool
take_hole (CamTsMux *self, int slot)
{
  bool has_hole = self->has_hole[slot];
  self->has_hole[slot] = false;
  return has_hole;
}

/* In units of 27 MHz. */
static uint64_t
to_clock (int64_t time_ns)
{
  return (uint64_t) (time_ns + TIME_OFFSET_NS) * 27 / 1000;
}

static uint64_t
to_stamp (int64_t time_ns)
{
  return to_clock (time_ns) / 300;
}

/* A decoding time before the one before it: the time line begins anew, and so does the clock. */
static void
note_time (CamTsMux *self, MuxStream *stream, int64_t dts_ns)
{
  if (stream->has_dts && dts_ns < stream->dts_ns) {
    self->has_clock = false;
    self->has_tables = false;
    self->has_hole[self->clock_track] = true;
  }
  stream->has_dts = true;
  stream->dts_ns = dts_ns;
}

/* The clock of a unit with this decoding time, unless sound and pictures are so far apart that it would go backwards. */
static void
mark_clock (CamTsMux *self, CamTsMark *mark, int64_t dts_ns)
{
  int64_t clock_ns = dts_ns - LEAD_NS;
  if (self->has_clock && clock_ns <= self->clock_ns)
    return;
  mark->has_clock = true;
  mark->clock = to_clock (clock_ns);
  self->has_clock = true;
  self->clock_ns = clock_ns;
}

/* One packet with a table, filled up behind it. */
static uint8_t *
write_table (CamTsMux *self, int slot, const uint8_t *section, size_t size, uint8_t *out)
{
  uint8_t payload[CAM_TS_PAYLOAD_BYTES];
  CamTsMark mark = {.is_discontinuity = take_hole (self, slot)};
  size_t room = sizeof payload - (mark.is_discontinuity ? 2 : 0);
  g_assert (1 + size <= room);
  memset (payload, 0xff, sizeof payload);
  payload[0] = 0; /* the section begins at once */
  memcpy (payload + 1, section, size);
  CamTsWriter writer = cam_ts_writer_new (out, pids[slot], self->counters[slot], &mark, room);
  cam_ts_writer_append (&writer, payload, room);
  self->counters[slot] = writer.counter;
  return writer.out;
}

static uint8_t *
write_tables (CamTsMux *self, int64_t dts_ns, uint8_t *out)
{
  static const CamTsPat pat = {.n_programs = 1, .programs = {{PROGRAM_NUMBER, MAP_PID}}};
  uint8_t section[CAM_TS_SECTION_BYTES];
  out = write_table (self, SLOT_PAT, section, cam_ts_pat_write (&pat, section), out);
  out = write_table (self, SLOT_MAP, section, cam_ts_program_write (&self->program, section), out);
  self->has_tables = true;
  self->tables_ns = dts_ns;
  return out;
}

static bool
are_tables_due (const CamTsMux *self, CamTrackKind track, bool is_key, int64_t dts_ns)
{
  bool is_key_picture = track == CAM_TRACK_VIDEO && is_key;
  return is_key_picture || !self->has_tables || dts_ns - self->tables_ns >= TABLES_EVERY_NS;
}

/* Sound while no picture comes. */
static uint8_t *
write_lone_clock (CamTsMux *self, int64_t dts_ns, uint8_t *out)
{
  bool is_due = !self->has_clock || dts_ns - LEAD_NS - self->clock_ns >= CLOCK_EVERY_NS;
  CamTsMark mark = {.has_clock = false};
  if (is_due)
    mark_clock (self, &mark, dts_ns);
  if (!mark.has_clock)
    return out;
  mark.is_discontinuity = take_hole (self, self->clock_track);
  uint8_t counter_before = (self->counters[self->clock_track] - 1) & CAM_TS_COUNTER_MASK;
  cam_ts_packet_write_mark (out, pids[self->clock_track], counter_before, &mark);
  return out + CAM_TS_PACKET_BYTES;
}

static CamTsStreamId
stream_id_of (CamCodec codec)
{
  if (cam_codec_kind (codec) == CAM_TRACK_VIDEO)
    return CAM_TS_STREAM_ID_VIDEO;
  return codec == CAM_CODEC_AC3 || codec == CAM_CODEC_OPUS ? CAM_TS_STREAM_ID_PRIVATE_1 : CAM_TS_STREAM_ID_AUDIO;
}

static uint8_t *
write_unit (CamTsMux *self, const CamAccessUnit *unit, const CamTsPayload *payload, int64_t pts_ns, int64_t dts_ns, uint8_t *out)
{
  int slot = unit->track;
  CamTsMark mark = {.is_random_access = unit->is_key && unit->track == self->clock_track};
  if (unit->track == self->clock_track)
    mark_clock (self, &mark, dts_ns);
  mark.is_discontinuity = take_hole (self, slot);
  CamTsPes pes = {
      .stream_id = stream_id_of (payload->track->codec),
      .payload = payload->bytes,
      .pts = to_stamp (pts_ns),
      .dts = to_stamp (dts_ns),
  };
  uint8_t header[CAM_TS_PES_MOST_BYTES_WRITTEN];
  size_t header_bytes = cam_ts_pes_write (&pes, header);
  CamTsWriter writer = cam_ts_writer_new (out, pids[slot], self->counters[slot], &mark, header_bytes + payload->bytes);
  cam_ts_writer_append (&writer, header, header_bytes);
  cam_ts_payload_write (payload, &writer);
  self->counters[slot] = writer.counter;
  return writer.out;
}

size_t
cam_ts_mux_write (CamTsMux *self, const CamAccessUnit *unit, int64_t pts_ns, int64_t dts_ns, uint8_t *out)
{
  MuxStream *stream = &self->streams[unit->track];
  CamTsPayload payload;
  if (stream->track == NULL ||
      !cam_ts_payload_measure (stream->track, &stream->adts, unit->payload->data, unit->payload->size, unit->is_key, &payload))
    return 0;
  if (cam_codec_kind (stream->track->codec) == CAM_TRACK_AUDIO)
    dts_ns = pts_ns; /* sound has no order but one */
  uint8_t *end = out;
  note_time (self, stream, dts_ns);
  if (are_tables_due (self, unit->track, unit->is_key, dts_ns))
    end = write_tables (self, dts_ns, end);
  if (unit->track != self->clock_track)
    end = write_lone_clock (self, dts_ns, end);
  end = write_unit (self, unit, &payload, pts_ns, dts_ns, end);
  return (size_t) (end - out);
}

static int
find_slot (uint16_t pid)
{
  int slot = 0;
  while (slot < N_SLOTS && pids[slot] != pid)
    slot++;
  return slot;
}

void
cam_ts_mux_join (const CamTsMux *head, const CamTsMux *live, uint8_t *packets, size_t size)
{
  for (size_t offset = 0; offset + CAM_TS_PACKET_BYTES <= size; offset += CAM_TS_PACKET_BYTES) {
    uint8_t *packet = packets + offset;
    int slot = find_slot (cam_ts_packet_pid (packet));
    g_assert (slot < N_SLOTS);
    unsigned counter = packet[3] + live->counters[slot] - head->counters[slot];
    packet[3] = (uint8_t) ((packet[3] & ~CAM_TS_COUNTER_MASK) | (counter & CAM_TS_COUNTER_MASK));
  }
}
