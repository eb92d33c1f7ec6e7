#include "wire/sample-format.h"

CamSampleFormat
cam_sample_format_of (const CamTrack *track)
{
  size_t channels = MAX (track->channels, 1);
  switch (track->codec) {
  case CAM_CODEC_L16:
    return (CamSampleFormat){2 * channels, 1};
  case CAM_CODEC_G726: /* 8 samples of 2 to 5 bits are as many bytes; of an even number of bits fewer will do */
    if (track->bits == 2)
      return (CamSampleFormat){1, 4};
    if (track->bits == 4)
      return (CamSampleFormat){1, 2};
    return (CamSampleFormat){track->bits == 3 ? 3 : 5, 8};
  case CAM_CODEC_PCMU:
  case CAM_CODEC_PCMA:
  case CAM_CODEC_G722: /* a byte is two samples of 16 kHz, and one tick of the clock that RFC 3551 gave it by mistake */
    return (CamSampleFormat){channels, 1};
  case CAM_CODEC_NONE:
  case CAM_CODEC_H264:
  case CAM_CODEC_H265:
  case CAM_CODEC_MJPEG:
  case CAM_CODEC_AAC:
  case CAM_CODEC_MPEG_AUDIO:
  case CAM_CODEC_OPUS:
  case CAM_CODEC_AC3:
  case CAM_CODEC_FLAC:
  case CAM_N_CODECS:
    break;
  }
  g_assert_not_reached ();
}
