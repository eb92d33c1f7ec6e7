#include "core/resolver.h"

#include <stdatomic.h>
#include <string.h>

#include "core/resolver-private.h"
#include "loop-fixture.h"

#define LONG_US (600 * G_USEC_PER_SEC)
#define MAX_ASKERS 400

/* Stands for the system's resolver: a host's name says what happens. Lives as long as the process, as the real one does: a look-up that
 * hangs outlives its resolver. */
typedef struct NameServer NameServer;
struct NameServer {
  NameServer *next;
  atomic_uint calls;
  atomic_uint running;
  atomic_uint most_running;
  atomic_bool is_away; /* no name is known any more */
  Gate four_running;
  Gate release; /* "slow…" hosts wait for it */
};

static NameServer *name_servers;

typedef struct Fixture Fixture;

typedef struct {
  Fixture *fixture;
  const char *host;
  int64_t timeout_us;
  CamResolverQuery *query;
  bool frees_in_answer;
  unsigned answers;
  char *address; /* owned; the first one, or NULL */
  GError *error; /* owned */
  unsigned count;
  Gate answered;
} Asker;

struct Fixture {
  NameServer *server; /* borrowed: in name_servers */
  CamResolver *resolver;
  CamLoopThread *loop;
  Asker askers[MAX_ASKERS];
};

static GList *
look_up (const char *host, gpointer data, GError **error)
{
  NameServer *server = data;
  atomic_fetch_add (&server->calls, 1);
  unsigned running = atomic_fetch_add (&server->running, 1) + 1;
  if (running > atomic_load (&server->most_running))
    atomic_store (&server->most_running, running);
  if (running == 4)
    open_gate (&server->four_running);
  if (g_str_has_prefix (host, "slow"))
    await_gate (&server->release);
  atomic_fetch_sub (&server->running, 1);
  if (g_str_has_prefix (host, "unknown") || atomic_load (&server->is_away)) {
    g_set_error_literal (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no such host");
    return NULL;
  }
  return g_list_append (g_list_append (NULL, g_inet_address_new_from_string ("10.1.2.3")), g_inet_address_new_from_string ("fd00::1"));
}

static void
open_for_all (NameServer *server)
{
  g_mutex_lock (&server->release.lock);
  server->release.is_open = true;
  g_cond_broadcast (&server->release.opened);
  g_mutex_unlock (&server->release.lock);
}

static NameServer *
new_name_server (void)
{
  NameServer *server = g_new0 (NameServer, 1);
  server->next = name_servers;
  name_servers = server;
  return server;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->server = new_name_server ();
  self->resolver = cam_resolver_new_with_lookup (look_up, self->server);
  self->loop = start_loop ();
}

static void
free_queries (gpointer data)
{
  Fixture *self = data;
  for (unsigned i = 0; i < MAX_ASKERS; i++)
    g_clear_pointer (&self->askers[i].query, cam_resolver_query_free);
  cam_resolver_query_free (NULL);
}

static void
clear_askers (Fixture *self)
{
  for (unsigned i = 0; i < MAX_ASKERS; i++) {
    g_clear_error (&self->askers[i].error);
    g_clear_pointer (&self->askers[i].address, g_free);
  }
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  open_for_all (self->server);
  call_on (self->loop, free_queries, self);
  stop_loop (self->loop);
  if (self->resolver != NULL)
    cam_resolver_free (self->resolver);
  clear_askers (self);
}

static void
on_answer (const GList *addresses, const GError *error, gpointer data)
{
  Asker *self = data;
  CAM_ASSERT_ON (self->fixture->loop);
  self->answers++;
  g_assert_true ((addresses == NULL) != (error == NULL));
  if (error != NULL)
    self->error = g_error_copy (error);
  if (addresses != NULL)
    self->address = g_inet_address_to_string (addresses->data);
  self->count = g_list_length ((GList *) addresses);
  if (self->frees_in_answer)
    g_clear_pointer (&self->query, cam_resolver_query_free);
  open_gate (&self->answered);
}

static void
ask (gpointer data)
{
  Asker *self = data;
  Fixture *fixture = self->fixture;
  self->query = cam_resolver_ask (fixture->resolver, fixture->loop, self->host, self->timeout_us, on_answer, self);
  g_assert_nonnull (self->query);
  g_assert_cmpuint (self->answers, ==, 0);
}

static Asker *
start_asker (Fixture *self, unsigned number, const char *host, int64_t timeout_us)
{
  Asker *asker = &self->askers[number];
  asker->fixture = self;
  asker->host = host;
  asker->timeout_us = timeout_us;
  call_on (self->loop, ask, asker);
  return asker;
}

static void
expect_address (Asker *asker, const char *address, unsigned count)
{
  await_gate (&asker->answered);
  g_assert_no_error (asker->error);
  g_assert_cmpstr (asker->address, ==, address);
  g_assert_cmpuint (asker->count, ==, count);
  g_assert_cmpuint (asker->answers, ==, 1);
}

static void
test_answer (Fixture *self, gconstpointer data)
{
  expect_address (start_asker (self, 0, "cam.lan", LONG_US), "10.1.2.3", 2);
}

static void
test_literals_ask_nobody (Fixture *self, gconstpointer data)
{
  expect_address (start_asker (self, 0, "192.168.1.9", LONG_US), "192.168.1.9", 1);
  expect_address (start_asker (self, 1, "fe80::1", LONG_US), "fe80::1", 1);
  g_assert_cmpuint (atomic_load (&self->server->calls), ==, 0);
}

static void
test_unknown (Fixture *self, gconstpointer data)
{
  Asker *asker = start_asker (self, 0, "unknown.lan", LONG_US);
  await_gate (&asker->answered);
  g_assert_error (asker->error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND);
}

static void
test_last_good_answer (Fixture *self, gconstpointer data)
{
  expect_address (start_asker (self, 0, "cam.lan", LONG_US), "10.1.2.3", 2);
  atomic_store (&self->server->is_away, true);
  expect_address (start_asker (self, 1, "CAM.lan", LONG_US), "10.1.2.3", 2);
  Asker *stranger = start_asker (self, 2, "other.lan", LONG_US);
  await_gate (&stranger->answered);
  g_assert_error (stranger->error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND);
}

static void
test_deadline (Fixture *self, gconstpointer data)
{
  Asker *asker = start_asker (self, 0, "slow.lan", 1000);
  await_gate (&asker->answered);
  g_assert_error (asker->error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  /* The look-up goes on: who asks again joins it. */
  Asker *later = start_asker (self, 1, "slow.lan", LONG_US);
  open_for_all (self->server);
  expect_address (later, "10.1.2.3", 2);
  g_assert_cmpuint (atomic_load (&self->server->calls), ==, 1);
  g_assert_cmpuint (asker->answers, ==, 1);
}

static void
test_deadline_with_last_answer (Fixture *self, gconstpointer data)
{
  open_for_all (self->server);
  expect_address (start_asker (self, 0, "slow.lan", LONG_US), "10.1.2.3", 2);
  g_mutex_lock (&self->server->release.lock);
  self->server->release.is_open = false;
  g_mutex_unlock (&self->server->release.lock);
  expect_address (start_asker (self, 1, "slow.lan", 1000), "10.1.2.3", 2);
}

static void
test_four_threads (Fixture *self, gconstpointer data)
{
  static const char *const hosts[] = {"slow0", "slow1", "slow2", "slow3", "slow4", "slow5", "slow6", "slow7"};
  for (unsigned i = 0; i < G_N_ELEMENTS (hosts); i++)
    start_asker (self, i, hosts[i], LONG_US);
  await_gate (&self->server->four_running);
  open_for_all (self->server);
  for (unsigned i = 0; i < G_N_ELEMENTS (hosts); i++)
    expect_address (&self->askers[i], "10.1.2.3", 2);
  g_assert_cmpuint (atomic_load (&self->server->most_running), ==, 4);
}

static void
test_one_look_up_for_all (Fixture *self, gconstpointer data)
{
  for (unsigned i = 0; i < 50; i++)
    start_asker (self, i, "slow.lan", LONG_US);
  open_for_all (self->server);
  for (unsigned i = 0; i < 50; i++)
    expect_address (&self->askers[i], "10.1.2.3", 2);
  g_assert_cmpuint (atomic_load (&self->server->calls), ==, 1);
}

static void
test_freed_in_the_answer (Fixture *self, gconstpointer data)
{
  self->askers[0].frees_in_answer = true;
  self->askers[1].frees_in_answer = true;
  self->askers[2].frees_in_answer = true;
  expect_address (start_asker (self, 0, "cam.lan", LONG_US), "10.1.2.3", 2);
  expect_address (start_asker (self, 1, "10.0.0.1", LONG_US), "10.0.0.1", 1);
  Asker *late = start_asker (self, 2, "slow.lan", 1000);
  await_gate (&late->answered);
  g_assert_error (late->error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

static void
ask_and_free (gpointer data)
{
  Asker *self = data;
  ask (self);
  g_clear_pointer (&self->query, cam_resolver_query_free);
}

/* Nobody is called after free; what had not begun is not begun. */
static void
test_freed_before_the_answer (Fixture *self, gconstpointer data)
{
  static const char *const hosts[] = {"slow0", "slow1", "slow2", "slow3"};
  for (unsigned i = 0; i < G_N_ELEMENTS (hosts); i++)
    start_asker (self, i, hosts[i], LONG_US);
  await_gate (&self->server->four_running);
  self->askers[4] = (Asker){.fixture = self, .host = "waiting", .timeout_us = LONG_US};
  self->askers[5] = (Asker){.fixture = self, .host = "slow0", .timeout_us = LONG_US};
  self->askers[6] = (Asker){.fixture = self, .host = "10.0.0.1", .timeout_us = LONG_US};
  for (unsigned i = 4; i <= 6; i++)
    call_on (self->loop, ask_and_free, &self->askers[i]);
  open_for_all (self->server);
  for (unsigned i = 0; i < G_N_ELEMENTS (hosts); i++)
    expect_address (&self->askers[i], "10.1.2.3", 2);
  expect_address (start_asker (self, 7, "last", LONG_US), "10.1.2.3", 2);
  for (unsigned i = 4; i <= 6; i++)
    g_assert_cmpuint (self->askers[i].answers, ==, 0);
  g_assert_cmpuint (atomic_load (&self->server->calls), ==, 5);
}

/* The end neither waits for a look-up that hangs nor leaves its asker without an answer. */
static void
test_end_with_open_questions (Fixture *self, gconstpointer data)
{
  Asker *running = start_asker (self, 0, "slow0", LONG_US);
  int64_t before_us = g_get_monotonic_time ();
  cam_resolver_free (g_steal_pointer (&self->resolver));
  g_assert_cmpint (g_get_monotonic_time () - before_us, <, DEADLINE_US);
  await_gate (&running->answered);
  g_assert_error (running->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_real_one (void)
{
  Fixture *self = g_new0 (Fixture, 1);
  self->server = new_name_server ();
  self->resolver = cam_resolver_new ();
  self->loop = start_loop ();
  Asker *asker = start_asker (self, 0, "localhost", LONG_US);
  await_gate (&asker->answered);
  g_assert_no_error (asker->error);
  g_assert_true (strcmp (asker->address, "127.0.0.1") == 0 || strcmp (asker->address, "::1") == 0);
  tear_down (self, NULL);
  g_free (self);
}

#define ADD(name, function) g_test_add ("/core/resolver/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("answer", test_answer);
  ADD ("literals", test_literals_ask_nobody);
  ADD ("unknown", test_unknown);
  ADD ("last-good-answer", test_last_good_answer);
  ADD ("deadline", test_deadline);
  ADD ("deadline-with-last-answer", test_deadline_with_last_answer);
  ADD ("four-threads", test_four_threads);
  ADD ("one-look-up-for-all", test_one_look_up_for_all);
  ADD ("freed-in-the-answer", test_freed_in_the_answer);
  ADD ("freed-before-the-answer", test_freed_before_the_answer);
  ADD ("end-with-open-questions", test_end_with_open_questions);
  g_test_add_func ("/core/resolver/system", test_real_one);
  return g_test_run ();
}
