#include "ingest/stream-freeze.h"

#include <glib.h>
#include <string.h>

#define S ((int64_t) G_USEC_PER_SEC)
#define START_US (1000 * S)
#define TIMEOUT_US (5 * S)
#define FRAME_US (S / 25)
#define GOP 50

/* A camera's next picture: @shown is what its slice holds behind @counted, the header. */
typedef struct {
  CamStreamFreeze freeze;
  CamCodec codec;
  int64_t now_us;
  uint32_t rtp_time;
  unsigned n; /* pictures so far */
} Camera;

static void
begin (Camera *self, CamCodec codec, int64_t timeout_us)
{
  *self = (Camera){.codec = codec, .now_us = START_US};
  cam_stream_freeze_begin (&self->freeze, timeout_us, codec, START_US);
}

static void
give (Camera *self, bool is_key, uint8_t counted, uint32_t shown, uint32_t stamp_step)
{
  uint8_t slice[40] = {is_key ? 0x65 : 0x41, counted, (uint8_t) (counted + 1)};
  if (self->codec == CAM_CODEC_H265) {
    slice[0] = is_key ? 19 << 1 : 1 << 1;
    slice[1] = 1;
    slice[2] = counted;
  }
  memcpy (slice + 20, &shown, sizeof shown);
  const uint8_t sei[] = {self->codec == CAM_CODEC_H265 ? 39 << 1 : 6, 1, 5, (uint8_t) self->n, 0x80}; /* a clock of the camera's */
  uint8_t unit[64] = {0, 0, 0, sizeof sei};
  memcpy (unit + 4, sei, sizeof sei);
  unit[4 + sizeof sei + 3] = sizeof slice;
  memcpy (unit + 4 + sizeof sei + 4, slice, sizeof slice);
  self->now_us += FRAME_US;
  self->rtp_time += stamp_step;
  self->n++;
  cam_stream_freeze_take (&self->freeze, self->rtp_time, unit, 8 + sizeof sei + sizeof slice, is_key, self->now_us);
}

/* Pictures until it is found frozen, @most at most. @shows: what the nth one shows. */
static void
run (Camera *self, unsigned most, unsigned gop, uint32_t (*shows) (unsigned n))
{
  for (unsigned i = 0; i < most && cam_stream_freeze_get (&self->freeze) == CAM_FREEZE_NONE; i++)
    give (self, self->n % gop == 0, (uint8_t) (self->n % gop), shows (self->n), 3600);
}

static uint32_t
something_new (unsigned n)
{
  return n;
}

static uint32_t
the_same (unsigned n)
{
  return 7;
}

/* The first picture of a group is refined by the next, the others leave it as it is. */
static uint32_t
the_same_group (unsigned n)
{
  return 1000000 + n % GOP;
}

static void
assert_frozen (const Camera *self, CamFreeze expected, int64_t began_us, int64_t tolerance_us)
{
  g_assert_cmpint (cam_stream_freeze_get (&self->freeze), ==, expected);
  g_assert_cmpint (self->now_us - began_us, >=, TIMEOUT_US);
  g_assert_cmpint (self->now_us - began_us, <=, TIMEOUT_US + tolerance_us);
}

static void
test_living (void)
{
  Camera camera;
  begin (&camera, CAM_CODEC_H264, TIMEOUT_US);
  run (&camera, 25 * 60, GOP, something_new);
  g_assert_cmpint (cam_stream_freeze_get (&camera.freeze), ==, CAM_FREEZE_NONE);
}

static void
test_off (void)
{
  Camera camera;
  begin (&camera, CAM_CODEC_H264, 0);
  run (&camera, 25 * 60, GOP, the_same);
  g_assert_cmpint (cam_stream_freeze_get (&camera.freeze), ==, CAM_FREEZE_NONE);
}

static void
test_pictures (gconstpointer data)
{
  Camera camera;
  begin (&camera, GPOINTER_TO_INT (data), TIMEOUT_US);
  run (&camera, 200, GOP, something_new);
  int64_t began_us = camera.now_us;
  run (&camera, 25 * 60, GOP, the_same);
  assert_frozen (&camera, CAM_FREEZE_PICTURES, began_us, 2 * GOP * FRAME_US);
}

/* Groups of 20 s: the pictures between key pictures tell. */
static void
test_long_group (void)
{
  Camera camera;
  begin (&camera, CAM_CODEC_H264, TIMEOUT_US);
  run (&camera, 20, 500, something_new);
  int64_t began_us = camera.now_us;
  run (&camera, 25 * 60, 500, the_same);
  assert_frozen (&camera, CAM_FREEZE_PICTURES, began_us, 2 * FRAME_US);
}

/* A camera that sends the same group again and again. */
static void
test_group (void)
{
  Camera camera;
  begin (&camera, CAM_CODEC_H264, TIMEOUT_US);
  run (&camera, 4 * GOP, GOP, something_new);
  int64_t began_us = camera.now_us;
  run (&camera, 25 * 60, GOP, the_same_group);
  assert_frozen (&camera, CAM_FREEZE_PICTURES, began_us, 2 * GOP * FRAME_US);
}

/* Something moves now and then: not frozen; nor is one picture that looks like an earlier one. */
static void
test_quiet_scene (void)
{
  Camera camera;
  begin (&camera, CAM_CODEC_H264, TIMEOUT_US);
  for (unsigned i = 0; i < 25 * 60; i++)
    give (&camera, i % GOP == 0, (uint8_t) i, i / 100, 3600); /* every 4 s */
  g_assert_cmpint (cam_stream_freeze_get (&camera.freeze), ==, CAM_FREEZE_NONE);
}

/* What comes seldom has not stood still for being seldom. */
static void
test_slow_camera (void)
{
  Camera camera;
  begin (&camera, CAM_CODEC_H264, TIMEOUT_US);
  give (&camera, true, 0, 1, 3600);
  camera.now_us += 20 * S;
  give (&camera, true, 0, 1, 3600);
  g_assert_cmpint (cam_stream_freeze_get (&camera.freeze), ==, CAM_FREEZE_NONE);
  camera.now_us += 20 * S;
  give (&camera, true, 0, 1, 3600);
  g_assert_cmpint (cam_stream_freeze_get (&camera.freeze), ==, CAM_FREEZE_PICTURES);
}

static void
test_stamps (void)
{
  Camera camera;
  begin (&camera, CAM_CODEC_H264, TIMEOUT_US);
  run (&camera, 200, GOP, something_new);
  int64_t began_us = camera.now_us;
  while (cam_stream_freeze_get (&camera.freeze) == CAM_FREEZE_NONE && camera.n < 1000)
    give (&camera, camera.n % GOP == 0, 0, camera.n, 0);
  assert_frozen (&camera, CAM_FREEZE_STAMPS, began_us, FRAME_US);
}

/* Silence is the same again and again: of sound only the stamps are looked at. */
static void
test_sound (void)
{
  static const uint8_t silence[160] = {0xd5};
  CamStreamFreeze freeze;
  cam_stream_freeze_begin (&freeze, TIMEOUT_US, CAM_CODEC_PCMA, START_US);
  int64_t now_us = START_US;
  for (uint32_t i = 0; i < 500; i++)
    cam_stream_freeze_take (&freeze, i * 160, silence, sizeof silence, true, now_us += S / 50);
  g_assert_cmpint (cam_stream_freeze_get (&freeze), ==, CAM_FREEZE_NONE);
  for (uint32_t i = 0; i < 300; i++)
    cam_stream_freeze_take (&freeze, 1, silence, sizeof silence, true, now_us += S / 50);
  g_assert_cmpint (cam_stream_freeze_get (&freeze), ==, CAM_FREEZE_STAMPS);
}

/* Units that are shorter than any header, or lie about their lengths. */
static void
test_odd_units (void)
{
  static const uint8_t lies[] = {0xff, 0xff, 0xff, 0xff, 0x65};
  CamStreamFreeze freeze;
  cam_stream_freeze_begin (&freeze, TIMEOUT_US, CAM_CODEC_H264, START_US);
  for (unsigned i = 0; i < 100; i++) {
    cam_stream_freeze_take (&freeze, i, lies, i % (sizeof lies + 1), i % 2 == 0, START_US + i);
    cam_stream_freeze_take (&freeze, i, (const uint8_t *) "\0\0\0\1\x65", 5, true, START_US + i);
  }
  g_assert_cmpint (cam_stream_freeze_get (&freeze), ==, CAM_FREEZE_NONE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream-freeze/living", test_living);
  g_test_add_func ("/stream-freeze/off", test_off);
  g_test_add_data_func ("/stream-freeze/pictures/h264", GINT_TO_POINTER (CAM_CODEC_H264), test_pictures);
  g_test_add_data_func ("/stream-freeze/pictures/h265", GINT_TO_POINTER (CAM_CODEC_H265), test_pictures);
  g_test_add_func ("/stream-freeze/long-group", test_long_group);
  g_test_add_func ("/stream-freeze/group", test_group);
  g_test_add_func ("/stream-freeze/quiet-scene", test_quiet_scene);
  g_test_add_func ("/stream-freeze/slow-camera", test_slow_camera);
  g_test_add_func ("/stream-freeze/stamps", test_stamps);
  g_test_add_func ("/stream-freeze/sound", test_sound);
  g_test_add_func ("/stream-freeze/odd-units", test_odd_units);
  return g_test_run ();
}
