#include "ingest/rtspsrc-settings.h"

#include <gst/rtsp/gstrtsptransport.h>
#include <string.h>

#include "ingest/certificate-pin.h"

#define REORDER_MS 200                 /* how long a packet that is missing is waited for */
#define UDP_BUFFER_BYTES (1024 * 1024) /* of the kernel's, which may grant less: a key picture at once */
#define ANSWER_US (10 * G_USEC_PER_SEC)
#define FAREWELL_NS (GST_SECOND) /* for TEARDOWN */

/* What is asked for in SETUP: exactly one, or rtspsrc would choose. */
static unsigned
protocols_of (CamTransport transport)
{
  switch (transport) {
  case CAM_TRANSPORT_AUTO:
  case CAM_TRANSPORT_TCP:
  case CAM_TRANSPORT_HTTP: /* is what the TCP connection is wrapped in */
    break;
  case CAM_TRANSPORT_UDP:
    return GST_RTSP_LOWER_TRANS_UDP;
  case CAM_TRANSPORT_MULTICAST:
    return GST_RTSP_LOWER_TRANS_UDP_MCAST;
  }
  return GST_RTSP_LOWER_TRANS_TCP;
}

/* rtspsrc's own schemes say what a connection is wrapped in. The port is always said: its defaults are not ours. (transfer full) */
static char *
location_of (const CamCameraUrl *url, CamTransport transport)
{
  const char *scheme = "rtsp";
  if (url->scheme == CAM_SCHEME_RTSPS)
    scheme = "rtsps";
  else if (transport == CAM_TRANSPORT_HTTP)
    scheme = "rtsph";
  bool is_ipv6 = strchr (url->host, ':') != NULL;
  return g_strdup_printf (is_ipv6 ? "%s://[%s]:%u%s" : "%s://%s:%u%s", scheme, url->host, url->port, url->path);
}

static void
set_login (GstElement *source, const CamCameraUrl *url, const CamStreamConfig *config)
{
  const char *username = config->username != NULL ? config->username : url->username;
  const CamSecret *password = config->password != NULL ? config->password : url->password;
  if (username != NULL)
    g_object_set (source, "user-id", username, "user-pw", password != NULL ? cam_secret_reveal (password) : "", NULL);
}

static void
set_pin (GstElement *source, const CamStreamConfig *config)
{
  CamTlsFingerprint fingerprint;
  if (!cam_rtspsrc_settings_has_pin (config) || !cam_tls_fingerprint_parse (config->tls_fingerprint, &fingerprint, NULL))
    return;
  g_autoptr (GTlsDatabase) pin = cam_certificate_pin_new (&fingerprint);
  g_object_set (source, "tls-database", pin, NULL);
}

bool
cam_rtspsrc_settings_has_pin (const CamStreamConfig *config)
{
  return config->tls_fingerprint != NULL && *config->tls_fingerprint != '\0';
}

void
cam_rtspsrc_settings_apply (GstElement *source, const CamCameraUrl *url, const CamStreamConfig *config, CamTransport transport)
{
  g_autofree char *location = location_of (url, transport);
  g_object_set (source, "location", location, "protocols", protocols_of (transport), NULL);
  /* What is in order passes at once, however much of it: cameras begin with a burst. */
  g_object_set (source, "latency", REORDER_MS, "drop-on-latency", FALSE, "do-retransmission", FALSE, NULL);
  g_object_set (source, "udp-buffer-size", UDP_BUFFER_BYTES, "udp-reconnect", FALSE, NULL);
  /* Silence is judged by us: its own time-out for datagrams is off. */
  g_object_set (source, "timeout", (guint64) 0, "tcp-timeout", (guint64) ANSWER_US, "teardown-timeout", (guint64) FAREWELL_NS, NULL);
  set_login (source, url, config);
  set_pin (source, config);
}
