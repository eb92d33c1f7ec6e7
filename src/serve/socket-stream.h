/* A client's socket as GIO's TLS wants it below itself. While hands are shaken, on a thread of GIO's, reading and writing wait for the client until
 * a deadline. Once settled nothing waits: what TLS writes is gathered here and leaves in one call, so TLS never finds the socket full; what it
 * reads in one go is bounded; and a client that wants to shake hands anew is refused, since GIO would give it a thread for that.
 * Thread: any, one at a time; is_full, flush and allow only once it is settled. Owner: the TLS connection above it, and whoever else holds a reference. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

#define CAM_TYPE_SOCKET_STREAM (cam_socket_stream_get_type ())
G_DECLARE_FINAL_TYPE (CamSocketStream, cam_socket_stream, CAM, SOCKET_STREAM, GIOStream)

/* Takes @fd, connected and non-blocking; it is closed with the last reference. @patient_until_us: CLOCK_MONOTONIC; after that waiting fails with
 * G_IO_ERROR_TIMED_OUT. To end a wait earlier, shut the socket down. */
CamSocketStream *cam_socket_stream_new (int fd, int64_t patient_until_us);

int cam_socket_stream_get_fd (const CamSocketStream *self); /* borrowed */

/* Hands are shaken. */
void cam_socket_stream_settle (CamSocketStream *self);

/* How much may be read from now on before reading says that nothing is there. */
void cam_socket_stream_allow (CamSocketStream *self, size_t bytes);

/* Whether what is gathered should leave before TLS writes more. */
bool cam_socket_stream_is_full (const CamSocketStream *self);

/* Bytes gathered that the system has not taken. */
size_t cam_socket_stream_get_pending (const CamSocketStream *self);

/* Sends what is gathered. False with errno: EAGAIN when the system takes no more now. */
bool cam_socket_stream_flush (CamSocketStream *self);
