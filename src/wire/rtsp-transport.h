/* The Transport header, both sides (RFC 2326, 12.39).
 * Thread: pure. Owner: values. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define CAM_RTSP_ADDRESS_CHARS 16 /* "255.255.255.255" and its end */

typedef struct {
  bool is_tcp;         /* interleaved */
  bool is_multicast;   /* else over UDP, to the client alone */
  uint8_t channels[2]; /* TCP: RTP, RTCP */
  uint16_t client_ports[2]; /* multicast: the group's */
  uint16_t server_ports[2];
  char destination[CAM_RTSP_ADDRESS_CHARS]; /* multicast: the group's IPv4 address */
  char source[CAM_RTSP_ADDRESS_CHARS];      /* multicast: the address it is sent from; "": not known */
  uint8_t ttl;                              /* multicast */
  bool has_channels;   /* the header named them, and they were taken as they are */
  bool has_ssrc;
  uint32_t ssrc;
} CamRtspTransport;

/* What a session may still travel by, a set. */
enum { CAM_RTSP_BY_TCP = 1 << 0, CAM_RTSP_BY_UDP = 1 << 1, CAM_RTSP_BY_MULTICAST = 1 << 2 };

/* Server side: the first alternative of a client's @value that we offer. @is_free (nullable @data): whether an interleaved channel may be
 * used on this connection; channels that are missing or taken are chosen by us. Requires: RTP/AVP; TCP: no channels or a pair n, n+1 within
 * 0…255; UDP: the word unicast and a client_port pair n, n+1 within 1024…65535; multicast: that word, though it is the default where neither
 * stands: a group that nobody meant to join would be sent for nothing. A mode other than play is refused; destination, port and ttl are
 * ours to say, for multicast the caller fills them in.
 * @offered: of CAM_RTSP_BY_…. False: nothing fits (461). */
bool cam_rtsp_transport_choose (const char *value,
                                unsigned offered,
                                bool (*is_free) (uint8_t channel, gpointer data),
                                gpointer data,
                                CamRtspTransport *ret_transport);

/* Server side: the response's value. (transfer full) */
char *cam_rtsp_transport_to_response (const CamRtspTransport *self);

/* Client side: what a camera granted. Interleaved channels in any notation; a missing pair keeps @asked's. False: not TCP, or nonsense. */
bool cam_rtsp_transport_read_grant (const char *value, const CamRtspTransport *asked, CamRtspTransport *ret_transport);
