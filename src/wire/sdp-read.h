/* A camera's SDP, read tolerantly (RFC 8866 and what cameras make of it): the media we can carry, the rest left unset.
 * Thread: pure. Owner: the caller. */
#pragma once

#include "media/track.h"

#define CAM_SDP_ERROR (cam_sdp_error_quark ())
GQuark cam_sdp_error_quark (void);

typedef enum
{
  CAM_SDP_ERROR_SYNTAX,     /* not an SDP at all: reason sdp */
  CAM_SDP_ERROR_LIMIT,      /* too long, too many media: reason sdp */
  CAM_SDP_ERROR_ENCRYPTED,  /* key-mgmt or crypto: refused, reason unsupported */
  CAM_SDP_ERROR_UNSUPPORTED /* no medium that we can carry; the message lists what there is */
} CamSdpError;

typedef struct {
  CamTrack *track;  /* ref; what the SDP tells of it: parameter sets and config may be missing */
  uint8_t payload_type;
  char *control;    /* owned; as written, "" when missing */
  /* AAC (RFC 3640) and LATM (RFC 6416) */
  bool is_latm;
  bool latm_config_in_band; /* cpresent=1 */
  uint8_t size_length;
  uint8_t index_length;
  uint8_t index_delta_length;
} CamSdpMedia;

typedef struct {
  CamSdpMedia *media[CAM_N_TRACKS]; /* owned; the first video and the first audio that we can carry; NULL for none */
  char *control;   /* owned; session level, or NULL */
  char *tool;      /* owned; a=tool, or NULL */
} CamSdp;

/* Errors: CAM_SDP_ERROR. @length bytes, NUL inside ends it. */
CamSdp *cam_sdp_read (const char *text, size_t length, GError **error);
void cam_sdp_free (CamSdp *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamSdp, cam_sdp_free)

/* The absolute URL to SETUP a medium with (RFC 2326, C.1.1, and what cameras need): absolute controls as they are, "*" and "" the base itself,
 * relative ones behind the base with exactly one slash, a query of the base kept behind the path as the camera wrote it. (transfer full) */
char *cam_sdp_control_url (const char *base, const char *control);
