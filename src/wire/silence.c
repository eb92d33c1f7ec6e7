#include "wire/silence.h"

#include <string.h>

#include "camrelay/limits.h"

#define PCMU_ZERO 0xff
#define PCMA_ZERO 0xd5
#define LONGEST_MS 1000

typedef struct {
  CamCodec codec;
  unsigned sample_bytes;
  uint8_t fill;
} SilenceKind;

static const SilenceKind kinds[] = {
    {CAM_CODEC_PCMU, 1, PCMU_ZERO},
    {CAM_CODEC_PCMA, 1, PCMA_ZERO},
    {CAM_CODEC_L16, 2, 0},
};

GBytes *
cam_silence_new (const CamTrack *track, unsigned duration_ms)
{
  g_assert (duration_ms <= LONGEST_MS);
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++) {
    if (kinds[i].codec != track->codec)
      continue;
    uint64_t samples = (uint64_t) track->sample_rate * duration_ms / 1000;
    uint64_t size = samples * track->channels * kinds[i].sample_bytes;
    if (size == 0 || size > CAM_LIMIT_UNIT_BYTES)
      return NULL;
    uint8_t *bytes = g_malloc (size);
    memset (bytes, kinds[i].fill, size);
    return g_bytes_new_take (bytes, size);
  }
  return NULL;
}
