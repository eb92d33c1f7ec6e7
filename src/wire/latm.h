/* MPEG-4 LATM as RTP carries it (ISO 14496-3, 1.7.3; RFC 6416): the StreamMuxConfig, and frames out of an audioMuxElement.
 * One program of one layer with one frame an element, as all cameras send it; anything else is refused.
 * Thread: pure. Owner: values. */
#pragma once

#include "wire/aac.h"

typedef struct {
  CamAacConfig aac;
  uint8_t config[64];     /* the AudioSpecificConfig, from the first byte on */
  size_t config_size;
  bool has_fixed_frames;  /* frames have frame_bits; else each says its size */
  size_t frame_bits;
  size_t other_data_bits; /* behind each frame */
} CamLatmConfig;

/* Reads a StreamMuxConfig at the cursor. False: it is none, or not of the kind above. */
bool cam_latm_config_read (CamBitCursor *cursor, CamLatmConfig *ret_config);

/* The same of the bytes of an SDP's config=, which many senders end behind the AudioSpecificConfig: what is missing is 0. */
bool cam_latm_config_read_bytes (GBytes *bytes, CamLatmConfig *ret_config);

/* The size in bits of the frame that begins at the cursor, which is moved behind the size. False: there is none. */
bool cam_latm_read_frame_bits (CamBitCursor *cursor, const CamLatmConfig *config, size_t *ret_bits);
