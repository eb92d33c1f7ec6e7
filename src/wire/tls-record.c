#include "wire/tls-record.h"

#include <glib.h>

enum { HANDSHAKE = 22, CLIENT_HELLO = 1, HEADER_BYTES = 5 };

CamTlsGreeting
cam_tls_greeting_read (const uint8_t *data, size_t size)
{
  if (size < CAM_TLS_GREETING_BYTES || data[0] != HANDSHAKE || data[1] != 3 || data[HEADER_BYTES] != CLIENT_HELLO || data[9] != 3)
    return CAM_TLS_GREETING_NONE;
  return data[10] >= 3 ? CAM_TLS_GREETING_OK : CAM_TLS_GREETING_OLD;
}

bool
cam_tls_records_pass (CamTlsRecords *self, const uint8_t *data, size_t size)
{
  size_t at = 0;
  while (at < size) {
    if (self->body_bytes > 0) {
      size_t skipped = MIN (size - at, (size_t) self->body_bytes);
      self->body_bytes -= (uint16_t) skipped;
      at += skipped;
      continue;
    }
    self->header[self->header_bytes++] = data[at++];
    if (self->header[0] == HANDSHAKE)
      return false;
    if (self->header_bytes < HEADER_BYTES)
      continue;
    self->body_bytes = (uint16_t) (self->header[3] << 8 | self->header[4]);
    self->header_bytes = 0;
  }
  return true;
}
