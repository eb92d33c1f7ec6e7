#include "wire/ts-tables.h"

#include <string.h>

#define PAT_ID 0
#define PROGRAM_ID 2
#define HEADER_BYTES 8        /* up to and with last_section_number */
#define PROGRAM_FIXED_BYTES 4 /* behind it in a program map: clock PID, length of descriptors */
#define PLACE_BYTES 4         /* a program in the association */
#define STREAM_FIXED_BYTES 5  /* a stream in a map */
#define SYNTAX_INDICATOR 0x80
#define IS_CURRENT 0x01

#define PRIVATE_PES 0x06
#define DESCRIPTOR_REGISTRATION 0x05
#define DESCRIPTOR_AC3 0x6a       /* ETSI EN 300 468, annex D.3 */
#define DESCRIPTOR_EXTENSION 0x7f /* ISO 13818-1, 2.6.90; the Opus-in-TS draft puts its channels there */
#define EXTENSION_OPUS 0x80

#define FORMAT(a, b, c, d) ((uint32_t) (a) << 24 | (uint32_t) (b) << 16 | (uint32_t) (c) << 8 | (uint32_t) (d))
#define FORMAT_HEVC FORMAT ('H', 'E', 'V', 'C')
#define FORMAT_OPUS FORMAT ('O', 'p', 'u', 's')
#define FORMAT_AC3 FORMAT ('A', 'C', '-', '3')

/* Below this, MPEG audio is that of ISO 13818-3. */
#define LEAST_MPEG1_RATE 32000
#define MOST_OPUS_CHANNELS 2 /* more have a mapping, which RTP cannot say (RFC 7587, 4.2) */

/* Both directions: the first row of a codec is how we call it. */
static const struct {
  uint8_t type;
  CamCodec codec;
  uint32_t format; /* the registration that goes with it; 0: the type says it all */
} types[] = {
    {0x1b, CAM_CODEC_H264, 0},       {0x24, CAM_CODEC_H265, FORMAT_HEVC},        {0x24, CAM_CODEC_H265, 0},
    {0x0f, CAM_CODEC_AAC, 0},        {CAM_TS_TYPE_AAC_LATM, CAM_CODEC_AAC, 0},   {0x03, CAM_CODEC_MPEG_AUDIO, 0},
    {0x04, CAM_CODEC_MPEG_AUDIO, 0}, {PRIVATE_PES, CAM_CODEC_OPUS, FORMAT_OPUS}, {0x81, CAM_CODEC_AC3, FORMAT_AC3},
    {0x81, CAM_CODEC_AC3, 0},        {PRIVATE_PES, CAM_CODEC_AC3, FORMAT_AC3},   {PRIVATE_PES, CAM_CODEC_H265, FORMAT_HEVC},
};

static unsigned
read_16 (const uint8_t *at)
{
  return (unsigned) at[0] << 8 | at[1];
}

static unsigned
read_pid (const uint8_t *at)
{
  return read_16 (at) & 0x1fff;
}

/* 12 bits behind four reserved ones. */
static size_t
read_length (const uint8_t *at)
{
  return read_16 (at) & 0x0fff;
}

/* A section of the long form with @table_id, in force. */
static bool
is_section (const uint8_t *section, size_t size, uint8_t table_id)
{
  return size >= HEADER_BYTES + CAM_TS_CHECKSUM_BYTES && section[0] == table_id && (section[1] & SYNTAX_INDICATOR) != 0 &&
         (section[5] & IS_CURRENT) != 0;
}

static uint8_t
read_version (const uint8_t *section)
{
  return section[5] >> 1 & 0x1f;
}

bool
cam_ts_pat_read (const uint8_t *section, size_t size, CamTsPat *ret_pat)
{
  if (!is_section (section, size, PAT_ID))
    return false;
  CamTsPat pat = {.version = read_version (section), .section = section[6]};
  const uint8_t *end = section + size - CAM_TS_CHECKSUM_BYTES;
  for (const uint8_t *at = section + HEADER_BYTES; end - at >= PLACE_BYTES && pat.n_programs < CAM_TS_MOST_PROGRAMS; at += PLACE_BYTES) {
    unsigned number = read_16 (at);
    if (number != 0) /* 0 is the network's */
      pat.programs[pat.n_programs++] = (CamTsProgramPlace){.number = (uint16_t) number, .pid = (uint16_t) read_pid (at + 2)};
  }
  *ret_pat = pat;
  return true;
}

/* What the descriptors of a stream tell of its codec. */
typedef struct {
  uint32_t format;
  bool has_channels;
  uint8_t channel_code; /* of Opus: channels, 0 two independent ones */
} StreamHints;

static StreamHints
read_descriptors (const uint8_t *at, size_t size)
{
  StreamHints hints = {0};
  while (size >= 2) {
    size_t length = at[1];
    const uint8_t *body = at + 2;
    if (length > size - 2)
      break;
    if (at[0] == DESCRIPTOR_REGISTRATION && length >= 4 && hints.format == 0)
      hints.format = FORMAT (body[0], body[1], body[2], body[3]);
    if (at[0] == DESCRIPTOR_AC3)
      hints.format = FORMAT_AC3;
    if (at[0] == DESCRIPTOR_EXTENSION && length >= 2 && body[0] == EXTENSION_OPUS) {
      hints.has_channels = true;
      hints.channel_code = body[1];
    }
    at += 2 + length;
    size -= 2 + length;
  }
  return hints;
}

static CamCodec
find_codec (uint8_t type, uint32_t format)
{
  for (size_t i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].type == type && (types[i].format == format || types[i].format == 0))
      return types[i].codec;
  return CAM_CODEC_NONE;
}

static void
read_opus_channels (CamTsStream *stream, const StreamHints *hints)
{
  stream->channels = hints->has_channels && hints->channel_code > 0 ? hints->channel_code : MOST_OPUS_CHANNELS;
  if (stream->channels > MOST_OPUS_CHANNELS)
    stream->codec = CAM_CODEC_NONE;
}

bool
cam_ts_program_read (const uint8_t *section, size_t size, CamTsProgram *ret_program)
{
  size_t fixed = HEADER_BYTES + PROGRAM_FIXED_BYTES;
  if (!is_section (section, size, PROGRAM_ID) || size < fixed + CAM_TS_CHECKSUM_BYTES)
    return false;
  size_t left = size - fixed - CAM_TS_CHECKSUM_BYTES;
  size_t descriptors = read_length (section + HEADER_BYTES + 2);
  if (descriptors > left)
    return false;
  CamTsProgram program = {
      .version = read_version (section),
      .number = (uint16_t) read_16 (section + 3),
      .clock_pid = (uint16_t) read_pid (section + HEADER_BYTES),
  };
  const uint8_t *at = section + fixed + descriptors;
  left -= descriptors;
  while (left >= STREAM_FIXED_BYTES && program.n_streams < CAM_TS_MOST_STREAMS) {
    size_t length = read_length (at + 3);
    if (length > left - STREAM_FIXED_BYTES)
      return false;
    StreamHints hints = read_descriptors (at + STREAM_FIXED_BYTES, length);
    CamTsStream *stream = &program.streams[program.n_streams++];
    *stream = (CamTsStream){.pid = (uint16_t) read_pid (at + 1), .type = at[0], .codec = find_codec (at[0], hints.format)};
    if (stream->codec == CAM_CODEC_OPUS)
      read_opus_channels (stream, &hints);
    at += STREAM_FIXED_BYTES + length;
    left -= STREAM_FIXED_BYTES + length;
  }
  *ret_program = program;
  return true;
}

bool
cam_ts_stream_of_track (const CamTrack *track, uint16_t pid, CamTsStream *ret_stream)
{
  for (size_t i = 0; i < G_N_ELEMENTS (types); i++) {
    if (types[i].codec != track->codec)
      continue;
    *ret_stream = (CamTsStream){.pid = pid, .type = types[i].type, .codec = track->codec};
    if (track->codec == CAM_CODEC_OPUS)
      ret_stream->channels = track->channels;
    if (track->codec == CAM_CODEC_MPEG_AUDIO && track->sample_rate > 0 && track->sample_rate < LEAST_MPEG1_RATE)
      ret_stream->type = 0x04;
    return true;
  }
  return false;
}

static uint8_t *
write_16 (uint8_t *out, unsigned value)
{
  out[0] = (uint8_t) (value >> 8);
  out[1] = (uint8_t) value;
  return out + 2;
}

/* The part that all sections have in front; their length comes when it is known. */
static uint8_t *
begin_section (uint8_t *out, uint8_t table_id, unsigned number, uint8_t version)
{
  out[0] = table_id;
  write_16 (out + 3, number);
  out[5] = (uint8_t) (0xc0 | version << 1 | IS_CURRENT);
  out[6] = 0;
  out[7] = 0;
  return out + HEADER_BYTES;
}

static size_t
end_section (uint8_t *out, uint8_t *end)
{
  size_t size = (size_t) (end - out);
  write_16 (out + 1, (unsigned) (0xb000 | (size - 3 + CAM_TS_CHECKSUM_BYTES)));
  uint32_t sum = cam_ts_checksum (out, size);
  write_16 (write_16 (end, sum >> 16), sum & 0xffff);
  return size + CAM_TS_CHECKSUM_BYTES;
}

size_t
cam_ts_pat_write (const CamTsPat *pat, uint8_t *out)
{
  uint8_t *at = begin_section (out, PAT_ID, 1, pat->version);
  for (unsigned i = 0; i < pat->n_programs; i++)
    at = write_16 (write_16 (at, pat->programs[i].number), 0xe000u | pat->programs[i].pid);
  return end_section (out, at);
}

static uint8_t *
write_descriptors (uint8_t *out, const CamTsStream *stream)
{
  uint32_t format = 0;
  for (size_t i = 0; i < G_N_ELEMENTS (types) && format == 0; i++)
    if (types[i].codec == stream->codec && types[i].type == stream->type)
      format = types[i].format;
  if (format != 0) {
    *out++ = DESCRIPTOR_REGISTRATION;
    *out++ = 4;
    out = write_16 (write_16 (out, format >> 16), format & 0xffff);
  }
  if (stream->codec == CAM_CODEC_OPUS) {
    *out++ = DESCRIPTOR_EXTENSION;
    *out++ = 2;
    *out++ = EXTENSION_OPUS;
    *out++ = stream->channels;
  }
  return out;
}

size_t
cam_ts_program_write (const CamTsProgram *program, uint8_t *out)
{
  uint8_t *at = begin_section (out, PROGRAM_ID, program->number, program->version);
  at = write_16 (write_16 (at, 0xe000u | program->clock_pid), 0xf000);
  for (unsigned i = 0; i < program->n_streams; i++) {
    const CamTsStream *stream = &program->streams[i];
    *at++ = stream->type;
    uint8_t *length = write_16 (at, 0xe000u | stream->pid);
    at = write_descriptors (length + 2, stream);
    write_16 (length, (unsigned) (0xf000 | (at - length - 2)));
  }
  return end_section (out, at);
}
