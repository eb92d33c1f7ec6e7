#include "sound/sound-encoder-kind.h"

#include <gst/audio/audio.h>

#include "sound/sound-element.h"

/* AAC-LC of constant bit rate, one raw frame for each 1024 samples from the first on. */

#define FRAME 1024
#define DELAY 1600          /* a frame, and what the encoder looks ahead for transients: 576 */
#define CHANNEL_BITS 64000  /* a second and channel, when nobody says how many; but */
#define USUAL_SAMPLE_BITS 4 /* are enough for a sample */
#define MOST_SAMPLE_BITS 6  /* a frame and channel hold 6144 bits (ISO 14496-3, 4.5.1.1) */
#define LEAST_BITS 8000
#define FRONT (GST_AUDIO_CHANNEL_POSITION_MASK (FRONT_LEFT) | GST_AUDIO_CHANNEL_POSITION_MASK (FRONT_RIGHT))
#define MOST_BITS 320000 /* that the element takes */

typedef struct {
  CamSoundEncoder base;
  CamSoundElement *element; /* owned */
  unsigned rate;
  size_t frame_bytes;
  uint64_t frames;       /* taken so far */
  CamSoundUnitFunc func; /* of the frame that is being encoded */
  gpointer data;
} AacSound;

static void
hand_on (GstCaps *caps, GstBuffer *buffer, gpointer data)
{
  AacSound *self = data;
  GstMapInfo map;
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  if (map.size > 0)
    self->func (map.data, map.size, self->data);
  gst_buffer_unmap (buffer, &map);
}

static uint64_t
choose_bit_rate (const CamTrack *track, uint64_t wanted)
{
  uint64_t samples = (uint64_t) track->sample_rate * track->channels;
  if (wanted == 0)
    wanted = MIN ((uint64_t) CHANNEL_BITS * track->channels, samples * USUAL_SAMPLE_BITS);
  return CLAMP (wanted, LEAST_BITS, MIN (samples * MOST_SAMPLE_BITS, MOST_BITS));
}

static void
close_aac (CamSoundEncoder *base)
{
  AacSound *self = (AacSound *) base;
  cam_sound_element_free (self->element);
  g_free (self);
}

static bool
start_element (AacSound *self, const CamTrack *track, uint64_t bit_rate, GError **error)
{
  static const CamSoundFactory factory = {"voaacenc", "gstreamer1.0-plugins-bad"};
  g_autoptr (GstCaps) input =
      gst_caps_new_simple ("audio/x-raw", "format", G_TYPE_STRING, GST_AUDIO_NE (S16), "layout", G_TYPE_STRING, "interleaved", "rate",
                           G_TYPE_INT, (int) track->sample_rate, "channels", G_TYPE_INT, (int) track->channels, NULL);
  if (track->channels == 2)
    gst_caps_set_simple (input, "channel-mask", GST_TYPE_BITMASK, FRONT, NULL);
  g_autoptr (GstCaps) output =
      gst_caps_new_simple ("audio/mpeg", "mpegversion", G_TYPE_INT, 4, "stream-format", G_TYPE_STRING, "raw", NULL);
  self->element = cam_sound_element_new (&factory, input, output, hand_on, self, error);
  if (self->element == NULL)
    return false;
  g_autofree char *bits = g_strdup_printf ("%" G_GUINT64_FORMAT, bit_rate);
  cam_sound_element_set (self->element, "bitrate", bits);
  return cam_sound_element_start (self->element, error);
}

static CamSoundEncoder *
open_aac (const CamTrack *track, const CamSoundSettings *settings, GError **error)
{
  AacSound *self = g_new0 (AacSound, 1);
  self->base.frame = FRAME;
  self->base.delay = DELAY;
  self->rate = track->sample_rate;
  self->frame_bytes = FRAME * track->channels * sizeof (int16_t);
  if (start_element (self, track, choose_bit_rate (track, settings->bit_rate), error))
    return &self->base;
  close_aac (&self->base);
  return NULL;
}

static bool
take_frame (CamSoundEncoder *base, const int16_t *samples, CamSoundUnitFunc func, gpointer data)
{
  AacSound *self = (AacSound *) base;
  self->func = func;
  self->data = data;
  g_autoptr (GBytes) bytes = g_bytes_new (samples, self->frame_bytes);
  GstClockTime pts_ns = gst_util_uint64_scale (self->frames++ * FRAME, GST_SECOND, self->rate);
  return cam_sound_element_push (self->element, bytes, pts_ns);
}

const CamSoundEncoderKind cam_aac_encoder = {.open = open_aac, .close = close_aac, .take = take_frame};
