#include "serve/framed-feed.h"

#include <string.h>

#include "wire/framed-audio.h"

enum { CHANNEL_UNITS = 256, CHANNEL_BYTES = 1024 * 1024 };
#define PIECE_BYTES ((size_t) CAM_SRT_MESSAGE_BYTES - CAM_FRAMED_HEADER_BYTES)

struct CamFramedFeed {
  CamFramedFeedSetup setup; /* hub, branch: ref */
  CamMediaChannel *channel; /* ref */
  double bytes_per_us;      /* of what was sent, smoothed: what waits in libsrt is that old */
  int64_t sent_us;          /* when something was sent last; 0: never */
};

/* False: the framing has no word for it. */
static bool
choose_format (const CamTrack *track, CamFramedFormat *ret_format)
{
  if (track == NULL)
    return false;
  switch (track->codec) {
  case CAM_CODEC_L16:
    *ret_format = CAM_FRAMED_L16;
    return true;
  case CAM_CODEC_OPUS:
    *ret_format = CAM_FRAMED_OPUS;
    return true;
  case CAM_CODEC_FLAC:
    *ret_format = CAM_FRAMED_FLAC;
    return true;
  case CAM_CODEC_NONE:
  case CAM_CODEC_H264:
  case CAM_CODEC_H265:
  case CAM_CODEC_MJPEG:
  case CAM_CODEC_PCMU:
  case CAM_CODEC_PCMA:
  case CAM_CODEC_G722:
  case CAM_CODEC_G726:
  case CAM_CODEC_AAC:
  case CAM_CODEC_MPEG_AUDIO:
  case CAM_CODEC_AC3:
  case CAM_N_CODECS:
    break;
  }
  return false;
}

/* The framing's samples have the other byte order. */
static void
copy_samples (uint8_t *out, const uint8_t *samples, size_t size)
{
  for (size_t i = 0; i + 1 < size; i += 2) {
    out[i] = samples[i + 1];
    out[i + 1] = samples[i];
  }
}

/* Samples may be cut anywhere between two of all channels, so that each message is a whole one; a frame goes on in pieces. */
static bool
send_payload (CamFramedFeed *self, CamFramedFormat format, const uint8_t *payload, size_t size)
{
  bool is_samples = format == CAM_FRAMED_L16;
  size_t most = is_samples ? PIECE_BYTES / 4 * 4 : PIECE_BYTES;
  for (size_t at = 0; at < size; at += most) {
    uint8_t message[CAM_SRT_MESSAGE_BYTES];
    size_t here = MIN (size - at, most);
    cam_framed_write_header (message, CAM_FRAMED_AUDIO, format, is_samples ? here : size, here, !is_samples && at > 0);
    if (is_samples)
      copy_samples (message + CAM_FRAMED_HEADER_BYTES, payload + at, here);
    else
      memcpy (message + CAM_FRAMED_HEADER_BYTES, payload + at, here);
    if (cam_srt_connection_send (self->setup.connection, message, CAM_FRAMED_HEADER_BYTES + here) != CAM_SRT_SENT)
      return false;
  }
  return true;
}

/* How long the @unsent bytes in libsrt have waited, from how much they are. */
static int64_t
get_lag_us (const CamFramedFeed *self, size_t unsent)
{
  return self->bytes_per_us > 0 ? (int64_t) ((double) unsent / self->bytes_per_us) : 0;
}

static void
note_rate (CamFramedFeed *self, size_t size, int64_t now_us)
{
  if (self->sent_us != 0 && now_us > self->sent_us) {
    double rate = (double) size / (double) (now_us - self->sent_us);
    self->bytes_per_us = self->bytes_per_us > 0 ? self->bytes_per_us + (rate - self->bytes_per_us) / 16 : rate;
  }
  self->sent_us = now_us;
}

static void
send_unit (CamFramedFeed *self, CamFramedFormat format, const CamAccessUnit *unit)
{
  size_t unsent = cam_srt_connection_get_unsent (self->setup.connection);
  int64_t lag_us = get_lag_us (self, unsent);
  cam_reader_record_note_waiting (self->setup.record, lag_us, unsent);
  /* Also who is late gets a unit now and then, or it would not see what it misses. */
  bool is_probe = cam_loop_thread_now_us (self->setup.loop) - self->sent_us >= CAM_SRT_PROBE_US;
  if ((lag_us > self->setup.lag_us && !is_probe) || !send_payload (self, format, unit->payload->data, unit->payload->size)) {
    cam_reader_record_note_left_out (self->setup.record, 1);
    return;
  }
  cam_reader_record_note_queued (self->setup.record, 1, unit->payload->size);
  cam_client_registry_add (self->setup.registry, CAM_CLIENT_COUNT_BYTES_OUT, unit->payload->size);
  note_rate (self, unit->payload->size, cam_loop_thread_now_us (self->setup.loop));
}

/* At the end of the turn in which the channel got units, or was closed. */
static void
on_channel_ready (gpointer data)
{
  CamFramedFeed *self = data;
  CAM_ASSERT_ON (self->setup.loop);
  g_autoptr (CamStreamDescription) description = cam_stream_hub_ref_description (self->setup.hub);
  CamFramedFormat format;
  bool has_format = description != NULL && choose_format (description->tracks[CAM_TRACK_AUDIO], &format);
  CamAccessUnit unit;
  while (cam_media_channel_next (self->channel, 0, &unit) == CAM_HANDOFF_OK) {
    if (has_format && unit.track == CAM_TRACK_AUDIO)
      send_unit (self, format, &unit);
    cam_access_unit_clear (&unit);
  }
}

CamFramedFeed *
cam_framed_feed_new (const CamFramedFeedSetup *setup)
{
  CAM_ASSERT_ON (setup->loop);
  CamFramedFeed *self = g_new0 (CamFramedFeed, 1);
  self->setup = *setup;
  cam_stream_hub_ref (setup->hub);
  if (setup->branch != NULL) {
    cam_sound_branch_ref (setup->branch);
    cam_sound_branch_want (setup->branch);
  }
  self->channel = cam_media_channel_new (CHANNEL_UNITS, CHANNEL_BYTES, false);
  cam_media_channel_set_consumer (self->channel, setup->loop, on_channel_ready, self);
  cam_stream_hub_subscribe (setup->hub, self->channel);
  cam_reader_record_set_state (setup->record, CAM_READER_STATE_PLAYING);
  return self;
}

void
cam_framed_feed_free (CamFramedFeed *self)
{
  if (self == NULL)
    return;
  CAM_ASSERT_ON (self->setup.loop);
  cam_stream_hub_unsubscribe (self->setup.hub, self->channel);
  cam_media_channel_close (self->channel);
  cam_media_channel_set_consumer (self->channel, NULL, NULL, NULL);
  cam_media_channel_unref (self->channel);
  if (self->setup.branch != NULL)
    cam_sound_branch_unwant (self->setup.branch);
  cam_sound_branch_unref (self->setup.branch);
  cam_stream_hub_unref (self->setup.hub);
  g_free (self);
}
