/* The bytes to and from one client over its TCP connection, plain or sealed by TLS. What they mean, and when to read and write, is the connection's business.
 * Nothing here waits, and nothing belongs to a loop: it moves with its connection.
 * Thread: any, one at a time. Owner: rtsp-connection. */
#pragma once

#include <sys/uio.h>

#include "serve/socket-stream.h"

typedef struct CamClientLink CamClientLink;

/* Takes @fd, connected and non-blocking. */
CamClientLink *cam_client_link_new (int fd);

/* Takes @tls, whose hands are shaken, over @socket, which is settled by this: both (transfer full). */
CamClientLink *cam_client_link_new_sealed (GTlsConnection *tls, CamSocketStream *socket);

bool cam_client_link_is_sealed (const CamClientLink *self);

/* NULL is fine. @resets: at once, whatever waits; else what the system took is sent first. */
void cam_client_link_free (CamClientLink *self, bool resets);

/* As cam_client_socket_tune (). */
void cam_client_link_tune (CamClientLink *self, int64_t patience_us);

/* For its watch; borrowed. */
int cam_client_link_get_fd (const CamClientLink *self);

/* How much room a read needs, so that nothing that came stays behind where the watch cannot see it. */
size_t cam_client_link_get_read_bytes (const CamClientLink *self);

/* Bytes read, 0 at the client's end, or −1 with errno; EAGAIN: nothing now. */
ssize_t cam_client_link_read (CamClientLink *self, uint8_t *into, size_t room);

/* Bytes taken of the @n_vectors in their order, or −1 with errno; EAGAIN: it takes none now. What a sealed link has taken it may still hold. */
ssize_t cam_client_link_write (CamClientLink *self, const struct iovec *vectors, size_t n_vectors);

/* Whether it has taken what the system has not: another write, of nothing if nothing waits, brings it out. */
bool cam_client_link_holds (const CamClientLink *self);

/* Whether the client's system has all that was written, as far as can be told (client-socket). */
bool cam_client_link_has_arrived (const CamClientLink *self);

/* Says that nothing follows, in TLS too; what still comes may be thrown away with discard. */
void cam_client_link_shut (CamClientLink *self);

/* Throws away what has come; false when the client has closed too, or the connection is broken. */
bool cam_client_link_discard (CamClientLink *self);
