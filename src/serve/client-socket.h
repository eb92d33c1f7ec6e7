/* What the system is told of a client's TCP socket, and how it ends.
 * Thread: any, one at a time. Owner: none, functions; the descriptor is rtsp-connection's. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* No delays; a send buffer that is enough for a network's round trips and no more, since what a slow client has not taken must wait in our queue,
 * where it can be dropped; a host that is gone is found out within about @patience_us, whether data is on its way to it or not. */
void cam_client_socket_tune (int fd, int64_t patience_us);

/* Whether the other side's system has acknowledged all that was sent, but for the little that it may leave unacknowledged for a while though it has
 * it: less than two full segments, up to 0.5 s (RFC 5681, 4.2). */
bool cam_client_socket_has_arrived (int fd);

/* Throws away what has come; false when the client has closed too, or the socket is broken. */
bool cam_client_socket_discard (int fd);

/* @resets: at once, whatever waits; else what waits is sent first. */
void cam_client_socket_close (int fd, bool resets);

/* The same, but for closing: of a descriptor that is closed later. */
void cam_client_socket_end (int fd, bool resets);
