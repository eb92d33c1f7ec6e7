/* Greetings and records of TLS as a client may send them: read the same whole and byte by byte. */
#include <glib.h>
#include <stdlib.h>

#include "wire/tls-record.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  cam_tls_greeting_read (data, size);
  CamTlsRecords whole = {0};
  CamTlsRecords bytes = {0};
  bool passes = cam_tls_records_pass (&whole, data, size);
  bool all_pass = true;
  for (size_t i = 0; i < size && all_pass; i++)
    all_pass = cam_tls_records_pass (&bytes, data + i, 1);
  g_assert_true (passes == all_pass);
  g_assert_true (!passes || (whole.body_bytes == bytes.body_bytes && whole.header_bytes == bytes.header_bytes));
  return 0;
}
