#include "sound/sound-choice.h"

#include "wire/aac.h"

static CamTrack *
make_track (CamCodec codec, uint32_t rate, uint8_t channels)
{
  CamTrack *track = cam_track_new (codec);
  if (rate > 0) {
    track->sample_rate = rate;
    track->channels = channels;
  }
  return track;
}

static void
test_words (void)
{
  static const struct {
    const char *word;
    CamSoundWay way;
    bool is_known;
    CamSoundChoice choice;
  } rows[] = {
      {"copy", CAM_SOUND_WAY_RTP, true, CAM_SOUND_COPY},
      {"none", CAM_SOUND_WAY_TS, true, CAM_SOUND_NONE},
      {"Opus", CAM_SOUND_WAY_RTP, true, CAM_SOUND_OPUS},
      {"AAC", CAM_SOUND_WAY_TS, true, CAM_SOUND_AAC},
      {"l16", CAM_SOUND_WAY_FRAMED, true, CAM_SOUND_L16},
      {"flac", CAM_SOUND_WAY_FRAMED, true, CAM_SOUND_FLAC},
      {"l16", CAM_SOUND_WAY_RTP, false, CAM_SOUND_COPY},
      {"flac", CAM_SOUND_WAY_TS, false, CAM_SOUND_COPY},
      {"mp3", CAM_SOUND_WAY_RTP, false, CAM_SOUND_COPY},
      {"opus ", CAM_SOUND_WAY_RTP, false, CAM_SOUND_COPY},
      {"", CAM_SOUND_WAY_FRAMED, false, CAM_SOUND_COPY},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamSoundChoice choice = CAM_N_SOUND_CHOICES;
    g_assert_cmpint (cam_sound_choice_parse (rows[i].word, rows[i].way, &choice), ==, rows[i].is_known);
    g_assert_cmpint (choice, ==, rows[i].is_known ? rows[i].choice : CAM_N_SOUND_CHOICES);
  }
  for (CamSoundChoice choice = 0; choice < CAM_N_SOUND_CHOICES; choice++) {
    CamSoundChoice read = CAM_N_SOUND_CHOICES;
    g_assert_true (cam_sound_choice_parse (cam_sound_choice_name (choice), CAM_SOUND_WAY_FRAMED, &read));
    g_assert_cmpint (read, ==, choice);
    g_assert_cmpint (cam_sound_choice_is_encoded (choice), ==, choice != CAM_SOUND_COPY && choice != CAM_SOUND_NONE);
  }
}

/* What is chosen for a camera's codec: a column each for Mode=copy, opus, aac and auto when nothing is asked, and ?audio=copy whatever the mode. */
typedef struct {
  CamSoundWay way;
  CamCodec codec;
  uint32_t rate; /* 0: the codec's usual */
  uint8_t channels;
  CamSoundChoice copy, opus, aac, automatic;
} Row;

#define C CAM_SOUND_COPY
#define O CAM_SOUND_OPUS
#define A CAM_SOUND_AAC
#define L CAM_SOUND_L16

static const Row rows[] = {
    {CAM_SOUND_WAY_RTP, CAM_CODEC_PCMU, 0, 0, C, O, A, C},
    {CAM_SOUND_WAY_RTP, CAM_CODEC_PCMA, 0, 0, C, O, A, C},
    {CAM_SOUND_WAY_RTP, CAM_CODEC_G722, 0, 0, C, O, A, A},
    {CAM_SOUND_WAY_RTP, CAM_CODEC_G726, 0, 0, C, O, A, A},
    {CAM_SOUND_WAY_RTP, CAM_CODEC_L16, 0, 0, C, O, A, A},
    {CAM_SOUND_WAY_RTP, CAM_CODEC_AAC, 0, 0, C, O, C, C},
    {CAM_SOUND_WAY_RTP, CAM_CODEC_MPEG_AUDIO, 0, 0, C, O, A, C},
    {CAM_SOUND_WAY_RTP, CAM_CODEC_OPUS, 0, 0, C, C, A, C},
    {CAM_SOUND_WAY_RTP, CAM_CODEC_FLAC, 0, 0, L, O, A, A},
    {CAM_SOUND_WAY_TS, CAM_CODEC_PCMA, 0, 0, A, O, A, A},
    {CAM_SOUND_WAY_TS, CAM_CODEC_G722, 0, 0, A, O, A, A},
    {CAM_SOUND_WAY_TS, CAM_CODEC_L16, 0, 0, A, O, A, A},
    {CAM_SOUND_WAY_TS, CAM_CODEC_AAC, 0, 0, C, O, C, C},
    {CAM_SOUND_WAY_TS, CAM_CODEC_MPEG_AUDIO, 0, 0, C, O, A, C},
    {CAM_SOUND_WAY_TS, CAM_CODEC_OPUS, 0, 0, C, C, A, C},
    {CAM_SOUND_WAY_TS, CAM_CODEC_AC3, 0, 0, C, O, A, C},
    {CAM_SOUND_WAY_FRAMED, CAM_CODEC_PCMA, 0, 0, O, O, O, O},
    {CAM_SOUND_WAY_FRAMED, CAM_CODEC_L16, 44100, 2, O, O, O, O},
    {CAM_SOUND_WAY_FRAMED, CAM_CODEC_L16, 48000, 1, O, O, O, O},
    {CAM_SOUND_WAY_FRAMED, CAM_CODEC_L16, 48000, 2, C, O, C, C},
    {CAM_SOUND_WAY_FRAMED, CAM_CODEC_FLAC, 48000, 2, C, O, C, C},
    {CAM_SOUND_WAY_FRAMED, CAM_CODEC_OPUS, 0, 0, C, C, C, C},
    {CAM_SOUND_WAY_FRAMED, CAM_CODEC_AAC, 48000, 2, L, O, L, L},
    {CAM_SOUND_WAY_FRAMED, CAM_CODEC_AAC, 16000, 1, O, O, O, O},
};

static void
test_modes (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    const Row *row = &rows[i];
    g_autoptr (CamTrack) source = make_track (row->codec, row->rate, row->channels);
    g_test_message ("way %d, %s", row->way, cam_codec_name (row->codec));
    g_assert_cmpint (cam_sound_choose (CAM_AUDIO_COPY, false, 0, row->way, source), ==, row->copy);
    g_assert_cmpint (cam_sound_choose (CAM_AUDIO_OPUS, false, 0, row->way, source), ==, row->opus);
    g_assert_cmpint (cam_sound_choose (CAM_AUDIO_AAC, false, 0, row->way, source), ==, row->aac);
    g_assert_cmpint (cam_sound_choose (CAM_AUDIO_AUTO, false, 0, row->way, source), ==, row->automatic);
    g_assert_cmpint (cam_sound_choose (CAM_AUDIO_NONE, false, 0, row->way, source), ==, CAM_SOUND_NONE);
    /* What a client asks for wins over any mode. */
    for (CamAudioMode mode = CAM_AUDIO_COPY; mode <= CAM_AUDIO_AUTO; mode++) {
      g_assert_cmpint (cam_sound_choose (mode, true, CAM_SOUND_COPY, row->way, source), ==, row->copy);
      g_assert_cmpint (cam_sound_choose (mode, true, CAM_SOUND_OPUS, row->way, source), ==, row->opus);
      g_assert_cmpint (cam_sound_choose (mode, true, CAM_SOUND_AAC, row->way, source), ==, row->aac);
      g_assert_cmpint (cam_sound_choose (mode, true, CAM_SOUND_NONE, row->way, source), ==, CAM_SOUND_NONE);
      g_assert_cmpint (cam_sound_choose (mode, true, CAM_SOUND_OPUS, row->way, NULL), ==, CAM_SOUND_NONE);
    }
  }
}

static void
assert_track (CamSoundChoice choice, const CamTrack *source, CamCodec codec, uint32_t rate, uint8_t channels)
{
  g_autoptr (CamTrack) track = cam_sound_choice_make_track (choice, source);
  g_assert_cmpint (track->codec, ==, codec);
  g_assert_cmpuint (track->sample_rate, ==, rate);
  g_assert_cmpuint (track->clock_rate, ==, rate);
  g_assert_cmpuint (track->channels, ==, channels);
  if (codec != CAM_CODEC_AAC)
    return;
  CamAacConfig config;
  g_assert_true (cam_aac_config_read_bytes (track->config, &config));
  g_assert_cmpuint (config.sample_rate, ==, rate);
  g_assert_cmpuint (config.channels, ==, channels);
}

static void
test_tracks (void)
{
  g_autoptr (CamTrack) telephone = make_track (CAM_CODEC_PCMA, 8000, 1);
  g_autoptr (CamTrack) wide = make_track (CAM_CODEC_G722, 16000, 1);
  g_autoptr (CamTrack) odd = make_track (CAM_CODEC_L16, 7350, 6);
  g_autoptr (CamTrack) unknown = make_track (CAM_CODEC_MPEG_AUDIO, 0, 0);
  assert_track (CAM_SOUND_AAC, telephone, CAM_CODEC_AAC, 48000, 1);
  assert_track (CAM_SOUND_AAC, wide, CAM_CODEC_AAC, 48000, 1);
  assert_track (CAM_SOUND_AAC, odd, CAM_CODEC_AAC, 48000, 2);
  assert_track (CAM_SOUND_AAC, unknown, CAM_CODEC_AAC, 48000, 2);
  assert_track (CAM_SOUND_OPUS, telephone, CAM_CODEC_OPUS, 48000, 2);
  assert_track (CAM_SOUND_L16, telephone, CAM_CODEC_L16, 8000, 1);
  assert_track (CAM_SOUND_L16, odd, CAM_CODEC_L16, 7350, 2);
  assert_track (CAM_SOUND_FLAC, wide, CAM_CODEC_FLAC, 48000, 2);
  g_autoptr (CamTrack) copy = cam_sound_choice_make_track (CAM_SOUND_COPY, wide);
  g_assert_true (copy == wide);
  g_assert_null (cam_sound_choice_make_track (CAM_SOUND_NONE, wide));
  g_assert_null (cam_sound_choice_make_track (CAM_SOUND_OPUS, NULL));
}

static void
test_describe (void)
{
  g_autoptr (CamTrack) video = cam_track_new (CAM_CODEC_H264);
  g_autoptr (CamTrack) audio = make_track (CAM_CODEC_PCMA, 8000, 1);
  g_autoptr (CamStreamDescription) both = cam_stream_description_new (video, audio);
  g_autoptr (CamStreamDescription) sound = cam_stream_description_new (NULL, audio);
  g_autoptr (CamStreamDescription) encoded = cam_sound_choice_describe (CAM_SOUND_OPUS, both);
  g_assert_true (encoded->tracks[CAM_TRACK_VIDEO] == video);
  g_assert_cmpint (encoded->tracks[CAM_TRACK_AUDIO]->codec, ==, CAM_CODEC_OPUS);
  g_autoptr (CamStreamDescription) silent = cam_sound_choice_describe (CAM_SOUND_NONE, both);
  g_assert_true (silent->tracks[CAM_TRACK_VIDEO] == video);
  g_assert_null (silent->tracks[CAM_TRACK_AUDIO]);
  g_assert_null (cam_sound_choice_describe (CAM_SOUND_NONE, sound));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sound-choice/words", test_words);
  g_test_add_func ("/sound-choice/modes", test_modes);
  g_test_add_func ("/sound-choice/tracks", test_tracks);
  g_test_add_func ("/sound-choice/describe", test_describe);
  return g_test_run ();
}
