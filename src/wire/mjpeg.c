#include "wire/mjpeg.h"

#include <glib.h>
#include <string.h>

#include "wire/mjpeg-tables.h"

#define SOI 0xd8
#define EOI 0xd9
#define SOS 0xda
#define DQT 0xdb
#define DRI 0xdd
#define APP0 0xe0
#define SOF0 0xc0
#define DHT 0xc4
#define COM 0xfe

#define N_COMPONENTS 3
#define LUMA_422 0x21 /* sampling factors of luma, across and down; those of chroma are 0x11 */
#define LUMA_420 0x22

static uint8_t *
begin_segment (uint8_t *out, uint8_t marker, size_t size)
{
  out[0] = 0xff;
  out[1] = marker;
  out[2] = (uint8_t) ((size + 2) >> 8);
  out[3] = (uint8_t) (size + 2);
  return out + 4;
}

static uint8_t *
write_bytes (uint8_t *out, const void *data, size_t size)
{
  memcpy (out, data, size);
  return out + size;
}

static uint8_t *
write_tables (uint8_t *out, const CamMjpegHeader *header)
{
  for (unsigned i = 0; i < 2; i++) {
    out = begin_segment (out, DQT, 1 + CAM_MJPEG_TABLE_BYTES);
    *out++ = (uint8_t) i;
    out = write_bytes (out, header->tables + i * CAM_MJPEG_TABLE_BYTES, CAM_MJPEG_TABLE_BYTES);
  }
  return out;
}

static uint8_t *
write_frame (uint8_t *out, const CamMjpegHeader *header)
{
  const uint8_t frame[] = {
      8,
      (uint8_t) (header->height >> 8),
      (uint8_t) header->height,
      (uint8_t) (header->width >> 8),
      (uint8_t) header->width,
      N_COMPONENTS,
      1,
      header->has_half_lines ? LUMA_420 : LUMA_422,
      0,
      2,
      0x11,
      1,
      3,
      0x11,
      1,
  };
  return write_bytes (begin_segment (out, SOF0, sizeof frame), frame, sizeof frame);
}

static uint8_t *
write_huffman_tables (uint8_t *out)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (cam_mjpeg_huffman_tables); i++) {
    const CamMjpegHuffmanTable *table = &cam_mjpeg_huffman_tables[i];
    out = begin_segment (out, DHT, 1 + sizeof table->counts + table->n_values);
    *out++ = table->id;
    out = write_bytes (out, table->counts, sizeof table->counts);
    out = write_bytes (out, table->values, table->n_values);
  }
  return out;
}

size_t
cam_mjpeg_write_header (const CamMjpegHeader *header, uint8_t *out)
{
  static const uint8_t app0[] = {'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0};
  static const uint8_t scan[] = {N_COMPONENTS, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0};
  uint8_t *at = out;
  *at++ = 0xff;
  *at++ = SOI;
  at = write_bytes (begin_segment (at, APP0, sizeof app0), app0, sizeof app0);
  at = write_tables (at, header);
  if (header->restart_interval > 0) {
    at = begin_segment (at, DRI, 2);
    *at++ = (uint8_t) (header->restart_interval >> 8);
    *at++ = (uint8_t) header->restart_interval;
  }
  at = write_frame (at, header);
  at = write_huffman_tables (at);
  at = write_bytes (begin_segment (at, SOS, sizeof scan), scan, sizeof scan);
  return (size_t) (at - out);
}

typedef struct {
  const uint8_t *quantizers[4]; /* borrowed; by destination */
  unsigned selectors[2];        /* destinations of luma's and chroma's */
  bool has_frame;
  CamMjpegHeader header;
} Reading;

static bool
read_quantizers (Reading *self, const uint8_t *data, size_t size)
{
  for (; size > 0; data += 1 + CAM_MJPEG_TABLE_BYTES, size -= 1 + CAM_MJPEG_TABLE_BYTES) {
    if (size < 1 + CAM_MJPEG_TABLE_BYTES || data[0] >= G_N_ELEMENTS (self->quantizers))
      return false; /* 16 bits a value set the upper half: RTP could say so, but baseline pictures have none */
    self->quantizers[data[0]] = data + 1;
  }
  return true;
}

static bool
read_frame (Reading *self, const uint8_t *data, size_t size)
{
  if (size != 6 + 3 * N_COMPONENTS || data[0] != 8 || data[5] != N_COMPONENTS)
    return false;
  self->header.height = (uint16_t) (data[1] << 8 | data[2]);
  self->header.width = (uint16_t) (data[3] << 8 | data[4]);
  const uint8_t *luma = data + 6;
  const uint8_t *first = luma + 3;
  const uint8_t *second = first + 3;
  if ((luma[1] != LUMA_420 && luma[1] != LUMA_422) || first[1] != 0x11 || second[1] != 0x11 || first[2] != second[2])
    return false;
  if (luma[2] >= G_N_ELEMENTS (self->quantizers) || first[2] >= G_N_ELEMENTS (self->quantizers))
    return false;
  self->header.has_half_lines = luma[1] == LUMA_420;
  self->selectors[0] = luma[2];
  self->selectors[1] = first[2];
  self->has_frame = true;
  return true;
}

/* RTP carries no Huffman tables: only those of the standard will do. */
static bool
read_huffman_tables (const uint8_t *data, size_t size)
{
  while (size > 0) {
    const CamMjpegHuffmanTable *table = NULL;
    for (unsigned i = 0; i < G_N_ELEMENTS (cam_mjpeg_huffman_tables); i++)
      if (cam_mjpeg_huffman_tables[i].id == data[0])
        table = &cam_mjpeg_huffman_tables[i];
    size_t length = table != NULL ? 1 + sizeof table->counts + table->n_values : SIZE_MAX;
    if (length > size || memcmp (data + 1, table->counts, sizeof table->counts) != 0 ||
        memcmp (data + 1 + sizeof table->counts, table->values, table->n_values) != 0)
      return false;
    data += length;
    size -= length;
  }
  return true;
}

static bool
read_segment (Reading *self, uint8_t marker, const uint8_t *data, size_t size)
{
  if (marker >= APP0 && marker <= COM)
    return true;
  switch (marker) {
  case DQT:
    return read_quantizers (self, data, size);
  case SOF0:
    return read_frame (self, data, size);
  case DHT:
    return read_huffman_tables (data, size);
  case DRI:
    self->header.restart_interval = size == 2 ? (uint16_t) (data[0] << 8 | data[1]) : 0;
    return size == 2;
  default:
    return false; /* progressive and the like */
  }
}

/* One scan of all components, luma with the tables 0 and chroma with 1. */
static bool
is_whole_scan (const uint8_t *data, size_t size)
{
  static const uint8_t tables[N_COMPONENTS] = {0x00, 0x11, 0x11};
  if (size != 1 + 2 * N_COMPONENTS + 3 || data[0] != N_COMPONENTS)
    return false;
  for (unsigned i = 0; i < N_COMPONENTS; i++)
    if (data[2 + 2 * i] != tables[i])
      return false;
  return data[7] == 0 && data[8] == 63 && data[9] == 0;
}

static bool
finish_reading (Reading *self, CamMjpegHeader *ret_header)
{
  if (!self->has_frame || self->header.width == 0 || self->header.height == 0)
    return false;
  for (unsigned i = 0; i < 2; i++) {
    const uint8_t *quantizer = self->quantizers[self->selectors[i]];
    if (quantizer == NULL)
      return false;
    memcpy (self->header.tables + i * CAM_MJPEG_TABLE_BYTES, quantizer, CAM_MJPEG_TABLE_BYTES);
  }
  *ret_header = self->header;
  return true;
}

/* The scan ends at the first marker that is neither a stuffed byte nor a restart; it must be the picture's end, or just be missing. */
static bool
measure_scan (const uint8_t *data, size_t size, size_t *ret_size)
{
  const uint8_t *end = data + size;
  for (const uint8_t *at = data; (at = memchr (at, 0xff, (size_t) (end - at))) != NULL;) {
    if (at + 1 == end || at[1] == EOI) {
      *ret_size = (size_t) (at - data);
      return true;
    }
    if (at[1] != 0 && (at[1] & 0xf8) != 0xd0)
      return false;
    at += 2;
  }
  *ret_size = size;
  return true;
}

bool
cam_mjpeg_read (const uint8_t *data, size_t size, CamMjpegHeader *ret_header, const uint8_t **ret_scan, size_t *ret_scan_size)
{
  Reading reading = {.has_frame = false};
  if (size < 2 || data[0] != 0xff || data[1] != SOI)
    return false;
  size_t offset = 2;
  for (;;) {
    if (size - offset < 4 || data[offset] != 0xff)
      return false;
    if (data[offset + 1] == 0xff) { /* a filling byte */
      offset++;
      continue;
    }
    uint8_t marker = data[offset + 1];
    size_t length = (size_t) data[offset + 2] << 8 | data[offset + 3];
    if (length < 2 || length > size - offset - 2)
      return false;
    const uint8_t *segment = data + offset + 4;
    offset += 2 + length;
    if (marker == SOS && !is_whole_scan (segment, length - 2))
      return false;
    if (marker == SOS)
      break;
    if (!read_segment (&reading, marker, segment, length - 2))
      return false;
  }
  size_t scan_size = 0;
  if (!measure_scan (data + offset, size - offset, &scan_size) || scan_size == 0 || !finish_reading (&reading, ret_header))
    return false;
  *ret_scan = data + offset;
  *ret_scan_size = scan_size;
  return true;
}

bool
cam_mjpeg_can_be_sent (const uint8_t *data, size_t size)
{
  CamMjpegHeader header;
  const uint8_t *scan = NULL;
  size_t scan_size = 0;
  return cam_mjpeg_read (data, size, &header, &scan, &scan_size) && header.width <= CAM_MJPEG_LARGEST && header.height <= CAM_MJPEG_LARGEST;
}

void
cam_mjpeg_make_tables (unsigned q, uint8_t tables[CAM_MJPEG_TABLES_BYTES])
{
  unsigned factor = CLAMP (q, 1, 99);
  unsigned percent = factor < 50 ? 5000 / factor : 200 - 2 * factor;
  for (unsigned i = 0; i < CAM_MJPEG_TABLES_BYTES; i++) {
    unsigned value = (cam_mjpeg_quantizers[i / CAM_MJPEG_TABLE_BYTES][i % CAM_MJPEG_TABLE_BYTES] * percent + 50) / 100;
    tables[i] = (uint8_t) CLAMP (value, 1, 255);
  }
}
