/* Everything the files and the command line say, as one immutable value that a reload swaps whole.
 * Thread: any, immutable. Owner: last reference. */
#pragma once

#include "config/camera-config.h"

typedef struct {
  unsigned rtp;  /* 0, 0: any free pair */
  unsigned rtcp;
} CamPortPair;

/* Groups in a row that streams may be sent to. */
typedef struct {
  uint32_t first; /* IPv4, host byte order */
  unsigned count; /* 0: no multicast */
} CamMulticastRange;

typedef enum
{
  CAM_TAKEOVER_NEWEST,
  CAM_TAKEOVER_REFUSE
} CamTakeover;

typedef struct {
  char **listen; /* owned; "host:port", "[v6]:port" */
  CamPortPair udp_ports;
  char **listen_tls;         /* owned; NULL or empty: no RTSP over TLS */
  char *certificate;         /* owned; a PEM file, the chain; NULL or "": none */
  char *private_key;         /* owned; a PEM file; NULL or "": in the certificate's */
  CamMulticastRange multicast_range;
  unsigned multicast_ttl;
  char *multicast_interface; /* owned; a name or an address of this machine; "": the kernel's choice */
  char **srt_listen;         /* owned; NULL or empty: no SRT */
  CamTakeover srt_takeover;  /* when a sender comes for a camera that has one */
  CamSecret *srt_passphrase; /* ref; NULL for none */
  unsigned max_connections;
  unsigned max_connections_per_address;
  unsigned max_readers;
  CamCountPair start_concurrency; /* of dialogues with cameras */
  int64_t request_timeout; /* µs, as all times */
  int64_t reader_lag;
  int64_t reader_timeout;
  uint64_t media_memory; /* bytes; 0: auto, a quarter of the RAM */
  char **http_listen;      /* owned; NULL or empty: no HTTP */
  char **http_allow_hosts; /* owned; names a Host header may have beside this machine's addresses; NULL or empty: none */
  char *control_socket;    /* owned; a path; NULL or "": in the runtime folder */
  char *statsd_address;    /* owned; "host:port"; NULL or "": nothing is pushed */
} CamServerConfig;

typedef enum
{
  CAM_ROLE_VIEWER,   /* sees everything but secrets */
  CAM_ROLE_OPERATOR, /* may kick, retry, enable, disable, reload, too */
  CAM_ROLE_ADMIN     /* may change cameras, too */
} CamRole;

/* Who may use the HTTP API. */
typedef struct {
  char *name;       /* owned */
  CamSecret *token; /* ref; NULL when the hash is given */
  char *hash;       /* owned; hex of SHA-256 (token); NULL when the token is given */
  CamRole role;
} CamTokenConfig;

typedef struct {
  CamServerConfig server;
  GPtrArray *cameras; /* of CamCameraConfig, ref, sorted by name */
  GPtrArray *users;   /* of CamUserConfig, owned, sorted by name */
  GPtrArray *tokens;  /* of CamTokenConfig, owned, sorted by name */
  char *description;  /* owned; what was said and where, as config-describe has it, without secrets; NULL: nobody read it */
} CamConfigSet;

/* A token called @name with the least role and nothing that would be it yet. */
CamTokenConfig *cam_token_config_new (const char *name);
void cam_token_config_free (CamTokenConfig *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamTokenConfig, cam_token_config_free)

/* No camera, no user, every server key at its default; whoever makes it may fill it in before anybody else sees it. */
CamConfigSet *cam_config_set_new (void);

/* Puts all lists in order; after it the two functions below find what is in them. */
void cam_config_set_sort (CamConfigSet *self);

CamConfigSet *cam_config_set_ref (CamConfigSet *self);
void cam_config_set_unref (CamConfigSet *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamConfigSet, cam_config_set_unref)

const CamCameraConfig *cam_config_set_find_camera (const CamConfigSet *self, const char *name); /* NULL when there is none */
const CamUserConfig *cam_config_set_find_user (const CamConfigSet *self, const char *name);     /* NULL when there is none */

/* Somebody comes by SRT, or is called: a camera, or whoever uses [SRT] Listen. */
bool cam_config_set_needs_srt (const CamConfigSet *self);
