#include "media/stored-description.h"

#include <string.h>

#include "camrelay/limits.h"

#define FORMAT 1

/* As for what a camera's SDP may say. */
#define MAX_RATE 1000000
#define MAX_CHANNELS 8
#define MAX_CONFIG_BYTES 256
#define MAX_SETS (3 * CAM_LIMIT_PARAMETER_SETS)

G_DEFINE_QUARK (cam_stored_error, cam_stored_error)

static const char *const groups[CAM_N_TRACKS] = {[CAM_TRACK_VIDEO] = "Video", [CAM_TRACK_AUDIO] = "Audio"};

/* Never renamed: files live longer than programs. */
static const char *const codec_words[CAM_N_CODECS] = {
    [CAM_CODEC_H264] = "h264", [CAM_CODEC_H265] = "h265", [CAM_CODEC_MJPEG] = "mjpeg", [CAM_CODEC_PCMU] = "pcmu",
    [CAM_CODEC_PCMA] = "pcma", [CAM_CODEC_G722] = "g722", [CAM_CODEC_G726] = "g726",   [CAM_CODEC_L16] = "l16",
    [CAM_CODEC_AAC] = "aac",   [CAM_CODEC_OPUS] = "opus", [CAM_CODEC_MPEG_AUDIO] = "mpeg-audio",
    [CAM_CODEC_AC3] = "ac3",   [CAM_CODEC_FLAC] = "flac",
};

/* Writing. */

static void
put_number (GKeyFile *file, const char *group, const char *key, unsigned value)
{
  if (value > 0)
    g_key_file_set_uint64 (file, group, key, value);
}

static char *
encode (GBytes *bytes)
{
  return g_base64_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
put_sets (GKeyFile *file, const char *group, const GPtrArray *sets)
{
  g_autoptr (GString) list = g_string_new (NULL);
  for (unsigned i = 0; i < sets->len; i++) {
    g_autofree char *set = encode (sets->pdata[i]);
    g_string_append_printf (list, "%s%s", i > 0 ? "," : "", set);
  }
  if (list->len > 0)
    g_key_file_set_string (file, group, "ParameterSets", list->str);
}

static void
put_track (GKeyFile *file, const char *group, const CamTrack *track)
{
  g_key_file_set_string (file, group, "Codec", codec_words[track->codec]);
  put_number (file, group, "ClockRate", track->clock_rate);
  put_number (file, group, "SampleRate", track->sample_rate);
  put_number (file, group, "Channels", track->channels);
  put_number (file, group, "Bits", track->bits);
  put_number (file, group, "BigEndian", track->g726_big_endian);
  put_number (file, group, "Width", track->width);
  put_number (file, group, "Height", track->height);
  put_sets (file, group, track->parameter_sets);
  g_autofree char *config = track->config != NULL ? encode (track->config) : NULL;
  if (config != NULL)
    g_key_file_set_string (file, group, "Config", config);
}

GBytes *
cam_stored_description_write (const CamStreamDescription *description, const char *origin)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_key_file_set_uint64 (file, "Stream", "Format", FORMAT);
  g_key_file_set_string (file, "Stream", "Origin", origin);
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++) {
    if (description->tracks[kind] != NULL)
      put_track (file, groups[kind], description->tracks[kind]);
  }
  gsize size = 0;
  char *text = g_key_file_to_data (file, &size, NULL);
  return g_bytes_new_take (text, size);
}

/* Reading. */

static bool
fail_range (GError **error, const char *group, const char *key)
{
  g_set_error (error, CAM_STORED_ERROR, CAM_STORED_ERROR_RANGE, "%s: no stream has such a %s", group, key);
  return false;
}

/* 0 when the key is not there, or is no number: what must not be 0 is refused for it. */
static bool
get_number (GKeyFile *file, const char *group, const char *key, unsigned least, unsigned most, unsigned *ret_value, GError **error)
{
  uint64_t value = g_key_file_get_uint64 (file, group, key, NULL);
  if (value < least || value > most)
    return fail_range (error, group, key);
  *ret_value = (unsigned) value;
  return true;
}

static bool
get_codec (GKeyFile *file, CamTrackKind kind, CamCodec *ret_codec, GError **error)
{
  g_autofree char *word = g_key_file_get_string (file, groups[kind], "Codec", NULL);
  for (CamCodec codec = CAM_CODEC_NONE + 1; codec < CAM_N_CODECS; codec++) {
    if (g_strcmp0 (word, codec_words[codec]) != 0 || cam_codec_kind (codec) != kind)
      continue;
    *ret_codec = codec;
    return true;
  }
  return fail_range (error, groups[kind], "Codec");
}

/* NULL when it is empty or over @max_bytes. (transfer full) */
static GBytes *
decode (const char *text, size_t max_bytes)
{
  gsize size = 0;
  g_autofree guchar *bytes = g_base64_decode (text, &size);
  return size > 0 && size <= max_bytes ? g_bytes_new_take (g_steal_pointer (&bytes), size) : NULL;
}

static bool
read_sets (GKeyFile *file, const char *group, CamTrack *track, GError **error)
{
  g_autofree char *list = g_key_file_get_string (file, group, "ParameterSets", NULL);
  if (list == NULL)
    return true;
  g_auto (GStrv) parts = g_strsplit (list, ",", MAX_SETS + 1);
  for (char **part = parts; *part != NULL; part++) {
    GBytes *set = track->parameter_sets->len < MAX_SETS ? decode (*part, CAM_LIMIT_PARAMETER_SET_BYTES) : NULL;
    if (set == NULL)
      return fail_range (error, group, "ParameterSets");
    g_ptr_array_add (track->parameter_sets, set);
  }
  return true;
}

static bool
read_video (GKeyFile *file, const char *group, CamTrack *track, GError **error)
{
  unsigned width, height;
  if (!get_number (file, group, "Width", 0, UINT16_MAX, &width, error) || !get_number (file, group, "Height", 0, UINT16_MAX, &height, error))
    return false;
  track->width = (uint16_t) width;
  track->height = (uint16_t) height;
  return read_sets (file, group, track, error);
}

static bool
read_audio (GKeyFile *file, const char *group, CamTrack *track, GError **error)
{
  bool is_g726 = track->codec == CAM_CODEC_G726;
  unsigned sample_rate, channels, bits, is_big_endian;
  if (!get_number (file, group, "SampleRate", 0, MAX_RATE, &sample_rate, error) ||
      !get_number (file, group, "Channels", 1, MAX_CHANNELS, &channels, error) ||
      !get_number (file, group, "Bits", is_g726 ? 2 : 0, is_g726 ? 5 : 0, &bits, error) ||
      !get_number (file, group, "BigEndian", 0, is_g726, &is_big_endian, error))
    return false;
  track->sample_rate = sample_rate;
  track->channels = (uint8_t) channels;
  track->bits = (uint8_t) bits;
  track->g726_big_endian = is_big_endian != 0;
  if (track->codec != CAM_CODEC_AAC)
    return true;
  g_autofree char *config = g_key_file_get_string (file, group, "Config", NULL);
  track->config = config != NULL ? decode (config, MAX_CONFIG_BYTES) : NULL;
  return track->config != NULL || fail_range (error, group, "Config");
}

/* True with no track when the group is not there. */
static bool
read_track (GKeyFile *file, CamTrackKind kind, CamTrack **ret_track, GError **error)
{
  const char *group = groups[kind];
  if (!g_key_file_has_group (file, group))
    return true;
  CamCodec codec;
  unsigned clock_rate;
  if (!get_codec (file, kind, &codec, error) || !get_number (file, group, "ClockRate", 1, MAX_RATE, &clock_rate, error))
    return false;
  g_autoptr (CamTrack) track = cam_track_new (codec);
  track->clock_rate = clock_rate;
  bool is_read = kind == CAM_TRACK_VIDEO ? read_video (file, group, track, error) : read_audio (file, group, track, error);
  if (is_read)
    *ret_track = g_steal_pointer (&track);
  return is_read;
}

static bool
check_origin (GKeyFile *file, const char *origin, GError **error)
{
  uint64_t format = g_key_file_get_uint64 (file, "Stream", "Format", NULL);
  g_autofree char *written = g_key_file_get_string (file, "Stream", "Origin", NULL);
  if (format == FORMAT && g_strcmp0 (written, origin) == 0)
    return true;
  g_set_error_literal (error, CAM_STORED_ERROR, CAM_STORED_ERROR_OTHER, "learned from another source, or by another version");
  return false;
}

CamStreamDescription *
cam_stored_description_read (GBytes *text, const char *origin, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  bool is_small = g_bytes_get_size (text) <= CAM_STORED_DESCRIPTION_BYTES;
  if (!is_small || !g_key_file_load_from_bytes (file, text, G_KEY_FILE_NONE, NULL)) {
    g_set_error_literal (error, CAM_STORED_ERROR, CAM_STORED_ERROR_SYNTAX, "not a description of a stream");
    return NULL;
  }
  g_autoptr (CamTrack) video = NULL;
  g_autoptr (CamTrack) audio = NULL;
  if (!check_origin (file, origin, error) || !read_track (file, CAM_TRACK_VIDEO, &video, error) ||
      !read_track (file, CAM_TRACK_AUDIO, &audio, error))
    return NULL;
  if (video == NULL && audio == NULL) {
    g_set_error_literal (error, CAM_STORED_ERROR, CAM_STORED_ERROR_RANGE, "no track");
    return NULL;
  }
  return cam_stream_description_new (video, audio);
}
