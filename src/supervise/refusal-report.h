/* Which refusals of callers are worth a line: each once for an address and minute, some for an address, and no more addresses than a log bears.
 * Thread: pure. Owner: srt-listener. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define CAM_REFUSAL_REPORT_ADDRESSES 256 /* that are told apart; more in a minute get no line */
#define CAM_REFUSAL_REPORT_LINES 16      /* of one address in a minute */

typedef struct CamRefusalReport CamRefusalReport;

CamRefusalReport *cam_refusal_report_new (void);
void cam_refusal_report_free (CamRefusalReport *self); /* NULL is fine */

/* True: say it. @text: what would be said. @ret_silent: refusals of this address that were not said since its last line. */
bool cam_refusal_report_note (CamRefusalReport *self, const char *address, const char *text, int64_t now_us, unsigned *ret_silent);
