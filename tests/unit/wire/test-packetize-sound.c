#include "codec-fixture.h"

static void
test_descriptions (void)
{
  static const struct {
    CamCodec codec;
    uint32_t clock_rate;
    unsigned channels;
    unsigned bits;
    bool big_endian;
    unsigned payload_type;
    const char *rtpmap;
  } rows[] = {
      {CAM_CODEC_PCMU, 8000, 1, 0, false, 0, "PCMU/8000"},         {CAM_CODEC_PCMU, 16000, 1, 0, false, 97, "PCMU/16000"},
      {CAM_CODEC_PCMA, 8000, 1, 0, false, 8, "PCMA/8000"},         {CAM_CODEC_PCMA, 8000, 2, 0, false, 97, "PCMA/8000/2"},
      {CAM_CODEC_G722, 8000, 1, 0, false, 9, "G722/8000"},         {CAM_CODEC_G726, 8000, 1, 2, false, 97, "G726-16/8000"},
      {CAM_CODEC_G726, 8000, 1, 3, false, 97, "G726-24/8000"},     {CAM_CODEC_G726, 8000, 1, 4, true, 97, "AAL2-G726-32/8000"},
      {CAM_CODEC_G726, 8000, 1, 5, false, 97, "G726-40/8000"},     {CAM_CODEC_L16, 44100, 2, 0, false, 10, "L16/44100/2"},
      {CAM_CODEC_L16, 44100, 1, 0, false, 11, "L16/44100"},        {CAM_CODEC_L16, 16000, 1, 0, false, 97, "L16/16000"},
      {CAM_CODEC_OPUS, 48000, 2, 0, false, 97, "opus/48000/2"},    {CAM_CODEC_OPUS, 48000, 1, 0, false, 97, "opus/48000/2"},
      {CAM_CODEC_MPEG_AUDIO, 90000, 2, 0, false, 14, "MPA/90000"},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (CamTrack) track = cam_track_new (rows[i].codec);
    track->clock_rate = rows[i].clock_rate;
    track->channels = (uint8_t) rows[i].channels;
    track->bits = (uint8_t) rows[i].bits;
    track->g726_big_endian = rows[i].big_endian;
    CamPacketizer *packetizer = cam_packetizer_new (track, 1);
    g_assert_nonnull (packetizer);
    g_autofree char *rtpmap = cam_packetizer_get_rtpmap (packetizer);
    g_assert_cmpstr (rtpmap, ==, rows[i].rtpmap);
    g_assert_cmpuint (cam_packetizer_get_payload_type (packetizer), ==, rows[i].payload_type);
    g_assert_null (cam_packetizer_get_fmtp (packetizer));
    cam_packetizer_free (packetizer);
  }
}

static void
test_aac_description (void)
{
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_AAC);
  track->clock_rate = 16000;
  g_assert_null (cam_packetizer_new (track, 1)); /* nobody could decode it */
  track->config = codec_from_hex ("1408");
  CamPacketizer *packetizer = cam_packetizer_new (track, 1);
  g_autofree char *rtpmap = cam_packetizer_get_rtpmap (packetizer);
  g_autofree char *fmtp = cam_packetizer_get_fmtp (packetizer);
  g_assert_cmpstr (rtpmap, ==, "MPEG4-GENERIC/16000/1");
  g_assert_cmpstr (fmtp, ==, "streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1408");
  g_assert_cmpuint (cam_packetizer_get_payload_type (packetizer), ==, 97);
  cam_packetizer_free (packetizer);
}

/* Sound of any length is cut between samples, and the time stamps go on with it. */
static void
test_samples (void)
{
  static const struct {
    CamCodec codec;
    unsigned channels;
    unsigned bits;
    size_t most;  /* bytes in a packet */
    size_t piece; /* bytes */
    uint32_t ticks;
  } rows[] = {
      {CAM_CODEC_PCMU, 1, 0, 1440, 1, 1}, {CAM_CODEC_PCMA, 2, 0, 1440, 2, 1}, {CAM_CODEC_G722, 1, 0, 1440, 1, 1},
      {CAM_CODEC_G726, 1, 2, 1440, 1, 4}, {CAM_CODEC_G726, 1, 3, 1440, 3, 8}, {CAM_CODEC_G726, 1, 4, 1440, 1, 2},
      {CAM_CODEC_G726, 1, 5, 1440, 5, 8}, {CAM_CODEC_L16, 1, 0, 1440, 2, 1},  {CAM_CODEC_L16, 2, 0, 1440, 4, 1},
      {CAM_CODEC_L16, 7, 0, 1428, 14, 1},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (CamTrack) track = cam_track_new (rows[i].codec);
    track->channels = (uint8_t) rows[i].channels;
    track->bits = (uint8_t) rows[i].bits;
    CamPacketizer *packetizer = cam_packetizer_new (track, 1);
    CamDepacketizer *depacketizer = codec_depacketizer (track, cam_packetizer_get_payload_type (packetizer));
    const size_t sizes[] = {0, rows[i].piece, rows[i].most, rows[i].most + rows[i].piece, 5 * rows[i].most - rows[i].piece};
    for (unsigned j = 0; j < G_N_ELEMENTS (sizes); j++) {
      g_autofree uint8_t *unit = codec_pattern (sizes[j]);
      g_auto (CodecTrip) trip = codec_trip (packetizer, depacketizer, unit, sizes[j], 5000);
      g_autoptr (GByteArray) whole = g_byte_array_new ();
      for (unsigned k = 0; k < trip.units->len; k++) {
        uint32_t expected = 5000 + (uint32_t) (k * rows[i].most / rows[i].piece) * rows[i].ticks;
        g_assert_cmpuint (g_array_index (trip.times, uint32_t, k), ==, expected);
        size_t size = 0;
        const uint8_t *data = g_bytes_get_data (trip.units->pdata[k], &size);
        g_assert_cmpuint (size % rows[i].piece, ==, 0);
        g_byte_array_append (whole, data, (guint) size);
      }
      g_assert_cmpmem (whole->data, whole->len, unit, sizes[j]);
      g_assert_cmpuint (trip.run.packets, ==, (sizes[j] + rows[i].most - 1) / rows[i].most);
      g_assert_cmpuint (trip.markers, ==, 0);
    }
    g_assert_cmpuint (cam_depacketizer_get_counters (depacketizer).malformed, ==, 0);
    cam_depacketizer_free (depacketizer);
    cam_packetizer_free (packetizer);
  }
}

static void
test_aac (void)
{
  static const size_t sizes[] = {1, 300, 1436, 1437, 2872, 8191};
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_AAC);
  track->config = codec_from_hex ("1408");
  CamPacketizer *packetizer = cam_packetizer_new (track, 1);
  CamDepacketizer *depacketizer = codec_depacketizer (track, 97);
  for (unsigned i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree uint8_t *unit = codec_pattern (sizes[i]);
    g_auto (CodecTrip) trip = codec_trip (packetizer, depacketizer, unit, sizes[i], 7);
    g_assert_cmpuint (trip.run.packets, ==, (sizes[i] + 1435) / 1436);
    g_assert_cmpuint (trip.markers, ==, 1);
    g_assert_true (trip.marked_last);
    g_assert_cmpuint (trip.units->len, ==, 1);
    g_assert_cmpmem (g_bytes_get_data (trip.units->pdata[0], NULL), g_bytes_get_size (trip.units->pdata[0]), unit, sizes[i]);
  }
  g_autofree uint8_t *large = codec_pattern (8192);
  g_auto (CodecTrip) none = codec_trip (packetizer, depacketizer, large, 8192, 7);
  g_assert_cmpuint (none.run.packets, ==, 0);
  g_auto (CodecTrip) empty = codec_trip (packetizer, depacketizer, large, 0, 7);
  g_assert_cmpuint (empty.run.bytes, ==, 0);
  cam_depacketizer_free (depacketizer);
  cam_packetizer_free (packetizer);
}

static void
test_opus (void)
{
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_OPUS);
  CamPacketizer *packetizer = cam_packetizer_new (track, 1);
  CamDepacketizer *depacketizer = codec_depacketizer (track, 97);
  static const size_t sizes[] = {0, 1, 1440, 1441};
  for (unsigned i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree uint8_t *unit = codec_pattern (sizes[i]);
    g_auto (CodecTrip) trip = codec_trip (packetizer, depacketizer, unit, sizes[i], 7);
    bool fits = sizes[i] > 0 && sizes[i] <= 1440;
    g_assert_cmpuint (trip.run.packets, ==, fits);
    g_assert_cmpuint (trip.units->len, ==, fits);
    if (fits)
      g_assert_cmpmem (g_bytes_get_data (trip.units->pdata[0], NULL), g_bytes_get_size (trip.units->pdata[0]), unit, sizes[i]);
  }
  codec_assert (depacketizer, 960, false, false, "fc0102", "960 fc0102");
  codec_assert (depacketizer, 1920, false, true, "fc03", "1920 fc03"); /* a packet after a loss is as good as any */
  codec_assert (depacketizer, 2880, false, false, "", "");
  CamDepacketizerCounters counters = cam_depacketizer_get_counters (depacketizer);
  g_assert_cmpuint (counters.damaged, ==, 1);
  g_assert_cmpuint (counters.malformed, ==, 1);
  cam_depacketizer_free (depacketizer);
  cam_packetizer_free (packetizer);
}

/* What is torn is cut off, what is empty is nothing. */
static void
test_torn_samples (void)
{
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_L16);
  track->channels = 2;
  CamDepacketizer *depacketizer = codec_depacketizer (track, 97);
  codec_assert (depacketizer, 0, true, false, "00010002 0003", "0 00010002");
  codec_assert (depacketizer, 0, true, false, "0001", "");
  codec_assert (depacketizer, 0, true, false, "", "");
  codec_assert (depacketizer, 9, true, true, "00010002", "9 00010002");
  CamDepacketizerCounters counters = cam_depacketizer_get_counters (depacketizer);
  g_assert_cmpuint (counters.malformed, ==, 3);
  g_assert_cmpuint (counters.damaged, ==, 1);
  cam_depacketizer_reset (depacketizer);
  g_autoptr (CamTrack) same = cam_depacketizer_ref_track (depacketizer);
  g_assert_true (same == track);
  cam_depacketizer_free (depacketizer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/packetize-sound/descriptions", test_descriptions);
  g_test_add_func ("/wire/packetize-sound/aac-description", test_aac_description);
  g_test_add_func ("/wire/packetize-sound/samples", test_samples);
  g_test_add_func ("/wire/packetize-sound/torn-samples", test_torn_samples);
  g_test_add_func ("/wire/packetize-sound/aac", test_aac);
  g_test_add_func ("/wire/packetize-sound/opus", test_opus);
  return g_test_run ();
}
