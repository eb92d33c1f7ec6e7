/* The codecs that can be carried, and what is the same for all streams of one.
 * How a codec is packed into RTP is wire's business.
 * Thread: pure. Owner: constants. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef enum
{
  CAM_CODEC_NONE,
  CAM_CODEC_H264,
  CAM_CODEC_H265,
  CAM_CODEC_MJPEG,
  CAM_CODEC_PCMU,
  CAM_CODEC_PCMA,
  CAM_CODEC_G722,
  CAM_CODEC_G726,
  CAM_CODEC_L16,
  CAM_CODEC_AAC,
  CAM_CODEC_MPEG_AUDIO, /* MPEG-1/2 layer II or III */
  CAM_CODEC_OPUS,
  CAM_CODEC_AC3,
  CAM_CODEC_FLAC, /* has no RTP payload: from and to SRT only */
  CAM_N_CODECS
} CamCodec;

typedef enum
{
  CAM_TRACK_VIDEO,
  CAM_TRACK_AUDIO,
  CAM_N_TRACKS
} CamTrackKind;

/* "H.264", "G.711 A-law", …: for people. */
const char *cam_codec_name (CamCodec codec);
CamTrackKind cam_codec_kind (CamCodec codec);

/* What an access unit's payload is made of:
 * H.264, H.265: NAL units, each behind its length as 4 bytes big-endian (no start codes), parameter sets in band as the camera sent them;
 * MJPEG: one whole JPEG picture with all its tables; AAC: one raw frame without ADTS; Opus: one packet; MPEG audio, AC-3, FLAC: one frame;
 * G.711, G.722, G.726, L16: samples as they stand in RTP (L16 big-endian, channels interleaved). */
