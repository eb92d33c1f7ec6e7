/* What an AudioSpecificConfig says (ISO 14496-3, 1.6.2.1), and the plain one that we make.
 * How frames are packed into RTP is not here.
 * Thread: pure. Owner: values. */
#pragma once

#include "wire/bit-cursor.h"

#include <glib.h>

#define CAM_AAC_LC 2 /* audio object type */

typedef struct {
  unsigned object_type;    /* of the core: SBR and PS around it are looked through */
  uint32_t sample_rate;    /* Hz, of the core */
  uint32_t output_rate;    /* Hz, with SBR; else the same */
  uint8_t channels;        /* 1 to 8 */
  unsigned frame_samples;  /* a frame's, at the core's rate */
  bool has_known_length;   /* the whole of it was read: LATM needs to know where it ends */
} CamAacConfig;

/* Reads one that begins at the cursor; it ends where the config ends when its length is known. False: there is none, or one of a kind
 * that nobody sends (channels told by a program config element, reserved rates). */
bool cam_aac_config_read (CamBitCursor *cursor, CamAacConfig *ret_config);

/* The same of whole bytes, as an SDP has it; @bytes may be NULL (false). */
bool cam_aac_config_read_bytes (GBytes *bytes, CamAacConfig *ret_config);

/* AAC-LC of @sample_rate and @channels (1 to 8), for cameras that leave theirs out of the SDP. */
GBytes *cam_aac_config_make (uint32_t sample_rate, unsigned channels);

/* The sample rate in Hz that has @index in ISO 14496-3, table 1.18; 0 for reserved ones. */
uint32_t cam_aac_get_rate (unsigned index);

/* How many units of @clock_rate a frame lasts. */
uint32_t cam_aac_config_frame_ticks (const CamAacConfig *self, uint32_t clock_rate);
