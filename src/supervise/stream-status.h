/* What is known of one stream at one moment: for camrelayctl, the API, metrics and whoever wonders. Immutable once published.
 * Thread: any, immutable. Owner: the status that it is part of. */
#pragma once

#include "config/camera-config.h"
#include "core/reason.h"
#include "ingest/ingest-tally.h"
#include "media/stream-hub.h"
#include "serve/mount-counters.h"
#include "supervise/camera-lifecycle.h"

typedef enum
{
  CAM_HEALTH_OFF,      /* disabled, or on demand and nobody wants it: nothing is expected of it */
  CAM_HEALTH_OK,
  CAM_HEALTH_DEGRADED, /* pictures come, but something is not as it should be */
  CAM_HEALTH_FAILED    /* no picture within the stall rule */
} CamHealth;

/* Why a stream is degraded, a set. */
typedef enum
{
  CAM_AILMENT_SLOW = 1 << 0,       /* under half of the pictures a second that it is known for */
  CAM_AILMENT_DRIFT = 1 << 1,      /* its clock is more than 500 ppm off */
  CAM_AILMENT_READER_LAG = 1 << 2, /* more than half of its readers skip or are thinned */
  CAM_AILMENT_MEMORY = 1 << 3,     /* MediaMemory is used up to more than 90 % */
  CAM_AILMENT_RECONNECTS = 1 << 4, /* three in ten minutes */
  CAM_AILMENT_LOSS = 1 << 5,       /* packets from the camera are lost */
  CAM_AILMENT_SHED = 1 << 6,       /* its readers get less, for the machine's sake */
} CamAilment;
#define CAM_N_AILMENTS 7

const char *cam_health_word (CamHealth health);         /* "ok", never NULL */
const char *cam_ailment_word (CamAilment one);          /* "slow", never NULL */

const char *cam_drop_cause_word (CamDropCause cause); /* "gate", never NULL */

typedef struct {
  CamCameraConfig *camera; /* ref; with what it was configured */
  unsigned stream;
  CamCameraState state;
  CamReason reason;        /* why it is not connected; NONE while it is */
  char *detail;            /* owned; redacted; "" for none */
  int64_t since_unix_us;   /* when it came into its state */
  CamHealth health;
  unsigned ailments;       /* of CamAilment */
  char *peer;              /* owned; host and port of the camera, no user, no password, no path; "" where there is none */
  const char *transport;   /* "tcp" "udp" "srt" …, "" while not known */
  CamStreamDescription *description; /* ref; NULL while not known */

  /* Measured over the last seconds; 0 while not known. */
  double fps;
  double usual_fps;
  double bit_rate;         /* bit/s, of units */
  double key_interval_s;
  int64_t last_unit_us;    /* CLOCK_MONOTONIC; 0: never */
  int drift_ppm;

  /* Counted since the stream was configured, over all connections. */
  CamStreamCounters in;    /* of the hub: what could be given to readers */
  uint64_t bytes_in;       /* from the camera, on the wire */
  uint64_t bytes_out;      /* given to readers */
  uint64_t units_out;
  uint64_t units_left_out; /* not given to readers that lagged, are thinned, or shed */
  uint64_t packets_lost;
  uint64_t malformed;
  uint64_t drops[CAM_N_DROPS];
  uint64_t connects;
  uint64_t ends[CAM_N_REASONS];  /* connections and dials that ended, by reason */
  int64_t slate_us;        /* for how long a slate was shown */
  CamFirstPictures first_pictures;

  unsigned readers;
  unsigned lagging;        /* of them: those that skip, or are thinned, now */
  uint64_t memory_bytes;   /* of MediaMemory that it holds */
  unsigned shed_level;     /* 0: nothing is left out for the machine's sake; 1: its readers get key pictures only */
  bool has_srt;
  CamSrtStatistics srt;    /* of the connection to the camera */
  GBytes *metadata;        /* ref; what its sender says of it, JSON; NULL: nothing */
} CamStreamStatus;

void cam_stream_status_free (CamStreamStatus *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamStreamStatus, cam_stream_status_free)
