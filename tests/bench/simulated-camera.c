#include "simulated-camera.h"

#include <string.h>

#include "wire/packet-run.h"
#include "wire/packetizer.h"
#include "wire/rtcp.h"

#define VIDEO_RATE 90000
#define AUDIO_RATE 8000
#define AUDIO_TYPE 8 /* PCMA (RFC 3551, 6) */
#define AUDIO_SILENCE 0xd5
#define AUDIO_BEHIND_US 3000
#define REPORT_EVERY_US (5 * G_USEC_PER_SEC)
#define CNAME "simulated-camera"
#define REPORT_ROOM (CAM_INTERLEAVED_HEADER_BYTES + CAM_RTCP_MAX_BYTES)

/* What is told of a track in its reports. */
typedef struct {
  uint32_t ssrc;
  uint16_t sequence;
  uint32_t packets;
  uint32_t octets;
  int64_t report_due_us;
} Sender;

struct BenchCamera {
  const BenchClip *clip; /* borrowed */
  unsigned fps;
  uint64_t offset;
  BenchCameraSink sink;
  CamPacketizer *packetizer;   /* owned */
  CamLoopTimer *picture_timer; /* owned */
  CamLoopTimer *audio_timer;   /* owned */
  int64_t first_us;
  uint64_t n_pictures; /* sent so far */
  uint64_t n_audio;
  Sender senders[CAM_N_TRACKS];
  GPtrArray *viewers; /* borrowed */
  uint8_t *run;       /* owned; scratch */
  size_t run_capacity;
};

static int64_t
picture_due_us (const BenchCamera *self, uint64_t number)
{
  return self->first_us + (int64_t) (number * G_USEC_PER_SEC / self->fps);
}

static void
reserve_run (BenchCamera *self, size_t bytes)
{
  if (bytes <= self->run_capacity)
    return;
  g_free (self->run);
  self->run = g_malloc (bytes);
  self->run_capacity = bytes;
}

/* A sender report at the run's beginning when one is due; returns its bytes. */
static size_t
write_report (BenchCamera *self, CamTrackKind track, int64_t due_us, uint32_t rtp_time)
{
  Sender *sender = &self->senders[track];
  if (due_us < sender->report_due_us)
    return 0;
  sender->report_due_us = due_us + REPORT_EVERY_US;
  uint64_t ntp = cam_ntp_from_unix_us (g_get_real_time () - (g_get_monotonic_time () - due_us));
  uint8_t *packet = self->run + CAM_INTERLEAVED_HEADER_BYTES;
  size_t size = cam_rtcp_write_sender_report (packet, sender->ssrc, ntp, rtp_time, sender->packets, sender->octets, CNAME);
  self->run[0] = '$';
  self->run[1] = (uint8_t) (2 * track + 1);
  self->run[2] = 0;
  self->run[3] = (uint8_t) size;
  return CAM_INTERLEAVED_HEADER_BYTES + size;
}

static void
count_run (Sender *sender, const CamPacketRun *run)
{
  sender->sequence += (uint16_t) run->packets;
  sender->packets += run->packets;
  sender->octets += (uint32_t) run->octets;
}

static void
give_run (BenchCamera *self, CamTrackKind track, size_t size)
{
  for (unsigned i = 0; i < self->viewers->len; i++)
    self->sink (self->viewers->pdata[i], track, self->run, size);
}

static void
send_picture (BenchCamera *self, uint64_t number)
{
  BenchPicture *picture = bench_clip_get (self->clip, self->offset + number);
  Sender *sender = &self->senders[CAM_TRACK_VIDEO];
  uint32_t rtp_time = (uint32_t) (number * VIDEO_RATE / self->fps);
  reserve_run (self, REPORT_ROOM + cam_packetizer_bound (self->packetizer, picture->size));
  size_t report = write_report (self, CAM_TRACK_VIDEO, picture_due_us (self, number), rtp_time);
  bench_picture_stamp (picture, g_get_monotonic_time () * 1000, (uint32_t) number);
  CamPacketRun run = cam_packetizer_write (self->packetizer, picture->payload, picture->size, picture->is_key, rtp_time, sender->sequence,
                                           0, self->run + report);
  count_run (sender, &run);
  give_run (self, CAM_TRACK_VIDEO, report + run.bytes);
}

static void
send_audio (BenchCamera *self, uint64_t number)
{
  Sender *sender = &self->senders[CAM_TRACK_AUDIO];
  size_t samples = AUDIO_RATE / self->fps;
  uint32_t rtp_time = (uint32_t) (number * samples);
  reserve_run (self, REPORT_ROOM + CAM_RUN_OVERHEAD_BYTES + samples);
  size_t report = write_report (self, CAM_TRACK_AUDIO, picture_due_us (self, number), rtp_time);
  CamRunWriter writer = {
      .out = self->run + report,
      .payload_type = AUDIO_TYPE,
      .channel = 2 * CAM_TRACK_AUDIO,
      .sequence = sender->sequence,
      .rtp_time = rtp_time,
      .ssrc = sender->ssrc,
  };
  memset (cam_run_payload (&writer), AUDIO_SILENCE, samples);
  cam_run_close_packet (&writer, samples, false);
  count_run (sender, &writer.run);
  give_run (self, CAM_TRACK_AUDIO, report + writer.run.bytes);
}

static void
on_picture_due (gpointer data)
{
  BenchCamera *self = data;
  if (self->viewers->len > 0)
    send_picture (self, self->n_pictures);
  self->n_pictures++;
  cam_loop_timer_arm (self->picture_timer, picture_due_us (self, self->n_pictures));
}

static void
on_audio_due (gpointer data)
{
  BenchCamera *self = data;
  if (self->viewers->len > 0)
    send_audio (self, self->n_audio);
  self->n_audio++;
  cam_loop_timer_arm (self->audio_timer, picture_due_us (self, self->n_audio) + AUDIO_BEHIND_US);
}

BenchCamera *
bench_camera_new (CamLoopThread *loop, const BenchClip *clip, unsigned fps, int64_t first_us, uint64_t offset, BenchCameraSink sink)
{
  BenchCamera *self = g_new0 (BenchCamera, 1);
  self->clip = clip;
  self->fps = fps;
  self->offset = offset;
  self->sink = sink;
  self->first_us = first_us;
  self->viewers = g_ptr_array_new ();
  for (unsigned track = 0; track < CAM_N_TRACKS; track++)
    self->senders[track] = (Sender){.ssrc = g_random_int (), .sequence = (uint16_t) g_random_int ()};
  self->packetizer = cam_packetizer_new (clip->track, self->senders[CAM_TRACK_VIDEO].ssrc);
  self->picture_timer = cam_loop_timer_new (loop, on_picture_due, self);
  self->audio_timer = cam_loop_timer_new (loop, on_audio_due, self);
  cam_loop_timer_arm (self->picture_timer, first_us);
  cam_loop_timer_arm (self->audio_timer, first_us + AUDIO_BEHIND_US);
  return self;
}

void
bench_camera_free (BenchCamera *self)
{
  cam_loop_timer_free (self->picture_timer);
  cam_loop_timer_free (self->audio_timer);
  cam_packetizer_free (self->packetizer);
  g_ptr_array_unref (self->viewers);
  g_free (self->run);
  g_free (self);
}

void
bench_camera_add_viewer (BenchCamera *self, gpointer viewer)
{
  if (!g_ptr_array_find (self->viewers, viewer, NULL))
    g_ptr_array_add (self->viewers, viewer);
}

void
bench_camera_remove_viewer (BenchCamera *self, gpointer viewer)
{
  g_ptr_array_remove_fast (self->viewers, viewer);
}

char *
bench_camera_describe (const BenchClip *clip)
{
  CamPacketizer *packetizer = cam_packetizer_new (clip->track, 0);
  g_autofree char *rtpmap = cam_packetizer_get_rtpmap (packetizer);
  g_autofree char *fmtp = cam_packetizer_get_fmtp (packetizer);
  unsigned type = cam_packetizer_get_payload_type (packetizer);
  char *text = g_strdup_printf ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=simulated camera\r\nt=0 0\r\n"
                                "m=video 0 RTP/AVP %u\r\na=rtpmap:%u %s\r\na=fmtp:%u %s\r\na=control:track0\r\n"
                                "m=audio 0 RTP/AVP %d\r\na=rtpmap:%d PCMA/%d\r\na=control:track1\r\n",
                                type, type, rtpmap, type, fmtp, AUDIO_TYPE, AUDIO_TYPE, AUDIO_RATE);
  cam_packetizer_free (packetizer);
  return text;
}
