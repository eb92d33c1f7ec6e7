/* What a test: URL asks for: "test:?video=h265&audio=opus&size=640x360&fps=15", every part optional.
 * How pictures and sounds are made is the ingest room's business.
 * Thread: pure. Owner: by value. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum
{
  CAM_TEST_VIDEO_H264,
  CAM_TEST_VIDEO_H265,
  CAM_TEST_VIDEO_MJPEG,
  CAM_TEST_VIDEO_NONE
} CamTestVideo;

typedef enum
{
  CAM_TEST_AUDIO_NONE,
  CAM_TEST_AUDIO_PCMU,
  CAM_TEST_AUDIO_PCMA,
  CAM_TEST_AUDIO_G722,
  CAM_TEST_AUDIO_G726,
  CAM_TEST_AUDIO_L16,
  CAM_TEST_AUDIO_AAC,
  CAM_TEST_AUDIO_MP2,
  CAM_TEST_AUDIO_MP3,
  CAM_TEST_AUDIO_OPUS
} CamTestAudio;

typedef struct {
  CamTestVideo video; /* default H264 */
  CamTestAudio audio; /* default AAC */
  unsigned width;     /* pixels, even, 64 to 3840; default 1280 */
  unsigned height;    /* pixels, even, 64 to 2160; default 720 */
  unsigned fps;       /* frames a second, 1 to 60; default 25 */
} CamTestUrl;

/* @query: what follows "test:", without '?' (CamCameraUrl's path); "" gives the defaults.
 * Errors: CAM_CONFIG_ERROR_VALUE, CAM_CONFIG_ERROR_OUT_OF_RANGE, CAM_CONFIG_ERROR_TWICE (an option), CAM_CONFIG_ERROR_UNKNOWN (an option),
 * CAM_CONFIG_ERROR_CONFLICT (neither video nor audio). */
bool cam_test_url_parse (const char *query, CamTestUrl *ret_url, GError **error);
