#include "sound/sound-decoder-kind.h"

#include <gst/audio/audio.h>

#include "sound/sound-element.h"
#include "wire/aac.h"

/* The codecs that GStreamer decodes. Whatever layout and channels come of an element, S16 of one channel or two leaves. */

#define LIBAV "gstreamer1.0-libav"
#define MOST_CHANNELS 2
#define MOST_REFUSED 25      /* units in a row, half a second of most codecs; then the element begins anew */
#define MPEG_AUDIO_DELAY 529 /* of the filter bank: 480 + 1, and of layer III 48 more (ISO 11172-3, C.1.5.2.1) */
#define AC3_DELAY 256        /* half a transform (ATSC A/52, 7.9) */
#define G722_DELAY 11        /* half of the filter bank (ITU-T G.722, 3.6) */

typedef struct {
  CamSoundDecoder base;
  CamSoundElement *element;     /* owned */
  GstCaps *caps;                /* ref; that converter is made for */
  GstAudioInfo format;          /* of caps */
  GstAudioConverter *converter; /* owned */
  unsigned channels;            /* behind it */
  unsigned bits;                /* a sample of G.726 whose first is the lowest in a byte; 0: bytes go as they are */
  GArray *samples;              /* of int16_t, owned; of what came last */
  CamPcmFunc func;              /* of the unit that is being decoded */
  gpointer data;
  unsigned refused; /* units in a row */
  bool has_sound;   /* anything came of it */
} ElementSound;

static bool
adopt_caps (ElementSound *self, GstCaps *caps)
{
  if (self->caps == caps)
    return self->converter != NULL;
  gst_caps_replace (&self->caps, caps);
  g_clear_pointer (&self->converter, gst_audio_converter_free);
  if (!gst_audio_info_from_caps (&self->format, caps) || !cam_sound_is_rate ((unsigned) self->format.rate))
    return false;
  GstAudioInfo wanted;
  self->channels = MIN ((unsigned) self->format.channels, MOST_CHANNELS);
  gst_audio_info_set_format (&wanted, GST_AUDIO_FORMAT_S16, self->format.rate, (int) self->channels, NULL);
  self->converter = gst_audio_converter_new (GST_AUDIO_CONVERTER_FLAG_NONE, &self->format, &wanted, NULL);
  return self->converter != NULL;
}

static void
convert (GstCaps *caps, GstBuffer *buffer, gpointer data)
{
  ElementSound *self = data;
  GstAudioBuffer sound;
  if (!adopt_caps (self, caps) || !gst_audio_buffer_map (&sound, &self->format, buffer, GST_MAP_READ))
    return;
  g_array_set_size (self->samples, (guint) sound.n_samples * self->channels);
  gpointer out[] = {self->samples->data};
  if (sound.n_samples > 0 && gst_audio_converter_samples (self->converter, 0, sound.planes, sound.n_samples, out, sound.n_samples)) {
    self->has_sound = true;
    self->func (&(CamPcm){.samples = (const int16_t *) (void *) self->samples->data,
                          .frames = (unsigned) sound.n_samples,
                          .rate = (unsigned) self->format.rate,
                          .channels = self->channels},
                self->data);
  }
  gst_audio_buffer_unmap (&sound);
}

static GstCaps *
make_aac_caps (const CamTrack *track)
{
  gsize size;
  gconstpointer bytes = g_bytes_get_data (track->config, &size);
  g_autoptr (GstBuffer) config = gst_buffer_new_memdup (bytes, size);
  return gst_caps_new_simple ("audio/mpeg", "mpegversion", G_TYPE_INT, 4, "stream-format", G_TYPE_STRING, "raw", "framed", G_TYPE_BOOLEAN,
                              TRUE, "rate", G_TYPE_INT, (int) track->sample_rate, "channels", G_TYPE_INT, (int) track->channels,
                              "codec_data", GST_TYPE_BUFFER, config, NULL);
}

static GstCaps *
make_caps (const CamTrack *track)
{
  int rate = (int) track->sample_rate, channels = track->channels;
  switch (track->codec) {
  case CAM_CODEC_G722:
    return gst_caps_new_simple ("audio/G722", "rate", G_TYPE_INT, rate, "channels", G_TYPE_INT, channels, NULL);
  case CAM_CODEC_G726:
    return gst_caps_new_simple ("audio/x-adpcm", "layout", G_TYPE_STRING, "g726", "rate", G_TYPE_INT, rate, "channels", G_TYPE_INT,
                                channels, "bitrate", G_TYPE_INT, track->bits * rate, NULL);
  case CAM_CODEC_MPEG_AUDIO: /* the layer is read from each frame */
    return gst_caps_new_simple ("audio/mpeg", "mpegversion", G_TYPE_INT, 1, "layer", G_TYPE_INT, 2, "parsed", G_TYPE_BOOLEAN, TRUE, "rate",
                                G_TYPE_INT, rate, "channels", G_TYPE_INT, channels, NULL);
  case CAM_CODEC_AC3:
    return gst_caps_new_simple ("audio/x-ac3", "framed", G_TYPE_BOOLEAN, TRUE, "rate", G_TYPE_INT, rate, "channels", G_TYPE_INT, channels,
                                NULL);
  case CAM_CODEC_AAC:
    return make_aac_caps (track);
  case CAM_CODEC_NONE:
  case CAM_CODEC_H264:
  case CAM_CODEC_H265:
  case CAM_CODEC_MJPEG:
  case CAM_CODEC_PCMU:
  case CAM_CODEC_PCMA:
  case CAM_CODEC_L16:
  case CAM_CODEC_OPUS:
  case CAM_CODEC_FLAC:
  case CAM_N_CODECS:
    break;
  }
  g_assert_not_reached ();
}

/* @ret_delay: touched for AAC only, whose configuration tells it. */
static bool
read_track (const CamTrack *track, unsigned *ret_delay, GError **error)
{
  CamAacConfig config;
  if (track->codec == CAM_CODEC_G726 && (track->bits < 2 || track->bits > 5)) {
    g_set_error (error, CAM_SOUND_ERROR, CAM_SOUND_ERROR_TRACK, "G.726 of %u bits a sample", track->bits);
    return false;
  }
  if (track->codec != CAM_CODEC_AAC)
    return true;
  if (!cam_aac_config_read_bytes (track->config, &config)) {
    g_set_error (error, CAM_SOUND_ERROR, CAM_SOUND_ERROR_TRACK, "AAC without an AudioSpecificConfig that can be read");
    return false;
  }
  if (!cam_sound_is_rate (config.sample_rate) || !cam_sound_is_rate (config.output_rate)) {
    g_set_error (error, CAM_SOUND_ERROR, CAM_SOUND_ERROR_TRACK, "AAC of %u Hz", config.sample_rate);
    return false;
  }
  *ret_delay = (unsigned) ((uint64_t) config.frame_samples * config.output_rate / config.sample_rate);
  return true;
}

static void
close_element (CamSoundDecoder *base)
{
  ElementSound *self = (ElementSound *) base;
  cam_sound_element_free (self->element);
  g_clear_pointer (&self->converter, gst_audio_converter_free);
  gst_clear_caps (&self->caps);
  g_array_unref (self->samples);
  g_free (self);
}

static bool
start_element (ElementSound *self, const CamSoundFactory *factory, const CamTrack *track, GError **error)
{
  g_autoptr (GstCaps) input = make_caps (track);
  g_autoptr (GstCaps) output = gst_caps_new_empty_simple ("audio/x-raw");
  self->element = cam_sound_element_new (factory, input, output, convert, self, error);
  return self->element != NULL && cam_sound_element_start (self->element, error);
}

static CamSoundDecoder *
open_element (const CamTrack *track, GError **error)
{
  static const struct {
    CamSoundFactory factory;
    unsigned delay;
  } kinds[CAM_N_CODECS] = {
      [CAM_CODEC_G722] = {{"avdec_g722", LIBAV}, G722_DELAY},
      [CAM_CODEC_G726] = {{"avdec_g726", LIBAV}, 0},
      [CAM_CODEC_AAC] = {{"avdec_aac", LIBAV}, 0},
      [CAM_CODEC_MPEG_AUDIO] = {{"avdec_mp2float", LIBAV}, MPEG_AUDIO_DELAY},
      [CAM_CODEC_AC3] = {{"avdec_ac3", LIBAV}, AC3_DELAY},
  };
  ElementSound *self = g_new0 (ElementSound, 1);
  self->samples = g_array_new (FALSE, FALSE, sizeof (int16_t));
  self->base.delay = kinds[track->codec].delay;
  self->bits = track->codec == CAM_CODEC_G726 && !track->g726_big_endian ? track->bits : 0;
  if (read_track (track, &self->base.delay, error) && start_element (self, &kinds[track->codec].factory, track, error))
    return &self->base;
  close_element (&self->base);
  return NULL;
}

/* Samples of @bits from the lowest bit of each byte on, as RTP has them, to samples from the highest on, as the element wants them
 * (RFC 3551, 4.5.4). */
static GBytes *
turn_samples (const uint8_t *unit, size_t size, unsigned bits)
{
  uint8_t *turned = g_malloc0 (size);
  for (size_t sample = 0; (sample + 1) * bits <= size * 8; sample++)
    for (unsigned bit = 0; bit < bits; bit++) {
      size_t from = sample * bits + bit, to = sample * bits + (bits - 1 - bit);
      if ((unit[from / 8] >> (from % 8) & 1) != 0)
        turned[to / 8] |= (uint8_t) (0x80 >> (to % 8));
    }
  return g_bytes_new_take (turned, size);
}

static bool
take_unit (CamSoundDecoder *base, const uint8_t *unit, size_t size, CamPcmFunc func, gpointer data)
{
  ElementSound *self = (ElementSound *) base;
  g_autoptr (GBytes) bytes = self->bits > 0 ? turn_samples (unit, size, self->bits) : g_bytes_new (unit, size);
  self->func = func;
  self->data = data;
  self->has_sound = false;
  cam_sound_element_push (self->element, bytes, GST_CLOCK_TIME_NONE);
  self->refused = self->has_sound ? 0 : self->refused + 1;
  if (self->refused == MOST_REFUSED) {
    self->refused = 0;
    cam_sound_element_restart (self->element);
  }
  return self->has_sound;
}

const CamSoundDecoderKind cam_element_decoder = {.open = open_element, .close = close_element, .take = take_unit};
