#include "ingest/gst-track.h"

#include <string.h>

#include "camrelay/limits.h"

#define NAL_LENGTH_BYTES 4
#define SLICES_A_SECOND 50

static void
read_picture_size (CamTrack *track, const GstStructure *structure)
{
  int width = 0;
  int height = 0;
  if (!gst_structure_get_int (structure, "width", &width) || !gst_structure_get_int (structure, "height", &height))
    return;
  if (width <= 0 || height <= 0 || width > G_MAXUINT16 || height > G_MAXUINT16)
    return;
  track->width = (uint16_t) width;
  track->height = (uint16_t) height;
}

static bool
read_audio_format (CamTrack *track, const GstStructure *structure)
{
  int rate = 0;
  int channels = 1;
  gst_structure_get_int (structure, "channels", &channels);
  if (!gst_structure_get_int (structure, "rate", &rate) || rate <= 0 || channels <= 0 || channels > 8)
    return false;
  track->sample_rate = (uint32_t) rate;
  track->channels = (uint8_t) channels;
  return true;
}

static bool
read_codec_data (CamTrack *track, const GstStructure *structure)
{
  const GValue *value = gst_structure_get_value (structure, "codec_data");
  GstBuffer *buffer = value != NULL ? gst_value_get_buffer (value) : NULL;
  GstMapInfo map;
  if (buffer == NULL || !gst_buffer_map (buffer, &map, GST_MAP_READ))
    return false;
  track->config = g_bytes_new (map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  return true;
}

static CamCodec
codec_of_mpeg_audio (const GstStructure *structure)
{
  int version = 0;
  gst_structure_get_int (structure, "mpegversion", &version);
  if (version == 1)
    return CAM_CODEC_MPEG_AUDIO;
  return version == 4 || version == 2 ? CAM_CODEC_AAC : CAM_CODEC_NONE;
}

static CamCodec
codec_of (const GstStructure *structure)
{
  static const struct {
    const char *name;
    CamCodec codec;
  } names[] = {
      {"video/x-h264", CAM_CODEC_H264},  {"video/x-h265", CAM_CODEC_H265}, {"image/jpeg", CAM_CODEC_MJPEG},
      {"audio/x-mulaw", CAM_CODEC_PCMU}, {"audio/x-alaw", CAM_CODEC_PCMA}, {"audio/G722", CAM_CODEC_G722},
      {"audio/x-opus", CAM_CODEC_OPUS},  {"audio/x-ac3", CAM_CODEC_AC3},
  };
  const char *name = gst_structure_get_name (structure);
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (name, names[i].name) == 0)
      return names[i].codec;
  if (strcmp (name, "audio/mpeg") == 0)
    return codec_of_mpeg_audio (structure);
  if (strcmp (name, "audio/x-raw") == 0)
    return g_strcmp0 (gst_structure_get_string (structure, "format"), "S16BE") == 0 ? CAM_CODEC_L16 : CAM_CODEC_NONE;
  if (strcmp (name, "audio/x-adpcm") == 0)
    return g_strcmp0 (gst_structure_get_string (structure, "layout"), "g726") == 0 ? CAM_CODEC_G726 : CAM_CODEC_NONE;
  return CAM_CODEC_NONE;
}

static bool
fill_audio (CamTrack *track, const GstStructure *structure)
{
  if (!read_audio_format (track, structure))
    return false;
  /* Of G.722, Opus and MPEG audio the RTP clock is fixed (RFC 3551, 4.5.2 and 4.5.13; RFC 7587, 4.1). */
  if (track->codec != CAM_CODEC_G722 && track->codec != CAM_CODEC_OPUS && track->codec != CAM_CODEC_MPEG_AUDIO)
    track->clock_rate = track->sample_rate;
  if (track->codec == CAM_CODEC_G726)
    track->bits = 4;
  return track->codec != CAM_CODEC_AAC || read_codec_data (track, structure);
}

CamTrack *
cam_gst_track_from_caps (const GstCaps *caps)
{
  if (caps == NULL || gst_caps_get_size (caps) == 0)
    return NULL;
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  CamCodec codec = codec_of (structure);
  if (codec == CAM_CODEC_NONE)
    return NULL;
  g_autoptr (CamTrack) track = cam_track_new (codec);
  if (cam_codec_kind (codec) == CAM_TRACK_VIDEO)
    read_picture_size (track, structure);
  else if (!fill_audio (track, structure))
    return NULL;
  return g_steal_pointer (&track);
}

/* Where a parameter set stands in a description (H.264: SPS, PPS; H.265: VPS, SPS, PPS); -1 for other NAL units. */
static int
rank_of_set (CamCodec codec, uint8_t first_byte)
{
  int type = codec == CAM_CODEC_H264 ? first_byte & 0x1f : (first_byte >> 1) & 0x3f;
  int first = codec == CAM_CODEC_H264 ? 7 : 32;
  int count = codec == CAM_CODEC_H264 ? 2 : 3;
  return type >= first && type < first + count ? type - first : -1;
}

static bool
has_set (const GPtrArray *sets, const uint8_t *data, size_t size)
{
  for (guint i = 0; i < sets->len; i++) {
    gsize length = 0;
    gconstpointer bytes = g_bytes_get_data (g_ptr_array_index (sets, i), &length);
    if (length == size && memcmp (bytes, data, size) == 0)
      return true;
  }
  return false;
}

/* Adds the sets of @rank that stand in the unit. */
static void
collect_sets (GPtrArray *sets, CamCodec codec, int rank, const uint8_t *data, size_t size)
{
  unsigned found = 0;
  while (size > NAL_LENGTH_BYTES && found < CAM_LIMIT_PARAMETER_SETS) {
    size_t length = (size_t) data[0] << 24 | (size_t) data[1] << 16 | (size_t) data[2] << 8 | data[3];
    data += NAL_LENGTH_BYTES;
    size -= NAL_LENGTH_BYTES;
    if (length == 0 || length > size)
      return;
    if (rank_of_set (codec, data[0]) == rank && length <= CAM_LIMIT_PARAMETER_SET_BYTES && !has_set (sets, data, length)) {
      g_ptr_array_add (sets, g_bytes_new (data, length));
      found++;
    }
    data += length;
    size -= length;
  }
}

static bool
same_sets (const GPtrArray *a, const GPtrArray *b)
{
  if (a->len != b->len)
    return false;
  for (guint i = 0; i < a->len; i++)
    if (!g_bytes_equal (g_ptr_array_index (a, i), g_ptr_array_index (b, i)))
      return false;
  return true;
}

CamTrack *
cam_gst_track_learn (const CamTrack *track, const uint8_t *data, size_t size)
{
  if (track->codec != CAM_CODEC_H264 && track->codec != CAM_CODEC_H265)
    return NULL;
  g_autoptr (GPtrArray) sets = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (int rank = 0; rank < (track->codec == CAM_CODEC_H264 ? 2 : 3); rank++)
    collect_sets (sets, track->codec, rank, data, size);
  if (sets->len == 0 || same_sets (sets, track->parameter_sets))
    return NULL;
  CamTrack *learned = cam_track_copy (track);
  g_ptr_array_unref (learned->parameter_sets);
  learned->parameter_sets = g_steal_pointer (&sets);
  return learned;
}

size_t
cam_gst_track_get_slice_bytes (const CamTrack *track)
{
  size_t samples = track->sample_rate / SLICES_A_SECOND;
  switch (track->codec) {
  case CAM_CODEC_PCMU:
  case CAM_CODEC_PCMA:
    return samples * track->channels;
  case CAM_CODEC_G722:
  case CAM_CODEC_G726: /* 4 bits a sample */
    return samples / 2;
  case CAM_CODEC_L16:
    return samples * 2 * track->channels;
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
  return 0;
}

void
cam_gst_swap_nibbles (uint8_t *data, size_t size)
{
  for (size_t i = 0; i < size; i++)
    data[i] = (uint8_t) (data[i] << 4 | data[i] >> 4);
}
