/* Who lives by what is reported to a group. What is sent to it: test-rtsp-multicast. */
#include "serve/multicast-group.h"

#include "multicast-receiver.h"
#include "rtsp-fixture.h"

#define FIRST_PORT 8184
#define S G_USEC_PER_SEC

static const uint32_t ssrcs[CAM_N_TRACKS] = {0x11111111, 0x22222222};

typedef struct {
  CamLoopThread *loop;
  CamStreamHub *hub;
  CamClientRegistry *registry;
  CamUdpPorts *ports;
  CamServerConfig server;
  char *group_text;
  CamStreamTask *task;
  CamUdpSender *sender;
  CamMulticastGroup *group;
  CamReaderRecord *records[2];
  CamMulticastMember *members[2];
  int64_t alive_us; /* of the first member */
} Fixture;

static CamMulticastMember *
make_member (Fixture *self, const char *client, CamReaderRecord *record)
{
  struct sockaddr_storage address = {0};
  *(struct sockaddr_in *) &address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = receiver_address (client)};
  CamMulticastMember *member = cam_multicast_member_new (self->group, self->sender, &address, record);
  cam_multicast_member_select (member, CAM_TRACK_VIDEO, ssrcs[CAM_TRACK_VIDEO]);
  return member;
}

static void
make (gpointer data)
{
  Fixture *self = data;
  g_autoptr (CamSoundBranches) branches = cam_sound_branches_new (self->hub, &(CamSoundSettings){.complexity = 5});
  self->task = cam_stream_task_new (&(CamStreamTaskSetup){
      .hub = self->hub,
      .loop = self->loop,
      .ssrcs = ssrcs,
      .cname = "test",
      .branches = branches,
  });
  self->sender = cam_udp_sender_new (self->ports, self->loop);
  self->group = cam_multicast_group_new (&(CamMulticastSetup){
      .task = self->task,
      .loop = self->loop,
      .registry = self->registry,
      .server = &self->server,
      .camera = "cam",
      .stream = "main",
      .place = {.group = receiver_address (self->group_text), .rtp_ports = {FIRST_PORT, FIRST_PORT + 2}},
  });
  for (unsigned i = 0; i < G_N_ELEMENTS (self->records); i++)
    self->records[i] = cam_client_registry_enrol (
        self->registry, &(CamReaderIdentity){.id = "member", .camera = "cam", .stream = "main", .address = "127.0.0.1:9"});
  self->members[0] = make_member (self, "127.0.0.1", self->records[0]);
  self->members[1] = make_member (self, "127.0.0.2", self->records[1]);
}

static void
end (gpointer data)
{
  Fixture *self = data;
  for (unsigned i = 0; i < G_N_ELEMENTS (self->members); i++) {
    cam_multicast_member_free (self->members[i]);
    cam_client_registry_strike (self->registry, self->records[i]);
  }
  cam_multicast_member_free (NULL);
  cam_multicast_group_free (self->group);
  cam_multicast_group_free (NULL);
  cam_udp_sender_free (self->sender);
  cam_stream_task_free (self->task);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  self->server =
      (CamServerConfig){.max_readers = 8, .multicast_ttl = 1, .multicast_interface = (char *) RECEIVER_INTERFACE, .reader_lag = 3 * S};
  self->loop = cam_loop_thread_new ("media-0", &error);
  g_assert_no_error (error);
  self->hub = cam_stream_hub_new ("cam", "main");
  self->registry = cam_client_registry_new (&self->server);
  self->ports = cam_udp_ports_new ((CamPortPair){0, 0}, &error);
  g_assert_no_error (error);
  self->group_text = g_strdup_printf ("239.255.%d.%d", g_test_rand_int_range (0, 256), g_test_rand_int_range (0, 256));
  fixture_call_on (self->loop, make, self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  fixture_call_on (self->loop, end, self);
  cam_loop_thread_quit (self->loop);
  g_assert_true (cam_loop_thread_join (self->loop, WATCHDOG_S * S));
  cam_udp_ports_free (self->ports);
  cam_client_registry_free (self->registry);
  cam_stream_hub_unref (self->hub);
  g_free (self->group_text);
}

static void
ask_alive (gpointer data)
{
  Fixture *self = data;
  self->alive_us = cam_multicast_member_get_alive_us (self->members[0], 0);
}

static int64_t
get_alive_us (Fixture *self)
{
  fixture_call_on (self->loop, ask_alive, self);
  return self->alive_us;
}

/* A receiver report about @about, from port @from (0: any) of 127.0.0.1, to the group's port for the video's reports. */
static void
report_to_group (const Fixture *self, uint16_t from, uint32_t about)
{
  uint8_t report[CAM_RTCP_MAX_BYTES];
  CamRtpSequence sequence = {.started = true, .ssrc = about};
  const size_t size = cam_rtcp_write_receiver_report (report, 0x1234, &sequence, 0, 0, 0, "client");
  const int fd = receiver_open (self->group_text, from);
  receiver_send (fd, self->group_text, FIRST_PORT + 1, report, size);
  close (fd);
}

/* From the group's own port, as GStreamer reports, or from another, about our stream. */
static void
test_reports_are_life (Fixture *self, gconstpointer data)
{
  if (!receiver_can_multicast ()) {
    g_test_skip ("no multicast over the loopback interface");
    return;
  }
  g_assert_cmpint (get_alive_us (self), ==, 0);
  report_to_group (self, FIRST_PORT + 1, 99);
  AWAIT (get_alive_us (self) > 0);
  const int64_t first_us = get_alive_us (self);
  report_to_group (self, 0, ssrcs[CAM_TRACK_VIDEO]);
  AWAIT (get_alive_us (self) > first_us);
}

/* Of the first member. */
static void
assert_state (const Fixture *self, CamReaderState state)
{
  g_autoptr (CamReaderView) view = cam_reader_record_view (self->records[0]);
  g_assert_cmpint (view->state, ==, state);
}

static void
pause_twice (gpointer data)
{
  Fixture *self = data;
  CamJoinInfo info[CAM_N_TRACKS];
  CamMulticastMember *one = self->members[0];
  CamMulticastMember *other = self->members[1];
  cam_multicast_member_play (one, cam_multicast_member_prepare (one, info));
  g_assert_true (info[CAM_TRACK_VIDEO].is_selected);
  g_assert_false (info[CAM_TRACK_AUDIO].is_selected);
  cam_multicast_member_play (other, cam_multicast_member_prepare (other, info));
  g_assert_cmpuint (cam_stream_task_count_readers (self->task), ==, 1);
  assert_state (self, CAM_READER_STATE_PLAYING);
  cam_multicast_member_pause (one);
  cam_multicast_member_pause (one);
  assert_state (self, CAM_READER_STATE_PAUSED);
  g_assert_false (cam_multicast_member_is_playing (one));
  g_assert_true (cam_multicast_member_is_playing (other));
  g_assert_cmpuint (cam_stream_task_count_readers (self->task), ==, 1);
  cam_multicast_member_say_bye (other);
  cam_multicast_member_say_bye (one);
  g_assert_cmpuint (cam_stream_task_count_readers (self->task), ==, 0);
  cam_multicast_member_play (one, cam_multicast_member_prepare (one, info));
  g_assert_cmpuint (cam_stream_task_count_readers (self->task), ==, 1);
}

/* One reader for all; and whoever is still playing at the end is ended with its member. */
static void
test_one_reader (Fixture *self, gconstpointer data)
{
  fixture_call_on (self->loop, pause_twice, self);
  g_assert_nonnull (self->task);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/multicast-group/reports-are-life", Fixture, NULL, set_up, test_reports_are_life, tear_down);
  g_test_add ("/multicast-group/one-reader", Fixture, NULL, set_up, test_one_reader, tear_down);
  return g_test_run ();
}
