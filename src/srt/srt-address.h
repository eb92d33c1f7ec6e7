/* Addresses as libsrt takes and gives them.
 * Thread: any. Owner: plain values. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>
#include <sys/socket.h>

typedef struct {
  struct sockaddr_storage storage;
  socklen_t size;
} CamSrtAddress;

CamSrtAddress cam_srt_address_new (GInetAddress *address, unsigned port);

/* Of @native, IPv4-mapped ones as IPv4. (transfer full) NULL: neither IPv4 nor IPv6. */
GInetAddress *cam_srt_address_to_inet (const struct sockaddr *native, unsigned *ret_port);

/* The address of ours that packets to @peer leave from, with @port. False: there is no route; asks the kernel, sends nothing. */
bool cam_srt_address_towards (const CamSrtAddress *peer, unsigned port, CamSrtAddress *ret_ours);

/* "host:port", "[v6]:port", ":port" as of something to listen on. False: it cannot be read or resolved; @ret_why: constant. */
bool cam_srt_address_parse (const char *text, CamSrtAddress *ret_address, const char **ret_why);

bool cam_srt_address_is_any_ipv6 (const CamSrtAddress *self);

/* 0.0.0.0 with the port of @self, an IPv6 address. */
CamSrtAddress cam_srt_address_without_ipv6 (const CamSrtAddress *self);
