#include "ingest/srt-media.h"

#include "core/log.h"
#include "ingest/framed-sound.h"
#include "ingest/read-budget.h"
#include "ingest/stream-pulse.h"
#include "ingest/ts-tracks.h"
#include "wire/framed-audio.h"
#include "wire/ts-demux.h"

#define PROBED_MESSAGES 3 /* headers that agree: what begins a message by chance does not do so three times */

typedef enum {
  MEDIA_PROBING, /* what it is, is not known yet */
  MEDIA_TS,
  MEDIA_SOUND
} MediaKind;

/* What the two kinds of payload say goes through front, so that what is known of the stream is known here. */
struct CamSrtMedia {
  CamIngestSink front;           /* first */
  CamIngestSink *sink;           /* borrowed */
  const CamIngestSetup *setup;   /* borrowed */
  const CamStreamConfig *config; /* borrowed */
  const CamSrtUrl *url;          /* borrowed */
  MediaKind kind;
  GBytes *probed[PROBED_MESSAGES]; /* ref; while probing */
  unsigned n_probed;
  CamTsTracks *tracks;   /* owned; MEDIA_TS */
  CamFramedSound *sound; /* owned; MEDIA_SOUND */
  CamStreamPulse pulse;  /* unless the tracks have one */
  CamReadBudget budget;
  CamSrtMediaCounters before; /* of what was renewed, and what was dropped; bytes: all */
  int64_t heard_us;           /* the last message */
  bool is_described;
  bool is_quiet;
  bool has_metadata; /* some came */
  bool is_renewed;   /* and not described since */
  bool owes_sounds;  /* the sink was told that it is quiet, and not yet that it sounds */
};

/* The floor; 0 when the sink knows already that it sounds. */
static int64_t
on_sounds (CamIngestSink *sink)
{
  CamSrtMedia *self = (CamSrtMedia *) sink;
  if (!self->owes_sounds)
    return 0;
  self->owes_sounds = false;
  return self->sink->sounds (self->sink);
}

/* What another connection of the sender brings is described in front of the unit that it begins with. */
static int64_t
on_describe (CamIngestSink *sink, CamStreamDescription *description)
{
  CamSrtMedia *self = (CamSrtMedia *) sink;
  const bool is_renewed = self->is_renewed;
  self->is_described = true;
  self->is_renewed = false;
  const int64_t floor_ns = self->sink->describe (self->sink, description);
  return is_renewed ? MAX (floor_ns, on_sounds (sink)) : floor_ns;
}

static bool
on_unit (CamIngestSink *sink,
         CamTrackKind track,
         const uint8_t *data,
         size_t size,
         bool is_key,
         bool is_damaged,
         int64_t pts_ns,
         int64_t dts_ns,
         int64_t arrived_us)
{
  CamSrtMedia *self = (CamSrtMedia *) sink;
  cam_stream_pulse_beat (&self->pulse, is_damaged ? CAM_BEAT_DAMAGED : CAM_BEAT_OTHER, arrived_us);
  return self->sink->unit (self->sink, track, data, size, is_key, is_damaged, pts_ns, dts_ns, arrived_us);
}

static CamLogFields
fields_of (const CamSrtMedia *self)
{
  return (CamLogFields){.camera = self->setup->camera->name, .stream = cam_stream_name (self->setup->stream)};
}

static void
on_metadata (CamIngestSink *sink, GBytes *json)
{
  CamSrtMedia *self = (CamSrtMedia *) sink;
  if (!self->has_metadata) {
    CamLogFields fields = fields_of (self);
    cam_log (CAM_LOG_DEBUG, NULL, &fields, "the sender sends metadata, too");
  }
  self->has_metadata = true;
  if (self->sink->metadata != NULL)
    self->sink->metadata (self->sink, json);
}

static const CamIngestSink front = {.describe = on_describe, .unit = on_unit, .sounds = on_sounds, .metadata = on_metadata};

static void
begin_tracks (CamSrtMedia *self, int64_t now_us)
{
  g_autoptr (CamStreamDescription) known = self->setup->was_other ? NULL : cam_stream_hub_ref_description (self->setup->hub);
  self->kind = MEDIA_TS;
  self->tracks = cam_ts_tracks_new (
      &(CamTsTracksSetup){
          .sink = &self->front,
          .memory = cam_stream_hub_get_memory (self->setup->hub),
          .known = known,
          .wants_audio = self->setup->camera->audio_mode != CAM_AUDIO_NONE,
          .stall_timeout_us = self->config->stall_timeout,
          .frozen_timeout_us = self->config->frozen_timeout,
      },
      now_us);
}

/* @payload: raw or framed. */
static void
begin_sound (CamSrtMedia *self, CamSrtPayload payload)
{
  CamSrtUrl url = *self->url; /* shares what it points to */
  url.payload = payload;
  self->kind = MEDIA_SOUND;
  self->sound = cam_framed_sound_new (&self->front, self->setup->loop, &url);
}

static void
begin (CamSrtMedia *self, CamSrtPayload payload, int64_t now_us)
{
  switch (payload) {
  case CAM_SRT_PAYLOAD_AUTO:
    break;
  case CAM_SRT_PAYLOAD_TS:
    begin_tracks (self, now_us);
    break;
  case CAM_SRT_PAYLOAD_FRAMED:
  case CAM_SRT_PAYLOAD_RAW:
    begin_sound (self, payload);
    break;
  }
}

CamSrtMedia *
cam_srt_media_new (const CamIngestSetup *setup, const CamStreamConfig *config, const CamSrtUrl *url, CamIngestSink *sink, int64_t now_us)
{
  CamSrtMedia *self = g_new0 (CamSrtMedia, 1);
  self->front = front;
  self->sink = sink;
  self->setup = setup;
  self->config = config;
  self->url = url;
  self->heard_us = now_us;
  cam_read_budget_init (&self->budget, config->max_bitrate, now_us);
  cam_stream_pulse_begin (&self->pulse, config->stall_timeout, false, now_us);
  begin (self, url->payload, now_us);
  return self;
}

static void
drop_probed (CamSrtMedia *self)
{
  for (unsigned i = 0; i < self->n_probed; i++)
    g_bytes_unref (self->probed[i]);
  self->n_probed = 0;
}

static void
log_sound (const CamSrtMedia *self)
{
  CamFramedSoundCounters counters = cam_framed_sound_get_counters (self->sound);
  CamLogFields fields = fields_of (self);
  cam_log (CAM_LOG_DEBUG, NULL, &fields,
           "sound came in %" G_GUINT64_FORMAT " messages; malformed %" G_GUINT64_FORMAT ", of these broken %" G_GUINT64_FORMAT
           ", too large %" G_GUINT64_FORMAT ", not decoded %" G_GUINT64_FORMAT "; dropped %" G_GUINT64_FORMAT ", codecs %" G_GUINT64_FORMAT,
           counters.messages, counters.malformed, counters.broken, counters.oversize, counters.undecoded, counters.overrun,
           counters.epochs);
}

void
cam_srt_media_free (CamSrtMedia *self)
{
  if (self == NULL)
    return;
  if (self->sound != NULL)
    log_sound (self);
  drop_probed (self);
  cam_ts_tracks_free (self->tracks);
  cam_framed_sound_free (self->sound);
  g_free (self);
}

bool
cam_srt_media_is_quiet (const CamSrtMedia *self)
{
  return self->is_quiet;
}

void
cam_srt_media_renew (CamSrtMedia *self, int64_t now_us)
{
  g_assert (self->is_quiet);
  self->before = cam_srt_media_get_counters (self);
  drop_probed (self);
  g_clear_pointer (&self->tracks, cam_ts_tracks_free);
  g_clear_pointer (&self->sound, cam_framed_sound_free);
  self->kind = MEDIA_PROBING;
  self->is_renewed = true;
  begin (self, self->url->payload, now_us);
}

static void
hand_on (CamSrtMedia *self, const uint8_t *message, size_t size, int64_t now_us)
{
  switch (self->kind) {
  case MEDIA_PROBING:
    break;
  case MEDIA_TS:
    cam_ts_tracks_take (self->tracks, message, size, now_us);
    break;
  case MEDIA_SOUND:
    cam_framed_sound_take (self->sound, message, size, now_us);
    break;
  }
}

/* What the first messages are; auto: that is still open. */
static CamSrtPayload
guess (const CamSrtMedia *self)
{
  unsigned n_framed = 0;
  for (unsigned i = 0; i < self->n_probed; i++) {
    gsize size = 0;
    const uint8_t *message = g_bytes_get_data (self->probed[i], &size);
    if (cam_ts_looks_like (message, size))
      return CAM_SRT_PAYLOAD_TS;
    n_framed += cam_framed_looks_like (message, size);
  }
  if (self->n_probed < PROBED_MESSAGES)
    return CAM_SRT_PAYLOAD_AUTO;
  return n_framed == PROBED_MESSAGES ? CAM_SRT_PAYLOAD_FRAMED : CAM_SRT_PAYLOAD_RAW;
}

static void
probe (CamSrtMedia *self, const uint8_t *message, size_t size, int64_t now_us)
{
  self->probed[self->n_probed++] = g_bytes_new (message, size);
  begin (self, guess (self), now_us);
  if (self->kind == MEDIA_PROBING)
    return;
  for (unsigned i = 0; i < self->n_probed; i++) {
    gsize kept_size = 0;
    const uint8_t *kept = g_bytes_get_data (self->probed[i], &kept_size);
    hand_on (self, kept, kept_size, now_us);
  }
  drop_probed (self);
}

/* Sound alone can begin with any message; pictures have the tracks say it. */
static void
end_silence (CamSrtMedia *self, int64_t now_us)
{
  self->is_quiet = false;
  cam_stream_pulse_begin (&self->pulse, self->config->stall_timeout, false, now_us);
  if (self->kind == MEDIA_SOUND && !self->is_renewed)
    cam_framed_sound_raise_floor (self->sound, on_sounds (&self->front));
}

void
cam_srt_media_take (CamSrtMedia *self, const uint8_t *message, size_t size, int64_t now_us)
{
  self->before.bytes += size;
  self->heard_us = now_us;
  if (cam_read_budget_get (&self->budget, size, now_us) < size) {
    self->before.lost++;
    return;
  }
  cam_read_budget_spend (&self->budget, size);
  if (self->is_quiet)
    end_silence (self, now_us);
  if (self->kind == MEDIA_PROBING)
    probe (self, message, size, now_us);
  else
    hand_on (self, message, size, now_us);
}

static void
begin_silence (CamSrtMedia *self, int64_t now_us)
{
  const bool is_news = !self->owes_sounds;
  self->is_quiet = self->owes_sounds = true;
  if (self->tracks != NULL)
    cam_ts_tracks_rest (self->tracks, now_us);
  if (is_news)
    self->sink->quiet (self->sink);
}

CamReason
cam_srt_media_check (CamSrtMedia *self, int64_t now_us, char **ret_detail)
{
  if (self->is_quiet)
    return CAM_REASON_NONE;
  if (self->is_described && now_us - self->heard_us >= CAM_SRT_SILENCE_US) {
    begin_silence (self, now_us);
    return CAM_REASON_NONE;
  }
  if (self->tracks != NULL)
    return cam_ts_tracks_check (self->tracks, now_us, ret_detail);
  CamReason reason = cam_stream_pulse_check (&self->pulse, now_us);
  if (reason != CAM_REASON_NONE)
    *ret_detail = g_strdup_printf ("no sound for %.1f s%s", (double) (now_us - self->pulse.last_unit_us) / G_USEC_PER_SEC,
                                   self->before.bytes == 0 ? ", and not a byte" : "");
  return reason;
}

int64_t
cam_srt_media_get_due_us (const CamSrtMedia *self)
{
  if (self->is_quiet)
    return INT64_MAX;
  int64_t due_us = self->tracks != NULL ? cam_ts_tracks_get_due_us (self->tracks) : cam_stream_pulse_get_due_us (&self->pulse);
  return self->is_described ? MIN (due_us, self->heard_us + CAM_SRT_SILENCE_US) : due_us;
}

CamSrtMediaCounters
cam_srt_media_get_counters (const CamSrtMedia *self)
{
  CamSrtMediaCounters counters = self->before;
  if (self->tracks != NULL) {
    counters.lost += cam_ts_tracks_get_lost (self->tracks);
    counters.malformed += cam_ts_tracks_get_malformed (self->tracks);
    counters.drift_ppm = cam_ts_tracks_get_drift_ppm (self->tracks);
  }
  if (self->sound != NULL)
    counters.malformed += cam_framed_sound_get_counters (self->sound).malformed;
  return counters;
}
