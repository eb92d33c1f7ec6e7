/* What comes in SRT messages, to units: what kind of payload it is (as the URL says, or found out), and whether anything comes at all. Silence is
 * said to the sink, the end to the owner.
 * Thread: L. Owner: srt-source. */
#pragma once

#include "ingest/ingest-source.h"

#define CAM_SRT_SILENCE_US (G_USEC_PER_SEC / 2) /* without any message the camera is away, though its connection may stand */

typedef struct CamSrtMedia CamSrtMedia;

/* @setup, @config, @url, @sink: borrowed, outlive it. */
CamSrtMedia *
cam_srt_media_new (const CamIngestSetup *setup, const CamStreamConfig *config, const CamSrtUrl *url, CamIngestSink *sink, int64_t now_us);
void cam_srt_media_free (CamSrtMedia *self); /* NULL is fine */

/* One message. Over MaxBitrate= it is dropped: nothing makes a sender wait. */
void cam_srt_media_take (CamSrtMedia *self, const uint8_t *message, size_t size, int64_t now_us);

/* Looks whether it has fallen silent, and whether it is over: a reason, and @ret_detail (transfer full). */
CamReason cam_srt_media_check (CamSrtMedia *self, int64_t now_us, char **ret_detail);
int64_t cam_srt_media_get_due_us (const CamSrtMedia *self); /* of the next check that can find something */

/* Whether it has fallen silent and no message has come since. */
bool cam_srt_media_is_quiet (const CamSrtMedia *self);

/* While it is quiet: what comes next is of another connection to the sender, and may be anything. The sink hears describe, then sounds. */
void cam_srt_media_renew (CamSrtMedia *self, int64_t now_us);

typedef struct {
  uint64_t bytes;     /* that came, dropped ones included */
  uint64_t lost;      /* messages dropped here, and holes in what was carried */
  uint64_t malformed; /* what made no sense */
  int drift_ppm;      /* of the sender's clock against ours; 0 while not known */
} CamSrtMediaCounters;
CamSrtMediaCounters cam_srt_media_get_counters (const CamSrtMedia *self);
