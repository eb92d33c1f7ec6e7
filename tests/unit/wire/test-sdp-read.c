#include "wire/sdp-read.h"

#include <string.h>

#include "camrelay/limits.h"

/* tests/data/sdp has one quirk a file, NAME.sdp, and what must be read of it in NAME.expected. */

static void
append_track (GString *text, const CamSdpMedia *media)
{
  const CamTrack *track = media->track;
  g_string_append_printf (text, "%s %u %s/%u", cam_codec_kind (track->codec) == CAM_TRACK_VIDEO ? "video" : "audio", media->payload_type,
                          cam_codec_name (track->codec), track->clock_rate);
  if (cam_codec_kind (track->codec) == CAM_TRACK_AUDIO)
    g_string_append_printf (text, " rate=%u channels=%u", track->sample_rate, track->channels);
  if (track->bits > 0)
    g_string_append_printf (text, " bits=%u%s", track->bits, track->g726_big_endian ? " big-endian" : "");
  if (track->parameter_sets->len > 0)
    g_string_append_printf (text, " sets=%u", track->parameter_sets->len);
  if (track->width > 0)
    g_string_append_printf (text, " %ux%u", track->width, track->height);
  if (track->codec == CAM_CODEC_AAC) {
    g_string_append (text, media->is_latm ? media->latm_config_in_band ? " latm in-band" : " latm" : "");
    if (!media->is_latm)
      g_string_append_printf (text, " lengths=%u,%u,%u", media->size_length, media->index_length, media->index_delta_length);
    gsize size = 0;
    const uint8_t *config = track->config != NULL ? g_bytes_get_data (track->config, &size) : NULL;
    g_string_append (text, " config=");
    for (gsize i = 0; i < size; i++)
      g_string_append_printf (text, "%02x", config[i]);
  }
  g_string_append_printf (text, " control='%s'\n", media->control);
}

static char *
describe (const char *text, size_t length)
{
  static const char *const codes[] = {"syntax", "limit", "encrypted", "unsupported"};
  g_autoptr (GError) error = NULL;
  g_autoptr (CamSdp) sdp = cam_sdp_read (text, length, &error);
  if (sdp == NULL) {
    g_assert_nonnull (error);
    g_assert_true (error->domain == CAM_SDP_ERROR);
    return g_strdup_printf ("error %s: %s\n", codes[error->code], error->message);
  }
  g_assert_no_error (error);
  GString *result = g_string_new (NULL);
  if (sdp->control != NULL)
    g_string_append_printf (result, "control='%s'\n", sdp->control);
  if (sdp->tool != NULL)
    g_string_append_printf (result, "tool='%s'\n", sdp->tool);
  for (size_t i = 0; i < CAM_N_TRACKS; i++)
    if (sdp->media[i] != NULL)
      append_track (result, sdp->media[i]);
  return g_string_free (result, FALSE);
}

static void
test_quirk (gconstpointer data)
{
  g_autofree char *sdp_path = g_strconcat (data, ".sdp", NULL);
  g_autofree char *expected_path = g_strconcat (data, ".expected", NULL);
  g_autofree char *sdp = NULL;
  g_autofree char *expected = NULL;
  gsize size;
  g_assert_true (g_file_get_contents (sdp_path, &sdp, &size, NULL));
  g_assert_true (g_file_get_contents (expected_path, &expected, NULL, NULL));
  g_autofree char *result = describe (sdp, size);
  g_assert_cmpstr (result, ==, expected);
}

static unsigned
add_quirks (void)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "data", "sdp", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  g_assert_no_error (error);
  unsigned n = 0;
  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir)) {
    if (!g_str_has_suffix (name, ".sdp"))
      continue;
    g_autofree char *stem = g_strndup (name, strlen (name) - strlen (".sdp"));
    g_autofree char *path = g_strconcat ("/sdp-read/", stem, NULL);
    g_test_add_data_func_full (path, g_build_filename (folder, stem, NULL), test_quirk, g_free);
    n++;
  }
  return n;
}

static void
assert_error (const char *text, size_t length, CamSdpError code)
{
  g_autoptr (GError) error = NULL;
  CamSdp *sdp = cam_sdp_read (text, length, &error);
  g_assert_null (sdp);
  g_assert_error (error, CAM_SDP_ERROR, (int) code);
}

static void
test_size_limit (void)
{
  const char *media = "v=0\r\nm=audio 0 RTP/AVP 0\r\n";
  g_autoptr (GString) text = g_string_new (media);
  while (text->len < CAM_LIMIT_SDP_BYTES)
    g_string_append (text, "a=x\n");
  g_string_truncate (text, CAM_LIMIT_SDP_BYTES);
  g_autoptr (CamSdp) sdp = cam_sdp_read (text->str, text->len, NULL);
  g_assert_nonnull (sdp);
  g_string_append_c (text, '\n');
  assert_error (text->str, text->len, CAM_SDP_ERROR_LIMIT);
  assert_error (text->str, (size_t) 20 * 1024 * 1024, CAM_SDP_ERROR_LIMIT);
}

static void
test_media_limit (void)
{
  g_autoptr (GString) text = g_string_new ("v=0\r\n");
  for (unsigned i = 0; i + 1 < CAM_LIMIT_SDP_MEDIA; i++)
    g_string_append (text, "m=application 0 RTP/AVP 107\r\n");
  g_string_append (text, "m=audio 0 RTP/AVP 0\r\n");
  g_autoptr (CamSdp) sdp = cam_sdp_read (text->str, text->len, NULL);
  g_assert_nonnull (sdp);
  g_assert_nonnull (sdp->media[CAM_TRACK_AUDIO]);
  g_string_append (text, "m=audio 0 RTP/AVP 0\r\n");
  assert_error (text->str, text->len, CAM_SDP_ERROR_LIMIT);
}

static void
test_no_sdp (void)
{
  const char *const texts[] = {"", "\r\n\r\n", "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\n", "<html>nothing</html>", "m", "a=rtpmap:96 H264/90000"};
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_error (texts[i], strlen (texts[i]), CAM_SDP_ERROR_SYNTAX);
}

/* Each encoding's name, in small letters, with its rates; static types without an rtpmap. */
static void
test_encodings (void)
{
  const struct {
    const char *medium, *rtpmap, *expected;
  } rows[] = {
      {"video 0 RTP/AVP 96", "96 h264/90000", "video 96 H.264/90000 control=''\n"},
      {"video 0 RTP/AVP 96", "96 h265/90000", "video 96 H.265/90000 control=''\n"},
      {"video 0 RTP/AVP 96", "96 hevc/90000", "video 96 H.265/90000 control=''\n"},
      {"video 0 RTP/AVP 96", "96 jpeg/90000", "video 96 MJPEG/90000 control=''\n"},
      {"video 0 RTP/AVP 26", NULL, "video 26 MJPEG/90000 control=''\n"},
      {"audio 0 RTP/AVP 0", NULL, "audio 0 G.711 µ-law/8000 rate=8000 channels=1 control=''\n"},
      {"audio 0 RTP/AVP 97", "97 pcmu/16000", "audio 97 G.711 µ-law/16000 rate=16000 channels=1 control=''\n"},
      {"audio 0 RTP/AVP 8", NULL, "audio 8 G.711 A-law/8000 rate=8000 channels=1 control=''\n"},
      {"audio 0 RTP/AVP 97", "97 pcma/8000/2", "audio 97 G.711 A-law/8000 rate=8000 channels=2 control=''\n"},
      {"audio 0 RTP/AVP 9", NULL, "audio 9 G.722/8000 rate=16000 channels=1 control=''\n"},
      {"audio 0 RTP/AVP 97", "97 g722/8000/1", "audio 97 G.722/8000 rate=16000 channels=1 control=''\n"},
      {"audio 0 RTP/AVP 2", NULL, "audio 2 G.726/8000 rate=8000 channels=1 bits=4 control=''\n"},
      {"audio 0 RTP/AVP 97", "97 g726-16/8000", "audio 97 G.726/8000 rate=8000 channels=1 bits=2 control=''\n"},
      {"audio 0 RTP/AVP 97", "97 g726-24/8000", "audio 97 G.726/8000 rate=8000 channels=1 bits=3 control=''\n"},
      {"audio 0 RTP/AVP 97", "97 g726-32/8000", "audio 97 G.726/8000 rate=8000 channels=1 bits=4 control=''\n"},
      {"audio 0 RTP/AVP 97", "97 g726-40/8000", "audio 97 G.726/8000 rate=8000 channels=1 bits=5 control=''\n"},
      {"audio 0 RTP/AVP 97", "97 aal2-g726-16/8000", "audio 97 G.726/8000 rate=8000 channels=1 bits=2 big-endian control=''\n"},
      {"audio 0 RTP/AVP 97", "97 aal2-g726-24/8000", "audio 97 G.726/8000 rate=8000 channels=1 bits=3 big-endian control=''\n"},
      {"audio 0 RTP/AVP 97", "97 aal2-g726-32/8000", "audio 97 G.726/8000 rate=8000 channels=1 bits=4 big-endian control=''\n"},
      {"audio 0 RTP/AVP 97", "97 aal2-g726-40/8000", "audio 97 G.726/8000 rate=8000 channels=1 bits=5 big-endian control=''\n"},
      {"audio 0 RTP/AVP 10", NULL, "audio 10 L16/44100 rate=44100 channels=2 control=''\n"},
      {"audio 0 RTP/AVP 11", NULL, "audio 11 L16/44100 rate=44100 channels=1 control=''\n"},
      {"audio 0 RTP/AVP 97", "97 l16/16000", "audio 97 L16/16000 rate=16000 channels=1 control=''\n"},
      {"audio 0 RTP/AVP 97", "97 l16/48000/8", "audio 97 L16/48000 rate=48000 channels=8 control=''\n"},
      {"audio 0 RTP/AVP 97", "97 mpeg4-generic/16000/1", "audio 97 AAC/16000 rate=16000 channels=1 lengths=13,3,3 config= control=''\n"},
      {"audio 0 RTP/AVP 97", "97 mp4a-latm/16000/1", "audio 97 AAC/16000 rate=16000 channels=1 latm in-band config= control=''\n"},
      {"audio 0 RTP/AVP 14", NULL, "audio 14 MPEG audio/90000 rate=0 channels=1 control=''\n"},
      {"audio 0 RTP/AVP 97", "97 mpa/90000", "audio 97 MPEG audio/90000 rate=0 channels=1 control=''\n"},
      {"audio 0 RTP/AVP 97", "97 ac3/32000/6", "audio 97 AC-3/32000 rate=32000 channels=6 control=''\n"},
      {"audio 0 RTP/AVP 97", "97 opus/48000/2", "audio 97 Opus/48000 rate=48000 channels=2 control=''\n"},
      {"audio 0 RTP/AVP 97", "97 L16/44100/9", "error unsupported: no medium that can be carried: audio L16\n"},
      {"audio 0 RTP/AVP 97", "97 L16/9999999999", "error unsupported: no medium that can be carried: audio L16\n"},
      {"audio 0 RTP/AVP 97", "97 H264/90000", "error unsupported: no medium that can be carried: audio H264\n"},
      {"video 0 RTP/AVP 96", "96 VP8/90000", "error unsupported: no medium that can be carried: video VP8\n"},
      {"video 0 RTP/AVP 96", NULL, "error unsupported: no medium that can be carried: video ?\n"},
      {"audio 0 RTP/AVP 128", "128 PCMU/8000", "error unsupported: no medium that can be carried: audio ?\n"},
      {"audio 0 udp 0", NULL, "error unsupported: no medium that can be carried: audio ?\n"},
      {"", NULL, "error unsupported: no medium that can be carried:  ?\n"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    const char *attribute = rows[i].rtpmap != NULL ? "a=rtpmap:" : "";
    g_autofree char *sdp = g_strdup_printf ("v=0\r\nm=%s\r\n%s%s", rows[i].medium, attribute, rows[i].rtpmap != NULL ? rows[i].rtpmap : "");
    g_autofree char *result = describe (sdp, strlen (sdp));
    g_assert_cmpstr (result, ==, rows[i].expected);
  }
}

static void
test_aac_parameters (void)
{
  const struct {
    const char *rtpmap, *fmtp, *expected;
  } rows[] = {
      {"mpeg4-generic", "mode=AAC-hbr;config=1408;SizeLength=13;IndexLength=3;IndexDeltaLength=3", " lengths=13,3,3 config=1408"},
      {"mpeg4-generic", "streamtype=5; mode = AAC-lbr ; CONFIG = 14 ", " lengths=6,2,2 config=14"},
      {"mpeg4-generic", "sizelength=16;indexlength=0;indexdeltalength=0;config=140", " lengths=16,0,0 config="},
      {"mpeg4-generic", "sizelength=33;indexlength=x;config=14zz", " lengths=13,3,3 config="},
      {"mp4a-latm", "cpresent=0;config=400024203fc0", " latm config=400024203fc0"},
      {"mp4a-latm", "object=2; config=40002420", " latm in-band config=40002420"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *sdp = g_strdup_printf ("m=audio 0 RTP/AVP 97\na=rtpmap:97 %s/16000/1\na=fmtp:97 %s\n", rows[i].rtpmap, rows[i].fmtp);
    g_autofree char *expected = g_strdup_printf ("audio 97 AAC/16000 rate=16000 channels=1%s control=''\n", rows[i].expected);
    g_autofree char *result = describe (sdp, strlen (sdp));
    g_assert_cmpstr (result, ==, expected);
  }
  const char *const refused[] = {"mpeg4-generic/16000\na=fmtp:97 mode=CELP-cbr", "mp4a-latm/16000\na=fmtp:97 cpresent=0"};
  for (size_t i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autofree char *sdp = g_strconcat ("m=audio 0 RTP/AVP 97\na=rtpmap:97 ", refused[i], NULL);
    assert_error (sdp, strlen (sdp), CAM_SDP_ERROR_UNSUPPORTED);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sdp-read/size-limit", test_size_limit);
  g_test_add_func ("/sdp-read/media-limit", test_media_limit);
  g_test_add_func ("/sdp-read/no-sdp", test_no_sdp);
  g_test_add_func ("/sdp-read/encodings", test_encodings);
  g_test_add_func ("/sdp-read/aac-parameters", test_aac_parameters);
  g_assert_cmpuint (add_quirks (), >, 20);
  return g_test_run ();
}
