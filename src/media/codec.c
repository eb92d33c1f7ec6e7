#include "media/codec.h"

#include <glib.h>

static const struct {
  const char *name;
  CamTrackKind kind;
} codecs[CAM_N_CODECS] = {
    [CAM_CODEC_NONE] = {"none", CAM_TRACK_AUDIO},
    [CAM_CODEC_H264] = {"H.264", CAM_TRACK_VIDEO},
    [CAM_CODEC_H265] = {"H.265", CAM_TRACK_VIDEO},
    [CAM_CODEC_MJPEG] = {"MJPEG", CAM_TRACK_VIDEO},
    [CAM_CODEC_PCMU] = {"G.711 µ-law", CAM_TRACK_AUDIO},
    [CAM_CODEC_PCMA] = {"G.711 A-law", CAM_TRACK_AUDIO},
    [CAM_CODEC_G722] = {"G.722", CAM_TRACK_AUDIO},
    [CAM_CODEC_G726] = {"G.726", CAM_TRACK_AUDIO},
    [CAM_CODEC_L16] = {"L16", CAM_TRACK_AUDIO},
    [CAM_CODEC_AAC] = {"AAC", CAM_TRACK_AUDIO},
    [CAM_CODEC_MPEG_AUDIO] = {"MPEG audio", CAM_TRACK_AUDIO},
    [CAM_CODEC_OPUS] = {"Opus", CAM_TRACK_AUDIO},
    [CAM_CODEC_AC3] = {"AC-3", CAM_TRACK_AUDIO},
    [CAM_CODEC_FLAC] = {"FLAC", CAM_TRACK_AUDIO},
};

const char *
cam_codec_name (CamCodec codec)
{
  g_assert (codec >= CAM_CODEC_NONE && codec < CAM_N_CODECS);
  return codecs[codec].name;
}

CamTrackKind
cam_codec_kind (CamCodec codec)
{
  g_assert (codec > CAM_CODEC_NONE && codec < CAM_N_CODECS);
  return codecs[codec].kind;
}
