#include "ingest/rtsp-tracks.h"

#include <string.h>

#include "wire/rtcp.h"

#define S ((int64_t) G_USEC_PER_SEC)
#define START_US (1000 * S)
#define FRAME_US (S / 25)

#define SDP                                                                                                                                \
  "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"                                                                                      \
  "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"                                                                                     \
  "a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LAHtkDxWhAAAADAEAAAAwDxYuS,aMuMsg==\r\n"                                          \
  "m=audio 0 RTP/AVP 8\r\n"

#define SDP_WITHOUT_SETS                                                                                                                   \
  "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"                                                                                      \
  "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\n"                                                 \
  "m=audio 0 RTP/AVP 8\r\n"

typedef struct {
  CamIngestSink sink; /* first */
  CamSdp *sdp;
  CamRtspTracks *tracks;
  int64_t now_us;
  uint16_t sequence[CAM_N_TRACKS];
  uint32_t time[CAM_N_TRACKS];
  unsigned descriptions;
  unsigned units[CAM_N_TRACKS];
  unsigned keys;
  unsigned damaged;
  bool has_audio;
  int64_t floor_ns;
  int64_t frozen_timeout_us;
  int64_t last_dts_ns[CAM_N_TRACKS];
} Fixture;

static int64_t
take_description (CamIngestSink *sink, CamStreamDescription *description)
{
  Fixture *self = (Fixture *) sink;
  self->descriptions++;
  self->has_audio = description->tracks[CAM_TRACK_AUDIO] != NULL;
  g_assert_cmpuint (description->tracks[CAM_TRACK_VIDEO]->parameter_sets->len, ==, 2);
  return self->floor_ns;
}

static bool
take_unit (CamIngestSink *sink,
           CamTrackKind track,
           const uint8_t *data,
           size_t size,
           bool is_key,
           bool is_damaged,
           int64_t pts_ns,
           int64_t dts_ns,
           int64_t arrived_us)
{
  Fixture *self = (Fixture *) sink;
  g_assert_cmpuint (self->descriptions, >, 0);
  g_assert_cmpint (arrived_us, ==, self->now_us);
  self->units[track]++;
  self->keys += track == CAM_TRACK_VIDEO && is_key;
  self->damaged += is_damaged;
  g_assert_cmpint (dts_ns, >, MAX (self->floor_ns, self->last_dts_ns[track]));
  g_assert_cmpint (pts_ns, >=, dts_ns);
  g_assert_cmpint (ABS (pts_ns - arrived_us * 1000), <, 1000 * 1000 * 1000);
  self->last_dts_ns[track] = dts_ns;
  return true;
}

/* @granted: channel numbers of video and audio. */
static void
begin (Fixture *self, uint8_t video, uint8_t audio)
{
  self->tracks = cam_rtsp_tracks_new (&self->sink, NULL, 0x1234);
  CamRtspGrant grant = {.media = self->sdp->media[CAM_TRACK_VIDEO], .channels = {video, (uint8_t) (video + 1)}};
  g_assert_true (cam_rtsp_tracks_add (self->tracks, CAM_TRACK_VIDEO, &grant));
  grant = (CamRtspGrant){.media = self->sdp->media[CAM_TRACK_AUDIO], .channels = {audio, (uint8_t) (audio + 1)}};
  g_assert_true (cam_rtsp_tracks_add (self->tracks, CAM_TRACK_AUDIO, &grant));
  cam_rtsp_tracks_begin (self->tracks, 5 * S, self->frozen_timeout_us, self->now_us);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  self->sink = (CamIngestSink){.describe = take_description, .unit = take_unit};
  self->sdp = cam_sdp_read (SDP, strlen (SDP), &error);
  g_assert_no_error (error);
  self->now_us = START_US;
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  cam_rtsp_tracks_free (self->tracks);
  cam_sdp_free (self->sdp);
}

static void
send_packet (Fixture *self, CamTrackKind kind, uint8_t channel, uint8_t payload_type, const char *payload, size_t size)
{
  uint8_t packet[64] = {0x80, (uint8_t) (0x80 | payload_type)};
  uint16_t sequence = self->sequence[kind]++;
  packet[2] = (uint8_t) (sequence >> 8);
  packet[3] = (uint8_t) sequence;
  for (int i = 0; i < 4; i++)
    packet[4 + i] = (uint8_t) (self->time[kind] >> (24 - 8 * i));
  packet[11] = (uint8_t) (kind + 1); /* SSRC */
  memcpy (packet + 12, payload, size);
  cam_rtsp_tracks_take (self->tracks, channel, packet, 12 + size, self->now_us);
}

/* One picture of one packet, a frame after the last. */
static void
send_picture (Fixture *self, bool is_key)
{
  self->now_us += FRAME_US;
  self->time[CAM_TRACK_VIDEO] += 3600;
  send_packet (self, CAM_TRACK_VIDEO, 0, 96, is_key ? "\x65\x88\x84\x21" : "\x41\x9a\x21\x6c", 4);
}

static void
send_sound (Fixture *self)
{
  self->time[CAM_TRACK_AUDIO] += 4;
  send_packet (self, CAM_TRACK_AUDIO, 2, 8, "\xd5\xd5\xd5\xd5", 4);
}

static void
test_flow (Fixture *self, gconstpointer data)
{
  begin (self, 0, 2);
  send_sound (self); /* nothing is said before the first key picture */
  send_picture (self, false);
  g_assert_cmpuint (self->descriptions, ==, 0);
  for (int i = 0; i < 50; i++) {
    send_picture (self, i % 25 == 0);
    send_sound (self);
  }
  g_assert_cmpuint (self->descriptions, ==, 1);
  g_assert_true (self->has_audio);
  g_assert_cmpuint (self->keys, ==, 2);
  g_assert_cmpuint (self->units[CAM_TRACK_VIDEO], >=, 49); /* the first and the newest may wait for what follows them */
  g_assert_cmpuint (self->units[CAM_TRACK_AUDIO], >=, 49);
  g_assert_cmpuint (self->damaged, ==, 0);
  g_assert_cmpuint (cam_rtsp_tracks_get_lost (self->tracks), ==, 0);
  g_assert_cmpuint (cam_rtsp_tracks_get_malformed (self->tracks), ==, 0);
}

/* Decoding order of a group with B-pictures, three frames deep: presented as number … */
static const int shown_as[] = {0, 3, 1, 2, 6, 4, 5, 9, 7, 8};

typedef struct {
  const char *name;
  int unheard;      /* pictures before the first key picture */
  int64_t floor_us; /* of what was pushed elsewhere meanwhile, less the arrival of the key picture */
  bool has_b_pictures;
} FloorRow;

static const FloorRow floor_rows[] = {
    {"key-first", 0, -1000, false},          {"key-first-b", 0, -1000, true},   {"joined", 100, -1000, false},
    {"joined-b", 100, -1000, true},          {"ahead", 0, 250 * 1000, false},   {"ahead-b", 0, 250 * 1000, true},
    {"joined-ahead", 100, 250 * 1000, true}, {"long-ago", 10, -3600 * S, true},
};

/* The slate's picture went out just before the camera's first key picture: everything of the camera is later, and nothing of it is lost. */
static void
test_floor (Fixture *self, gconstpointer data)
{
  const FloorRow *row = data;
  begin (self, 0, 2);
  for (int i = 0; i < row->unheard; i++) {
    send_picture (self, false);
    send_sound (self);
  }
  uint32_t began = self->time[CAM_TRACK_VIDEO] + 3600;
  self->now_us += FRAME_US / 3; /* the picture that ended the last unit was on time: this one is not */
  self->floor_ns = (self->now_us + FRAME_US + row->floor_us) * 1000;
  for (unsigned i = 0; i < 100; i++) {
    int shown = row->has_b_pictures ? (int) (i / 10 * 10) + shown_as[i % 10] : (int) i;
    self->time[CAM_TRACK_VIDEO] = began + (uint32_t) (shown - 1) * 3600;
    send_picture (self, i == 0);
    send_sound (self);
  }
  g_assert_cmpuint (self->descriptions, ==, 1);
  g_assert_cmpuint (self->keys, ==, 1);
  g_assert_cmpuint (self->units[CAM_TRACK_VIDEO], >=, 99);
  g_assert_cmpuint (self->units[CAM_TRACK_AUDIO], >=, 99);
}

static void
test_loss (Fixture *self, gconstpointer data)
{
  begin (self, 0, 2);
  send_picture (self, true);
  send_picture (self, false);
  self->sequence[CAM_TRACK_VIDEO] += 3;
  for (int i = 0; i < 3; i++)
    send_picture (self, false);
  g_assert_cmpuint (self->damaged, ==, 1);
  g_assert_cmpuint (cam_rtsp_tracks_get_lost (self->tracks), ==, 3);
  self->sequence[CAM_TRACK_VIDEO] += 20000; /* a restart: what follows does not follow what was before */
  for (int i = 0; i < 3; i++)
    send_picture (self, false);
  g_assert_cmpuint (self->damaged, ==, 2);
}

static void
test_junk (Fixture *self, gconstpointer data)
{
  begin (self, 0, 2);
  send_picture (self, true);
  cam_rtsp_tracks_take (self->tracks, 0, (const uint8_t *) "\x00junk", 5, self->now_us);
  cam_rtsp_tracks_take (self->tracks, 1, (const uint8_t *) "junk", 4, self->now_us);
  cam_rtsp_tracks_take (self->tracks, 0, (const uint8_t *) "", 0, self->now_us);
  cam_rtsp_tracks_take (self->tracks, 99, (const uint8_t *) "whatever", 8, self->now_us); /* no channel of ours */
  g_assert_cmpuint (cam_rtsp_tracks_get_malformed (self->tracks), ==, 3);
}

/* Both media on the same channels: the payload type tells them apart. */
static void
test_shared_channels (Fixture *self, gconstpointer data)
{
  begin (self, 0, 0);
  for (int i = 0; i < 10; i++) {
    send_picture (self, i == 0);
    self->time[CAM_TRACK_AUDIO] += 4;
    send_packet (self, CAM_TRACK_AUDIO, 0, 8, "\xd5\xd5\xd5\xd5", 4);
  }
  g_assert_cmpuint (self->units[CAM_TRACK_VIDEO], >=, 9);
  g_assert_cmpuint (self->units[CAM_TRACK_AUDIO], >=, 9);
  g_assert_cmpuint (cam_rtsp_tracks_get_malformed (self->tracks), ==, 0);
}

static void
test_reports (Fixture *self, gconstpointer data)
{
  g_autoptr (GByteArray) output = g_byte_array_new ();
  begin (self, 4, 6);
  cam_rtsp_tracks_report (self->tracks, START_US + 5 * S - 1, output);
  g_assert_cmpuint (output->len, ==, 0);
  send_packet (self, CAM_TRACK_VIDEO, 4, 96, "\x65\x88\x84\x21", 4);
  cam_rtsp_tracks_report (self->tracks, START_US + 5 * S, output); /* of sound nothing was heard */
  g_assert_cmpuint (output->len, >, 4);
  g_assert_cmpuint (output->data[0], ==, '$');
  g_assert_cmpuint (output->data[1], ==, 5);
  g_assert_cmpuint (output->data[2] << 8 | output->data[3], ==, output->len - 4);
  CamRtcpReport report;
  g_assert_true (cam_rtcp_read (output->data + 4, output->len - 4, &report));
  g_assert_cmpuint (report.ssrc, ==, 0x1234);
  g_assert_cmpuint (report.n_blocks, ==, 1);
  g_assert_cmpuint (report.blocks[0].ssrc, ==, 1);
  g_byte_array_set_size (output, 0);
  cam_rtsp_tracks_report (self->tracks, START_US + 10 * S - 1, output);
  g_assert_cmpuint (output->len, ==, 0);
}

/* BYE is not heeded while packets flow. */
static void
test_bye (Fixture *self, gconstpointer data)
{
  begin (self, 0, 2);
  send_picture (self, true);
  uint8_t bye[CAM_RTCP_MAX_BYTES];
  size_t size = cam_rtcp_write_bye (bye, 1, "cam");
  cam_rtsp_tracks_take (self->tracks, 1, bye, size, self->now_us);
  for (int i = 0; i < 5; i++)
    send_picture (self, false);
  g_assert_cmpuint (self->units[CAM_TRACK_VIDEO], >=, 5);
  g_assert_cmpuint (cam_rtsp_tracks_get_malformed (self->tracks), ==, 0);
}

static void
assert_check (const Fixture *self, int64_t now_us, CamReason expected, const char *part)
{
  g_autofree char *detail = NULL;
  g_assert_cmpint (cam_rtsp_tracks_check (self->tracks, now_us, &detail), ==, expected);
  if (expected == CAM_REASON_NONE)
    return;
  g_test_message ("%s", detail);
  g_assert_nonnull (strstr (detail, part));
}

static void
test_stall (Fixture *self, gconstpointer data)
{
  begin (self, 0, 2);
  assert_check (self, START_US + 10 * S - 1, CAM_REASON_NONE, NULL);
  assert_check (self, START_US + 10 * S, CAM_REASON_STALL, "no complete picture for 10.0 s");
  send_picture (self, true);
  send_picture (self, false);
  for (int i = 0; i < 40; i++)
    send_sound (self);
  int64_t due_us = cam_rtsp_tracks_get_due_us (self->tracks);
  g_assert_cmpint (due_us, ==, START_US + 5 * S);                                               /* the report comes before the stall */
  assert_check (self, self->now_us + 5 * S, CAM_REASON_STALL, "no complete picture for 5.0 s"); /* sound is no excuse */
}

/* The SDP says all, so clients need not wait for a key picture to hear what there is. */
static void
test_hasty (Fixture *self, gconstpointer data)
{
  begin (self, 0, 2);
  cam_rtsp_tracks_hasten (self->tracks);
  send_sound (self);
  g_assert_cmpuint (self->descriptions, ==, 0); /* pictures lead */
  send_picture (self, false);
  send_picture (self, false); /* its time stamp ends the first */
  g_assert_cmpuint (self->descriptions, ==, 1);
  g_assert_true (self->has_audio);
  for (int i = 0; i < 10; i++)
    send_picture (self, i == 5);
  g_assert_cmpuint (self->descriptions, ==, 1);
  g_assert_cmpuint (self->keys, ==, 1);
}

/* Parameter sets that come in band only come with a key picture. */
static void
test_hasty_in_vain (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  cam_sdp_free (self->sdp);
  self->sdp = cam_sdp_read (SDP_WITHOUT_SETS, strlen (SDP_WITHOUT_SETS), &error);
  g_assert_no_error (error);
  begin (self, 0, 2);
  cam_rtsp_tracks_hasten (self->tracks);
  for (int i = 0; i < 10; i++)
    send_picture (self, false);
  g_assert_cmpuint (self->descriptions, ==, 0);
}

/* Units without a key count as life, but not for ever. */
static void
test_no_key (Fixture *self, gconstpointer data)
{
  begin (self, 0, 2);
  while (self->now_us < START_US + 30 * S - FRAME_US) {
    send_picture (self, false);
    assert_check (self, self->now_us, CAM_REASON_NONE, NULL);
  }
  send_picture (self, false);
  assert_check (self, self->now_us, CAM_REASON_NO_KEY, "no key picture for 30.0 s");
}

/* All key pictures of this camera are the same. */
static void
test_frozen (Fixture *self, gconstpointer data)
{
  self->frozen_timeout_us = 10 * S;
  begin (self, 0, 2);
  while (self->now_us < START_US + 20 * S && cam_rtsp_tracks_get_due_us (self->tracks) > 0)
    send_picture (self, true);
  g_assert_cmpint (self->now_us, >=, START_US + 10 * S);
  g_assert_cmpint (self->now_us, <, START_US + 11 * S);
  assert_check (self, self->now_us, CAM_REASON_FROZEN, "the pictures repeat themselves for 10.0 s");
}

static void
test_frozen_stamps (Fixture *self, gconstpointer data)
{
  self->frozen_timeout_us = 10 * S;
  begin (self, 0, 2);
  for (int i = 0; i < 100; i++) /* until its markers are believed */
    send_picture (self, i == 0);
  while (self->now_us < START_US + 20 * S && cam_rtsp_tracks_get_due_us (self->tracks) > 0) {
    self->now_us += FRAME_US;
    char slice[20] = {0x41, (char) 0x9a, 0x21};
    slice[15] = (char) self->sequence[0];
    slice[16] = (char) (self->sequence[0] >> 8);
    send_packet (self, CAM_TRACK_VIDEO, 0, 96, slice, sizeof slice);
  }
  g_assert_cmpint (self->now_us, <, START_US + 15 * S);
  assert_check (self, self->now_us, CAM_REASON_FROZEN, "the time stamps stand still for 10.0 s");
}

/* Key pictures that no decoder can begin with. */
static void
test_no_sets (Fixture *self, gconstpointer data)
{
  static const char sdp[] = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
                            "m=audio 0 RTP/AVP 8\r\n";
  cam_sdp_free (self->sdp);
  self->sdp = cam_sdp_read (sdp, strlen (sdp), NULL);
  begin (self, 0, 2);
  while (self->now_us < START_US + 30 * S)
    send_picture (self, true);
  g_assert_cmpuint (self->descriptions, ==, 0);
  assert_check (self, self->now_us, CAM_REASON_NO_KEY, "no key picture for 30.0 s, but some that lack parameter sets");
}

/* Sound of which nobody knows what it is: AAC whose configuration never comes. */
static void
test_unknown_sound (Fixture *self, gconstpointer data)
{
  static const char sdp[] = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 0 RTP/AVP 97\r\n"
                            "a=rtpmap:97 MP4A-LATM/48000/2\r\na=fmtp:97 cpresent=1\r\n";
  g_autoptr (GError) error = NULL;
  cam_sdp_free (self->sdp);
  self->sdp = cam_sdp_read (sdp, strlen (sdp), &error);
  g_assert_no_error (error);
  self->tracks = cam_rtsp_tracks_new (&self->sink, NULL, 0x1234);
  CamRtspGrant grant = {.media = self->sdp->media[CAM_TRACK_AUDIO], .channels = {2, 3}};
  g_assert_true (cam_rtsp_tracks_add (self->tracks, CAM_TRACK_AUDIO, &grant));
  cam_rtsp_tracks_begin (self->tracks, 5 * S, 0, self->now_us);
  for (int i = 0; i < 250; i++) {
    self->now_us += FRAME_US;
    self->time[CAM_TRACK_AUDIO] += 1024;
    send_packet (self, CAM_TRACK_AUDIO, 2, 97, "\x80\x12\x34\x56", 4);
  }
  g_assert_cmpuint (self->descriptions, ==, 0);
  assert_check (self, START_US + 10 * S, CAM_REASON_STALL, "no complete sound for 10.0 s");
}

/* Pictures that came over RTP and cannot go out over it: their size stands in the description, as ONVIF has it. */
static void
test_large_jpeg (Fixture *self, gconstpointer data)
{
  static const char sdp[] = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video 0 RTP/AVP 26\r\na=x-dimensions:2592,1944\r\n"
                            "a=framesize:26 2592-1944\r\n";
  g_autoptr (GError) error = NULL;
  cam_sdp_free (self->sdp);
  self->sdp = cam_sdp_read (sdp, strlen (sdp), &error);
  g_assert_no_error (error);
  self->tracks = cam_rtsp_tracks_new (&self->sink, NULL, 0x1234);
  CamRtspGrant grant = {.media = self->sdp->media[CAM_TRACK_VIDEO], .channels = {0, 1}};
  g_assert_true (cam_rtsp_tracks_add (self->tracks, CAM_TRACK_VIDEO, &grant));
  cam_rtsp_tracks_begin (self->tracks, 5 * S, 0, self->now_us);
  for (int i = 0; i < 250; i++) {
    self->now_us += FRAME_US;
    self->time[CAM_TRACK_VIDEO] += 3600;
    send_packet (self, CAM_TRACK_VIDEO, 0, 26, "\0\0\0\0\1\62\0\0\x5a\x5a", 10);
  }
  g_assert_cmpuint (self->descriptions, ==, 0);
  assert_check (self, START_US + 10 * S, CAM_REASON_UNSUPPORTED, "over 2040 pixels");
  g_assert_cmpuint (cam_rtsp_tracks_get_malformed (self->tracks), >=, 249);
}

/* Packets come, and no picture can be made of them. */
static void
test_nonsense (Fixture *self, gconstpointer data)
{
  begin (self, 0, 2);
  for (int i = 0; i < 250; i++) {
    self->now_us += FRAME_US;
    self->time[CAM_TRACK_VIDEO] += 3600;
    send_packet (self, CAM_TRACK_VIDEO, 0, 96, "\x7c\x05piece", 7); /* the middle of a unit whose start never comes */
  }
  assert_check (self, self->now_us, CAM_REASON_STALL, "no complete picture for 10.0 s");
  cam_rtsp_tracks_take (self->tracks, 0, (const uint8_t *) "\x00junk", 5, self->now_us);
  assert_check (self, self->now_us, CAM_REASON_STALL, "for 10.0 s, but packets that make no sense");
}

static void
test_wrong_payload_type (Fixture *self, gconstpointer data)
{
  begin (self, 0, 2);
  for (int i = 0; i < 10; i++)
    send_packet (self, CAM_TRACK_VIDEO, 0, 97, "\x65\x88\x84\x21", 4);
  g_assert_cmpuint (self->descriptions, ==, 0);
  assert_check (self, START_US + 10 * S, CAM_REASON_STALL, "packets of payload type 97 where the description says 96");
  g_assert_cmpuint (cam_rtsp_tracks_get_malformed (self->tracks), ==, 10);
}

#define ADD(path, func) g_test_add ("/rtsp-tracks/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("flow", test_flow);
  for (size_t i = 0; i < G_N_ELEMENTS (floor_rows); i++) {
    g_autofree char *path = g_strdup_printf ("/rtsp-tracks/floor/%s", floor_rows[i].name);
    g_test_add (path, Fixture, &floor_rows[i], set_up, test_floor, tear_down);
  }
  ADD ("loss", test_loss);
  ADD ("junk", test_junk);
  ADD ("shared-channels", test_shared_channels);
  ADD ("reports", test_reports);
  ADD ("bye", test_bye);
  ADD ("stall", test_stall);
  ADD ("hasty", test_hasty);
  ADD ("hasty-in-vain", test_hasty_in_vain);
  ADD ("no-key", test_no_key);
  ADD ("no-sets", test_no_sets);
  ADD ("unknown-sound", test_unknown_sound);
  ADD ("large-jpeg", test_large_jpeg);
  ADD ("nonsense", test_nonsense);
  ADD ("frozen", test_frozen);
  ADD ("frozen-stamps", test_frozen_stamps);
  ADD ("wrong-payload-type", test_wrong_payload_type);
  return g_test_run ();
}
