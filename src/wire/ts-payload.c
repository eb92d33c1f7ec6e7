#include "wire/ts-payload.h"

#include "wire/h264.h"
#include "wire/h265.h"
#include "wire/ts-opus.h"

static const uint8_t start_code[CAM_NAL_LENGTH_BYTES] = {0, 0, 0, 1};

typedef struct {
  unsigned n_set_kinds;
  CamNalFacts (*inspect) (const uint8_t *nal, size_t size);
  size_t delimiter_bytes;
  uint8_t delimiter[3]; /* before any kind of picture (H.264, 7.4.2.4; H.265, 7.4.3.5) */
} NalSyntax;

static const NalSyntax syntax_h264 = {CAM_H264_SET_KINDS, cam_h264_inspect, 2, {CAM_H264_DELIMITER, 0xf0}};
static const NalSyntax syntax_h265 = {CAM_H265_SET_KINDS, cam_h265_inspect, 3, {CAM_H265_DELIMITER << 1, 0x01, 0x50}};

static const NalSyntax *
syntax_of (CamCodec codec)
{
  return codec == CAM_CODEC_H264 ? &syntax_h264 : &syntax_h265;
}

size_t
cam_ts_payload_count_set_bytes (const CamTrack *track)
{
  size_t bytes = 0;
  for (unsigned i = 0; i < track->parameter_sets->len; i++)
    bytes += sizeof start_code + g_bytes_get_size (g_ptr_array_index (track->parameter_sets, i));
  return bytes;
}

static bool
measure_picture (CamTsPayload *self, bool is_key)
{
  const NalSyntax *syntax = syntax_of (self->track->codec);
  unsigned set_kinds = 0;
  CamNalWalk walk = {self->unit, self->size};
  const uint8_t *nal;
  size_t size;
  while (cam_nal_walk_next (&walk, &nal, &size)) {
    bool is_first = self->bytes == 0;
    CamNalFacts facts = is_first || is_key ? syntax->inspect (nal, size) : (CamNalFacts){.role = CAM_NAL_OTHER};
    self->has_delimiter |= is_first && facts.role == CAM_NAL_DELIMITER;
    if (facts.role == CAM_NAL_PARAMETER_SET)
      set_kinds |= 1u << facts.set_kind;
    self->bytes += sizeof start_code + size;
  }
  if (self->bytes == 0)
    return false;
  if (!self->has_delimiter)
    self->bytes += sizeof start_code + syntax->delimiter_bytes;
  self->needs_sets = is_key && set_kinds != (1u << syntax->n_set_kinds) - 1;
  if (self->needs_sets)
    self->bytes += cam_ts_payload_count_set_bytes (self->track);
  return true;
}

bool
cam_ts_payload_measure (
    const CamTrack *track, const CamAdtsFrame *adts, const uint8_t *unit, size_t size, bool is_key, CamTsPayload *ret_payload)
{
  CamTsPayload self = {.track = track, .unit = unit, .size = size, .adts = *adts};
  bool fits;
  if (cam_codec_kind (track->codec) == CAM_TRACK_VIDEO) {
    fits = measure_picture (&self, is_key);
  } else if (track->codec == CAM_CODEC_AAC) {
    self.bytes = CAM_ADTS_HEADER_BYTES + size;
    fits = size <= CAM_ADTS_MOST_FRAME_BYTES;
  } else {
    self.bytes = track->codec == CAM_CODEC_OPUS ? CAM_TS_OPUS_HEADER_BYTES (size) + size : size;
    fits = size <= CAM_TS_PAYLOAD_MOST_SOUND_BYTES;
  }
  if (size == 0 || !fits)
    return false;
  *ret_payload = self;
  return true;
}

static void
write_nal (CamTsWriter *writer, const uint8_t *nal, size_t size)
{
  cam_ts_writer_append (writer, start_code, sizeof start_code);
  cam_ts_writer_append (writer, nal, size);
}

static void
write_sets (const CamTrack *track, CamTsWriter *writer)
{
  for (unsigned i = 0; i < track->parameter_sets->len; i++) {
    size_t size = 0;
    const uint8_t *nal = g_bytes_get_data (g_ptr_array_index (track->parameter_sets, i), &size);
    write_nal (writer, nal, size);
  }
}

/* The delimiter is the first of all, the sets the next. */
static void
write_picture (const CamTsPayload *self, CamTsWriter *writer)
{
  const NalSyntax *syntax = syntax_of (self->track->codec);
  CamNalWalk walk = {self->unit, self->size};
  const uint8_t *nal = syntax->delimiter;
  size_t size = syntax->delimiter_bytes;
  if (self->has_delimiter)
    cam_nal_walk_next (&walk, &nal, &size);
  write_nal (writer, nal, size);
  if (self->needs_sets)
    write_sets (self->track, writer);
  while (cam_nal_walk_next (&walk, &nal, &size))
    write_nal (writer, nal, size);
}

void
cam_ts_payload_write (const CamTsPayload *self, CamTsWriter *writer)
{
  if (cam_codec_kind (self->track->codec) == CAM_TRACK_VIDEO) {
    write_picture (self, writer);
    return;
  }
  if (self->track->codec == CAM_CODEC_AAC) {
    uint8_t header[CAM_ADTS_HEADER_BYTES];
    cam_adts_write (&self->adts, self->size, header);
    cam_ts_writer_append (writer, header, sizeof header);
  } else if (self->track->codec == CAM_CODEC_OPUS) {
    uint8_t header[CAM_TS_OPUS_HEADER_BYTES (CAM_TS_PAYLOAD_MOST_SOUND_BYTES)];
    cam_ts_writer_append (writer, header, cam_ts_opus_write (self->size, header));
  }
  cam_ts_writer_append (writer, self->unit, self->size);
}
