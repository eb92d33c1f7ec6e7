#include "supervise/stream-session.h"

#include "core/log.h"
#include "stream-fixture.h"

/* Live for a minute, then lost and dialled at once. */
static void
begin_outage (StreamFixture *fixture)
{
  stream_fixture_begin (fixture);
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_pass (fixture, 60 * SECOND);
  stream_fixture_end (fixture, CAM_REASON_RESET);
  stream_fixture_assert_state (fixture, CAM_CAMERA_HELD);
  g_assert_cmpuint (rooms_below.made, ==, 2);
}

static void
test_slate (StreamFixture *fixture, gconstpointer data)
{
  fixture->camera->hold = INT64_MAX;
  stream_fixture_begin (fixture);
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_pass (fixture, 60 * SECOND);
  g_assert_false (rooms_below.is_slate_shown);
  stream_fixture_end (fixture, CAM_REASON_STALL);
  g_assert_true (rooms_below.is_slate_shown);
  g_assert_cmpint (rooms_below.slate_reason, ==, CAM_REASON_STALL);
  stream_fixture_refuse (fixture);
  g_assert_cmpint (rooms_below.slate_reason, ==, CAM_REASON_REFUSED);
  g_assert_cmpuint (rooms_below.slates_begun, ==, 1);
  rooms_below_open_door ();
  stream_fixture_settle (fixture);
  stream_fixture_go_live (fixture, fixture->h264);
  g_assert_false (rooms_below.is_slate_shown);
}

/* What a camera that is dark carried before the daemon was started again. */
static void
test_remembered (StreamFixture *fixture, gconstpointer data)
{
  rooms_below.remembered = fixture->h264;
  stream_fixture_begin (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_HELD);
  g_assert_true (rooms_below.is_slate_shown);
  g_assert_null (rooms_below.slate_picture);
  g_autoptr (CamStreamDescription) known = cam_stream_hub_ref_description (rooms_below.setup.hub);
  g_assert_true (known == fixture->h264);
  g_autoptr (GBytes) picture = g_bytes_new_static ("picture", 7);
  rooms_below.picture (picture, rooms_below.picture_data);
  g_assert_true (rooms_below.slate_picture == picture);
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_assert_state (fixture, CAM_CAMERA_LIVE);
  g_assert_cmpuint (rooms_below.audiences_ended, ==, 0);
  rooms_below.picture (picture, rooms_below.picture_data);
  g_assert_false (rooms_below.is_slate_shown);
}

/* … is another thing than what it carries now. */
static void
test_remembered_another (StreamFixture *fixture, gconstpointer data)
{
  rooms_below.remembered = fixture->h265;
  stream_fixture_begin (fixture);
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CLEARING);
  g_assert_false (rooms_below.is_slate_shown);
  rooms_below_audience_gone ();
  stream_fixture_settle (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_LIVE);
}

static void
push_key_picture (void)
{
  g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (1 << 16, NULL);
  g_auto (CamAccessUnit) key = { .track = CAM_TRACK_VIDEO, .is_key = true, .pts_ns = 1, .dts_ns = 1, .payload = cam_payload_pool_take (pool, 1) };
  cam_stream_hub_push (rooms_below.setup.hub, &key, 0);
}

/* A live stream's first key picture may be a while away: it is kept when it is there. */
static void
test_keeps (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_pass (fixture, SECOND);
  g_assert_cmpuint (rooms_below.kept, ==, 1);
  stream_fixture_pass (fixture, SECOND);
  g_assert_cmpuint (rooms_below.kept, ==, 2);
  push_key_picture ();
  stream_fixture_pass (fixture, SECOND);
  g_assert_cmpuint (rooms_below.kept, ==, 3);
  for (int i = 0; i < 61; i++)
    stream_fixture_pass (fixture, SECOND);
  g_assert_cmpuint (rooms_below.kept, ==, 4);
  g_assert_cmpuint (rooms_below.kept_urgently, ==, 0);
  stream_fixture_end (fixture, CAM_REASON_RESET);
  g_assert_cmpuint (rooms_below.kept_urgently, ==, 1);
}

/* A camera that reboots refuses connections: it is knocked at, and dialled with the connection that was accepted. */
static void
test_knocks (StreamFixture *fixture, gconstpointer data)
{
  fixture->camera->hold = INT64_MAX;
  begin_outage (fixture);
  stream_fixture_refuse (fixture);
  g_assert_cmpuint (rooms_below.knocking, ==, 1);
  stream_fixture_pass (fixture, 300 * SECOND);
  g_assert_cmpuint (rooms_below.made, ==, 2);
  rooms_below_open_door ();
  stream_fixture_settle (fixture);
  g_assert_cmpuint (rooms_below.knocking, ==, 0);
  g_assert_cmpuint (rooms_below.made, ==, 3);
  g_assert_true (rooms_below.setup.has_socket);
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_assert_state (fixture, CAM_CAMERA_LIVE);
}

/* A camera that refuses TCP is asked for UDP at once, and from then on. */
static void
test_transport_refused (StreamFixture *fixture, gconstpointer data)
{
  fixture->camera->hold = INT64_MAX;
  stream_fixture_begin (fixture);
  g_assert_cmpint (rooms_below.setup.transport, ==, CAM_TRANSPORT_TCP);
  rooms_below_refuse_transport ();
  stream_fixture_settle (fixture); /* no longer than the reaper takes */
  g_assert_cmpuint (rooms_below.made, ==, 2);
  g_assert_cmpint (rooms_below.setup.transport, ==, CAM_TRANSPORT_UDP);
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_pass (fixture, 10 * SECOND);
  stream_fixture_end (fixture, CAM_REASON_STALL);
  g_assert_cmpuint (rooms_below.made, ==, 3);
  g_assert_cmpint (rooms_below.setup.transport, ==, CAM_TRANSPORT_UDP);
  stream_fixture_end (fixture, CAM_REASON_STALL);
  stream_fixture_pass (fixture, 60 * SECOND);
  g_assert_cmpuint (rooms_below.made, ==, 4);
  g_assert_cmpint (rooms_below.setup.transport, ==, CAM_TRANSPORT_TCP);
}

static void
pass_over (gpointer data)
{
}

/* The door opens, but all that the camera takes is taken: the connection is not kept, a new one is made when its time comes. */
static void
test_open_door_without_leave (StreamFixture *fixture, gconstpointer data)
{
  CamConnectionRequest other = { .host = "192.0.2.1", .port = 554, .max_connections = 1, .may_dial = pass_over, .may_talk = pass_over };
  begin_outage (fixture);
  CamConnectionTicket *ticket = cam_connection_ticket_new (fixture->place.governor, &other);
  cam_connection_ticket_ask (ticket);
  stream_fixture_refuse (fixture);
  rooms_below_open_door ();
  stream_fixture_settle (fixture);
  g_assert_cmpuint (rooms_below.made, ==, 2);
  cam_connection_ticket_free (ticket);
  stream_fixture_settle (fixture);
  g_assert_cmpuint (rooms_below.made, ==, 3);
  g_assert_false (rooms_below.setup.has_socket);
}

/* The door opens when nobody knocks any more: the connection is closed and nothing else happens. */
static void
test_late_door (StreamFixture *fixture, gconstpointer data)
{
  begin_outage (fixture);
  stream_fixture_refuse (fixture);
  rooms_below_open_door ();
  cam_stream_session_disable (fixture->session);
  stream_fixture_settle (fixture);
  g_assert_cmpuint (rooms_below.made, ==, 2);
  rooms_below_audience_gone ();
  stream_fixture_settle (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_OFF);
}

static void
connect_camera (StreamFixture *fixture, uint64_t generation)
{
  rooms_below.setup.events->established (generation, rooms_below.setup.data);
  stream_fixture_settle (fixture);
}

/* Another stream of the same recorder has the same wrong password: the camera is not asked again. */
static void
test_log_in_of_another (StreamFixture *fixture, gconstpointer data)
{
  CamStreamConfig *config = &fixture->camera->streams[CAM_STREAM_MAIN];
  config->username = g_strdup ("viewer");
  config->password = cam_secret_new ("wrong", -1);
  CamLogin login = { .host = "192.0.2.1", .port = 554, .username = "viewer", .password = config->password };
  stream_fixture_begin (fixture);
  cam_login_guard_refuse (fixture->place.logins, &login, fixture->hand.now_us + 61 * SECOND);
  connect_camera (fixture, 1);
  g_assert_cmpuint (rooms_below.talking, ==, 0);
  stream_fixture_assert_state (fixture, CAM_CAMERA_WAITING);
  g_assert_cmpuint (rooms_below.freed, ==, 1);
  /* Its own try is not put off by having been told: a minute later it asks, and is told again. */
  stream_fixture_pass (fixture, 60 * SECOND);
  g_assert_cmpuint (rooms_below.made, ==, 2);
  connect_camera (fixture, 2);
  g_assert_cmpuint (rooms_below.talking, ==, 0);
  /* Somebody has put it right and says so. */
  cam_stream_session_retry_now (fixture->session);
  stream_fixture_settle (fixture);
  g_assert_cmpuint (rooms_below.made, ==, 3);
  connect_camera (fixture, 3);
  g_assert_cmpuint (rooms_below.talking, ==, 1);
  /* What the camera says to this one, the others learn. */
  g_assert_false (cam_login_guard_is_refused (fixture->place.logins, &login, fixture->hand.now_us));
  stream_fixture_end (fixture, CAM_REASON_AUTH);
  g_assert_true (cam_login_guard_is_refused (fixture->place.logins, &login, fixture->hand.now_us + 59 * SECOND));
}

static void
test_talks_when_it_may (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  stream_fixture_pass (fixture, SECOND);
  g_assert_cmpuint (rooms_below.talking, ==, 0);
  rooms_below.setup.events->established (1, rooms_below.setup.data);
  stream_fixture_settle (fixture);
  g_assert_cmpuint (rooms_below.talking, ==, 1);
  rooms_below.setup.events->playing (1, rooms_below.setup.data);
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_assert_state (fixture, CAM_CAMERA_LIVE);
}

static void
take_lease (StreamFixture *fixture)
{
  CamIngestLease lease = { .url = "rtsp://192.0.2.1/main", .session = "4711" };
  rooms_below.setup.events->leased (rooms_below.setup.generation, &lease, rooms_below.setup.data);
  stream_fixture_go_live (fixture, fixture->h264);
}

/* What the camera has of us is written down until we have said good-bye to it; a connection that broke left it there. */
static void
test_leases (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  take_lease (fixture);
  g_assert_cmpuint (rooms_below.entered, ==, 1);
  stream_fixture_pass (fixture, 60 * SECOND);
  stream_fixture_end (fixture, CAM_REASON_RESET);
  g_assert_cmpuint (rooms_below.struck, ==, 0);
  take_lease (fixture);
  g_assert_cmpuint (rooms_below.entered, ==, 2);
  cam_stream_session_disable (fixture->session);
  stream_fixture_settle (fixture);
  g_assert_cmpuint (rooms_below.struck, ==, 1);
  rooms_below_audience_gone ();
  stream_fixture_settle (fixture);
}

/* The camera allows no more sessions, then the one that an earlier process left behind is ended. */
static void
test_room_is_made (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  rooms_below_refused (CAM_REASON_LIMIT, 60 * SECOND);
  stream_fixture_settle (fixture);
  stream_fixture_pass (fixture, 30 * SECOND);
  stream_fixture_assert_state (fixture, CAM_CAMERA_WAITING);
  cam_stream_session_made_room (fixture->session);
  stream_fixture_settle (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CONNECTING);
  g_assert_cmpuint (rooms_below.made, ==, 2);
}

/* The connection broke, and the camera, which allows one session, still counts the old one: it is torn down, once. */
static void
test_own_session_is_reclaimed (StreamFixture *fixture, gconstpointer data)
{
  fixture->camera->hold = INT64_MAX;
  begin_outage (fixture);
  rooms_below_refused (CAM_REASON_LIMIT, 60 * SECOND);
  stream_fixture_settle (fixture);
  g_assert_cmpuint (rooms_below.reclaimed, ==, 1);
  g_assert_cmpuint (rooms_below.made, ==, 2);
  cam_stream_session_made_room (fixture->session);
  stream_fixture_settle (fixture);
  g_assert_cmpuint (rooms_below.made, ==, 3);
  /* It is full all the same. */
  rooms_below_refused (CAM_REASON_LIMIT, 60 * SECOND);
  stream_fixture_settle (fixture);
  g_assert_cmpuint (rooms_below.reclaimed, ==, 1);
  stream_fixture_pass (fixture, 64 * SECOND);
  g_assert_cmpuint (rooms_below.made, ==, 3);
}

static void
test_limit_is_waited_for (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  rooms_below_refused (CAM_REASON_LIMIT, 30 * SECOND);
  stream_fixture_settle (fixture);
  stream_fixture_pass (fixture, 34 * SECOND);
  g_assert_cmpuint (rooms_below.made, ==, 1);
  stream_fixture_pass (fixture, SECOND);
  g_assert_cmpuint (rooms_below.made, ==, 2);
}

static void
test_retry_now (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  rooms_below.setup.events->established (1, rooms_below.setup.data);
  stream_fixture_settle (fixture);
  rooms_below.talking = 0;
  stream_fixture_end (fixture, CAM_REASON_AUTH);
  stream_fixture_assert_state (fixture, CAM_CAMERA_WAITING);
  cam_stream_session_retry_now (fixture->session);
  stream_fixture_settle (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CONNECTING);
  g_assert_cmpuint (rooms_below.made, ==, 2);
  /* The camera is asked, whatever it said of this log-in. */
  rooms_below.setup.events->established (2, rooms_below.setup.data);
  stream_fixture_settle (fixture);
  g_assert_cmpuint (rooms_below.talking, ==, 1);
  /* A dial under way goes on. */
  cam_stream_session_retry_now (fixture->session);
  stream_fixture_settle (fixture);
  g_assert_cmpuint (rooms_below.made, ==, 2);
}

static void
test_retry_now_while_held (StreamFixture *fixture, gconstpointer data)
{
  fixture->camera->hold = INT64_MAX;
  begin_outage (fixture);
  stream_fixture_end (fixture, CAM_REASON_AUTH);
  stream_fixture_pass (fixture, 30 * SECOND);
  g_assert_cmpuint (rooms_below.made, ==, 2);
  cam_stream_session_retry_now (fixture->session);
  stream_fixture_settle (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_HELD);
  g_assert_cmpuint (rooms_below.made, ==, 3);
}

static void
test_disable_and_enable (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  stream_fixture_go_live (fixture, fixture->h264);
  cam_stream_session_disable (fixture->session);
  stream_fixture_settle (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_DISABLING);
  g_assert_null (cam_stream_hub_ref_description (rooms_below.setup.hub));
  rooms_below_audience_gone ();
  stream_fixture_pass (fixture, 600 * SECOND);
  stream_fixture_assert_state (fixture, CAM_CAMERA_OFF);
  g_assert_cmpuint (rooms_below.mounts_ended, ==, 0);
  cam_stream_session_enable (fixture->session);
  stream_fixture_settle (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CONNECTING);
  g_assert_cmpuint (rooms_below.made, ==, 2);
}

static void
test_enable_while_disabling (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  stream_fixture_go_live (fixture, fixture->h264);
  cam_stream_session_disable (fixture->session);
  cam_stream_session_enable (fixture->session);
  stream_fixture_settle (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CLEARING);
  g_assert_cmpuint (rooms_below.made, ==, 1);
  rooms_below_audience_gone ();
  stream_fixture_settle (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CONNECTING);
  g_assert_cmpuint (rooms_below.made, ==, 2);
}

#define ADD(name, function) g_test_add ("/stream-outage/" name, StreamFixture, NULL, stream_fixture_set_up, function, stream_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cam_log_init (CAM_LOG_ERROR);
  ADD ("slate", test_slate);
  ADD ("remembered", test_remembered);
  ADD ("remembered-another", test_remembered_another);
  ADD ("keeps", test_keeps);
  ADD ("knocks", test_knocks);
  ADD ("transport-refused", test_transport_refused);
  ADD ("open-door-without-leave", test_open_door_without_leave);
  ADD ("late-door", test_late_door);
  ADD ("log-in-of-another", test_log_in_of_another);
  ADD ("talks-when-it-may", test_talks_when_it_may);
  ADD ("leases", test_leases);
  ADD ("room-is-made", test_room_is_made);
  ADD ("own-session-is-reclaimed", test_own_session_is_reclaimed);
  ADD ("limit-is-waited-for", test_limit_is_waited_for);
  ADD ("retry-now", test_retry_now);
  ADD ("retry-now-while-held", test_retry_now_while_held);
  ADD ("disable-and-enable", test_disable_and_enable);
  ADD ("enable-while-disabling", test_enable_while_disabling);
  return g_test_run ();
}
