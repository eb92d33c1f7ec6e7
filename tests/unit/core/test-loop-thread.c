#include "core/loop-thread.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "loop-fixture.h"

#define POSTERS 4
#define POSTS 20000

typedef struct {
  CamLoopThread *loop;
  Gate gate;
  GString *trace;
  unsigned rounds;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->loop = start_loop ();
  self->trace = g_string_new (NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  if (self->loop != NULL)
    stop_loop (self->loop);
  g_string_free (self->trace, TRUE);
}

static void
check_identity (gpointer data)
{
  Fixture *self = data;
  char name[16] = "";
  CAM_ASSERT_ON (self->loop);
  prctl (PR_GET_NAME, name);
  g_assert_cmpstr (name, ==, "test-loop");
  g_assert_true (g_main_context_get_thread_default () == cam_loop_thread_get_context (self->loop));
  g_assert_true (g_main_context_is_owner (cam_loop_thread_get_context (self->loop)));
  int64_t now_us = cam_loop_thread_now_us (self->loop);
  g_assert_cmpint (now_us, >, g_get_monotonic_time () - DEADLINE_US);
  g_assert_cmpint (now_us, <=, g_get_monotonic_time ());
  const CamLoopBeat *beat = cam_loop_thread_get_beat (self->loop);
  g_assert_cmpint (cam_loop_beat_get_thread (beat), ==, gettid ());
  g_assert_cmpint (cam_loop_beat_get_us (beat), ==, now_us);
  uint8_t *scratch = cam_loop_thread_get_scratch (self->loop);
  memset (scratch, 1, CAM_LOOP_SCRATCH_BYTES);
  g_assert_true (cam_loop_thread_get_scratch (self->loop) == scratch);
}

static void
test_identity (Fixture *self, gconstpointer data)
{
  g_assert_false (cam_loop_thread_is_current (self->loop));
  call_on (self->loop, check_identity, self);
}

typedef struct {
  CamLoopThread *loop;    /* borrowed */
  unsigned number;        /* the poster's */
  unsigned next[POSTERS]; /* on the loop: what each poster should send next */
  atomic_uint *destroyed;
} Poster;

typedef struct {
  Poster *poster;
  unsigned *expected; /* on the loop */
  unsigned value;
} Parcel;

static void
receive (gpointer data)
{
  Parcel *parcel = data;
  CAM_ASSERT_ON (parcel->poster->loop);
  g_assert_cmpuint (parcel->value, ==, *parcel->expected);
  (*parcel->expected)++;
}

static void
free_parcel (gpointer data)
{
  Parcel *parcel = data;
  atomic_fetch_add (parcel->poster->destroyed, 1);
  g_free (parcel);
}

static gpointer
post_many (gpointer data)
{
  Poster *poster = data;
  for (unsigned i = 0; i < POSTS; i++) {
    Parcel *parcel = g_new (Parcel, 1);
    *parcel = (Parcel){.poster = poster, .expected = &poster->next[poster->number], .value = i};
    g_assert_true (cam_loop_thread_post (poster->loop, receive, parcel, free_parcel));
  }
  return NULL;
}

static void
test_posts_in_order (Fixture *self, gconstpointer data)
{
  Poster posters[POSTERS];
  GThread *threads[POSTERS];
  atomic_uint destroyed = 0;
  for (unsigned i = 0; i < POSTERS; i++) {
    posters[i] = (Poster){.loop = self->loop, .number = i, .destroyed = &destroyed};
    threads[i] = g_thread_try_new ("poster", post_many, &posters[i], NULL);
    g_assert_nonnull (threads[i]);
  }
  for (unsigned i = 0; i < POSTERS; i++)
    g_thread_join (threads[i]);
  call_on (self->loop, check_identity, self);
  for (unsigned i = 0; i < POSTERS; i++)
    g_assert_cmpuint (posters[i].next[i], ==, POSTS);
  g_assert_cmpuint (atomic_load (&destroyed), ==, POSTERS * POSTS);
}

static void
post_again (gpointer data)
{
  Fixture *self = data;
  if (++self->rounds < 3)
    cam_loop_thread_post (self->loop, post_again, self, NULL);
  else
    open_gate (&self->gate);
}

static void
test_post_from_the_loop (Fixture *self, gconstpointer data)
{
  g_assert_true (cam_loop_thread_post (self->loop, post_again, self, NULL));
  await_gate (&self->gate);
  g_assert_cmpuint (self->rounds, ==, 3);
}

typedef struct {
  Gate entered;
  Gate release;
} Hold;

static void
stand_still (gpointer data)
{
  Hold *hold = data;
  open_gate (&hold->entered);
  await_gate (&hold->release);
}

/* Returns when the loop stands still in a post, with nothing else in its inbox. */
static void
hold_loop (CamLoopThread *loop, Hold *hold)
{
  g_assert_true (cam_loop_thread_post (loop, stand_still, hold, NULL));
  await_gate (&hold->entered);
}

typedef struct {
  CamLoopThread *loop;
  unsigned ran;
  unsigned destroyed;
  unsigned late;
} Ending;

static void
count_ran (gpointer data)
{
  ((Ending *) data)->ran++;
}

static void
count_destroyed_on_loop (gpointer data)
{
  Ending *self = data;
  CAM_ASSERT_ON (self->loop);
  self->destroyed++;
  g_assert_false (cam_loop_thread_post (self->loop, count_ran, self, NULL));
}

static void
quit_then_post (gpointer data)
{
  Ending *self = data;
  cam_loop_thread_quit (self->loop);
  cam_loop_thread_quit (self->loop);
  for (unsigned i = 0; i < 3; i++)
    cam_loop_thread_post (self->loop, count_ran, self, NULL);
}

static void
post_unrun (gpointer data)
{
  Ending *self = data;
  cam_loop_thread_post (self->loop, count_ran, self, count_destroyed_on_loop);
}

/* Posts that are there when the loop is asked to quit run; those that come while it ends are let go of, on its thread. */
static void
test_quit (Fixture *self, gconstpointer data)
{
  Ending ending = {.loop = self->loop};
  Hold hold = {.entered.is_open = false};
  hold_loop (self->loop, &hold);
  for (unsigned i = 0; i < 5; i++)
    g_assert_true (cam_loop_thread_post (self->loop, count_ran, &ending, NULL));
  g_assert_true (cam_loop_thread_post (self->loop, post_unrun, &ending, NULL));
  cam_loop_thread_quit (self->loop);
  open_gate (&hold.release);
  g_assert_true (cam_loop_thread_join (g_steal_pointer (&self->loop), DEADLINE_US));
  g_assert_cmpuint (ending.ran, ==, 5);
  g_assert_cmpuint (ending.destroyed, ==, 1);
}

static void
note_late (gpointer data)
{
  ((Ending *) data)->late++;
}

static void
test_post_after_the_end (Fixture *self, gconstpointer data)
{
  Ending ending = {.loop = self->loop};
  call_on (self->loop, check_identity, self);
  g_assert_true (cam_loop_thread_post (self->loop, quit_then_post, &ending, NULL));
  int64_t deadline_us = g_get_monotonic_time () + DEADLINE_US;
  while (ending.late == 0 && g_get_monotonic_time () < deadline_us) {
    Ending refused = {.loop = self->loop};
    if (!cam_loop_thread_post (self->loop, count_ran, &ending, NULL))
      g_assert_false (cam_loop_thread_post (self->loop, count_ran, &refused, note_late));
    ending.late = refused.late;
    g_thread_yield ();
  }
  g_assert_cmpuint (ending.late, ==, 1);
}

static void
test_join_deadline (Fixture *self, gconstpointer data)
{
  Hold hold = {.entered.is_open = false};
  hold_loop (self->loop, &hold);
  cam_loop_thread_quit (self->loop);
  g_assert_false (cam_loop_thread_join (self->loop, 1000));
  g_assert_false (cam_loop_thread_join (self->loop, 0));
  open_gate (&hold.release);
  g_assert_true (cam_loop_thread_join (g_steal_pointer (&self->loop), DEADLINE_US));
}

static void
append_a (gpointer data)
{
  g_string_append_c (((Fixture *) data)->trace, 'a');
}

static void
append_b (gpointer data)
{
  Fixture *self = data;
  g_string_append_c (self->trace, 'b');
  if (self->rounds++ == 0)
    cam_loop_thread_defer (self->loop, append_a, self);
}

static void
append_never (gpointer data)
{
  g_assert_not_reached ();
}

static void
append_canceller (gpointer data)
{
  Fixture *self = data;
  g_string_append_c (self->trace, 'c');
  cam_loop_thread_cancel_deferred (self->loop, append_never, self);
  cam_loop_thread_cancel_deferred (self->loop, append_never, self);
}

static void
defer_some (gpointer data)
{
  Fixture *self = data;
  cam_loop_thread_defer (self->loop, append_a, self);
  cam_loop_thread_defer (self->loop, append_b, self);
  cam_loop_thread_defer (self->loop, append_a, self);
  cam_loop_thread_defer (self->loop, append_canceller, self);
  cam_loop_thread_defer (self->loop, append_never, self);
  g_string_append_c (self->trace, '-');
}

static void
test_deferred (Fixture *self, gconstpointer data)
{
  call_on (self->loop, defer_some, self);
  call_on (self->loop, check_identity, self);
  g_assert_cmpstr (self->trace->str, ==, "-abca");
}

static void
defer_again (gpointer data)
{
  Fixture *self = data;
  self->rounds++;
  if (!self->gate.is_open)
    cam_loop_thread_defer (self->loop, defer_again, self);
}

static void
start_deferring (gpointer data)
{
  defer_again (data);
}

/* A call that defers itself for ever leaves the loop alive. */
static void
test_deferred_for_ever (Fixture *self, gconstpointer data)
{
  call_on (self->loop, start_deferring, self);
  call_on (self->loop, check_identity, self);
  call_on (self->loop, open_gate, &self->gate);
  call_on (self->loop, check_identity, self);
  g_assert_cmpuint (self->rounds, >, 2);
}

static gboolean
on_source (gpointer data)
{
  Fixture *self = data;
  CAM_ASSERT_ON (self->loop);
  open_gate (&self->gate);
  return G_SOURCE_REMOVE;
}

static void
test_context_from_outside (Fixture *self, gconstpointer data)
{
  for (unsigned i = 0; i < 2; i++) {
    self->gate.is_open = false;
    g_autoptr (GSource) source = i == 0 ? g_idle_source_new () : g_timeout_source_new (5);
    g_source_set_callback (source, on_source, self, NULL);
    g_source_attach (source, cam_loop_thread_get_context (self->loop));
    await_gate (&self->gate);
  }
}

typedef struct {
  Fixture *fixture;
  int pipe[2];
  unsigned read;
} PipeReader;

static gboolean
on_readable (int fd, GIOCondition condition, gpointer data)
{
  PipeReader *self = data;
  char byte = 0;
  CAM_ASSERT_ON (self->fixture->loop);
  g_assert_cmpint (read (fd, &byte, 1), ==, 1);
  if (++self->read < 3)
    return G_SOURCE_CONTINUE;
  open_gate (&self->fixture->gate);
  return G_SOURCE_REMOVE;
}

static void
test_context_descriptors (Fixture *self, gconstpointer data)
{
  PipeReader reader = {.fixture = self};
  g_assert_true (g_unix_open_pipe (reader.pipe, FD_CLOEXEC, NULL));
  g_autoptr (GSource) source = g_unix_fd_source_new (reader.pipe[0], G_IO_IN);
  g_source_set_priority (source, G_PRIORITY_HIGH);
  g_source_set_callback (source, G_SOURCE_FUNC (on_readable), &reader, NULL);
  g_source_attach (source, cam_loop_thread_get_context (self->loop));
  for (unsigned i = 0; i < 3; i++) {
    g_assert_cmpint (write (reader.pipe[1], "x", 1), ==, 1);
    call_on (self->loop, check_identity, self);
  }
  await_gate (&self->gate);
  g_assert_cmpuint (reader.read, ==, 3);
  close (reader.pipe[0]);
  close (reader.pipe[1]);
}

static void
take_a_while (gpointer data)
{
  int64_t until_us = g_get_monotonic_time () + 3000;
  while (g_get_monotonic_time () < until_us)
    continue;
}

static void
test_worst_turn (Fixture *self, gconstpointer data)
{
  call_on (self->loop, take_a_while, NULL);
  call_on (self->loop, check_identity, self);
  int64_t worst_us = cam_loop_thread_take_worst_turn_us (self->loop);
  g_assert_cmpint (worst_us, >=, 3000);
  g_assert_cmpint (worst_us, <, DEADLINE_US);
}

static void
test_no_descriptors (void)
{
  if (!g_test_subprocess ()) {
    g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed ();
    return;
  }
  g_main_context_unref (g_main_context_new ()); /* GLib dies when it cannot have its own: leave it just one */
  struct rlimit limit = {0, 0};
  int next = dup (STDERR_FILENO);
  close (next);
  limit.rlim_cur = limit.rlim_max = (rlim_t) next + 1;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  g_autoptr (GError) error = NULL;
  g_assert_null (cam_loop_thread_new ("none", &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_MFILE);
}

#define ADD(name, function) g_test_add ("/core/loop-thread/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("identity", test_identity);
  ADD ("posts-in-order", test_posts_in_order);
  ADD ("post-from-the-loop", test_post_from_the_loop);
  ADD ("quit", test_quit);
  ADD ("post-after-the-end", test_post_after_the_end);
  ADD ("join-deadline", test_join_deadline);
  ADD ("deferred", test_deferred);
  ADD ("deferred-for-ever", test_deferred_for_ever);
  ADD ("context-from-outside", test_context_from_outside);
  ADD ("context-descriptors", test_context_descriptors);
  ADD ("worst-turn", test_worst_turn);
  g_test_add_func ("/core/loop-thread/no-descriptors", test_no_descriptors);
  return g_test_run ();
}
