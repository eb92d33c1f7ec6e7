#include "wire/ts-frame.h"

#include "wire/ac3.h"
#include "wire/mpeg-audio.h"
#include "wire/ts-opus.h"

#define AAC_FRAME_SAMPLES 1024
#define OPUS_RATE 48000
#define LOAS_HEADER_BYTES 3 /* ISO 14496-3, 1.7.2: AudioSyncStream */

static bool
read_adts (const uint8_t *data, size_t size, CamTsFrame *frame)
{
  CamAdtsFrame adts;
  if (!cam_adts_read (data, size, &adts))
    return false;
  CamTsFrame found = {.header_bytes = adts.header_bytes, .bytes = adts.bytes, .samples = AAC_FRAME_SAMPLES};
  cam_adts_write_config (&adts, found.config);
  CamBitCursor cursor = cam_bit_cursor_new (found.config, sizeof found.config);
  CamAacConfig aac;
  if (!cam_aac_config_read (&cursor, &aac))
    return false;
  found.sample_rate = aac.sample_rate;
  found.channels = aac.channels;
  *frame = found;
  return true;
}

static bool
read_loas (const uint8_t *data, size_t size, CamTsFrame *frame)
{
  size_t length = (size_t) (data[1] & 0x1f) << 8 | data[2];
  if (data[0] != 0x56 || (data[1] & 0xe0) != 0xe0 || length == 0)
    return false;
  *frame = (CamTsFrame){.header_bytes = LOAS_HEADER_BYTES, .bytes = LOAS_HEADER_BYTES + length};
  return true;
}

static bool
read_mpeg_audio (const uint8_t *data, size_t size, CamTsFrame *frame)
{
  CamMpegAudioFrame mpeg;
  if (!cam_mpeg_audio_read (data, size, &mpeg) || mpeg.bytes < CAM_MPEG_AUDIO_HEADER_BYTES)
    return false;
  *frame = (CamTsFrame){0, mpeg.bytes, mpeg.samples, mpeg.sample_rate, mpeg.channels, {0}};
  return true;
}

static bool
read_ac3 (const uint8_t *data, size_t size, CamTsFrame *frame)
{
  CamAc3Frame ac3;
  if (!cam_ac3_read (data, size, &ac3))
    return false;
  *frame = (CamTsFrame){0, ac3.bytes, CAM_AC3_FRAME_SAMPLES, ac3.sample_rate, ac3.channels, {0}};
  return true;
}

static CamTsFrameVerdict
read_opus (const CamTsStream *stream, const uint8_t *data, size_t size, CamTsFrame *frame)
{
  CamTsOpusFrame opus;
  switch (cam_ts_opus_read (data, size, &opus)) {
  case CAM_TS_OPUS_SHORT:
    return size < CAM_TS_MOST_FRAME_BYTES ? CAM_TS_FRAME_SHORT : CAM_TS_FRAME_BAD;
  case CAM_TS_OPUS_BAD:
    return CAM_TS_FRAME_BAD;
  case CAM_TS_OPUS_READ:
    break;
  }
  size_t bytes = opus.header_bytes + opus.bytes;
  if (opus.bytes == 0 || bytes > CAM_TS_MOST_FRAME_BYTES)
    return CAM_TS_FRAME_BAD;
  if (size < bytes)
    return CAM_TS_FRAME_SHORT;
  unsigned samples = cam_opus_count_samples (data + opus.header_bytes, opus.bytes);
  *frame = (CamTsFrame){opus.header_bytes, bytes, samples, OPUS_RATE, stream->channels, {0}};
  return samples > 0 ? CAM_TS_FRAME_READ : CAM_TS_FRAME_BAD;
}

CamTsFrameVerdict
cam_ts_frame_read (const CamTsStream *stream, const uint8_t *data, size_t size, CamTsFrame *ret_frame)
{
  if (stream->codec == CAM_CODEC_OPUS)
    return read_opus (stream, data, size, ret_frame);
  bool is_loas = stream->type == CAM_TS_TYPE_AAC_LATM;
  bool is_read;
  size_t least;
  if (stream->codec == CAM_CODEC_AAC) {
    least = is_loas ? LOAS_HEADER_BYTES : CAM_ADTS_HEADER_BYTES;
    is_read = size >= least && (is_loas ? read_loas (data, size, ret_frame) : read_adts (data, size, ret_frame));
  } else if (stream->codec == CAM_CODEC_AC3) {
    least = CAM_AC3_HEADER_BYTES;
    is_read = read_ac3 (data, size, ret_frame);
  } else {
    least = CAM_MPEG_AUDIO_HEADER_BYTES;
    is_read = read_mpeg_audio (data, size, ret_frame);
  }
  if (size < least)
    return CAM_TS_FRAME_SHORT;
  return is_read ? CAM_TS_FRAME_READ : CAM_TS_FRAME_BAD;
}
