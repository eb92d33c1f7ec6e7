/* Key units of a hostile camera: what is made of one is well formed, bounded, and can be made again from what was made.
 * Thread: one. Owner: none. */
#include "camrelay/limits.h"
#include "wire/nal-units.h"
#include "wire/slate-unit.h"

enum { TRACK_SETS = 4, MOST_BYTES = 8192 }; /* in more there may be as many NAL units as are just allowed */

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static bool
is_well_formed (GBytes *unit)
{
  CamNalWalk walk = {g_bytes_get_data (unit, NULL), g_bytes_get_size (unit)};
  const uint8_t *nal;
  size_t nal_size;
  size_t seen = 0;
  while (cam_nal_walk_next (&walk, &nal, &nal_size))
    seen += CAM_NAL_LENGTH_BYTES + nal_size;
  return seen == g_bytes_get_size (unit);
}

static void
check_units (const CamTrack *track, GBytes *units[CAM_SLATE_UNITS])
{
  for (unsigned i = 0; i < CAM_SLATE_UNITS; i++) {
    g_assert_cmpuint (g_bytes_get_size (units[i]), <=, CAM_LIMIT_UNIT_BYTES);
    g_assert_true (track->codec == CAM_CODEC_MJPEG || is_well_formed (units[i]));
    GBytes *again[CAM_SLATE_UNITS];
    g_assert_true (cam_slate_units_make (track, g_bytes_get_data (units[i], NULL), g_bytes_get_size (units[i]), again));
    for (unsigned j = 0; j < CAM_SLATE_UNITS; j++)
      g_bytes_unref (again[j]);
  }
  for (unsigned i = 0; i < CAM_SLATE_UNITS; i++)
    g_bytes_unref (units[i]);
}

/* The first byte is the codec; the first NAL units, as many as the second byte says, are the track's. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const CamCodec codecs[] = {CAM_CODEC_H264, CAM_CODEC_H265, CAM_CODEC_MJPEG, CAM_CODEC_OPUS};
  if (size < 2 || size > MOST_BYTES)
    return 0;
  g_autoptr (CamTrack) track = cam_track_new (codecs[data[0] % G_N_ELEMENTS (codecs)]);
  CamNalWalk walk = {data + 2, size - 2};
  const uint8_t *nal;
  size_t nal_size;
  for (unsigned n = data[1] % TRACK_SETS; n > 0 && cam_nal_walk_next (&walk, &nal, &nal_size); n--)
    g_ptr_array_add (track->parameter_sets, g_bytes_new (nal, nal_size));
  cam_slate_free_set_id (track);
  GBytes *units[CAM_SLATE_UNITS];
  if (cam_slate_units_make (track, walk.data, walk.size, units))
    check_units (track, units);
  return 0;
}
