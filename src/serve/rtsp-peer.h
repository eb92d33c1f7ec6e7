/* The two ends of a client's connection.
 * Thread: any, immutable. Owner: rtsp-connection. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>
#include <sys/socket.h>

typedef struct {
  struct sockaddr_storage remote; /* IPv4-mapped ones as IPv4 */
  struct sockaddr_storage local;  /* likewise: the address the client spoke to */
  GInetAddress *address;          /* ref; of remote */
  GInetAddress *local_address;    /* ref; of local */
  bool is_sealed;                 /* TLS is between them */
  char *text;                     /* owned; "192.168.1.5:51234", for logs */
} CamRtspPeer;

/* Reads the ends of @fd, a connected TCP socket, not sealed. False when it is not connected any more. */
bool cam_rtsp_peer_init (CamRtspPeer *self, int fd);
void cam_rtsp_peer_clear (CamRtspPeer *self); /* twice is fine */
