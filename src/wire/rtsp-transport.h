/* The Transport header, both sides (RFC 2326, 12.39).
 * Thread: pure. Owner: values. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  bool is_tcp;        /* interleaved */
  uint8_t channels[2]; /* TCP: RTP, RTCP */
  uint16_t client_ports[2];
  uint16_t server_ports[2];
  bool has_channels;   /* the header named them, and they were taken as they are */
  bool has_ssrc;
  uint32_t ssrc;
} CamRtspTransport;

/* Server side: the first alternative of a client's @value that we offer. @is_free (nullable @data): whether an interleaved channel may be
 * used on this connection; channels that are missing or taken are chosen by us. Requires: RTP/AVP; TCP: no channels or a pair n, n+1 within
 * 0…255; UDP: unicast (multicast is the default) and a client_port pair n, n+1 within 1024…65535.
 * @allow_tcp, @allow_udp: what the session so far permits. A mode other than play is refused, a destination ignored. False: nothing fits (461). */
bool cam_rtsp_transport_choose (const char *value,
                                bool allow_tcp,
                                bool allow_udp,
                                bool (*is_free) (uint8_t channel, gpointer data),
                                gpointer data,
                                CamRtspTransport *ret_transport);

/* Server side: the response's value. (transfer full) */
char *cam_rtsp_transport_to_response (const CamRtspTransport *self);

/* Client side: what a camera granted. Interleaved channels in any notation; a missing pair keeps @asked's. False: not TCP, or nonsense. */
bool cam_rtsp_transport_read_grant (const char *value, const CamRtspTransport *asked, CamRtspTransport *ret_transport);
