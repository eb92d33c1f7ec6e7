#include "ingest/rtspsrc-verdict.h"

#include <glib.h>

typedef struct {
  CamRtspsrcFault fault;
  CamReason reason;
  const char *detail;
} Row;

static const Row rows[] = {
    {{.status = 401, .phrase = "Unauthorized", .asked = "DESCRIBE", .text = "x"}, CAM_REASON_AUTH, "401 Unauthorized to DESCRIBE"},
    {{.status = 404, .asked = "DESCRIBE", .text = "x"}, CAM_REASON_NOT_FOUND, "404 Not Found to DESCRIBE"},
    {{.status = 453, .phrase = "", .asked = "SETUP", .text = "x"}, CAM_REASON_LIMIT, "453 Not Enough Bandwidth to SETUP"},
    {{.status = 461, .phrase = "Unsupported transport", .asked = "SETUP", .text = "x"}, CAM_REASON_UNSUPPORTED, "461 Unsupported transport to SETUP"},
    {{.status = 500, .phrase = "Oops", .text = "x"}, CAM_REASON_PROTOCOL, "500 Oops to the request"},
    {{.status = 401, .phrase = "Account locked", .asked = "DESCRIBE", .text = "x"}, CAM_REASON_LOCKOUT, "401 Account locked to DESCRIBE"},
    {{.status = 200, .asked = "SETUP", .text = "x"}, CAM_REASON_CLOSED, "after SETUP: x"},
    {{.asked = "SETUP", .text = "x", .debug = "gstrtspsrc.c: Error (453): Not Enough Bandwidth"}, CAM_REASON_LIMIT, "453 Not Enough Bandwidth to SETUP"},
    {{.asked = "SETUP", .text = "x", .debug = "Error (99999999999999999999)"}, CAM_REASON_CLOSED, "after SETUP: x"},
    {{.text = "no shake", .is_tls = true}, CAM_REASON_TLS, "no TLS connection comes about: no shake"},
    {{.text = "404 to GET"}, CAM_REASON_PROTOCOL, "no connection for RTSP comes about: 404 to GET"},
    {{.asked = "SETUP", .text = "x", .debug = "… no protocols left"}, CAM_REASON_UNSUPPORTED, "the camera does not send over this transport"},
    {{.asked = "SETUP", .text = "You might need to allow more transport protocols"},
     CAM_REASON_UNSUPPORTED,
     "the camera does not send over this transport"},
    {{.asked = "PLAY", .waited_us = 10000000, .text = "x"}, CAM_REASON_TIMEOUT, "no answer to PLAY within 10 s"},
    {{.asked = "PLAY", .waited_us = 1000, .text = "x", .is_tls = true}, CAM_REASON_CLOSED, "after PLAY: x"},
    {{.asked = "PLAY", .waited_us = 60000000, .text = "gone", .has_played = true}, CAM_REASON_CLOSED, "the connection broke: gone"},
};

static void
test_rows (void)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *detail = NULL;
    g_assert_cmpint (cam_rtspsrc_verdict (&rows[i].fault, &detail), ==, rows[i].reason);
    g_assert_cmpstr (detail, ==, rows[i].detail);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtspsrc-verdict/rows", test_rows);
  return g_test_run ();
}
