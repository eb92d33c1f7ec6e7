/* What the files say about one camera and about one user: immutable, as written, defaults filled in.
 * How text becomes these values is config-read's business; what they do is not known here.
 * Thread: any, immutable. Owner: last reference. */
#pragma once

#include "config/access-rule.h"
#include "core/secret.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  int64_t shortest_us;
  int64_t longest_us;
} CamDurationRange;

typedef enum
{
  CAM_TRANSPORT_AUTO, /* tcp first, then what the camera takes */
  CAM_TRANSPORT_TCP,
  CAM_TRANSPORT_UDP,
  CAM_TRANSPORT_MULTICAST,
  CAM_TRANSPORT_HTTP
} CamTransport;

typedef struct {
  unsigned all;
  unsigned per_host;
} CamCountPair;

typedef enum
{
  CAM_START_ALWAYS,
  CAM_START_ON_DEMAND
} CamStart;

typedef enum
{
  CAM_SLATE_NOTICE,
  CAM_SLATE_LAST_FRAME,
  CAM_SLATE_NONE
} CamSlate;

typedef enum
{
  CAM_ON_LOSS_AUTO,
  CAM_ON_LOSS_FORWARD,
  CAM_ON_LOSS_WAIT_FOR_KEY
} CamOnLoss;

typedef enum
{
  CAM_READER_POLICY_SKIP_TO_KEY,
  CAM_READER_POLICY_DISCONNECT
} CamReaderPolicy;

typedef enum
{
  CAM_THIN_AUTO,
  CAM_THIN_OFF
} CamThin;

typedef enum
{
  CAM_AUDIO_COPY,
  CAM_AUDIO_NONE,
  CAM_AUDIO_OPUS,
  CAM_AUDIO_AAC,
  CAM_AUDIO_AUTO /* as it is where common players take it, else as AAC */
} CamAudioMode;

/* Whose readers give up pictures first when the machine cannot do everything. */
typedef enum
{
  CAM_PRIORITY_LOW,
  CAM_PRIORITY_NORMAL,
  CAM_PRIORITY_HIGH
} CamPriority;

typedef struct {
  char *url;      /* owned; %a replaced, user and password taken out; NULL: this stream does not exist */
  char *username; /* owned; from the URL or the camera's keys; NULL for none */
  CamSecret *password; /* ref; NULL for none */
  CamTransport transport;
  char *tls_fingerprint; /* owned; of the camera's certificate, SHA-256 in hex; NULL or "": its chain is verified */
  CamStart start;
  int64_t idle_timeout; /* µs, as all times */
  int64_t stall_timeout;
  int64_t frozen_timeout; /* 0: off */
  CamOnLoss on_loss;
  uint64_t max_bitrate; /* bit/s */
} CamStreamConfig;

enum { CAM_STREAM_MAIN, CAM_STREAM_SUB, CAM_N_STREAMS };

typedef struct {
  char *name; /* owned; [a-z0-9][a-z0-9_-]{0,31} */
  bool enabled;
  char *description; /* owned; "" for none */
  CamStreamConfig streams[CAM_N_STREAMS];
  CamAudioMode audio_mode;
  uint64_t audio_bit_rate;   /* of sound that we encode, bit/s; 0: what suits the codec */
  unsigned audio_complexity; /* of Opus, 0 to 10 */
  int64_t audio_hold; /* how long sound waits for the next picture at most */
  GPtrArray *read; /* of CamAccessRule, owned; NULL: nothing configured, the default rule holds */
  unsigned max_readers; /* 0: no limit */
  CamReaderPolicy reader_policy;
  CamThin thin;
  CamDurationRange backoff;
  CamDurationRange auth_backoff;
  unsigned max_connections; /* to its host; 0: no limit that is known */
  bool remember_picture;
  CamPriority priority;
  CamSlate slate;
  int64_t hold; /* INT64_MAX: for ever */
} CamCameraConfig;

typedef struct {
  char *name;       /* owned */
  CamSecret *password; /* ref; NULL when hashes are given */
  char *md5_hash;    /* owned; hex of MD5 (name:camrelay:password), NULL when not known */
  char *sha256_hash; /* owned; the same with SHA-256 */
  char **groups;     /* owned, NULL-terminated */
} CamUserConfig;

/* A camera called @name with every key at its default and no URL; whoever makes it may fill it in before anybody else sees it. */
CamCameraConfig *cam_camera_config_new (const char *name);
CamCameraConfig *cam_camera_config_ref (CamCameraConfig *self);
void cam_camera_config_unref (CamCameraConfig *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamCameraConfig, cam_camera_config_unref)

/* A user called @name who has no password, no hash and no group yet. */
CamUserConfig *cam_user_config_new (const char *name);
void cam_user_config_free (CamUserConfig *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamUserConfig, cam_user_config_free)

/* "main" or "sub". */
const char *cam_stream_name (unsigned stream);
