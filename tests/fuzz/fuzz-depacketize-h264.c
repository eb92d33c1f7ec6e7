/* H.264 packets of a hostile camera.
 * Thread: one. Owner: none. */
#include "packet-sequence.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  sequence_fuzz (CAM_CODEC_H264, data, size);
  return 0;
}
