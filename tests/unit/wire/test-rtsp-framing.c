#include "wire/rtsp-framing.h"

#include <string.h>

#include "camrelay/limits.h"

#define MAX_BODY 100

static void
append_frame (GString *transcript, CamFrame *frame)
{
  if (frame->resynchronised)
    g_string_append (transcript, "(lost) ");
  switch (frame->kind) {
  case CAM_FRAME_NONE:
    break;
  case CAM_FRAME_DATA:
    g_string_append_printf (transcript, "$%u:%zu[%.*s]\n", frame->channel, frame->size, (int) frame->size, frame->data);
    break;
  case CAM_FRAME_MESSAGE: {
    g_autoptr (CamRtspMessage) message = g_steal_pointer (&frame->message);
    if (message->is_request)
      g_string_append_printf (transcript, "%s %s %s", message->method, message->uri, message->phrase);
    else
      g_string_append_printf (transcript, "%d '%s'", message->status, message->phrase);
    for (unsigned i = 0; i < message->headers->len; i++) {
      const CamRtspHeader *header = &g_array_index (message->headers, CamRtspHeader, i);
      g_string_append_printf (transcript, " {%s=%s}", header->name, header->value);
    }
    g_string_append_printf (transcript, " [%s]\n", (const char *) message->body->data);
    break;
  }
  case CAM_FRAME_ERROR:
    g_string_append_printf (transcript, "error %d %s\n", frame->status, frame->error);
    break;
  }
}

/* Everything that comes out now; false after an error. */
static bool
drain (CamRtspFraming *framing, GString *transcript)
{
  CamFrame frame;
  while (cam_rtsp_framing_next (framing, &frame) != CAM_FRAME_NONE) {
    append_frame (transcript, &frame);
    if (frame.kind == CAM_FRAME_ERROR)
      return false;
  }
  return true;
}

static void
feed (CamRtspFraming *framing, const char *data, size_t size)
{
  size_t room = 0;
  uint8_t *at = cam_rtsp_framing_get_room (framing, size, &room);
  g_assert_cmpuint (room, >=, size);
  memcpy (at, data, size);
  cam_rtsp_framing_commit (framing, size);
}

/* What comes out of @data, which comes in pieces of random sizes up to @largest_piece. */
static char *
transcribe (const char *data, size_t size, bool tolerant, size_t largest_piece, GRand *random)
{
  CamRtspFraming *framing = cam_rtsp_framing_new (MAX_BODY, tolerant);
  GString *transcript = g_string_new (NULL);
  for (size_t at = 0, piece; at < size; at += piece) {
    piece = (size_t) g_rand_int_range (random, 1, (int) largest_piece + 1);
    piece = MIN (piece, size - at);
    feed (framing, data + at, piece);
    if (!drain (framing, transcript))
      break;
  }
  cam_rtsp_framing_free (framing);
  return g_string_free (transcript, FALSE);
}

static void
assert_transcript_of (const char *data, size_t size, bool tolerant, const char *expected)
{
  static const size_t largest_pieces[] = {G_MAXINT16, 1, 2, 7, 40};
  g_autoptr (GRand) random = g_rand_new_with_seed (4711);
  for (size_t i = 0; i < G_N_ELEMENTS (largest_pieces); i++) {
    g_autofree char *transcript = transcribe (data, size, tolerant, largest_pieces[i], random);
    g_assert_cmpstr (transcript, ==, expected);
  }
}

static void
assert_transcript (const char *data, bool tolerant, const char *expected)
{
  assert_transcript_of (data, strlen (data), tolerant, expected);
}

typedef struct {
  const char *data;
  const char *strict;   /* transcript */
  const char *tolerant; /* transcript, NULL: the same */
} Row;

static const Row rows[] = {
    /* Plain messages. */
    {"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", "OPTIONS * RTSP/1.0 {CSeq=1} []\n"},
    {"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n", "200 'OK' {CSeq=1} []\n"},
    {"RTSP/1.0 404\r\n\r\n", "404 '' []\n"},
    {"RTSP/1.0 401  Log in, please \r\n\r\n", "401 'Log in, please' []\n"},
    {"PLAY a RTSP/1.0\r\n\r\nPAUSE b RTSP/1.0\r\n\r\n", "PLAY a RTSP/1.0 []\nPAUSE b RTSP/1.0 []\n"},
    {"\r\n\r\nPLAY a RTSP/1.0\r\n\r\n\r\nPAUSE b RTSP/1.0\r\n\r\n", "PLAY a RTSP/1.0 []\nPAUSE b RTSP/1.0 []\n"},
    {"SET_PARAMETER a RTSP/1.0\r\nContent-length:  4 \r\n\r\nbodyPLAY a RTSP/1.0\r\n\r\n",
     "SET_PARAMETER a RTSP/1.0 {Content-length=4} [body]\nPLAY a RTSP/1.0 []\n"},
    /* The version is judged elsewhere. */
    {"PLAY a RTSP/2.0\r\n\r\n", "PLAY a RTSP/2.0 []\n"},
    {"GET /cam HTTP/1.1\r\nHost: h\r\n\r\n", "GET /cam HTTP/1.1 {Host=h} []\n"},
    /* Headers. */
    {"PLAY a RTSP/1.0\r\nA:\r\nB:  x\ty  \r\nC: 1\r\n\t2\r\n  3\r\nD: e:f\r\n\r\n",
     "PLAY a RTSP/1.0 {A=} {B=x y} {C=1   2    3} {D=e:f} []\n"},
    {"PLAY a RTSP/1.0\r\nno colon\r\nA: 1\r\n\r\n", "error 400 header line is not NAME: VALUE\n", "PLAY a RTSP/1.0 {A=1} []\n"},
    {"PLAY a RTSP/1.0\r\n: 1\r\n\r\n", "error 400 header line is not NAME: VALUE\n", "PLAY a RTSP/1.0 []\n"},
    {"PLAY a RTSP/1.0\r\nA : 1\r\n\r\n", "error 400 header line is not NAME: VALUE\n", "PLAY a RTSP/1.0 {A=1} []\n"},
    /* Line ends. */
    {"RTSP/1.0 200 OK\nA: 1\n\t2\nB: 3\n\n", "error 400 line feed without carriage return\n", "200 'OK' {A=1  2} {B=3} []\n"},
    {"PLAY a RTSP/1.0\r\nA: 1\n\r\n", "error 400 line feed without carriage return\n", "PLAY a RTSP/1.0 {A=1} []\n"},
    {"RTSP/1.0 200 OK\r\r\nA: 1\r\r\n\r\r\n", "error 400 carriage return without line feed\n", "200 'OK' {A=1} []\n"},
    {"PLAY a RTSP/1.0\rA: 1\r\n\r\n", "error 400 carriage return without line feed\n", ""},
    {"PLAY a RTSP/1.0\r\nA: \x01\r\n\r\n", "error 400 control character in the head\n", ""},
    {"PLAY a RTSP/1.0\r\nA: \x7f\r\n\r\n", "error 400 control character in the head\n", ""},
    /* Content-Length. */
    {"PLAY a RTSP/1.0\r\nContent-Length: -1\r\n\r\n", "error 400 Content-Length is not a number\n"},
    {"PLAY a RTSP/1.0\r\nContent-Length: 1x\r\n\r\n", "error 400 Content-Length is not a number\n"},
    {"PLAY a RTSP/1.0\r\nContent-Length:\r\n\r\n", "error 400 Content-Length is not a number\n"},
    {"PLAY a RTSP/1.0\r\nContent-Length: 101\r\n\r\n", "error 413 body too long\n"},
    {"PLAY a RTSP/1.0\r\nContent-Length: 18446744073709551617\r\n\r\n", "error 413 body too long\n"},
    {"PLAY a RTSP/1.0\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "error 400 more than one Content-Length\n"},
    {"PLAY a RTSP/1.0\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", "error 400 more than one Content-Length\n",
     "PLAY a RTSP/1.0 {Content-Length=1} {Content-Length=1} [a]\n"},
    /* Start lines. */
    {"PLAY a\r\n\r\n", "error 400 start line is not METHOD URI VERSION\n", ""},
    {"PLAY a \r\n\r\n", "error 400 start line is not METHOD URI VERSION\n", ""},
    {"PLAY  RTSP/1.0\r\n\r\n", "error 400 white space in the URI\n", ""},
    {"PLAY a b RTSP/1.0\r\n\r\n", "error 400 white space in the URI\n", ""},
    {"PLAY a\tb RTSP/1.0\r\n\r\n", "error 400 white space in the URI\n", ""},
    {"PLAY a RTSP/1.0\r\n folded\r\n\r\n", "error 400 white space in the URI\n", ""},
    {"RTSP/1.0 20 OK\r\n\r\n", "error 400 status line without a status\n", ""},
    {"RTSP/1.0 020 OK\r\n\r\n", "error 400 status line without a status\n", ""},
    {"RTSP/1.0 2000 OK\r\n\r\n", "error 400 status line without a status\n", ""},
    {"RTSP/1.0\r\n\r\n", "error 400 status line without a status\n", ""},
    {"aB_c-1 a RTSP/1.0\r\n\r\n", "aB_c-1 a RTSP/1.0 []\n", ""},
    {" PLAY a RTSP/1.0\r\n\r\n", "error 400 not RTSP\n", ""},
    {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA a RTSP/1.0\r\n\r\n", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA a RTSP/1.0 []\n"},
    {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA a RTSP/1.0\r\n\r\n", "error 400 not RTSP\n", ""},
    {"\x16\x03\x01", "error 400 not RTSP\n", ""},
    {"http://h/ RTSP/1.0\r\n\r\n", "error 400 not RTSP\n", ""},
    /* A body that the length leaves out is junk. */
    {"RTSP/1.0 200 OK\r\n\r\nv=0\r\no=- 1\r\nRTSP/1.0 201 OK\r\n\r\n", "200 'OK' []\nerror 400 not RTSP\n",
     "200 'OK' []\n(lost) 201 'OK' []\n"},
    {"...RTSP/1.0 x RTSP/x RTSP/1.0 2000 RTSP/1.0 000 RTSP/1.0 302\r\n\r\nPLAY a RTSP/1.0\r\n\r\n", "error 400 not RTSP\n",
     "(lost) 302 '' []\nPLAY a RTSP/1.0 []\n"},
    {"X RTSP/1.0 200 OK\r\n\r\n", "error 400 white space in the URI\n", "(lost) 200 'OK' []\n"},
};

static void
test_rows (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("row %zu", i);
    assert_transcript (rows[i].data, false, rows[i].strict);
    assert_transcript (rows[i].data, true, rows[i].tolerant != NULL ? rows[i].tolerant : rows[i].strict);
  }
}

static void
test_data_between_messages (void)
{
  static const char data[] = "$\0\0\3abc$\377\0\0RTSP/1.0 200 OK\r\n\r\n$\1\0\1x\r\n$\2\0\2RT";
  const char *expected = "$0:3[abc]\n$255:0[]\n200 'OK' []\n$1:1[x]\n$2:2[RT]\n";
  assert_transcript_of (data, sizeof data - 1, false, expected);
  assert_transcript_of (data, sizeof data - 1, true, expected);
}

static void
test_nul_is_refused (void)
{
  static const char data[] = "PLAY a RTSP/1.0\r\nA: b\0c\r\n\r\n";
  assert_transcript_of (data, sizeof data - 1, false, "error 400 control character in the head\n");
  assert_transcript_of (data, sizeof data - 1, true, "");
}

static void
test_lost_frames_are_found (void)
{
  /* A '$' without a packet behind it, one whose packet has nothing behind it, then two that can be believed. */
  static const char data[] = "$\0\0\1a"
                             "junk$\0\0\10no"
                             "$\0\0\10\200------.."
                             "$\2\0\11\200-------!$\3\0\10\200-------RTSP/1.0 200 OK\r\n\r\n";
  assert_transcript_of (data, sizeof data - 1, true, "$0:1[a]\n(lost) $2:9[\200-------!]\n$3:8[\200-------]\n200 'OK' []\n");
  assert_transcript_of (data, sizeof data - 1, false, "$0:1[a]\nerror 400 not RTSP\n");
}

static void
test_frame_behind_broken_head (void)
{
  static const char data[] = "...RTSP/1.0 200 OK\r\nCSeq: 1$\0\0\10\200-------$\0\0\0";
  assert_transcript_of (data, sizeof data - 1, true, "(lost) $0:8[\200-------]\n$0:0[]\n");
}

static void
test_junk_has_an_end (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  GString *data = g_string_new ("$");
  for (int i = 0; i < 64 * 1024 - 1; i++)
    g_string_append_c (data, "$.R"[i % 3]);
  g_string_append (data, "RTSP/1.0 200 OK\r\n\r\n");
  data->str[0] = '.';
  g_autofree char *at_limit = transcribe (data->str, data->len, true, 1000, random);
  g_assert_cmpstr (at_limit, ==, "(lost) 200 'OK' []\n");
  g_string_prepend_c (data, '.');
  g_autofree char *over_limit = transcribe (data->str, data->len, true, 1000, random);
  g_assert_cmpstr (over_limit, ==, "error 400 junk instead of RTSP\n");
  g_string_free (data, TRUE);
}

/* "PLAY <uri> RTSP/1.0" with @headers headers, in all @size bytes. */
static char *
make_request (size_t uri, unsigned headers, size_t size)
{
  GString *text = g_string_new ("PLAY ");
  for (size_t i = 0; i < uri; i++)
    g_string_append_c (text, 'u');
  g_string_append (text, " RTSP/1.0\r\n");
  for (unsigned i = 0; i < headers; i++)
    g_string_append (text, i + 1 < headers ? "A: 1\r\n" : "B: ");
  while (text->len + 4 < size)
    g_string_append_c (text, '2');
  g_string_append (text, headers > 0 ? "\r\n\r\n" : "\r\n");
  return g_string_free (text, FALSE);
}

static CamFrameKind
frame_once (const char *data, bool tolerant, int *ret_status)
{
  CamRtspFraming *framing = cam_rtsp_framing_new (MAX_BODY, tolerant);
  CamFrame frame;
  feed (framing, data, strlen (data));
  cam_rtsp_framing_next (framing, &frame);
  cam_rtsp_message_free (frame.message);
  cam_rtsp_framing_free (framing);
  *ret_status = frame.status;
  return frame.kind;
}

static void
test_limits (void)
{
  static const struct {
    size_t uri;
    unsigned headers;
    size_t size;
    int status; /* 0: accepted */
  } cases[] = {
      {CAM_LIMIT_URI_BYTES, 0, 0, 0},          {CAM_LIMIT_URI_BYTES + 1, 0, 0, 414},
      {CAM_LIMIT_HEADER_BYTES, 0, 0, 414},     {1, CAM_LIMIT_HEADERS, 0, 0},
      {1, CAM_LIMIT_HEADERS + 1, 0, 400},      {1, 1, CAM_LIMIT_HEADER_BYTES, 0},
      {1, 1, CAM_LIMIT_HEADER_BYTES + 1, 400},
  };
  for (size_t i = 0; i < 2 * G_N_ELEMENTS (cases); i++) {
    g_autofree char *request = make_request (cases[i / 2].uri, cases[i / 2].headers, cases[i / 2].size);
    int status = 0;
    const CamFrameKind kind = frame_once (request, i % 2 == 1, &status);
    g_assert_cmpint (kind, ==, cases[i / 2].status == 0 ? CAM_FRAME_MESSAGE : CAM_FRAME_ERROR);
    g_assert_cmpint (status, ==, cases[i / 2].status);
  }
}

static void
test_nothing_after_an_error (void)
{
  CamRtspFraming *framing = cam_rtsp_framing_new (MAX_BODY, false);
  CamFrame frame;
  feed (framing, "?", 1);
  g_assert_cmpint (cam_rtsp_framing_next (framing, &frame), ==, CAM_FRAME_ERROR);
  feed (framing, "PLAY a RTSP/1.0\r\n\r\n", 19);
  g_assert_cmpint (cam_rtsp_framing_next (framing, &frame), ==, CAM_FRAME_ERROR);
  g_assert_cmpint (frame.status, ==, 400);
  g_assert_cmpstr (frame.error, ==, "not RTSP");
  cam_rtsp_framing_free (framing);
}

static void
test_steal (void)
{
  static const char data[] = "PLAY a RTSP/1.0\r\n\r\nPLAY b RTSP/1.0\r\nContent-Length: 4\r\n\r\nbo";
  CamRtspFraming *framing = cam_rtsp_framing_new (MAX_BODY, false);
  g_autoptr (GString) transcript = g_string_new (NULL);
  feed (framing, data, sizeof data - 1);
  g_assert_true (drain (framing, transcript));
  g_assert_cmpuint (cam_rtsp_framing_get_pending (framing), ==, sizeof data - 1 - 19);
  g_autoptr (GBytes) bytes = cam_rtsp_framing_steal (framing);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), data + 19, sizeof data - 1 - 19);
  g_assert_cmpuint (cam_rtsp_framing_get_pending (framing), ==, 0);
  g_autoptr (GBytes) nothing = cam_rtsp_framing_steal (framing);
  g_assert_cmpuint (g_bytes_get_size (nothing), ==, 0);

  feed (framing, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  feed (framing, "dy", 2);
  g_assert_true (drain (framing, transcript));
  g_assert_cmpstr (transcript->str, ==, "PLAY a RTSP/1.0 []\nPLAY b RTSP/1.0 {Content-Length=4} [body]\n");
  cam_rtsp_framing_free (framing);
}

/* Frames keep their place while the buffer grows, is compacted and shrinks. */
static void
test_room (void)
{
  CamRtspFraming *framing = cam_rtsp_framing_new (MAX_BODY, false);
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  g_autofree uint8_t *frame = g_malloc (4 + G_MAXUINT16);
  size_t received = 0;
  for (int round = 0; round < 400; round++) {
    const size_t size = (size_t) g_rand_int_range (random, 0, round % 7 == 0 ? G_MAXUINT16 + 1 : 2000);
    frame[0] = '$';
    frame[1] = (uint8_t) round;
    frame[2] = (uint8_t) (size >> 8);
    frame[3] = (uint8_t) size;
    memset (frame + 4, round, size);
    for (size_t at = 0, piece; at < 4 + size; at += piece) {
      size_t room = 0;
      uint8_t *to = cam_rtsp_framing_get_room (framing, round % 50 < 25 ? 4096 : 262144, &room);
      piece = (size_t) g_rand_int_range (random, 1, 5000);
      piece = MIN (room, MIN (4 + size - at, piece));
      memcpy (to, frame + at, piece);
      cam_rtsp_framing_commit (framing, piece);
      CamFrame got;
      if (at + piece < 4 + size) {
        g_assert_cmpint (cam_rtsp_framing_next (framing, &got), ==, CAM_FRAME_NONE);
        continue;
      }
      g_assert_cmpint (cam_rtsp_framing_next (framing, &got), ==, CAM_FRAME_DATA);
      g_assert_cmpmem (got.data, got.size, frame + 4, size);
      received++;
    }
  }
  g_assert_cmpuint (received, ==, 400);
  cam_rtsp_framing_free (framing);
}

/* What is pending survives the loan, in a buffer of its own size, and a loan that is too small is none. */
static void
test_loan (void)
{
  uint8_t lent[64];
  CamRtspFraming *framing = cam_rtsp_framing_new (MAX_BODY, true);
  CamFrame frame;
  size_t room = 0;
  cam_rtsp_framing_lend (framing, lent, sizeof lent);
  uint8_t *to = cam_rtsp_framing_get_room (framing, 20, &room);
  g_assert_true (to == lent);
  memcpy (to, (uint8_t[]){'$', 1, 0, 3, 'o', 'n', 'e', '$', 2, 0, 4, 'f', 'o'}, 13);
  cam_rtsp_framing_commit (framing, 13);
  g_assert_cmpint (cam_rtsp_framing_next (framing, &frame), ==, CAM_FRAME_DATA);
  g_assert_cmpmem (frame.data, frame.size, "one", 3);
  g_assert_cmpint (cam_rtsp_framing_next (framing, &frame), ==, CAM_FRAME_NONE);
  cam_rtsp_framing_settle (framing);
  cam_rtsp_framing_settle (framing);
  memset (lent, 'x', sizeof lent);
  g_assert_cmpuint (cam_rtsp_framing_get_pending (framing), ==, 6);

  cam_rtsp_framing_lend (framing, lent, sizeof lent);
  to = cam_rtsp_framing_get_room (framing, 10, &room);
  g_assert_true (to == lent + 6);
  cam_rtsp_framing_commit (framing, 0);
  to = cam_rtsp_framing_get_room (framing, sizeof lent, &room); /* more than is lent */
  g_assert_true (to < lent || to >= lent + sizeof lent);
  memcpy (to, "ur", 2);
  cam_rtsp_framing_commit (framing, 2);
  g_assert_cmpint (cam_rtsp_framing_next (framing, &frame), ==, CAM_FRAME_DATA);
  g_assert_cmpmem (frame.data, frame.size, "four", 4);

  feed (framing, "$\0\0\x7fpending", 11);
  cam_rtsp_framing_lend (framing, lent, 11); /* no room for a byte more */
  g_assert_cmpint (cam_rtsp_framing_next (framing, &frame), ==, CAM_FRAME_NONE);
  memset (lent, 'x', sizeof lent);
  g_autoptr (GBytes) bytes = cam_rtsp_framing_steal (framing);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "$\0\0\x7fpending", 11);
  cam_rtsp_framing_free (framing);
}

static void
test_free_of_nothing (void)
{
  cam_rtsp_framing_free (NULL);
  CamRtspFraming *framing = cam_rtsp_framing_new (MAX_BODY, true);
  CamFrame frame;
  g_assert_cmpint (cam_rtsp_framing_next (framing, &frame), ==, CAM_FRAME_NONE);
  g_assert_cmpuint (cam_rtsp_framing_get_pending (framing), ==, 0);
  cam_rtsp_framing_free (framing);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtsp-framing/rows", test_rows);
  g_test_add_func ("/rtsp-framing/data-between-messages", test_data_between_messages);
  g_test_add_func ("/rtsp-framing/nul-is-refused", test_nul_is_refused);
  g_test_add_func ("/rtsp-framing/lost-frames-are-found", test_lost_frames_are_found);
  g_test_add_func ("/rtsp-framing/frame-behind-broken-head", test_frame_behind_broken_head);
  g_test_add_func ("/rtsp-framing/junk-has-an-end", test_junk_has_an_end);
  g_test_add_func ("/rtsp-framing/limits", test_limits);
  g_test_add_func ("/rtsp-framing/nothing-after-an-error", test_nothing_after_an_error);
  g_test_add_func ("/rtsp-framing/steal", test_steal);
  g_test_add_func ("/rtsp-framing/room", test_room);
  g_test_add_func ("/rtsp-framing/loan", test_loan);
  g_test_add_func ("/rtsp-framing/free-of-nothing", test_free_of_nothing);
  return g_test_run ();
}
