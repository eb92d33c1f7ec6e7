/* Real doors and real callers on loopback; what the serving half says of them is ours. */
#include "supervise/srt-listener.h"

#include <string.h>

#include "core/log.h"
#include "srt/srt-connection.h"
#include "srt/srt-library.h"

#define DEADLINE_US (20 * G_USEC_PER_SEC)

typedef struct {
  CamSrtPoller *poller;
  CamLoopThread *loop;
  CamMainInbox *inbox;
  CamConfigSet *config;
  CamSenderRoll *senders;
  GPtrArray *posts; /* of CamSenderPost, ref */
  CamSrtListener *listener;
  unsigned n_senders; /* handed on */
  char *sender_camera; /* owned; of the newest */
  CamSrtConnection *sender; /* owned, on the loop; the newest */
} Fixture;

/* One call from outside. */
typedef struct {
  Fixture *fixture;
  CamSrtUrl *url;
  unsigned port;
  CamSrtConnection *connection; /* owned, on the loop */
  gint is_connected, is_ended;  /* atomic */
  CamReason reason;             /* with is_ended */
  char *detail;
} Call;

/* The serving half. */
static gint verdict;   /* atomic; a CamSrtRefusal */
static gint n_readers; /* atomic */

CamSrtRefusal
cam_rtsp_server_judge_srt (CamRtspServer *self, GInetAddress *address, const CamSrtStreamId *id)
{
  if (id->wish == CAM_SRT_WANTS_NOTHING)
    return CAM_SRT_REFUSAL_BAD_REQUEST;
  return g_str_equal (id->camera, "nobody") ? CAM_SRT_REFUSAL_NOT_FOUND : (CamSrtRefusal) g_atomic_int_get (&verdict);
}

void
cam_rtsp_server_take_srt_reader (CamRtspServer *self, CamSrtPoller *poller, int socket, GInetAddress *address, unsigned port, const CamSrtStreamId *id)
{
  g_assert_cmpint (id->wish, ==, CAM_SRT_WANTS_READ);
  g_assert_cmpuint (port, >, 0);
  g_atomic_int_inc (&n_readers);
  cam_srt_poller_discard (poller, socket);
}

#define AWAIT(condition) \
  do { \
    const gint64 until_us = g_get_monotonic_time () + DEADLINE_US; \
    while (!(condition)) { \
      g_assert_cmpint (g_get_monotonic_time (), <, until_us); \
      g_main_context_iteration (NULL, FALSE); \
      g_thread_yield (); \
    } \
  } while (false)

static void
on_nothing (gpointer data)
{
}

static void
on_sender_ended (CamReason reason, const char *detail, gpointer data)
{
}

static const CamSrtEvents sender_events = { .connected = on_nothing, .ended = on_sender_ended };

static void
free_sender (gpointer data)
{
  Fixture *self = data;
  g_clear_pointer (&self->sender, cam_srt_connection_free);
}

/* What a session does with it: the newest stays, at a loop. */
typedef struct {
  Fixture *fixture;
  int socket;
} Adoption;

static void
adopt (gpointer data)
{
  Adoption *adoption = data;
  Fixture *self = adoption->fixture;
  free_sender (self);
  self->sender = cam_srt_connection_adopt (&(CamSrtPlace) { .poller = self->poller, .loop = self->loop, .events = &sender_events, .data = self }, adoption->socket);
}

static void
on_sender (const CamSenderPost *post, int socket, const char *address, gpointer data)
{
  Fixture *self = data;
  g_assert_true (g_str_has_prefix (address, "127.0.0.1:"));
  self->n_senders++;
  g_free (self->sender_camera);
  self->sender_camera = g_strdup (cam_sender_post_get_camera (post)->name);
  cam_sender_post_set ((CamSenderPost *) post, CAM_SENDER_POST_TAKEN);
  Adoption *adoption = g_new (Adoption, 1);
  *adoption = (Adoption) { .fixture = self, .socket = socket };
  cam_loop_thread_post (self->loop, adopt, adoption, g_free);
}

static CamCameraConfig *
add_camera (Fixture *self, const char *name, const char *url, const char *passphrase)
{
  CamCameraConfig *camera = cam_camera_config_new (name);
  camera->streams[CAM_STREAM_MAIN].url = g_strdup (url);
  camera->streams[CAM_STREAM_MAIN].password = passphrase != NULL ? cam_secret_new (passphrase, -1) : NULL;
  g_ptr_array_add (self->config->cameras, camera);
  return camera;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_atomic_int_set (&verdict, CAM_SRT_REFUSAL_NONE);
  g_atomic_int_set (&n_readers, 0);
  self->poller = cam_srt_poller_new (&error);
  g_assert_no_error (error);
  self->loop = cam_loop_thread_new ("media0", &error);
  g_assert_no_error (error);
  self->inbox = cam_main_inbox_new (cam_clock_monotonic ());
  self->config = cam_config_set_new ();
  g_strfreev (self->config->server.srt_listen);
  self->config->server.srt_listen = g_strsplit ("127.0.0.1:0", " ", -1);
  add_camera (self, "dialled", "rtsp://192.0.2.1/", NULL);
  add_camera (self, "yard", "srt:", NULL);
}

static void
put_up_posts (Fixture *self)
{
  for (unsigned i = 0; i < 2 * self->config->cameras->len; i++) {
    CamCameraConfig *camera = g_ptr_array_index (self->config->cameras, i / 2);
    CamSenderPost *post = camera->streams[i % 2].url != NULL ? cam_sender_roll_add (self->senders, camera, i % 2) : NULL;
    if (post == NULL)
      continue;
    cam_sender_post_set (post, CAM_SENDER_POST_VACANT);
    g_ptr_array_add (self->posts, post);
  }
}

static void
take_down_posts (Fixture *self)
{
  for (unsigned i = 0; i < self->posts->len; i++) {
    cam_sender_roll_remove (self->senders, g_ptr_array_index (self->posts, i));
    cam_sender_post_unref (g_ptr_array_index (self->posts, i));
  }
  g_ptr_array_set_size (self->posts, 0);
}

static bool
open_listener (Fixture *self, GError **error)
{
  cam_config_set_sort (self->config);
  self->posts = g_ptr_array_new ();
  self->senders = cam_sender_roll_new (self->config->server.srt_takeover);
  put_up_posts (self);
  self->listener = cam_srt_listener_new (&(CamSrtListenerSetup) { .poller = self->poller,
                                                                  .senders = self->senders,
                                                                  .inbox = self->inbox,
                                                                  .clock = cam_clock_monotonic (),
                                                                  .sender = on_sender,
                                                                  .data = self });
  if (!cam_srt_listener_prepare (self->listener, self->config, error))
    return false;
  cam_srt_listener_adopt (self->listener);
  return true;
}

/* The port of the @index-th door. */
static unsigned
begin (Fixture *self, unsigned index)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (open_listener (self, &error));
  g_assert_no_error (error);
  const char *name = cam_srt_listener_get_addresses (self->listener)[index];
  g_assert_true (g_str_has_prefix (name, "srt://127.0.0.1:"));
  return (unsigned) g_ascii_strtoull (strrchr (name, ':') + 1, NULL, 10);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  cam_srt_listener_free (self->listener);
  cam_main_inbox_close (self->inbox);
  cam_main_inbox_unref (self->inbox);
  cam_loop_thread_post (self->loop, free_sender, self, NULL);
  g_assert_true (cam_srt_poller_stop (self->poller, G_USEC_PER_SEC));
  cam_loop_thread_quit (self->loop);
  g_assert_true (cam_loop_thread_join (self->loop, G_USEC_PER_SEC));
  cam_srt_poller_free (self->poller);
  take_down_posts (self);
  g_ptr_array_unref (self->posts);
  cam_sender_roll_free (self->senders);
  cam_config_set_unref (self->config);
  g_free (self->sender_camera);
}

/* Calls. */

static void
on_connected (gpointer data)
{
  g_atomic_int_set (&((Call *) data)->is_connected, TRUE);
}

static void
on_ended (CamReason reason, const char *detail, gpointer data)
{
  Call *call = data;
  call->reason = reason;
  call->detail = g_strdup (detail);
  g_atomic_int_set (&call->is_ended, TRUE);
}

static const CamSrtEvents call_events = { .connected = on_connected, .ended = on_ended };

static void
dial (gpointer data)
{
  Call *call = data;
  g_autoptr (GInetAddress) address = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  CamSrtPlace place = { .poller = call->fixture->poller, .loop = call->fixture->loop, .events = &call_events, .data = call };
  call->connection = cam_srt_connection_dial (&place, call->url, address, call->port);
}

static void
hang_up (gpointer data)
{
  Call *call = data;
  g_clear_pointer (&call->connection, cam_srt_connection_free);
  g_atomic_int_set (&call->is_ended, 2);
}

/* Dials; M turns, or with @is_m_busy does not, until the handshake is over. */
static Call *
call_while (Fixture *self, unsigned port, const char *stream_id, const char *passphrase, bool is_m_busy)
{
  Call *call = g_new0 (Call, 1);
  call->fixture = self;
  call->port = port;
  call->url = cam_srt_url_new ();
  call->url->mode = CAM_SRT_CALLER;
  call->url->stream_id = g_strdup (stream_id);
  call->url->passphrase = passphrase != NULL ? cam_secret_new (passphrase, -1) : NULL;
  cam_loop_thread_post (self->loop, dial, call, NULL);
  const gint64 until_us = g_get_monotonic_time () + DEADLINE_US;
  while (!g_atomic_int_get (&call->is_connected) && !g_atomic_int_get (&call->is_ended)) {
    g_assert_cmpint (g_get_monotonic_time (), <, until_us);
    if (!is_m_busy)
      g_main_context_iteration (NULL, FALSE);
    g_thread_yield ();
  }
  return call;
}

static Call *
call_door (Fixture *self, unsigned port, const char *stream_id, const char *passphrase)
{
  return call_while (self, port, stream_id, passphrase, false);
}

static void
end_call (Call *call)
{
  cam_loop_thread_post (call->fixture->loop, hang_up, call, NULL);
  AWAIT (g_atomic_int_get (&call->is_ended) == 2);
  cam_srt_url_free (call->url);
  g_free (call->detail);
  g_free (call);
}

static void
assert_refused (Fixture *self, unsigned port, const char *stream_id, const char *passphrase, CamReason reason)
{
  Call *call = call_door (self, port, stream_id, passphrase);
  AWAIT (g_atomic_int_get (&call->is_ended));
  g_assert_cmpstr (cam_reason_word (call->reason), ==, cam_reason_word (reason));
  end_call (call);
}

static void
test_publish (Fixture *self, gconstpointer data)
{
  unsigned port = begin (self, 0);
  static const char *const ids[] = { "publish:yard", "#!::m=publish,r=yard", "publish:YARD:bob:secret" };
  for (unsigned i = 0; i < G_N_ELEMENTS (ids); i++) {
    Call *call = call_door (self, port, ids[i], NULL);
    AWAIT (self->n_senders == i + 1);
    g_assert_true (call->is_connected && !call->is_ended);
    g_assert_cmpstr (self->sender_camera, ==, "yard");
    end_call (call);
  }
}

static void
test_read (Fixture *self, gconstpointer data)
{
  unsigned port = begin (self, 0);
  Call *call = call_door (self, port, "read:dialled", NULL);
  AWAIT (g_atomic_int_get (&n_readers) == 1);
  end_call (call);
  g_assert_cmpuint (self->n_senders, ==, 0);
}

static void
test_refusals (Fixture *self, gconstpointer data)
{
  unsigned port = begin (self, 0);
  assert_refused (self, port, NULL, NULL, CAM_REASON_PROTOCOL);
  assert_refused (self, port, "#!::m=frobnicate", NULL, CAM_REASON_PROTOCOL);
  assert_refused (self, port, "publish:nobody", NULL, CAM_REASON_NOT_FOUND);
  assert_refused (self, port, "publish:dialled", NULL, CAM_REASON_UNSUPPORTED);
  assert_refused (self, port, "publish:yard/sub", NULL, CAM_REASON_UNSUPPORTED);
  assert_refused (self, port, "publish:yard", "nobody wants one", CAM_REASON_AUTH);
  g_atomic_int_set (&verdict, CAM_SRT_REFUSAL_LOGIN);
  assert_refused (self, port, "publish:yard:bob:wrong", NULL, CAM_REASON_AUTH);
  g_atomic_int_set (&verdict, CAM_SRT_REFUSAL_FORBIDDEN);
  assert_refused (self, port, "publish:yard", NULL, CAM_REASON_AUTH);
  g_atomic_int_set (&verdict, CAM_SRT_REFUSAL_FULL);
  assert_refused (self, port, "read:dialled", NULL, CAM_REASON_LIMIT);
  g_atomic_int_set (&verdict, CAM_SRT_REFUSAL_NONE);
  cam_sender_post_set (g_ptr_array_index (self->posts, 0), CAM_SENDER_POST_CLOSED);
  assert_refused (self, port, "publish:yard", NULL, CAM_REASON_REFUSED);
  g_assert_cmpuint (self->n_senders, ==, 0);
  g_assert_cmpint (g_atomic_int_get (&n_readers), ==, 0);
}

static void
test_takeover (Fixture *self, gconstpointer data)
{
  self->config->server.srt_takeover = CAM_TAKEOVER_REFUSE;
  unsigned port = begin (self, 0);
  Call *call = call_door (self, port, "publish:yard", NULL);
  AWAIT (self->n_senders == 1);
  assert_refused (self, port, "publish:yard", NULL, CAM_REASON_LIMIT);
  g_assert_false (g_atomic_int_get (&call->is_ended)); /* who was there is not disturbed */
  end_call (call);
}

/* Both were let in before the first of them had arrived: the second is sent away. */
static void
test_two_at_once (Fixture *self, gconstpointer data)
{
  self->config->server.srt_takeover = CAM_TAKEOVER_REFUSE;
  unsigned port = begin (self, 0);
  Call *calls[2];
  for (unsigned i = 0; i < 2; i++)
    calls[i] = call_while (self, port, "publish:yard", NULL, true);
  g_assert_true (calls[0]->is_connected && calls[1]->is_connected);
  AWAIT (g_atomic_int_get (&calls[0]->is_ended) || g_atomic_int_get (&calls[1]->is_ended));
  g_assert_cmpuint (self->n_senders, ==, 1);
  end_call (calls[0]);
  end_call (calls[1]);
}

static void
test_passphrases (Fixture *self, gconstpointer data)
{
  self->config->server.srt_passphrase = cam_secret_new ("everybody's secret", -1);
  add_camera (self, "garden", "srt:", "the garden's own");
  unsigned port = begin (self, 0);
  assert_refused (self, port, "publish:yard", NULL, CAM_REASON_AUTH);
  assert_refused (self, port, "publish:yard", "the garden's own", CAM_REASON_AUTH);
  assert_refused (self, port, "publish:garden", "everybody's secret", CAM_REASON_AUTH);
  assert_refused (self, port, "read:garden", "the garden's own", CAM_REASON_AUTH);
  g_assert_cmpuint (self->n_senders, ==, 0);
  end_call (call_door (self, port, "publish:yard", "everybody's secret"));
  AWAIT (self->n_senders == 1);
  end_call (call_door (self, port, "publish:garden", "the garden's own"));
  AWAIT (self->n_senders == 2);
  end_call (call_door (self, port, "read:garden", "everybody's secret"));
  AWAIT (g_atomic_int_get (&n_readers) == 1);
}

/* A port that is free at this moment. */
static unsigned
find_port (void)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_assert_true (g_socket_bind (socket, any, FALSE, NULL));
  g_autoptr (GSocketAddress) bound = g_socket_get_local_address (socket, NULL);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

static void
test_own_doors (Fixture *self, gconstpointer data)
{
  g_autofree char *plain = g_strdup_printf ("srt://127.0.0.1:%u?mode=listener", find_port ());
  g_autofree char *picky = g_strdup_printf ("srt://127.0.0.1:%u?mode=listener&streamid=drone%%207", find_port ());
  add_camera (self, "plain", plain, NULL);
  add_camera (self, "picky", picky, "a secret of its own");
  unsigned picky_port = begin (self, 1);
  unsigned plain_port = (unsigned) g_ascii_strtoull (strrchr (cam_srt_listener_get_addresses (self->listener)[2], ':') + 1, NULL, 10);
  g_assert_null (cam_srt_listener_get_addresses (self->listener)[3]);
  end_call (call_door (self, plain_port, NULL, NULL));
  AWAIT (self->n_senders == 1);
  end_call (call_door (self, plain_port, "publish:nobody", NULL)); /* who comes here need not say where he belongs */
  AWAIT (self->n_senders == 2);
  g_assert_cmpstr (self->sender_camera, ==, "plain");
  assert_refused (self, plain_port, "read:plain", NULL, CAM_REASON_UNSUPPORTED);
  assert_refused (self, picky_port, NULL, "a secret of its own", CAM_REASON_NOT_FOUND);
  assert_refused (self, picky_port, "drone 8", "a secret of its own", CAM_REASON_NOT_FOUND);
  assert_refused (self, picky_port, "drone 7", "another secret", CAM_REASON_AUTH);
  end_call (call_door (self, picky_port, "drone 7", "a secret of its own"));
  AWAIT (self->n_senders == 3);
  g_assert_cmpstr (self->sender_camera, ==, "picky");
}

static void
test_address_in_use (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_assert_true (g_socket_bind (socket, any, FALSE, NULL));
  g_autoptr (GSocketAddress) bound = g_socket_get_local_address (socket, NULL);
  unsigned port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  g_autofree char *url = g_strdup_printf ("srt://127.0.0.1:%u?mode=listener", port);
  add_camera (self, "taken", url, NULL);
  g_assert_false (open_listener (self, &error));
  g_assert_error (error, CAM_SRT_ERROR, CAM_SRT_ERROR_BIND);
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", port);
  g_assert_nonnull (strstr (error->message, address));
  g_assert_nonnull (strstr (error->message, "camera 'taken'"));
}

/* Senders that arrive while everything is ended are sent away, and closing twice is fine. */
static void
test_close (Fixture *self, gconstpointer data)
{
  unsigned port = begin (self, 0);
  Call *call = call_while (self, port, "publish:yard", NULL, true);
  g_assert_true (call->is_connected);
  cam_srt_listener_close (self->listener);
  cam_srt_listener_close (self->listener);
  AWAIT (g_atomic_int_get (&call->is_ended));
  g_assert_cmpint (call->reason, ==, CAM_REASON_CLOSED);
  g_assert_cmpuint (self->n_senders, ==, 0);
  end_call (call);
}

#define ADD(name, function) g_test_add ("/srt-listener/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cam_log_init (CAM_LOG_ERROR);
  ADD ("publish", test_publish);
  ADD ("read", test_read);
  ADD ("refusals", test_refusals);
  ADD ("takeover", test_takeover);
  ADD ("two-at-once", test_two_at_once);
  ADD ("passphrases", test_passphrases);
  ADD ("own-doors", test_own_doors);
  ADD ("address-in-use", test_address_in_use);
  ADD ("close", test_close);
  return g_test_run ();
}
