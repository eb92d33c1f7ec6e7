#include "ingest/rtspsrc-element.h"

#include <gst/app/gstappsink.h>
#include <gst/net/gstnetaddressmeta.h>
#include <gst/rtsp/gstrtspmessage.h>
#include <gst/rtsp/gstrtspurl.h>
#include <gst/sdp/gstsdpmessage.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "camrelay/limits.h"
#include "ingest/camera-refusal.h"
#include "ingest/certificate-pin.h"
#include "ingest/rtspsrc-settings.h"
#include "ingest/rtspsrc-verdict.h"

#define MAX_SOURCES 8            /* SSRCs in one session: each costs threads */
#define MAX_DESCRIBES (2 * (CAM_LIMIT_REDIRECTS + 1)) /* each may be sent twice for a log-in */

typedef struct {
  CamRtspsrcElement *element; /* borrowed: the owner */
  CamTrackKind kind;
  int medium;         /* its number in the SDP, -1: none; constant from playing on */
  GstElement *funnel; /* borrowed from the pipeline: a camera may change its SSRC, and each has a pad */
  GstElement *sink;   /* borrowed from the pipeline */
  atomic_bool hears_reports;
} Medium;

struct CamRtspsrcElement {
  CamRtspsrcSetup setup;
  GstElement *pipeline; /* ref */
  GstElement *source;   /* borrowed from the pipeline */
  Medium media[CAM_N_TRACKS];
  CamSdp *sdp;         /* owned; on rtspsrc's own thread until playing, as what follows */
  char *first_url;     /* owned; that was asked */
  unsigned describes;  /* sent */
  bool is_playing;
  GstElement *manager; /* borrowed from the source; NULL before new-manager */
  _Atomic (const char *) asked; /* the newest request's method, a constant; NULL: none went out */
  atomic_int_fast64_t asked_us; /* when; CLOCK_MONOTONIC */
  atomic_bool has_played;       /* packets have come */
  atomic_uint_fast64_t strange;
  atomic_uint_fast64_t dropped;
};

static void
fail (CamRtspsrcElement *self, CamReason reason, const char *detail)
{
  self->setup.events->failed (self->setup.data, reason, detail);
}

/* What comes from the camera. */

static bool
is_from_camera (const CamRtspsrcElement *self, GstBuffer *buffer)
{
  GstNetAddressMeta *meta = gst_buffer_get_net_address_meta (buffer);
  if (meta == NULL || self->setup.peer == NULL || !G_IS_INET_SOCKET_ADDRESS (meta->addr))
    return true;
  return g_inet_address_equal (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (meta->addr)), self->setup.peer);
}

static void
put_packet (CamRtspsrcElement *self, uint8_t channel, GstBuffer *buffer)
{
  GstMapInfo map;
  atomic_store_explicit (&self->has_played, true, memory_order_relaxed);
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  CamMailboxPut put = cam_packet_mailbox_put (self->setup.mailbox, channel, map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  switch (put) {
  case CAM_MAILBOX_KEPT:
    break;
  case CAM_MAILBOX_FIRST:
    self->setup.events->packets (self->setup.data);
    break;
  case CAM_MAILBOX_DROPPED:
    atomic_fetch_add_explicit (&self->dropped, 1, memory_order_relaxed);
    break;
  }
}

static GstFlowReturn
on_sample (GstAppSink *sink, gpointer data)
{
  const Medium *medium = data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  GstBuffer *buffer = sample != NULL ? gst_sample_get_buffer (sample) : NULL;
  if (buffer != NULL)
    put_packet (medium->element, (uint8_t) (2 * medium->kind), buffer);
  return GST_FLOW_OK;
}

static void
on_report (GObject *session, GstBuffer *buffer, gpointer data)
{
  const Medium *medium = data;
  put_packet (medium->element, (uint8_t) (2 * medium->kind + 1), buffer);
}

static Medium *
find_medium (CamRtspsrcElement *self, unsigned number)
{
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++)
    if (self->media[kind].medium == (int) number)
      return &self->media[kind];
  return NULL;
}

static void
hear_reports (CamRtspsrcElement *self, Medium *medium)
{
  g_autoptr (GObject) session = NULL;
  if (self->manager == NULL || atomic_exchange (&medium->hears_reports, true))
    return;
  g_signal_emit_by_name (self->manager, "get-internal-session", (guint) medium->medium, &session);
  if (session != NULL)
    g_signal_connect (session, "on-receiving-rtcp", G_CALLBACK (on_report), medium);
}

static void
on_pad (GstElement *source, GstPad *pad, gpointer data)
{
  CamRtspsrcElement *self = data;
  g_autofree char *name = gst_pad_get_name (pad);
  unsigned number = 0;
  Medium *medium = sscanf (name, "recv_rtp_src_%u_", &number) == 1 ? find_medium (self, number) : NULL;
  if (medium == NULL)
    return;
  hear_reports (self, medium);
  g_autoptr (GstPad) target = gst_element_request_pad_simple (medium->funnel, "sink_%u");
  if (target == NULL || gst_pad_link (pad, target) != GST_PAD_LINK_OK)
    fail (self, CAM_REASON_INTERNAL, "GStreamer's elements cannot be linked");
}

/* The camera said BYE, or closed the connection. Our own session would answer the end with events that are not whole. */
static GstPadProbeReturn
on_event (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Medium *medium = data;
  CamRtspsrcElement *self = medium->element;
  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_EOS)
    return GST_PAD_PROBE_OK;
  if (medium->kind == CAM_TRACK_VIDEO || self->media[CAM_TRACK_VIDEO].medium < 0)
    fail (self, CAM_REASON_CLOSED, "the camera ended the stream");
  return GST_PAD_PROBE_DROP;
}

/* Anybody may send datagrams to a port; each source of them would cost threads. */
static GstPadProbeReturn
on_datagram (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  CamRtspsrcElement *self = data;
  if (is_from_camera (self, GST_PAD_PROBE_INFO_BUFFER (info)))
    return GST_PAD_PROBE_OK;
  atomic_fetch_add_explicit (&self->strange, 1, memory_order_relaxed);
  return GST_PAD_PROBE_DROP;
}

static void
on_manager_pad (GstElement *manager, GstPad *pad, gpointer data)
{
  g_autofree char *name = gst_pad_get_name (pad);
  unsigned number = 0;
  bool is_input = sscanf (name, "recv_rtp_sink_%u", &number) == 1 || sscanf (name, "recv_rtcp_sink_%u", &number) == 1;
  Medium *medium = is_input ? find_medium (data, number) : NULL;
  if (medium == NULL)
    return;
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_event, medium, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_datagram, data, NULL);
}

static void
on_manager (GstElement *source, GstElement *manager, gpointer data)
{
  CamRtspsrcElement *self = data;
  self->manager = manager;
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (manager), "max-streams") != NULL)
    g_object_set (manager, "max-streams", MAX_SOURCES, NULL);
  g_signal_connect (manager, "pad-added", G_CALLBACK (on_manager_pad), self);
}

/* What the camera is. */

static bool
has_format (const GstSDPMedia *medium, uint8_t payload_type)
{
  char text[8];
  g_snprintf (text, sizeof text, "%u", payload_type);
  for (guint i = 0; i < gst_sdp_media_formats_len (medium); i++)
    if (g_strcmp0 (gst_sdp_media_get_format (medium, i), text) == 0)
      return true;
  return false;
}

/* The number of what our reader chose, -1 when it is nowhere. */
static int
find_number (const GstSDPMessage *message, const CamSdpMedia *wanted, const char *name)
{
  for (guint i = 0; i < gst_sdp_message_medias_len (message); i++) {
    const GstSDPMedia *medium = gst_sdp_message_get_media (message, i);
    const char *control = gst_sdp_media_get_attribute_val (medium, "control");
    bool is_it = g_strcmp0 (gst_sdp_media_get_media (medium), name) == 0 && g_strcmp0 (control != NULL ? control : "", wanted->control) == 0;
    if (is_it && has_format (medium, wanted->payload_type))
      return (int) i;
  }
  return -1;
}

static bool
take_description (CamRtspsrcElement *self, const GstSDPMessage *message)
{
  static const char *const names[CAM_N_TRACKS] = {[CAM_TRACK_VIDEO] = "video", [CAM_TRACK_AUDIO] = "audio"};
  g_autoptr (GError) error = NULL;
  g_autofree char *text = gst_sdp_message_as_text (message);
  if (self->sdp != NULL) {
    fail (self, CAM_REASON_PROTOCOL, "the camera described itself twice");
    return false;
  }
  self->sdp = cam_sdp_read (text, strlen (text), &error);
  if (self->sdp == NULL) {
    fail (self, cam_camera_sdp_reason (error), error->message);
    return false;
  }
  bool has_any = false;
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++) {
    bool is_wanted = self->sdp->media[kind] != NULL && (kind == CAM_TRACK_VIDEO || self->setup.wants_audio);
    self->media[kind].medium = is_wanted ? find_number (message, self->sdp->media[kind], names[kind]) : -1;
    has_any |= self->media[kind].medium >= 0;
  }
  if (!has_any)
    fail (self, CAM_REASON_UNSUPPORTED, "the camera offers sound only, and Mode=none leaves it out");
  return has_any;
}

/* Before rtspsrc looks at it: a description that is refused is emptied, since some of what may be in it keeps rtspsrc busy for ever. */
static void
on_sdp (GstElement *source, GstSDPMessage *message, gpointer data)
{
  if (take_description (data, message))
    return;
  gst_sdp_message_uninit (message);
  gst_sdp_message_init (message);
}

static gboolean
on_select (GstElement *source, guint number, GstCaps *caps, gpointer data)
{
  return find_medium (data, number) != NULL;
}

/* What is said to the camera. */

/* Of TLS nobody can tell whether a redirect keeps to it: there only the URL that was asked first is asked. */
static bool
is_same_camera (CamRtspsrcElement *self, const char *url)
{
  GstRTSPUrl *parsed = NULL;
  if (self->first_url == NULL)
    self->first_url = g_strdup (url);
  if (self->setup.url->scheme == CAM_SCHEME_RTSPS)
    return g_str_equal (url, self->first_url);
  if (gst_rtsp_url_parse (url, &parsed) != GST_RTSP_OK)
    return false;
  bool is_same = g_ascii_strcasecmp (parsed->host, self->setup.url->host) == 0;
  gst_rtsp_url_free (parsed);
  return is_same;
}

/* A redirect must not carry our password to somebody else, nor lead round in a circle: rtspsrc follows any. */
static bool
may_begin (CamRtspsrcElement *self, GstRTSPMethod method, const char *url)
{
  if (!is_same_camera (self, url)) {
    fail (self, CAM_REASON_PROTOCOL, "a redirect to another place: set that in URL=");
    return false;
  }
  if (method != GST_RTSP_DESCRIBE || ++self->describes <= MAX_DESCRIBES)
    return true;
  fail (self, CAM_REASON_PROTOCOL, "more than " G_STRINGIFY (CAM_LIMIT_REDIRECTS) " redirects");
  return false;
}

/* An extension of rtspsrc's, where it is installed, says that we are a RealPlayer. */
static void
be_honest (GstRTSPMessage *request)
{
  static const char *const lies[] = {"ClientChallenge", "PlayerStarttime", "CompanyID", "GUID", "RegionData", "ClientID", "Pragma"};
  for (unsigned i = 0; i < G_N_ELEMENTS (lies); i++)
    gst_rtsp_message_remove_header_by_name (request, lies[i], -1);
  gst_rtsp_message_remove_header (request, GST_RTSP_HDR_USER_AGENT, -1);
  gst_rtsp_message_add_header (request, GST_RTSP_HDR_USER_AGENT, "camrelay");
}

static gboolean
on_request (GstElement *source, GstRTSPMessage *request, gpointer data)
{
  CamRtspsrcElement *self = data;
  GstRTSPMethod method = GST_RTSP_INVALID;
  const char *url = NULL;
  GstRTSPVersion version = GST_RTSP_VERSION_INVALID;
  if (gst_rtsp_message_get_type (request) != GST_RTSP_MESSAGE_REQUEST)
    return TRUE;
  gst_rtsp_message_parse_request (request, &method, &url, &version);
  bool begins = !self->is_playing && (method == GST_RTSP_OPTIONS || method == GST_RTSP_DESCRIBE);
  if (begins && !may_begin (self, method, url))
    return FALSE;
  be_honest (request);
  atomic_store (&self->asked_us, g_get_monotonic_time ());
  atomic_store (&self->asked, gst_rtsp_method_as_text (method));
  if (method == GST_RTSP_PLAY && !self->is_playing) {
    self->is_playing = true;
    self->setup.events->playing (self->setup.data);
  }
  return TRUE;
}

/* Asked only about certificates that are not believed. */
static gboolean
on_certificate (GstElement *source, GTlsConnection *connection, GTlsCertificate *certificate, GTlsCertificateFlags flags, gpointer data)
{
  CamRtspsrcElement *self = data;
  g_autofree char *seen = cam_certificate_pin_describe (certificate);
  g_autofree char *detail = cam_rtspsrc_settings_has_pin (self->setup.config) ? g_strdup_printf ("its certificate is %s, not the one of TLSFingerprint=", seen)
                                    : g_strdup_printf ("nobody vouches for its certificate: if it is the camera's, set TLSFingerprint=%s", seen);
  fail (self, CAM_REASON_TLS, detail);
  return FALSE;
}

CamReason
cam_rtspsrc_element_judge (CamRtspsrcElement *self, GstMessage *message, char **ret_detail)
{
  g_autoptr (GError) error = NULL;
  const GstStructure *details = NULL;
  CamRtspsrcFault fault = {.asked = atomic_load (&self->asked), .is_tls = self->setup.url->scheme == CAM_SCHEME_RTSPS,
                           .has_played = atomic_load (&self->has_played)};
  g_autofree char *debug = NULL;
  gst_message_parse_error (message, &error, &debug);
  gst_message_parse_error_details (message, &details);
  fault.text = error->message;
  fault.debug = debug;
  fault.waited_us = g_get_monotonic_time () - atomic_load (&self->asked_us);
  if (details != NULL) {
    gst_structure_get_uint (details, "rtsp-status-code", &fault.status);
    fault.phrase = gst_structure_get_string (details, "rtsp-status-reason");
  }
  return cam_rtspsrc_verdict (&fault, ret_detail);
}

/* Building. */

static void
set_up_source (CamRtspsrcElement *self)
{
  cam_rtspsrc_settings_apply (self->source, self->setup.url, self->setup.config, self->setup.transport);
  g_signal_connect (self->source, "before-send", G_CALLBACK (on_request), self);
  g_signal_connect (self->source, "on-sdp", G_CALLBACK (on_sdp), self);
  g_signal_connect (self->source, "select-stream", G_CALLBACK (on_select), self);
  g_signal_connect (self->source, "new-manager", G_CALLBACK (on_manager), self);
  g_signal_connect (self->source, "pad-added", G_CALLBACK (on_pad), self);
  g_signal_connect (self->source, "accept-certificate", G_CALLBACK (on_certificate), self);
}

static bool
add_medium (CamRtspsrcElement *self, CamTrackKind kind)
{
  Medium *medium = &self->media[kind];
  medium->element = self;
  medium->kind = kind;
  medium->medium = -1;
  medium->funnel = gst_element_factory_make ("funnel", NULL);
  medium->sink = gst_element_factory_make ("appsink", NULL);
  if (medium->funnel == NULL || medium->sink == NULL)
    return false;
  g_object_set (medium->sink, "sync", FALSE, "async", FALSE, "max-buffers", 1, NULL); /* each is taken as it comes */
  GstAppSinkCallbacks callbacks = {.new_sample = on_sample};
  gst_app_sink_set_callbacks (GST_APP_SINK (medium->sink), &callbacks, medium, NULL);
  gst_bin_add_many (GST_BIN (self->pipeline), medium->funnel, medium->sink, NULL);
  return gst_element_link (medium->funnel, medium->sink);
}

CamRtspsrcElement *
cam_rtspsrc_element_new (const CamRtspsrcSetup *setup, char **ret_detail)
{
  CamRtspsrcElement *self = g_new0 (CamRtspsrcElement, 1);
  self->setup = *setup;
  self->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  self->source = gst_element_factory_make ("rtspsrc", NULL);
  bool is_whole = self->source != NULL;
  if (is_whole) {
    gst_bin_add (GST_BIN (self->pipeline), self->source);
    set_up_source (self);
  }
  for (unsigned kind = 0; kind < CAM_N_TRACKS && is_whole; kind++)
    is_whole = add_medium (self, (CamTrackKind) kind);
  if (is_whole)
    return self;
  *ret_detail = g_strdup ("GStreamer has no rtspsrc: install the package gstreamer1.0-plugins-good");
  cam_rtspsrc_element_free (self);
  return NULL;
}

void
cam_rtspsrc_element_free (CamRtspsrcElement *self)
{
  if (self == NULL)
    return;
  gst_object_unref (self->pipeline);
  cam_sdp_free (self->sdp);
  g_free (self->first_url);
  g_free (self);
}

GstElement *
cam_rtspsrc_element_get_pipeline (CamRtspsrcElement *self)
{
  return self->pipeline;
}

const CamSdp *
cam_rtspsrc_element_get_sdp (const CamRtspsrcElement *self)
{
  return self->sdp;
}

bool
cam_rtspsrc_element_has_media (const CamRtspsrcElement *self, CamTrackKind kind)
{
  return self->media[kind].medium >= 0;
}

uint64_t
cam_rtspsrc_element_get_strange (const CamRtspsrcElement *self)
{
  return atomic_load_explicit (&self->strange, memory_order_relaxed);
}

uint64_t
cam_rtspsrc_element_get_dropped (const CamRtspsrcElement *self)
{
  return atomic_load_explicit (&self->dropped, memory_order_relaxed);
}
