#include "wire/rtsp-guard.h"
#include "wire/rtsp-uri.h"

#define NAME_32 "a0123456789-0123456789_012345678"

typedef struct {
  const char *uri;
  const char *camera; /* NULL: no such path */
  unsigned stream;
  int track;
  const char *audio; /* NULL: "" */
} Row;

static const Row rows[] = {
    {"rtsp://h/cam", "cam", 0, -1},
    {"rtsps://h:322/cam", "cam", 0, -1},
    {"RTSP://u:p@[fe80::1]:8554/9-_", "9-_", 0, -1},
    {"rtsp://h/cam/", "cam", 0, -1},
    {"rtsp://h/cam//", "cam", 0, -1},
    {"rtsp://h/cam/main", "cam", 0, -1},
    {"rtsp://h/cam/Main", "cam", 0, -1},
    {"rtsp://h/cam/mainStream", "cam", 0, -1},
    {"rtsp://h/cam/MainStream/", "cam", 0, -1},
    {"rtsp://h/cam/sub", "cam", 1, -1},
    {"rtsp://h/cam/Sub", "cam", 1, -1},
    {"rtsp://h/cam/subStream", "cam", 1, -1},
    {"rtsp://h/cam/SubStream", "cam", 1, -1},
    {"rtsp://h/cam/stream=0", "cam", 0, 0},
    {"rtsp://h/cam/main/stream=9/", "cam", 0, 9},
    {"rtsp://h/cam/sub/stream=1?a=b", "cam", 1, 1},
    {"rtsp://h/cam?audio=opus", "cam", 0, -1, "opus"},
    {"rtsp://h/cam/?audio=opus/stream=1", "cam", 0, 1, "opus"},
    {"rtsp://h/cam?audio=opus/", "cam", 0, -1, "opus"},
    {"rtsp://h/cam/sub/stream=1?audio=aac", "cam", 1, 1, "aac"},
    {"rtsp://h/cam?a=b&audio=None&audio=copy#x", "cam", 0, -1, "None"},
    {"rtsp://h/cam?audio=&a=b", "cam", 0, -1, ""},
    {"rtsp://h/cam?xaudio=opus", "cam", 0, -1, ""},
    {"rtsp://h/cam?audio=a-word-that-is-longer/stream=1", "cam", 0, 1, "a-word-that"},
    {"rtsp://h/cam#?audio=opus", "cam", 0, -1, ""},
    {"rtsp://h/cam?", "cam", 0, -1, ""},
    {"rtsp://h/cam/audio=opus", "cam", 0, -1, "opus"},
    {"rtsp://h/cam/audio=aac/stream=1", "cam", 0, 1, "aac"},
    {"rtsp://h/cam/sub/audio=none/stream=0?audio=opus", "cam", 1, 0, "none"},
    {"rtsp://h/cam/audio=/", "cam", 0, -1, ""},
    {"rtsp://h/cam/stream=0/audio=aac"},
    {"rtsp://h/cam/audio=aac/sub"},
    {"rtsp://h/cam/audio=aac/stream=1/x"},
    {"rtsp://h/audio=aac"},
    {"rtsp://h/cam?&&", "cam", 0, -1, ""},
    {"rtsp://h/cam/stream=2?a=b/stream=1", "cam", 0, 2},
    {"rtsp://h/cam?a=b/stream=10", "cam", 0, -1},
    {"rtsp://h/cam#main", "cam", 0, -1},
    {"rtsp://h/c%61m%2Fsub/stream%3d1", "cam", 1, 1},
    {"rtsp://h/" NAME_32, NAME_32, 0, -1},
    {"rtsp://h/" NAME_32 "/substream/stream=0", NAME_32, 1, 0},
    {"rtsp://h/main", "main", 0, -1},
    {"rtsp://h/main/sub", "main", 1, -1},
    {"rtsp://h/" NAME_32 "x"},
    {"rtsp://h/Cam"},
    {"rtsp://h/-cam"},
    {"rtsp://h/_cam"},
    {"rtsp://h/c.m"},
    {"rtsp://h/../cam"},
    {"rtsp://h"},
    {"rtsp://h/"},
    {"rtsp://h?cam"},
    {"rtsp://h//cam"},
    {"rtsp://h/cam//sub"},
    {"rtsp://h/cam/third"},
    {"rtsp://h/cam/main/sub"},
    {"rtsp://h/cam/stream=0/main"},
    {"rtsp://h/cam/stream="},
    {"rtsp://h/cam/stream=x"},
    {"rtsp://h/cam/stream=10"},
    {"rtsp://h/cam/Stream=1"},
    {"rtsp://h/cam/main/stream=1/x"},
    {"rtsp://h/stream=1"},
    {"rtsp://h/cam%"},
    {"rtsp://h/cam%6"},
    {"rtsp://h/cam%6g"},
    {"rtsp://h/cam%00"},
    {"rtsp://h/cam%0a"},
    {"rtsp://h/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
    {"rtsp:///cam"},
    {"http://h/cam"},
    {"/cam"},
    {"*"},
    {""},
};

static void
test_rows (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("%s", rows[i].uri);
    CamRtspPath path = {.track = 77};
    g_assert_cmpint (cam_rtsp_path_parse (rows[i].uri, &path), ==, rows[i].camera != NULL);
    if (rows[i].camera == NULL) {
      g_assert_cmpint (path.track, ==, 77);
      continue;
    }
    g_assert_cmpstr (path.camera, ==, rows[i].camera);
    g_assert_cmpuint (path.stream, ==, rows[i].stream);
    g_assert_cmpint (path.track, ==, rows[i].track);
    g_assert_cmpstr (path.audio, ==, rows[i].audio != NULL ? rows[i].audio : "");
  }
}

static void
test_uri (void)
{
  g_assert_cmpstr (cam_rtsp_uri_get_path ("rtsp://h:1/a?b"), ==, "/a?b");
  g_assert_cmpstr (cam_rtsp_uri_get_path ("RTSPS://h?b"), ==, "?b");
  g_assert_cmpstr (cam_rtsp_uri_get_path ("rtsp://h"), ==, "");
  g_assert_null (cam_rtsp_uri_get_path ("rtsp://"));
  g_assert_null (cam_rtsp_uri_get_path ("rtsp:/h"));
  g_assert_null (cam_rtsp_uri_get_path ("h/a"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtsp-path/rows", test_rows);
  g_test_add_func ("/rtsp-path/uri", test_uri);
  return g_test_run ();
}
