#include "serve/udp-outlet.h"

#include <netinet/in.h>
#include <string.h>

#define PATIENCE_US (20 * G_USEC_PER_SEC)
#define S G_USEC_PER_SEC

typedef struct {
  CamLoopThread *loop;
  CamUdpPorts *ports;
  CamClientRegistry *registry;
  CamUdpSender *sender;
  CamUdpOutlet *outlet;
} Fixture;

static void
send_at (Fixture *self, int64_t created_us, bool is_control)
{
  g_autoptr (CamBurst) burst = cam_burst_new (4 + 12);
  memset (burst->data, 0, 4 + 12);
  memcpy (burst->data, (uint8_t[]){'$', is_control ? 1 : 0, 0, 12}, 4);
  burst->track = CAM_TRACK_VIDEO;
  burst->channel = is_control ? 1 : 0;
  burst->is_control = is_control;
  burst->packets = 1;
  burst->created_us = created_us;
  burst->size = 4 + 12;
  CamOutlet *outlet = cam_udp_outlet_get (self->outlet);
  g_assert_true (outlet->send (outlet, burst));
  outlet->clear (outlet, NULL);
}

static void
assert_alive (Fixture *self, int64_t now_us, int64_t alive_us)
{
  g_assert_cmpint (cam_udp_outlet_get_alive_us (self->outlet, now_us), ==, alive_us);
}

/* A client that gets nothing has nothing to report on; from the first data on it must show that it is there. */
static void
watch_silences (Fixture *self)
{
  assert_alive (self, 100 * S, 100 * S);
  send_at (self, 100 * S, true); /* our reports are no data */
  assert_alive (self, 105 * S, 105 * S);
  for (unsigned i = 0; i <= 50; i++)
    send_at (self, (110 + i) * S, false);
  assert_alive (self, 160 * S, 110 * S);
  assert_alive (self, 165 * S, 110 * S);
  assert_alive (self, 166 * S, 166 * S);
  send_at (self, 600 * S, false);
  assert_alive (self, 601 * S, 600 * S);
  send_at (self, 604 * S, false);
  assert_alive (self, 605 * S, 600 * S);
}

static void
run (gpointer data)
{
  Fixture *self = data;
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr = {htonl (INADDR_LOOPBACK)}, .sin_port = htons (9)};
  self->sender = cam_udp_sender_new (self->ports, self->loop);
  CamUdpLane *lane = cam_udp_lane_new (self->sender, (struct sockaddr *) &here, (struct sockaddr *) &here, 1 << 20);
  self->outlet = cam_udp_outlet_new (self->sender, lane, self->registry);
  watch_silences (self);
  cam_udp_outlet_free (self->outlet);
  cam_udp_outlet_free (NULL);
  cam_udp_sender_free (self->sender);
}

static void
test_alive (void)
{
  g_autoptr (GError) error = NULL;
  CamConfigSet *config = cam_config_set_new ();
  Fixture fixture = {.loop = cam_loop_thread_new ("udp-test", &error), .registry = cam_client_registry_new (&config->server)};
  g_assert_no_error (error);
  fixture.ports = cam_udp_ports_new ((CamPortPair){0, 0}, &error);
  g_assert_no_error (error);
  g_assert_true (cam_loop_thread_post (fixture.loop, run, &fixture, NULL));
  cam_loop_thread_quit (fixture.loop);
  g_assert_true (cam_loop_thread_join (fixture.loop, PATIENCE_US));
  g_assert_nonnull (fixture.outlet); /* it has run */
  cam_udp_ports_free (fixture.ports);
  cam_client_registry_free (fixture.registry);
  cam_config_set_unref (config);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/udp-outlet/alive", test_alive);
  return g_test_run ();
}
