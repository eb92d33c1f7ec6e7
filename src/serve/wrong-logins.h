/* Who guesses passwords: the wrong log-ins of one IPv4 address, or one network of IPv6 (64 bits: the rest is one subscriber's to choose), in a minute.
 * Thread: pure. Owner: whoever lets people log in. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

#define CAM_WRONG_LOGINS 10 /* of one address in a minute; more are refused without a look */

typedef struct CamWrongLogins CamWrongLogins;

CamWrongLogins *cam_wrong_logins_new (void);
void cam_wrong_logins_free (CamWrongLogins *self); /* NULL is fine */

/* With more than 1,024 addresses at once those of before are forgotten: each of them guesses slowly anyway. Returns how many there were of @address in this minute, this one included. */
unsigned cam_wrong_logins_note (CamWrongLogins *self, GInetAddress *address, int64_t now_us);
bool cam_wrong_logins_are_enough (const CamWrongLogins *self, GInetAddress *address, int64_t now_us);
