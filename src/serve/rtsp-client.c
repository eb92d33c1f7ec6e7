#include "serve/rtsp-client.h"

#define CAM_TYPE_RTSP_CLIENT (cam_rtsp_client_get_type ())
G_DECLARE_FINAL_TYPE (CamRtspClient, cam_rtsp_client, CAM, RTSP_CLIENT, GstRTSPClient)

struct _CamRtspClient {
  GstRTSPClient parent;
  CamRtspFactory *factory;     /* borrowed for the call */
  GInetAddress *local_address; /* borrowed for the call */
  int status;                  /* of the answer; 0: none came */
  char *body;                  /* owned; of the answer */
};

G_DEFINE_FINAL_TYPE (CamRtspClient, cam_rtsp_client, GST_TYPE_RTSP_CLIENT)

/* What text of the configuration may stand in a line of SDP. */
static char *
make_session_name (const CamCameraConfig *camera)
{
  char *name = g_strdup (camera->description != NULL && camera->description[0] != '\0' ? camera->description : camera->name);
  return g_strdelimit (name, "\r\n", ' ');
}

static GstSDPMessage *
create_sdp (GstRTSPClient *client, GstRTSPMedia *media)
{
  const CamRtspClient *self = CAM_RTSP_CLIENT (client);
  bool is_ipv6 = g_inet_address_get_family (self->local_address) == G_SOCKET_FAMILY_IPV6;
  const char *family = is_ipv6 ? "IP6" : "IP4";
  g_autofree char *address = g_inet_address_to_string (self->local_address);
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, cam_rtsp_factory_get_session_number (self->factory));
  g_autofree char *version = g_strdup_printf ("%u", cam_stream_hub_get_version (cam_rtsp_factory_get_hub (self->factory)));
  g_autoptr (CamCameraConfig) camera = cam_rtsp_factory_ref_camera (self->factory);
  g_autofree char *name = make_session_name (camera);

  GstSDPMessage *sdp = NULL;
  gst_sdp_message_new (&sdp);
  gst_sdp_message_set_version (sdp, "0");
  gst_sdp_message_set_origin (sdp, "-", number, version, "IN", family, address);
  gst_sdp_message_set_session_name (sdp, name);
  gst_sdp_message_set_connection (sdp, "IN", family, is_ipv6 ? "::" : "0.0.0.0", 0, 0);
  gst_sdp_message_add_time (sdp, "0", "0", NULL);
  gst_sdp_message_add_attribute (sdp, "tool", "camrelay");
  gst_sdp_message_add_attribute (sdp, "control", "*");
  gst_sdp_message_add_attribute (sdp, "range", "npt=now-");

  GstSDPInfo info = {.is_ipv6 = is_ipv6, .server_ip = address};
  if (gst_rtsp_media_setup_sdp (media, sdp, &info))
    return sdp;
  gst_sdp_message_free (sdp);
  return NULL;
}

/* The library says 400 when a factory has no media; the request was ours and right, so the stream is what is missing. */
static GstRTSPStatusCode
adjust_error_code (GstRTSPClient *client, GstRTSPContext *context, GstRTSPStatusCode code)
{
  return code == GST_RTSP_STS_BAD_REQUEST ? GST_RTSP_STS_SERVICE_UNAVAILABLE : code;
}

static void
finalize (GObject *object)
{
  g_free (CAM_RTSP_CLIENT (object)->body);
  G_OBJECT_CLASS (cam_rtsp_client_parent_class)->finalize (object);
}

static void
cam_rtsp_client_class_init (CamRtspClientClass *class)
{
  GST_RTSP_CLIENT_CLASS (class)->create_sdp = create_sdp;
  GST_RTSP_CLIENT_CLASS (class)->adjust_error_code = adjust_error_code;
  G_OBJECT_CLASS (class)->finalize = finalize;
}

static void
cam_rtsp_client_init (CamRtspClient *self)
{
}

/* 1.22 hands NULL over as user data, whatever was registered: the object itself carries the answer (tested in test-rtsp-describe). */
static gboolean
take_answer (GstRTSPClient *client, GstRTSPMessage *messages, guint n, gboolean closes, gpointer user_data)
{
  CamRtspClient *self = CAM_RTSP_CLIENT (client);
  for (guint i = 0; i < n; i++) {
    if (gst_rtsp_message_get_type (&messages[i]) != GST_RTSP_MESSAGE_RESPONSE || self->status != 0)
      continue;
    guint8 *body = NULL;
    guint size = 0;
    self->status = (int) messages[i].type_data.response.code;
    if (gst_rtsp_message_get_body (&messages[i], &body, &size) == GST_RTSP_OK && body != NULL)
      self->body = g_strndup ((const char *) body, size);
  }
  return TRUE;
}

char *
cam_rtsp_client_describe (CamRtspMounts *mounts, CamRtspFactory *factory, CamSoundWish wish, GInetAddress *local_address, int *ret_status)
{
  g_autoptr (CamRtspClient) self = g_object_new (CAM_TYPE_RTSP_CLIENT, NULL);
  GstRTSPClient *client = GST_RTSP_CLIENT (self);
  self->factory = factory;
  self->local_address = local_address;
  cam_rtsp_mounts_equip (mounts, client);
  gst_rtsp_client_set_send_messages_func (client, take_answer, NULL, NULL);

  /* Nothing of the client's own words goes in: the library's parsers see what we write. */
  g_autofree char *path = cam_rtsp_factory_get_path_for (factory, wish);
  g_autofree char *uri = g_strconcat ("rtsp://camrelay", path, NULL);
  GstRTSPMessage request = {0};
  gst_rtsp_message_init_request (&request, GST_RTSP_DESCRIBE, uri);
  gst_rtsp_message_add_header (&request, GST_RTSP_HDR_CSEQ, "1");
  gst_rtsp_message_add_header (&request, GST_RTSP_HDR_ACCEPT, "application/sdp");
  gst_rtsp_client_handle_message (client, &request);
  gst_rtsp_message_unset (&request);
  gst_rtsp_client_set_send_messages_func (client, NULL, NULL, NULL);

  *ret_status = self->status != 0 ? self->status : 500;
  return self->status == 200 ? g_steal_pointer (&self->body) : NULL;
}
