#include "limit-bursts.h"

#include <string.h>

#include "wire/packet-run.h"

#define AUDIO_RATE 8000
#define AUDIO_TYPE 8
#define AUDIO_CHANNEL 2

static void
clear_burst (gpointer data)
{
  BenchBurst *burst = data;
  g_free (burst->data);
}

static BenchBurst
write_burst (CamPacketizer *packetizer, const BenchPicture *picture, size_t samples)
{
  BenchBurst burst = {.data = g_malloc0 (cam_packetizer_bound (packetizer, picture->size) + CAM_RUN_OVERHEAD_BYTES + samples)};
  CamPacketRun video = cam_packetizer_write (packetizer, picture->payload, picture->size, picture->is_key, 0, 0, 0, burst.data);
  CamRunWriter audio = {.out = burst.data + video.bytes, .payload_type = AUDIO_TYPE, .channel = AUDIO_CHANNEL};
  cam_run_close_packet (&audio, samples, false);
  burst.video_size = video.bytes;
  burst.size = video.bytes + audio.run.bytes;
  burst.packets = video.packets + audio.run.packets;
  return burst;
}

GArray *
bench_bursts_new (const BenchClip *clip, unsigned fps)
{
  CamPacketizer *packetizer = cam_packetizer_new (clip->track, 0);
  GArray *bursts = g_array_new (FALSE, FALSE, sizeof (BenchBurst));
  g_array_set_clear_func (bursts, clear_burst);
  for (unsigned i = 0; i < clip->pictures->len; i++) {
    BenchBurst burst = write_burst (packetizer, bench_clip_get (clip, i), AUDIO_RATE / fps);
    g_array_append_val (bursts, burst);
  }
  cam_packetizer_free (packetizer);
  return bursts;
}

size_t
bench_burst_rtp_bytes (const BenchBurst *self)
{
  return self->size - (size_t) self->packets * CAM_INTERLEAVED_HEADER_BYTES;
}
