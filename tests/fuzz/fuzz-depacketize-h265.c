/* H.265 packets of a hostile camera: what comes out are NAL units behind true lengths, and they can be packed again within the bound.
 * Thread: one. Owner: none. */
#include "packet-sequence.h"

#include "wire/nal-units.h"
#include "wire/packetizer.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_unit (const CamDepacketizedUnit *unit, gpointer data)
{
  CamNalWalk walk = {unit->data, unit->size};
  const uint8_t *nal;
  size_t nal_size;
  size_t total = 0;
  while (cam_nal_walk_next (&walk, &nal, &nal_size))
    total += CAM_NAL_LENGTH_BYTES + nal_size;
  g_assert_cmpuint (total, ==, unit->size);

  CamPacketizer *packetizer = data;
  size_t bound = cam_packetizer_bound (packetizer, unit->size);
  g_autofree uint8_t *out = g_malloc (bound);
  CamPacketRun run = cam_packetizer_write (packetizer, unit->data, unit->size, unit->is_key, 0, 0, 0, out);
  g_assert_cmpuint (run.packets, >, 0);
  g_assert_cmpuint (run.bytes, <=, bound);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_H265);
  CamSdpMedia media = {.track = track, .payload_type = 96};
  CamDepacketizer *depacketizer = cam_depacketizer_new (&media);
  CamPacketizer *packetizer = cam_packetizer_new (track, 1);
  sequence_run (depacketizer, 96, data, size, check_unit, packetizer);
  g_autoptr (CamTrack) learned = cam_depacketizer_ref_track (depacketizer);
  if (learned != NULL)
    g_assert_cmpuint (learned->parameter_sets->len, <=, 3 * CAM_LIMIT_PARAMETER_SETS);
  cam_packetizer_free (packetizer);
  cam_depacketizer_free (depacketizer);
  return 0;
}
