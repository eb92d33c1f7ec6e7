/* Numbers as people read them; what is not known (NAN) is "-".
 * Thread: pure. Owner: results are the caller's. */
#pragma once

#include <glib.h>

char *cam_value_text_age (double seconds);     /* "0.2 s", "35 s", "5 min", "3 h 20 min", "12 d 4 h" */
char *cam_value_text_bit_rate (double bits);   /* of bit/s: "4.2 Mbit/s", "64 kbit/s" */
char *cam_value_text_bytes (double bytes);     /* "512 B", "3.4 MiB" */
char *cam_value_text_number (double value, unsigned digits); /* @digits behind the point */
