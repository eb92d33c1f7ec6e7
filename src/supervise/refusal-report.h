/* Which refusals of callers are worth a line: each kind once for each address and minute, and no more addresses than a log bears.
 * Thread: pure. Owner: srt-listener. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define CAM_REFUSAL_REPORT_ADDRESSES 256 /* kinds of address that are told apart; more in a minute get no line */

typedef struct CamRefusalReport CamRefusalReport;

CamRefusalReport *cam_refusal_report_new (void);
void cam_refusal_report_free (CamRefusalReport *self); /* NULL is fine */

/* True: say it. @kind: any number; @ret_silent: refusals of the same kind and address that were not said since the last line. */
bool cam_refusal_report_note (CamRefusalReport *self, const char *address, unsigned kind, int64_t now_us, unsigned *ret_silent);
