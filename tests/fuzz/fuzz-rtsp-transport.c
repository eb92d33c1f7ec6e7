/* Whatever a Transport header says, what is granted is within bounds. */
#include "wire/rtsp-transport.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static bool
is_even (uint8_t channel, gpointer data)
{
  return channel % 2 == 0 || channel > 100;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *value = g_strndup ((const char *) data, size);
  const CamRtspTransport asked = {.is_tcp = true, .channels = {0, 1}};
  CamRtspTransport transport;
  if (cam_rtsp_transport_choose (value, CAM_RTSP_BY_TCP | CAM_RTSP_BY_UDP | CAM_RTSP_BY_MULTICAST, is_even, NULL, &transport)) {
    g_autofree char *response = cam_rtsp_transport_to_response (&transport);
    g_assert_true (!transport.is_tcp || transport.channels[1] == transport.channels[0] + 1);
    g_assert_true (transport.is_tcp || transport.is_multicast ||
                   (transport.client_ports[0] >= 1024 && transport.client_ports[1] == transport.client_ports[0] + 1));
    g_assert_false (transport.is_tcp && transport.is_multicast);
    g_assert_cmpint (cam_rtsp_transport_read_grant (response, &asked, &transport), ==, transport.is_tcp);
  }
  if (cam_rtsp_transport_read_grant (value, &asked, &transport))
    g_assert_true (transport.is_tcp);
  return 0;
}
