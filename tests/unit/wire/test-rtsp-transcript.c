#include "wire/rtsp-transcript.h"

#include <string.h>
#include <time.h>

static char *
note (CamRtspTranscript *self, const char *text)
{
  const uint8_t *data = (const uint8_t *) text;
  size_t size = strlen (text);
  return cam_rtsp_transcript_note_bytes (self, &data, &size);
}

static void
test_lines (void)
{
  static const struct {
    const char *message;
    const char *line;
  } rows[] = {
      {"OPTIONS rtsp://u:CANARY@cam/a RTSP/1.0\r\nCSeq: 1\r\n\r\n", "OPTIONS rtsp://cam/a | CSeq: 1"},
      {"DESCRIBE rtsp://cam/a?token=CANARY&b=1 RTSP/1.0\r\nCSeq: 2\r\nAccept: application/sdp\r\nAuthorization: Digest username=\"CANARY\", "
       "response=\"CANARY\"\r\n\r\n",
       "DESCRIBE rtsp://cam/a?token=…&b=1 | CSeq: 2 | Accept: application/sdp | Authorization: Digest …"},
      {"RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"CANARY\", nonce=\"CANARY\"\r\nwww-authenticate: basic realm=CANARY\r\n"
       "WWW-Authenticate: CANARY\r\n\r\n",
       "401 Unauthorized | WWW-Authenticate: Digest … | www-authenticate: basic … | WWW-Authenticate: …"},
      {"PLAY rtsp://cam/a RTSP/1.0\r\nAUTHORIZATION: Basic CANARY\r\nX-Auth: CANARY\r\nCookie: CANARY\r\nProxy-Authorization: Basic CANARY\r\n\r\n",
       "PLAY rtsp://cam/a | AUTHORIZATION: Basic … | X-Auth: … | Cookie: … | Proxy-Authorization: …"},
      {"SETUP rtsp://cam/a/trackID=1 RTSP/1.0\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nUser-Agent: x http://u:CANARY@y/z\r\n\r\n",
       "SETUP rtsp://cam/a/trackID=1 | Transport: RTP/AVP/TCP;unicast;interleaved=0-1 | User-Agent: x http://y/z"},
      {"RTSP/1.0 200 OK\r\nSession: 1234CANARY;timeout=60\r\nContent-Base: rtsp://u:CANARY@cam/a/\r\nLocation: rtsp://cam/a?pw=CANARY\r\n\r\n",
       "200 OK | Session: 1234…;timeout=60 | Content-Base: rtsp://cam/a/ | Location: rtsp://cam/a?pw=…"},
      {"RTSP/1.0 200 OK\r\nSession: ab\r\nRTP-Info: url=rtsp://u:CANARY@cam/a/1;seq=1,url=rtsp://u:CANARY@cam/a/2;seq=5\r\n\r\n",
       "200 OK | Session: a… | RTP-Info: cam/a/2;seq=5"},
      {"RTSP/1.0 200 OK\r\nContent-Type: application/sdp\r\nContent-Length: 204\r\n\r\n"
       "v=0\r\no=CANARY 1 1 IN IP4 0.0.0.0\r\ns=rtsp://u:CANARY@cam/a\r\nk=base64:CANARY\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
       "a=rtpmap:96 H264/90000\r\na=control:trackID=1?password=CANARY\r\na=crypto:1 CANARY\r\na=recvonly\r\n!CANARY",
       "200 OK | Content-Type: application/sdp | Content-Length: 204 | | v=0 | o=… | s=rtsp://cam/a | k=… | t=0 0 | m=video 0 RTP/AVP 96 | "
       "a=rtpmap:96 H264/90000 | a=control:trackID=1?password=… | a=crypto:… | a=recvonly | …"},
      {"ANNOUNCE rtsp://cam/a RTSP/1.0\r\nContent-Length: 6\r\n\r\nCANARY", "ANNOUNCE rtsp://cam/a | Content-Length: 6 | (6 bytes)"},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamRtspTranscript transcript = {0};
    g_autofree char *line = note (&transcript, rows[i].message);
    g_assert_cmpstr (line, ==, rows[i].line);
    g_assert_null (strstr (line, "CANARY"));
    g_assert_cmpuint (transcript.lines, ==, 1);
  }
}

static void
test_no_messages (void)
{
  static const char *const rows[] = {"", "\r\n\r\n", "GET", "OPTIONS rtsp://cam/a RTSP/1.0\r\n", "$\001CANARY", "\x16\x03\x01"};
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamRtspTranscript transcript = {0};
    const uint8_t *data = (const uint8_t *) rows[i];
    size_t size = strlen (rows[i]);
    g_autofree char *line = cam_rtsp_transcript_note_bytes (&transcript, &data, &size);
    g_assert_null (line);
    g_assert_cmpuint (size, ==, 0);
    g_assert_true (data == (const uint8_t *) rows[i] + strlen (rows[i]));
  }
}

static void
test_several_messages (void)
{
  const char *text = "ANNOUNCE rtsp://c/a RTSP/1.0\r\nContent-Length: 4\r\n\r\nv=0\nPLAY rtsp://c/a RTSP/1.0\r\nCSeq: 2\r\n\r\n";
  const uint8_t *data = (const uint8_t *) text;
  size_t size = strlen (text);
  CamRtspTranscript transcript = {0};
  g_autofree char *first = cam_rtsp_transcript_note_bytes (&transcript, &data, &size);
  g_autofree char *second = cam_rtsp_transcript_note_bytes (&transcript, &data, &size);
  g_assert_cmpstr (first, ==, "ANNOUNCE rtsp://c/a | Content-Length: 4 | (4 bytes)");
  g_assert_cmpstr (second, ==, "PLAY rtsp://c/a | CSeq: 2");
  g_assert_cmpuint (size, ==, 0);
}

static void
test_signs_of_life (void)
{
  static const struct {
    const char *message;
    bool is_noted;
  } rows[] = {
      {"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", true},
      {"RTSP/1.0 200 OK\r\n\r\n", true},
      {"GET_PARAMETER rtsp://cam/a RTSP/1.0\r\nSession: 1\r\n\r\n", false},
      {"RTSP/1.0 200 OK\r\n\r\n", false},
      {"OPTIONS rtsp://cam/a RTSP/1.0\r\nSession: 1\r\n\r\n", false},
      {"RTSP/1.0 454 Session Not Found\r\n\r\n", true},
      {"SET_PARAMETER rtsp://cam/a RTSP/1.0\r\nsession: 1\r\n\r\n", false},
      {"PAUSE rtsp://cam/a RTSP/1.0\r\nSession: 1\r\n\r\n", true},
      {"RTSP/1.0 200 OK\r\n\r\n", true},
  };
  CamRtspTranscript transcript = {0};
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *line = note (&transcript, rows[i].message);
    g_assert_cmpint (line != NULL, ==, rows[i].is_noted);
  }
}

static void
test_bounds (void)
{
  CamRtspTranscript transcript = {0};
  g_autoptr (GString) text = g_string_new ("RTSP/1.0 200 OK\r\n");
  for (unsigned i = 0; i < 30; i++)
    g_string_append (text, "Server: éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé\r\n");
  g_string_append (text, "\r\n");
  g_autofree char *line = note (&transcript, text->str);
  g_assert_cmpuint (strlen (line), <=, CAM_TRANSCRIPT_LINE_BYTES);
  g_assert_cmpuint (strlen (line), >, CAM_TRANSCRIPT_LINE_BYTES - 8);
  g_assert_true (g_utf8_validate (line, -1, NULL));
  g_assert_true (g_str_has_suffix (line, "…"));
  while (transcript.lines < CAM_TRANSCRIPT_MAX_LINES) {
    g_free (line);
    line = note (&transcript, "PLAY rtsp://cam/a RTSP/1.0\r\n\r\n");
    g_assert_nonnull (line);
  }
  g_assert_cmpstr (line, ==, "(the last line of this connection) PLAY rtsp://cam/a");
  g_autofree char *more = note (&transcript, "PLAY rtsp://cam/a RTSP/1.0\r\n\r\n");
  g_assert_null (more);
}

/* It is paid by each request on a media loop. In processor time, with much to spare for sanitizers. */
static void
test_cost (void)
{
  enum { ROUNDS = 2000 };
  g_autoptr (GString) sdp = g_string_new ("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=camera\r\nt=0 0\r\n");
  for (unsigned i = 0; i < 2; i++)
    g_string_append (sdp, "m=video 0 RTP/AVP 96\r\nc=IN IP4 0.0.0.0\r\nb=AS:4000\r\na=rtpmap:96 H264/90000\r\na=control:trackID=1\r\n"
                          "a=fmtp:96 packetization-mode=1;profile-level-id=640028;sprop-parameter-sets=Z2QAKKwbGoB4AiflwFuAgICgAAB9AAAdTAEAAAAB,aO4xshs=\r\n");
  g_autofree char *text =
      g_strdup_printf ("RTSP/1.0 200 OK\r\nCSeq: 3\r\nServer: x/1.0\r\nContent-Base: rtsp://cam/a/\r\nContent-Type: application/sdp\r\n"
                       "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
                       sdp->len, sdp->str);
  struct timespec began;
  struct timespec ended;
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &began);
  for (unsigned i = 0; i < ROUNDS; i++) {
    CamRtspTranscript transcript = {0};
    g_autofree char *line = note (&transcript, text);
    g_assert_nonnull (line);
  }
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &ended);
  int64_t each_ns = ((ended.tv_sec - began.tv_sec) * 1000000000 + (ended.tv_nsec - began.tv_nsec)) / ROUNDS;
  g_test_message ("the line of an answer to DESCRIBE: %" G_GINT64_FORMAT " ns", each_ns);
  g_assert_cmpint (each_ns, <, 2000000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/rtsp-transcript/lines", test_lines);
  g_test_add_func ("/wire/rtsp-transcript/no-messages", test_no_messages);
  g_test_add_func ("/wire/rtsp-transcript/several-messages", test_several_messages);
  g_test_add_func ("/wire/rtsp-transcript/signs-of-life", test_signs_of_life);
  g_test_add_func ("/wire/rtsp-transcript/bounds", test_bounds);
  g_test_add_func ("/wire/rtsp-transcript/cost", test_cost);
  return g_test_run ();
}
