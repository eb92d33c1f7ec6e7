/* What can be told of a TLS connection from outside: whether a client greets as TLS, and where its records begin (RFC 8446, 5.1; RFC 5246, 6.2.1).
 * Nothing is decrypted here.
 * Thread: pure. Owner: the caller. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As much of a greeting as tells what it is: the record's header, the message's, and the newest version that the client knows. */
#define CAM_TLS_GREETING_BYTES 11

typedef enum
{
  CAM_TLS_GREETING_OK,
  CAM_TLS_GREETING_OLD, /* TLS 1.1 at best */
  CAM_TLS_GREETING_NONE /* not TLS, or less than CAM_TLS_GREETING_BYTES */
} CamTlsGreeting;

CamTlsGreeting cam_tls_greeting_read (const uint8_t *data, size_t size);

/* What a client of TLS 1.1 is answered: the fatal alert protocol_version. */
#define CAM_TLS_ALERT_OLD ((const uint8_t[]){0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46})
#define CAM_TLS_ALERT_BYTES 7

/* Walks over a connection's records once hands are shaken; begins as {0}. */
typedef struct {
  uint8_t header[5];
  uint8_t header_bytes;
  uint16_t body_bytes; /* that are still to come */
} CamTlsRecords;

/* Goes on over @size bytes, in any split. False at a record of the handshake: from then on those come in clear only when a client wants to shake
 * hands anew, which TLS 1.2 allows and 1.3 does not know. */
bool cam_tls_records_pass (CamTlsRecords *self, const uint8_t *data, size_t size);
