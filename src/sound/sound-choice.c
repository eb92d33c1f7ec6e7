#include "sound/sound-choice.h"

#include "wire/aac.h"

#define FULL_BAND_HZ 48000
#define AAC_MOST_CHANNELS 2

static const struct {
  const char *name;
  CamCodec codec;      /* NONE: no codec of its own */
  bool on_framed_only; /* as an answer to a client */
} choices[CAM_N_SOUND_CHOICES] = {
    [CAM_SOUND_COPY] = {"copy", CAM_CODEC_NONE, false}, [CAM_SOUND_NONE] = {"none", CAM_CODEC_NONE, false},
    [CAM_SOUND_OPUS] = {"opus", CAM_CODEC_OPUS, false}, [CAM_SOUND_AAC] = {"aac", CAM_CODEC_AAC, false},
    [CAM_SOUND_L16] = {"l16", CAM_CODEC_L16, true},     [CAM_SOUND_FLAC] = {"flac", CAM_CODEC_FLAC, true},
};

bool
cam_sound_choice_parse (const char *word, CamSoundWay way, CamSoundChoice *ret_choice)
{
  for (unsigned i = 0; i < CAM_N_SOUND_CHOICES; i++) {
    if (g_ascii_strcasecmp (word, choices[i].name) != 0 || (choices[i].on_framed_only && way != CAM_SOUND_WAY_FRAMED))
      continue;
    *ret_choice = (CamSoundChoice) i;
    return true;
  }
  return false;
}

const char *
cam_sound_choice_name (CamSoundChoice choice)
{
  g_assert (choice < CAM_N_SOUND_CHOICES);
  return choices[choice].name;
}

bool
cam_sound_choice_is_encoded (CamSoundChoice choice)
{
  return choice != CAM_SOUND_COPY && choice != CAM_SOUND_NONE;
}

static bool
is_full_band (const CamTrack *track)
{
  return track->sample_rate == FULL_BAND_HZ && track->channels == 2;
}

/* Whether @way has a word for the sound as it is. */
static bool
can_copy (CamSoundWay way, const CamTrack *source)
{
  switch (way) {
  case CAM_SOUND_WAY_RTP:
    return source->codec != CAM_CODEC_FLAC;
  case CAM_SOUND_WAY_TS:
    return source->codec == CAM_CODEC_AAC || source->codec == CAM_CODEC_MPEG_AUDIO || source->codec == CAM_CODEC_OPUS ||
           source->codec == CAM_CODEC_AC3;
  case CAM_SOUND_WAY_FRAMED:
    return source->codec == CAM_CODEC_OPUS || (is_full_band (source) && (source->codec == CAM_CODEC_L16 || source->codec == CAM_CODEC_FLAC));
  }
  return false;
}

/* What leaves where the sound cannot leave as it is: samples of the framed way are 48 kHz stereo, Opus always is. */
static CamSoundChoice
choose_substitute (CamSoundWay way, const CamTrack *source)
{
  switch (way) {
  case CAM_SOUND_WAY_RTP:
    break;
  case CAM_SOUND_WAY_TS:
    return CAM_SOUND_AAC;
  case CAM_SOUND_WAY_FRAMED:
    return is_full_band (source) ? CAM_SOUND_L16 : CAM_SOUND_OPUS;
  }
  return CAM_SOUND_L16;
}

/* What Mode=auto leaves as it is over RTP: what common players take. */
static bool
is_common (CamCodec codec)
{
  return codec == CAM_CODEC_PCMU || codec == CAM_CODEC_PCMA || codec == CAM_CODEC_AAC || codec == CAM_CODEC_MPEG_AUDIO || codec == CAM_CODEC_OPUS;
}

static CamSoundChoice
choose_for_mode (CamAudioMode mode, CamSoundWay way, const CamTrack *source)
{
  switch (mode) {
  case CAM_AUDIO_COPY:
    break;
  case CAM_AUDIO_NONE:
    return CAM_SOUND_NONE;
  case CAM_AUDIO_OPUS:
    return CAM_SOUND_OPUS;
  case CAM_AUDIO_AAC:
    return CAM_SOUND_AAC;
  case CAM_AUDIO_AUTO:
    return way != CAM_SOUND_WAY_RTP || is_common (source->codec) ? CAM_SOUND_COPY : CAM_SOUND_AAC;
  }
  return CAM_SOUND_COPY;
}

CamSoundChoice
cam_sound_choose (CamAudioMode mode, bool has_asked, CamSoundChoice asked, CamSoundWay way, const CamTrack *source)
{
  if (source == NULL)
    return CAM_SOUND_NONE;
  CamSoundChoice wish = has_asked ? asked : choose_for_mode (mode, way, source);
  if (wish == CAM_SOUND_NONE)
    return CAM_SOUND_NONE;
  bool has_no_word = wish == CAM_SOUND_AAC || (wish == CAM_SOUND_L16 && !is_full_band (source));
  if (way == CAM_SOUND_WAY_FRAMED && has_no_word)
    wish = CAM_SOUND_COPY;
  bool is_there = wish == CAM_SOUND_COPY || choices[wish].codec == source->codec;
  if (is_there && can_copy (way, source))
    return CAM_SOUND_COPY;
  return wish == CAM_SOUND_COPY ? choose_substitute (way, source) : wish;
}

/* A frame is 1024 samples whatever their rate. At 8 kHz two of them, the encoder's own delay and the player's wait for the next frame's header come to
 * half a second: VLC, which holds live sound back for 300 ms, finds it too late. */
static bool
is_aac_rate (uint32_t rate)
{
  return rate == 32000 || rate == 44100 || rate == FULL_BAND_HZ;
}

static CamTrack *
make_aac_track (const CamTrack *source)
{
  CamTrack *track = cam_track_new (CAM_CODEC_AAC);
  track->sample_rate = is_aac_rate (source->sample_rate) ? source->sample_rate : FULL_BAND_HZ;
  track->clock_rate = track->sample_rate;
  bool is_known = source->sample_rate > 0; /* MPEG audio says in its frames only, and is stereo more often than not */
  track->channels = is_known ? CLAMP (source->channels, 1, AAC_MOST_CHANNELS) : AAC_MOST_CHANNELS;
  track->config = cam_aac_config_make (track->sample_rate, track->channels);
  return track;
}

static CamTrack *
make_l16_track (const CamTrack *source)
{
  CamTrack *track = cam_track_new (CAM_CODEC_L16);
  track->sample_rate = source->sample_rate > 0 ? source->sample_rate : FULL_BAND_HZ;
  track->clock_rate = track->sample_rate;
  track->channels = CLAMP (source->channels, 1, 2);
  return track;
}

CamTrack *
cam_sound_choice_make_track (CamSoundChoice choice, const CamTrack *source)
{
  if (source == NULL)
    return NULL;
  switch (choice) {
  case CAM_SOUND_NONE:
  case CAM_N_SOUND_CHOICES:
    return NULL;
  case CAM_SOUND_COPY:
    return cam_track_ref ((CamTrack *) source);
  case CAM_SOUND_AAC:
    return make_aac_track (source);
  case CAM_SOUND_L16:
    return make_l16_track (source);
  case CAM_SOUND_OPUS: /* always declared as two channels (RFC 7587, 7) */
  case CAM_SOUND_FLAC:
    break;
  }
  return cam_track_new (choices[choice].codec);
}

CamStreamDescription *
cam_sound_choice_describe (CamSoundChoice choice, const CamStreamDescription *description)
{
  g_autoptr (CamTrack) sound = cam_sound_choice_make_track (choice, description->tracks[CAM_TRACK_AUDIO]);
  CamTrack *video = description->tracks[CAM_TRACK_VIDEO];
  return video != NULL || sound != NULL ? cam_stream_description_new (video, sound) : NULL;
}
