/* An entry of the session ledger of any bytes; what is read can be written, and is read again as itself. */
#include <stdint.h>

#include "supervise/ledger-entry.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) text = g_bytes_new_static (data, size);
  g_autoptr (CamLedgerEntry) entry = cam_ledger_entry_read (text);
  if (entry == NULL)
    return 0;
  g_autoptr (GBytes) written = cam_ledger_entry_write (entry);
  g_autoptr (CamLedgerEntry) again = cam_ledger_entry_read (written);
  g_assert_nonnull (again);
  g_assert_cmpstr (again->host, ==, entry->host);
  g_assert_cmpuint (again->port, ==, entry->port);
  g_assert_cmpstr (again->url, ==, entry->url);
  g_assert_cmpstr (again->session, ==, entry->session);
  return 0;
}
