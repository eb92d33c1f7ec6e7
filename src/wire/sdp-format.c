#include "wire/sdp-format.h"

#include <string.h>

#include "wire/h264.h"
#include "wire/h265.h"
#include "wire/parameter-sets.h"

#include "camrelay/limits.h"

#define NO_STATIC_TYPE 0xff
#define MAX_CLOCK_RATE 1000000
#define MAX_CHANNELS 8
#define MAX_CONFIG_BYTES 256
#define MAX_FIELD_BITS 32

typedef struct {
  const char *name;
  CamCodec codec;
  uint8_t static_type; /* of a format without rtpmap (RFC 3551, 6) */
  uint8_t bits;        /* G.726 */
  bool is_big_endian;  /* G.726 */
  uint8_t channels;    /* of a static type, or by the encoding's definition; else 0: 1 unless the rtpmap says more */
} Encoding;

static const Encoding encodings[] = {
    {"H264", CAM_CODEC_H264, NO_STATIC_TYPE, 0, false, 0},
    {"H265", CAM_CODEC_H265, NO_STATIC_TYPE, 0, false, 0},
    {"HEVC", CAM_CODEC_H265, NO_STATIC_TYPE, 0, false, 0},
    {"JPEG", CAM_CODEC_MJPEG, 26, 0, false, 0},
    {"PCMU", CAM_CODEC_PCMU, 0, 0, false, 0},
    {"PCMA", CAM_CODEC_PCMA, 8, 0, false, 0},
    {"G722", CAM_CODEC_G722, 9, 0, false, 0},
    {"G726-16", CAM_CODEC_G726, NO_STATIC_TYPE, 2, false, 0},
    {"G726-24", CAM_CODEC_G726, NO_STATIC_TYPE, 3, false, 0},
    {"G726-32", CAM_CODEC_G726, 2, 4, false, 0},
    {"G726-40", CAM_CODEC_G726, NO_STATIC_TYPE, 5, false, 0},
    {"AAL2-G726-16", CAM_CODEC_G726, NO_STATIC_TYPE, 2, true, 0},
    {"AAL2-G726-24", CAM_CODEC_G726, NO_STATIC_TYPE, 3, true, 0},
    {"AAL2-G726-32", CAM_CODEC_G726, NO_STATIC_TYPE, 4, true, 0},
    {"AAL2-G726-40", CAM_CODEC_G726, NO_STATIC_TYPE, 5, true, 0},
    {"L16", CAM_CODEC_L16, 10, 0, false, 2},
    {"L16", CAM_CODEC_L16, 11, 0, false, 1},
    {"MPEG4-GENERIC", CAM_CODEC_AAC, NO_STATIC_TYPE, 0, false, 0},
    {"MP4A-LATM", CAM_CODEC_AAC, NO_STATIC_TYPE, 0, false, 0},
    {"MPA", CAM_CODEC_MPEG_AUDIO, 14, 0, false, 0},
    {"AC3", CAM_CODEC_AC3, NO_STATIC_TYPE, 0, false, 0},
    {"OPUS", CAM_CODEC_OPUS, NO_STATIC_TYPE, 0, false, 2},
};

/* @name: NULL to find by static type. */
static const Encoding *
find_encoding (const char *name, unsigned payload_type)
{
  for (size_t i = 0; i < G_N_ELEMENTS (encodings); i++) {
    bool is_it = name != NULL ? g_ascii_strcasecmp (encodings[i].name, name) == 0 : encodings[i].static_type == payload_type;
    if (is_it)
      return &encodings[i];
  }
  return NULL;
}

/* A number of at most six digits in front of anything; 0 when there is none. */
static unsigned
read_number (const char *text)
{
  unsigned value = 0;
  for (unsigned digits = 0; digits < 7 && g_ascii_isdigit (*text); digits++, text++)
    value = value * 10 + (unsigned) (*text - '0');
  return value;
}

/* The value of "key=value" in fmtp's semicolons, blanks around it cut off; NULL when the key is not there. Keys in any case. (transfer
 * full) */
static char *
get_parameter (const char *fmtp, const char *key)
{
  size_t key_length = strlen (key);
  while (fmtp != NULL && *fmtp != '\0') {
    fmtp += strspn (fmtp, " \t;");
    size_t length = strcspn (fmtp, ";");
    if (g_ascii_strncasecmp (fmtp, key, key_length) == 0) {
      size_t behind = key_length + strspn (fmtp + key_length, " \t");
      if (behind < length && fmtp[behind] == '=')
        return g_strstrip (g_strndup (fmtp + behind + 1, length - behind - 1));
    }
    fmtp += length;
  }
  return NULL;
}

static unsigned
get_number (const char *fmtp, const char *key, unsigned otherwise)
{
  g_autofree char *text = get_parameter (fmtp, key);
  return text != NULL && g_ascii_isdigit (text[0]) ? read_number (text) : otherwise;
}

/* Base64 NAL units with commas between. What is no parameter set when decoded is left out: cameras write all kinds of things there. */
static void
add_sets (CamParameterSets *sets, const char *list, CamNalFacts (*inspect) (const uint8_t *nal, size_t size))
{
  g_auto (GStrv) parts = g_strsplit (list != NULL ? list : "", ",", 3 * CAM_LIMIT_PARAMETER_SETS);
  for (char **part = parts; *part != NULL; part++) {
    gsize size = 0;
    g_autofree guchar *nal = g_base64_decode (*part, &size);
    size_t start = cam_nal_start_code_length (nal, size);
    CamNalFacts facts = inspect (nal + start, size - start);
    if (facts.role == CAM_NAL_PARAMETER_SET)
      cam_parameter_sets_put (sets, facts.set_kind, facts.set_id, nal + start, size - start);
  }
}

static void
take_sets (CamTrack *track, const CamParameterSets *sets)
{
  g_ptr_array_unref (track->parameter_sets);
  track->parameter_sets = cam_parameter_sets_to_array (sets);
}

static void
read_h264 (CamTrack *track, const char *fmtp)
{
  CamParameterSets sets;
  cam_parameter_sets_init (&sets);
  g_autofree char *list = get_parameter (fmtp, "sprop-parameter-sets");
  add_sets (&sets, list, cam_h264_inspect);
  take_sets (track, &sets);
  GBytes *first = cam_parameter_sets_get_first (&sets, 0);
  CamH264Sps sps;
  if (first != NULL && cam_h264_read_sps (g_bytes_get_data (first, NULL), g_bytes_get_size (first), &sps)) {
    track->width = sps.width;
    track->height = sps.height;
  }
  cam_parameter_sets_clear (&sets);
}

static void
read_h265 (CamTrack *track, const char *fmtp)
{
  static const char *const keys[] = {"sprop-vps", "sprop-sps", "sprop-pps"};
  CamParameterSets sets;
  cam_parameter_sets_init (&sets);
  for (size_t i = 0; i < G_N_ELEMENTS (keys); i++) {
    g_autofree char *list = get_parameter (fmtp, keys[i]);
    add_sets (&sets, list, cam_h265_inspect);
  }
  take_sets (track, &sets);
  GBytes *first = cam_parameter_sets_get_first (&sets, 1);
  CamH265Sps sps;
  if (first != NULL && cam_h265_read_sps (g_bytes_get_data (first, NULL), g_bytes_get_size (first), &sps)) {
    track->width = sps.width;
    track->height = sps.height;
  }
  cam_parameter_sets_clear (&sets);
}

/* Pairs of hexadecimal digits; NULL when it is anything else, nothing or too much. */
static GBytes *
read_hex (const char *text)
{
  size_t length = text != NULL ? strlen (text) : 0;
  if (length == 0 || length % 2 != 0 || length > 2 * MAX_CONFIG_BYTES)
    return NULL;
  g_autofree uint8_t *bytes = g_malloc (length / 2);
  for (size_t i = 0; i < length; i += 2) {
    int high = g_ascii_xdigit_value (text[i]);
    int low = g_ascii_xdigit_value (text[i + 1]);
    if (high < 0 || low < 0)
      return NULL;
    bytes[i / 2] = (uint8_t) (high << 4 | low);
  }
  return g_bytes_new_take (g_steal_pointer (&bytes), length / 2);
}

static uint8_t
get_field_bits (const char *fmtp, const char *key, unsigned otherwise)
{
  unsigned bits = get_number (fmtp, key, otherwise);
  return (uint8_t) (bits <= MAX_FIELD_BITS ? bits : otherwise);
}

/* RFC 3640, 3.3.5 and 3.3.6: what the modes fix, for cameras that say only the mode, or nothing. Other modes carry no AAC. */
static bool
read_aac (CamSdpMedia *media, const char *fmtp)
{
  g_autofree char *mode = get_parameter (fmtp, "mode");
  bool is_low_rate = mode != NULL && g_ascii_strcasecmp (mode, "AAC-lbr") == 0;
  if (mode != NULL && !is_low_rate && g_ascii_strcasecmp (mode, "AAC-hbr") != 0)
    return false;
  g_autofree char *config = get_parameter (fmtp, "config");
  media->track->config = read_hex (config);
  media->size_length = get_field_bits (fmtp, "sizelength", is_low_rate ? 6 : 13);
  media->index_length = get_field_bits (fmtp, "indexlength", is_low_rate ? 2 : 3);
  media->index_delta_length = get_field_bits (fmtp, "indexdeltalength", is_low_rate ? 2 : 3);
  return true;
}

/* RFC 6416, 7.3: cpresent is 1 unless said otherwise; config is a StreamMuxConfig. */
static bool
read_latm (CamSdpMedia *media, const char *fmtp)
{
  g_autofree char *config = get_parameter (fmtp, "config");
  media->is_latm = true;
  media->latm_config_in_band = get_number (fmtp, "cpresent", 1) != 0;
  media->track->config = read_hex (config);
  return media->latm_config_in_band || media->track->config != NULL;
}

static bool
read_fmtp (CamSdpMedia *media, const Encoding *encoding, const char *fmtp)
{
  switch (encoding->codec) {
  case CAM_CODEC_H264:
    read_h264 (media->track, fmtp);
    return true;
  case CAM_CODEC_H265:
    read_h265 (media->track, fmtp);
    return true;
  case CAM_CODEC_AAC:
    return strcmp (encoding->name, "MP4A-LATM") == 0 ? read_latm (media, fmtp) : read_aac (media, fmtp);
  case CAM_CODEC_MJPEG:
  case CAM_CODEC_PCMU:
  case CAM_CODEC_PCMA:
  case CAM_CODEC_G722:
  case CAM_CODEC_G726:
  case CAM_CODEC_L16:
  case CAM_CODEC_MPEG_AUDIO:
  case CAM_CODEC_OPUS:
  case CAM_CODEC_NONE:
  case CAM_CODEC_AC3:
  case CAM_CODEC_FLAC:
  case CAM_N_CODECS:
    return true;
  }
  return true;
}

/* Where rate and sample rate are one. The others' rates are fixed, or the stream's. */
static bool
has_sample_clock (CamCodec codec)
{
  return cam_codec_kind (codec) == CAM_TRACK_AUDIO && codec != CAM_CODEC_G722 && codec != CAM_CODEC_MPEG_AUDIO && codec != CAM_CODEC_OPUS;
}

/* @rates: what stands behind the encoding's name, "/90000/2". False: numbers that cannot be. */
static bool
read_rates (CamTrack *track, const Encoding *encoding, const char *rates)
{
  unsigned clock_rate = *rates == '/' ? read_number (rates + 1) : 0;
  const char *slash = *rates == '/' ? strchr (rates + 1, '/') : NULL;
  unsigned channels = slash != NULL ? read_number (slash + 1) : 0;
  if (clock_rate > MAX_CLOCK_RATE || channels > MAX_CHANNELS)
    return false;
  if (clock_rate > 0) {
    track->clock_rate = clock_rate;
    if (has_sample_clock (track->codec))
      track->sample_rate = clock_rate;
  }
  if (cam_codec_kind (track->codec) == CAM_TRACK_AUDIO && channels > 0)
    track->channels = (uint8_t) channels;
  track->bits = encoding->bits;
  track->g726_big_endian = encoding->is_big_endian;
  return true;
}

CamSdpMedia *
cam_sdp_format_read (CamTrackKind kind, unsigned payload_type, const char *rtpmap, const char *fmtp)
{
  size_t name_length = rtpmap != NULL ? strcspn (rtpmap, "/ \t") : 0;
  g_autofree char *name = name_length > 0 ? g_strndup (rtpmap, name_length) : NULL;
  const Encoding *encoding = find_encoding (name, payload_type);
  if (encoding == NULL || cam_codec_kind (encoding->codec) != kind)
    return NULL;
  CamSdpMedia *media = g_new0 (CamSdpMedia, 1);
  media->track = cam_track_new (encoding->codec);
  media->payload_type = (uint8_t) payload_type;
  if (name == NULL && encoding->channels > 0)
    media->track->channels = encoding->channels;
  if (read_rates (media->track, encoding, rtpmap != NULL ? rtpmap + name_length : "") && read_fmtp (media, encoding, fmtp))
    return media;
  cam_sdp_media_free (media);
  return NULL;
}

void
cam_sdp_media_free (CamSdpMedia *self)
{
  if (self == NULL)
    return;
  cam_track_unref (self->track);
  g_free (self->control);
  g_free (self);
}
