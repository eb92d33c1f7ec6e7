/* One line of the session ledger as text and back: which session we have at which host. What comes from a file is believed only as far as
 * it can do no harm: bounded, printable, without a password. Thread: pure. Owner: the caller. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define CAM_LEDGER_ENTRY_BYTES 4096 /* the longest text */

typedef struct {
  char *host; /* owned; as configured when the session began */
  unsigned port;
  char *url;     /* owned; of the session, rtsp:, without user and password */
  char *session; /* owned; the camera's id */
} CamLedgerEntry;

/* NULL when one of them is not what a ledger holds. (transfer full) */
CamLedgerEntry *cam_ledger_entry_new (const char *host, unsigned port, const char *url, const char *session);
void cam_ledger_entry_free (CamLedgerEntry *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamLedgerEntry, cam_ledger_entry_free)

/* (transfer full) */
GBytes *cam_ledger_entry_write (const CamLedgerEntry *self);

/* Any bytes. NULL when they are no entry. (transfer full) */
CamLedgerEntry *cam_ledger_entry_read (GBytes *text);
