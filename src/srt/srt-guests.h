/* Callers that were let in while they shook hands, and that were not accepted yet: they have a socket and buffers, and nobody knows whether they
 * will ever be in. So there are not too many of them, and not too many of one network: who floods a door leaves room for others.
 * Thread: the caller's lock. Owner: a door. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

#define CAM_SRT_MOST_GUESTS 256
#define CAM_SRT_MOST_GUESTS_OF_ONE 64 /* of one IPv4 address, of 64 bits of IPv6: as many as libsrt keeps until they are accepted */

typedef struct {
  GInetAddress *address; /* ref */
  unsigned port;
  char *stream_id; /* owned */
  bool is_secret;  /* it was asked for a passphrase */
} CamSrtGuest;

typedef struct CamSrtGuests CamSrtGuests;

CamSrtGuests *cam_srt_guests_new (void);
void cam_srt_guests_free (CamSrtGuests *self);

/* Copies @guest. False: there is no room for it. */
bool cam_srt_guests_add (CamSrtGuests *self, int socket, const CamSrtGuest *guest);

/* (transfer full) NULL: it is none. */
CamSrtGuest *cam_srt_guests_take (CamSrtGuests *self, int socket);
void cam_srt_guest_free (CamSrtGuest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamSrtGuest, cam_srt_guest_free)

/* Of sockets. (transfer full) */
GArray *cam_srt_guests_list (const CamSrtGuests *self);
