#include "srt/srt-options.h"

#include <limits.h>
#include <srt/srt.h>
#include <string.h>

#include "srt/srt-library.h"

/* libsrt counts packets of 1,472 bytes. 25,600 are what a peer may have on its way (SRTO_FC) unless more is asked for; 12 a millisecond are
 * 126 Mbit/s. */
#define PACKET_BYTES 1472
#define FLIGHT_PACKETS 25600
#define PACKETS_A_MS 12
#define MOST_PACKETS (INT_MAX / PACKET_BYTES)

/* Of libsrt's senders: what waits for a peer that does not acknowledge it is never thrown away, as it would be after a second (tsbpd of the peer at
 * least), in the middle of a picture and without a word. Who sends decides himself what comes too late. */
#define NEVER_DROP (-1)

/* 32 packets: with less libsrt finds no room for any (rcvbuf it raises by itself). */
#define LEAST_SEND_BUFFER (32 * PACKET_BYTES)

struct CamSrtOptions {
  bool is_rendezvous;
  int latency_ms;
  CamSecret *passphrase; /* ref; NULL for none */
  int key_bytes;
  char *stream_id; /* owned; NULL for none */
  int receive_buffer;
  int send_buffer;
  int timeout_ms;
  char *packet_filter; /* owned; NULL for none */
};

CamSrtOptions *
cam_srt_options_new (const CamSrtUrl *url)
{
  CamSrtOptions *self = g_new (CamSrtOptions, 1);
  *self = (CamSrtOptions){
      .is_rendezvous = url->mode == CAM_SRT_RENDEZVOUS,
      .latency_ms = (int) url->latency_ms,
      .passphrase = cam_secret_ref (url->passphrase),
      .key_bytes = (int) url->key_bytes,
      .stream_id = g_strdup (url->stream_id),
      .receive_buffer = (int) MIN (url->receive_buffer, INT_MAX),
      .send_buffer = (int) MIN (url->send_buffer, INT_MAX),
      .timeout_ms = (int) CLAMP (url->timeout_us / 1000, 1, INT_MAX / 1000),
      .packet_filter = g_strdup (url->packet_filter),
  };
  return self;
}

void
cam_srt_options_free (CamSrtOptions *self)
{
  if (self == NULL)
    return;
  cam_secret_unref (self->passphrase);
  g_free (self->stream_id);
  g_free (self->packet_filter);
  g_free (self);
}

bool
cam_srt_options_is_rendezvous (const CamSrtOptions *self)
{
  return self->is_rendezvous;
}

static bool
set (int socket, SRT_SOCKOPT option, const void *value, size_t size, const char *name, GError **error)
{
  if (srt_setsockflag (socket, option, value, (int) size) != SRT_ERROR)
    return true;
  g_set_error (error, CAM_SRT_ERROR, CAM_SRT_ERROR_OPTION, "libsrt refuses %s: %s", name, srt_getlasterror_str ());
  return false;
}

static bool
set_int (int socket, SRT_SOCKOPT option, int value, const char *name, GError **error)
{
  return set (socket, option, &value, sizeof value, name, error);
}

static bool
set_bool (int socket, SRT_SOCKOPT option, bool value, const char *name, GError **error)
{
  return set (socket, option, &value, sizeof value, name, error);
}

static bool
set_text (int socket, SRT_SOCKOPT option, const char *text, const char *name, GError **error)
{
  return text == NULL || set (socket, option, text, strlen (text), name, error);
}

bool
cam_srt_options_apply (const CamSrtOptions *self, int socket, GError **error)
{
  const struct linger none = {0};
  return set_int (socket, SRTO_TRANSTYPE, SRTT_LIVE, "live mode", error) &&
         set_bool (socket, SRTO_SNDSYN, false, "sending without waiting", error) &&
         set_bool (socket, SRTO_RCVSYN, false, "receiving without waiting", error) &&
         set (socket, SRTO_LINGER, &none, sizeof none, "closing at once", error) &&
         set_int (socket, SRTO_LATENCY, self->latency_ms, "latency", error) &&
         set_int (socket, SRTO_SNDDROPDELAY, NEVER_DROP, "keeping what is late", error) &&
         (self->receive_buffer == 0 || set_int (socket, SRTO_RCVBUF, self->receive_buffer, "rcvbuf", error)) &&
         (self->send_buffer == 0 || set_int (socket, SRTO_SNDBUF, MAX (self->send_buffer, LEAST_SEND_BUFFER), "sndbuf", error)) &&
         set_text (socket, SRTO_PACKETFILTER, self->packet_filter, "packetfilter", error);
}

void
cam_srt_options_make_room (const CamSrtOptions *self, int socket)
{
  if (self->receive_buffer > 0)
    return;
  const int packets = MAX (FLIGHT_PACKETS, MIN (self->latency_ms, MOST_PACKETS / PACKETS_A_MS) * PACKETS_A_MS);
  const int bytes = packets * PACKET_BYTES;
  srt_setsockflag (socket, SRTO_FC, &packets, sizeof packets);
  srt_setsockflag (socket, SRTO_RCVBUF, &bytes, sizeof bytes);
}

bool
cam_srt_options_set_passphrase (int socket, const CamSecret *passphrase)
{
  const char *text = passphrase != NULL ? cam_secret_reveal (passphrase) : "";
  return srt_setsockflag (socket, SRTO_PASSPHRASE, text, (int) strlen (text)) != SRT_ERROR;
}

bool
cam_srt_options_apply_caller (const CamSrtOptions *self, int socket, GError **error)
{
  if (!cam_srt_options_set_passphrase (socket, self->passphrase)) {
    g_set_error (error, CAM_SRT_ERROR, CAM_SRT_ERROR_OPTION, "libsrt refuses the passphrase: it must have 10 to 79 bytes");
    return false;
  }
  cam_srt_options_make_room (self, socket);
  return (self->key_bytes == 0 || set_int (socket, SRTO_PBKEYLEN, self->key_bytes, "pbkeylen", error)) &&
         set_text (socket, SRTO_STREAMID, self->stream_id, "streamid", error) &&
         set_int (socket, SRTO_CONNTIMEO, self->timeout_ms, "timeout", error) &&
         set_bool (socket, SRTO_RENDEZVOUS, self->is_rendezvous, "rendezvous", error);
}
