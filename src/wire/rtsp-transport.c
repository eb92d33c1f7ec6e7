#include "wire/rtsp-transport.h"

#include <string.h>

#define CHANNELS 256
#define FIRST_PORT 1024 /* below are other programs' */

/* Text inside the header, not NUL-terminated, without white space around it. */
typedef struct {
  const char *at;
  size_t length;
} Piece;

typedef struct {
  unsigned numbers[2];
  unsigned count; /* 0: not there */
  bool is_broken; /* not "N" or "N-N", or there twice */
} Pair;

/* One alternative of the header, as written. */
typedef struct {
  bool is_rtp_avp;
  bool is_tcp; /* the lower transport as named */
  bool is_udp;
  bool is_unicast;
  bool is_multicast;
  bool is_for_playing;
  Pair channels;
  Pair client_ports;
  bool has_ssrc;
  uint32_t ssrc;
} Specification;

static Piece
trim (Piece piece)
{
  while (piece.length > 0 && strchr (" \t\"", piece.at[0]) != NULL) {
    piece.at++;
    piece.length--;
  }
  while (piece.length > 0 && strchr (" \t\"", piece.at[piece.length - 1]) != NULL)
    piece.length--;
  return piece;
}

/* Cuts @rest at the first @separator; false at the end. */
static bool
next_piece (Piece *rest, char separator, Piece *ret_piece)
{
  if (rest->at == NULL)
    return false;
  const char *end = memchr (rest->at, separator, rest->length);
  const size_t length = end != NULL ? (size_t) (end - rest->at) : rest->length;
  *ret_piece = trim ((Piece){rest->at, length});
  rest->at = end != NULL ? end + 1 : NULL;
  rest->length -= end != NULL ? length + 1 : length;
  return true;
}

static bool
is_word (Piece piece, const char *word)
{
  return piece.length == strlen (word) && g_ascii_strncasecmp (piece.at, word, piece.length) == 0;
}

static bool
read_number (Piece piece, unsigned *ret_number)
{
  unsigned number = 0;
  if (piece.length == 0 || piece.length > 5)
    return false;
  for (size_t i = 0; i < piece.length; i++) {
    if (!g_ascii_isdigit (piece.at[i]))
      return false;
    number = number * 10 + (unsigned) (piece.at[i] - '0');
  }
  *ret_number = number;
  return true;
}

/* "N" or "N-N". */
static void
read_pair (Piece value, Pair *pair)
{
  Piece number;
  pair->is_broken = pair->count > 0;
  pair->count = 0;
  while (!pair->is_broken && next_piece (&value, '-', &number)) {
    if (pair->count < 2 && read_number (number, &pair->numbers[pair->count]))
      pair->count++;
    else
      pair->is_broken = true;
  }
}

/* Hexadecimal (RFC 2326, 12.39); cameras that write it otherwise are known by their packets. */
static void
read_ssrc (Piece value, Specification *specification)
{
  uint32_t ssrc = 0;
  if (value.length == 0 || value.length > 8)
    return;
  for (size_t i = 0; i < value.length; i++) {
    if (!g_ascii_isxdigit (value.at[i]))
      return;
    ssrc = ssrc << 4 | (uint32_t) g_ascii_xdigit_value (value.at[i]);
  }
  specification->has_ssrc = true;
  specification->ssrc = ssrc;
}

static void
read_parameter (Piece parameter, Specification *specification)
{
  Piece value = parameter;
  Piece name = {0};
  next_piece (&value, '=', &name);
  value = value.at != NULL ? trim (value) : (Piece){"", 0};
  if (is_word (name, "unicast"))
    specification->is_unicast = true;
  else if (is_word (name, "multicast"))
    specification->is_multicast = true;
  else if (is_word (name, "interleaved"))
    read_pair (value, &specification->channels);
  else if (is_word (name, "client_port"))
    read_pair (value, &specification->client_ports);
  else if (is_word (name, "ssrc"))
    read_ssrc (value, specification);
  else if (is_word (name, "mode"))
    specification->is_for_playing = is_word (value, "play");
}

static Specification
read_specification (Piece text)
{
  Specification specification = {.is_for_playing = true};
  Piece piece = {0};
  next_piece (&text, ';', &piece);
  specification.is_tcp = is_word (piece, "RTP/AVP/TCP");
  specification.is_udp = is_word (piece, "RTP/AVP/UDP");
  specification.is_rtp_avp = specification.is_tcp || specification.is_udp || is_word (piece, "RTP/AVP");
  while (next_piece (&text, ';', &piece))
    read_parameter (piece, &specification);
  return specification;
}

static bool
is_consecutive (const Pair *pair)
{
  return !pair->is_broken && pair->count == 2 && pair->numbers[1] == pair->numbers[0] + 1;
}

static bool
is_free_pair (unsigned first, bool (*is_free) (uint8_t channel, gpointer data), gpointer data)
{
  return is_free == NULL || (is_free ((uint8_t) first, data) && is_free ((uint8_t) (first + 1), data));
}

/* The client's pair if it named one that is free, else the lowest even one. */
static bool
choose_channels (const Specification *specification,
                 bool (*is_free) (uint8_t channel, gpointer data),
                 gpointer data,
                 CamRtspTransport *ret_transport)
{
  const Pair *asked = &specification->channels;
  unsigned first = 0;
  bool is_found = false;
  if (asked->count > 0 || asked->is_broken) {
    first = asked->numbers[0];
    if (!is_consecutive (asked) || first + 1 >= CHANNELS)
      return false;
    is_found = is_free_pair (first, is_free, data);
  }
  const bool is_asked = is_found;
  for (unsigned even = 0; !is_found && even < CHANNELS; even += 2) {
    first = even;
    is_found = is_free_pair (first, is_free, data);
  }
  if (!is_found)
    return false;
  *ret_transport = (CamRtspTransport){.is_tcp = true, .channels = {(uint8_t) first, (uint8_t) (first + 1)}, .has_channels = is_asked};
  return true;
}

static bool
choose_ports (const Specification *specification, CamRtspTransport *ret_transport)
{
  const Pair *asked = &specification->client_ports;
  if (!is_consecutive (asked))
    return false;
  if (asked->numbers[0] < FIRST_PORT || asked->numbers[1] > G_MAXUINT16)
    return false;
  *ret_transport = (CamRtspTransport){.client_ports = {(uint16_t) asked->numbers[0], (uint16_t) asked->numbers[1]}};
  return true;
}

static bool
choose_specification (const Specification *specification,
                      unsigned offered,
                      bool (*is_free) (uint8_t channel, gpointer data),
                      gpointer data,
                      CamRtspTransport *ret_transport)
{
  if (!specification->is_rtp_avp || !specification->is_for_playing)
    return false;
  if (specification->is_tcp)
    return (offered & CAM_RTSP_BY_TCP) != 0 && !specification->is_multicast &&
           choose_channels (specification, is_free, data, ret_transport);
  if (specification->is_unicast == specification->is_multicast)
    return false;
  if (specification->is_unicast)
    return (offered & CAM_RTSP_BY_UDP) != 0 && choose_ports (specification, ret_transport);
  if ((offered & CAM_RTSP_BY_MULTICAST) == 0)
    return false;
  *ret_transport = (CamRtspTransport){.is_multicast = true};
  return true;
}

bool
cam_rtsp_transport_choose (const char *value,
                           unsigned offered,
                           bool (*is_free) (uint8_t channel, gpointer data),
                           gpointer data,
                           CamRtspTransport *ret_transport)
{
  Piece rest = {value, strlen (value)};
  Piece alternative = {0};
  while (next_piece (&rest, ',', &alternative)) {
    const Specification specification = read_specification (alternative);
    if (choose_specification (&specification, offered, is_free, data, ret_transport))
      return true;
  }
  return false;
}

static void
append_multicast (GString *text, const CamRtspTransport *self)
{
  g_string_append_printf (text, "RTP/AVP;multicast;destination=%s;port=%u-%u;ttl=%u", self->destination, self->client_ports[0],
                          self->client_ports[1], self->ttl);
  if (*self->source != '\0')
    g_string_append_printf (text, ";source=%s", self->source);
}

char *
cam_rtsp_transport_to_response (const CamRtspTransport *self)
{
  GString *text = g_string_new (NULL);
  if (self->is_tcp)
    g_string_append_printf (text, "RTP/AVP/TCP;unicast;interleaved=%u-%u", self->channels[0], self->channels[1]);
  else if (self->is_multicast)
    append_multicast (text, self);
  else
    g_string_append_printf (text, "RTP/AVP;unicast;client_port=%u-%u;server_port=%u-%u", self->client_ports[0], self->client_ports[1],
                            self->server_ports[0], self->server_ports[1]);
  if (self->has_ssrc)
    g_string_append_printf (text, ";ssrc=%08X", self->ssrc);
  return g_string_free (text, FALSE);
}

bool
cam_rtsp_transport_read_grant (const char *value, const CamRtspTransport *asked, CamRtspTransport *ret_transport)
{
  Piece rest = {value, strlen (value)};
  Piece first = {0};
  next_piece (&rest, ',', &first);
  const Specification specification = read_specification (first);
  const Pair *channels = &specification.channels;
  if (!specification.is_rtp_avp || specification.is_udp || specification.is_multicast || channels->is_broken)
    return false;
  if (!specification.is_tcp && channels->count == 0)
    return false;
  const unsigned rtp = channels->count > 0 ? channels->numbers[0] : asked->channels[0];
  unsigned rtcp = asked->channels[1];
  if (channels->count > 0)
    rtcp = channels->count == 2 ? channels->numbers[1] : rtp + 1;
  if (rtp >= CHANNELS || rtcp >= CHANNELS)
    return false;
  *ret_transport = (CamRtspTransport){
      .is_tcp = true,
      .channels = {(uint8_t) rtp, (uint8_t) rtcp},
      .has_channels = channels->count > 0,
      .has_ssrc = specification.has_ssrc,
      .ssrc = specification.ssrc,
  };
  return true;
}
