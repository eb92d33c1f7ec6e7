#include "wire/tls-record.h"

#include <glib.h>
#include <string.h>

/* The first bytes of what clients send. */
static const uint8_t tls13[] = {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03, 0x55};
static const uint8_t tls11[] = {0x16, 0x03, 0x01, 0x00, 0x90, 0x01, 0x00, 0x00, 0x8c, 0x03, 0x02, 0x55};
static const uint8_t tls10[] = {0x16, 0x03, 0x00, 0x00, 0x90, 0x01, 0x00, 0x00, 0x8c, 0x03, 0x01, 0x55};
static const uint8_t ssl2[] = {0x80, 0x2e, 0x01, 0x00, 0x02, 0x00, 0x15, 0x00, 0x00, 0x00, 0x10, 0x01};
static const uint8_t server_hello[] = {0x16, 0x03, 0x03, 0x00, 0x5a, 0x02, 0x00, 0x00, 0x56, 0x03, 0x03, 0x55};
static const uint8_t other_record[] = {0x16, 0x04, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03, 0x55};
static const uint8_t other_message[] = {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x04, 0x03, 0x55};

static void
test_greetings (void)
{
  static const struct {
    const void *data;
    CamTlsGreeting expected;
  } rows[] = {
      {tls13, CAM_TLS_GREETING_OK},
      {tls11, CAM_TLS_GREETING_OLD},
      {tls10, CAM_TLS_GREETING_OLD},
      {ssl2, CAM_TLS_GREETING_NONE},
      {server_hello, CAM_TLS_GREETING_NONE},
      {other_record, CAM_TLS_GREETING_NONE},
      {other_message, CAM_TLS_GREETING_NONE},
      {"OPTIONS * RTSP/1.0", CAM_TLS_GREETING_NONE},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (cam_tls_greeting_read (rows[i].data, 12), ==, rows[i].expected);
  g_assert_cmpint (cam_tls_greeting_read (tls13, CAM_TLS_GREETING_BYTES), ==, CAM_TLS_GREETING_OK);
  g_assert_cmpint (cam_tls_greeting_read (tls13, CAM_TLS_GREETING_BYTES - 1), ==, CAM_TLS_GREETING_NONE);
  g_assert_cmpint (cam_tls_greeting_read (NULL, 0), ==, CAM_TLS_GREETING_NONE);
}

/* Data with a handshake's number in it, nothing, an alert; then somebody wants to shake hands anew. */
static const uint8_t records[] = {23, 3, 3, 0, 3, 22, 22, 22, 23, 3, 3, 0, 0, 21, 3, 3, 0, 2, 1, 0, 23, 3, 3, 1, 0};

static void
test_records_in_any_split (void)
{
  uint8_t stream[sizeof records + 256 + 1];
  memcpy (stream, records, sizeof records);
  memset (stream + sizeof records, 22, sizeof stream - sizeof records);
  for (size_t step = 1; step <= sizeof stream; step++) {
    CamTlsRecords self = {0};
    for (size_t at = 0; at < sizeof stream; at += step) {
      size_t size = MIN (step, sizeof stream - at);
      g_assert_cmpint (cam_tls_records_pass (&self, stream + at, size), ==, at + size < sizeof stream);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tls-record/greetings", test_greetings);
  g_test_add_func ("/tls-record/records-in-any-split", test_records_in_any_split);
  return g_test_run ();
}
