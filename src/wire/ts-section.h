/* Sections of tables (ISO 13818-1, 2.4.4.1 and 2.4.4.10) out of packets: behind a pointer, several in one packet, one over several.
 * What is in them does not belong here.
 * Thread: pure. Owner: a ts-demux. */
#pragma once

#include "wire/ts-packet.h"

#include <glib.h>

#define CAM_TS_SECTION_BYTES 1024 /* with header and checksum (2.4.4.4, 2.4.4.9) */
#define CAM_TS_CHECKSUM_BYTES 4

/* CRC-32/MPEG-2 (ISO 13818-1, annex A): 0 over a section with its checksum. */
uint32_t cam_ts_checksum (const uint8_t *data, size_t size);

/* What grows of one PID's sections. All zero: nothing. */
typedef struct {
  size_t size; /* of what is there; 0: waits for one to begin */
  uint8_t data[CAM_TS_SECTION_BYTES];
} CamTsSection;

/* @section: whole, its checksum is right. */
typedef void (*CamTsSectionFunc) (const uint8_t *section, size_t size, gpointer data);

/* Takes the payload of one packet. @is_hole: packets before it are missing. False: something made no sense and was dropped. */
bool cam_ts_section_take (CamTsSection *self, const CamTsPacket *packet, bool is_hole, CamTsSectionFunc take, gpointer data);
