#include "core/resolver.h"

#include "core/host-cache.h"
#include "core/host-lookup.h"
#include "core/resolver-private.h"

#define MAX_THREADS 4
#define MAX_HOSTS 256

/* A thread with nothing to do for this long ends. */
#define IDLE_US (30 * G_USEC_PER_SEC)

/* How long the end waits for idle threads. One that the system's resolver holds ends by itself, later. */
#define END_US (200 * 1000)

/* One host being asked for, for all who want to know. */
typedef struct {
  char *host;         /* owned; the key among the look-ups */
  GPtrArray *waiters; /* of CamResolverQuery, ref */
  bool is_running;
} Lookup;

struct CamResolver {
  gatomicrefcount references; /* the owner, threads, queries */
  CamResolverLookup lookup;
  gpointer lookup_data; /* borrowed: outlives the threads */
  GMutex lock;
  GCond has_changed;   /* work, the end, or a thread's end */
  CamHostCache *cache; /* owned; under the lock, as all below */
  GHashTable *lookups; /* of Lookup by host, owned */
  GQueue pending;      /* of Lookup, borrowed */
  unsigned n_threads;
  unsigned n_idle;
  bool is_ending;
};

typedef struct {
  GList *addresses; /* of GInetAddress, owned */
  GError *error;    /* owned; NULL with addresses */
} Answer;

struct CamResolverQuery {
  gatomicrefcount references; /* the asker, its look-up, an answer on its way */
  CamResolver *resolver;      /* ref */
  CamLoopThread *loop;        /* borrowed: outlives the query */
  Lookup *lookup;             /* borrowed, under the resolver's lock; NULL when none runs for it */
  char *host;                 /* owned */
  CamResolverFunc func;       /* on the loop, as all below; NULL once answered or freed */
  gpointer data;              /* borrowed */
  CamLoopTimer *deadline;     /* owned */
  Answer early;               /* of a literal address or an impossible name */
};

typedef struct {
  CamResolverQuery *query; /* ref */
  Answer answer;
} Delivery;

static void
clear_answer (Answer *answer)
{
  g_clear_pointer (&answer->addresses, cam_host_addresses_free);
  g_clear_error (&answer->error);
}

static void
unref_resolver (CamResolver *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_hash_table_unref (self->lookups);
  cam_host_cache_free (self->cache);
  g_cond_clear (&self->has_changed);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static CamResolverQuery *
ref_query (CamResolverQuery *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

static void
unref_query (CamResolverQuery *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  clear_answer (&self->early);
  unref_resolver (self->resolver);
  g_free (self->host);
  g_free (self);
}

static void
free_lookup (gpointer data)
{
  Lookup *self = data;
  g_ptr_array_unref (self->waiters);
  g_free (self->host);
  g_free (self);
}

static void
tell (CamResolverQuery *self, const Answer *answer)
{
  if (self->func == NULL)
    return;
  CamResolverFunc func = g_steal_pointer (&self->func);
  cam_loop_timer_arm (self->deadline, INT64_MAX);
  func (answer->addresses, answer->error, self->data); /* may free the query: the caller has a reference */
}

static void
deliver (gpointer data)
{
  Delivery *self = data;
  tell (self->query, &self->answer);
}

static void
free_delivery (gpointer data)
{
  Delivery *self = data;
  clear_answer (&self->answer);
  unref_query (self->query);
  g_free (self);
}

/* Under the lock: a query that its asker frees leaves its look-up under the lock too, so its loop is still there. */
static void
answer_all (Lookup *lookup, const Answer *answer)
{
  for (unsigned i = 0; i < lookup->waiters->len; i++) {
    CamResolverQuery *query = lookup->waiters->pdata[i];
    query->lookup = NULL;
    Delivery *delivery = g_new0 (Delivery, 1);
    delivery->query = ref_query (query);
    delivery->answer.addresses = cam_host_addresses_copy (answer->addresses);
    delivery->answer.error = answer->error == NULL ? NULL : g_error_copy (answer->error);
    cam_loop_thread_post (query->loop, deliver, delivery, free_delivery);
  }
}

/* Takes the question to the system without the lock, and its answer into the cache. */
static void
run_lookup (CamResolver *self, Lookup *lookup)
{
  lookup->is_running = true;
  g_mutex_unlock (&self->lock);
  Answer answer = {.addresses = NULL};
  answer.addresses = self->lookup (lookup->host, self->lookup_data, &answer.error);
  g_mutex_lock (&self->lock);
  if (answer.addresses != NULL)
    cam_host_cache_put (self->cache, lookup->host, answer.addresses);
  else
    answer.addresses = cam_host_cache_get (self->cache, lookup->host);
  if (answer.addresses != NULL)
    g_clear_error (&answer.error);
  answer_all (lookup, &answer);
  clear_answer (&answer);
  g_hash_table_remove (self->lookups, lookup->host);
}

static gpointer
serve_lookups (gpointer data)
{
  CamResolver *self = data;
  g_mutex_lock (&self->lock);
  bool is_in_time = true;
  while (!self->is_ending && (is_in_time || self->pending.length > 0)) {
    if (self->pending.length > 0) {
      run_lookup (self, g_queue_pop_head (&self->pending));
      is_in_time = true;
      continue;
    }
    self->n_idle++;
    is_in_time = g_cond_wait_until (&self->has_changed, &self->lock, g_get_monotonic_time () + IDLE_US);
    self->n_idle--;
  }
  self->n_threads--;
  g_cond_broadcast (&self->has_changed);
  g_mutex_unlock (&self->lock);
  unref_resolver (self);
  return NULL;
}

/* Under the lock. A thread that cannot be had is tried for again with the next question; until then deadlines answer. */
static void
find_thread (CamResolver *self)
{
  if (self->n_idle >= self->pending.length || self->n_threads == MAX_THREADS) {
    g_cond_broadcast (&self->has_changed);
    return;
  }
  g_atomic_ref_count_inc (&self->references);
  GThread *thread = g_thread_try_new ("resolver", serve_lookups, self, NULL);
  if (thread == NULL) {
    unref_resolver (self);
    return;
  }
  self->n_threads++;
  g_thread_unref (thread);
}

static void
join_lookup (CamResolver *self, CamResolverQuery *query)
{
  g_mutex_lock (&self->lock);
  Lookup *lookup = g_hash_table_lookup (self->lookups, query->host);
  if (lookup == NULL) {
    lookup = g_new0 (Lookup, 1);
    lookup->host = g_strdup (query->host);
    lookup->waiters = g_ptr_array_new_with_free_func ((GDestroyNotify) unref_query);
    g_hash_table_insert (self->lookups, lookup->host, lookup);
    g_queue_push_tail (&self->pending, lookup);
    find_thread (self);
  }
  g_ptr_array_add (lookup->waiters, ref_query (query));
  query->lookup = lookup;
  g_mutex_unlock (&self->lock);
}

/* A look-up that nobody waits for any more and that has not begun is forgotten, so that no more are kept than there are queries. */
static void
leave_lookup (CamResolver *self, CamResolverQuery *query)
{
  g_mutex_lock (&self->lock);
  Lookup *lookup = g_steal_pointer (&query->lookup);
  if (lookup != NULL) {
    g_ptr_array_remove_fast (lookup->waiters, query);
    if (lookup->waiters->len == 0 && !lookup->is_running) {
      g_queue_remove (&self->pending, lookup);
      g_hash_table_remove (self->lookups, lookup->host);
    }
  }
  g_mutex_unlock (&self->lock);
}

static void
on_deadline (gpointer data)
{
  CamResolverQuery *self = ref_query (data);
  CamResolver *resolver = self->resolver;
  leave_lookup (resolver, self);
  Answer answer = {.addresses = NULL};
  g_mutex_lock (&resolver->lock);
  answer.addresses = cam_host_cache_get (resolver->cache, self->host);
  g_mutex_unlock (&resolver->lock);
  if (answer.addresses == NULL)
    answer.error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "no answer from the name server in time");
  tell (self, &answer);
  clear_answer (&answer);
  unref_query (self);
}

static void
deliver_early (gpointer data)
{
  CamResolverQuery *self = ref_query (data);
  tell (self, &self->early);
  unref_query (self);
}

CamResolverQuery *
cam_resolver_ask (CamResolver *self, CamLoopThread *loop, const char *host, int64_t timeout_us, CamResolverFunc func, gpointer data)
{
  CAM_ASSERT_ON (loop);
  CamResolverQuery *query = g_new0 (CamResolverQuery, 1);
  g_atomic_ref_count_init (&query->references);
  g_atomic_ref_count_inc (&self->references);
  query->resolver = self;
  query->loop = loop;
  query->host = g_ascii_strdown (host, -1);
  query->func = func;
  query->data = data;
  query->deadline = cam_loop_timer_new (loop, on_deadline, query);
  GInetAddress *literal = g_inet_address_new_from_string (host);
  if (literal != NULL) {
    query->early.addresses = g_list_prepend (NULL, literal);
    cam_loop_thread_defer (loop, deliver_early, query);
    return query;
  }
  cam_loop_timer_arm (query->deadline, cam_loop_thread_now_us (loop) + timeout_us);
  join_lookup (self, query);
  return query;
}

void
cam_resolver_query_free (CamResolverQuery *query)
{
  if (query == NULL)
    return;
  CAM_ASSERT_ON (query->loop);
  query->func = NULL;
  cam_loop_thread_cancel_deferred (query->loop, deliver_early, query);
  g_clear_pointer (&query->deadline, cam_loop_timer_free);
  leave_lookup (query->resolver, query);
  unref_query (query);
}

CamResolver *
cam_resolver_new_with_lookup (CamResolverLookup lookup, gpointer data)
{
  CamResolver *self = g_new0 (CamResolver, 1);
  g_atomic_ref_count_init (&self->references);
  self->lookup = lookup;
  self->lookup_data = data;
  g_mutex_init (&self->lock);
  g_cond_init (&self->has_changed);
  self->cache = cam_host_cache_new (MAX_HOSTS);
  self->lookups = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_lookup);
  g_queue_init (&self->pending);
  return self;
}

static GList *
ask_system (const char *host, gpointer data, GError **error)
{
  return cam_host_lookup (host, error);
}

CamResolver *
cam_resolver_new (void)
{
  return cam_resolver_new_with_lookup (ask_system, NULL);
}

/* Queries that are still open hear that the resolver is gone. Running look-ups stay in their table, for the thread that has them. */
static void
cancel_lookups (CamResolver *self)
{
  Answer answer = {.error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "the resolver has ended")};
  GHashTableIter iter;
  gpointer value = NULL;
  g_hash_table_iter_init (&iter, self->lookups);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Lookup *lookup = value;
    answer_all (lookup, &answer);
    g_ptr_array_set_size (lookup->waiters, 0);
    if (!lookup->is_running)
      g_hash_table_iter_remove (&iter);
  }
  g_queue_clear (&self->pending);
  clear_answer (&answer);
}

void
cam_resolver_free (CamResolver *self)
{
  int64_t deadline_us = g_get_monotonic_time () + END_US;
  g_mutex_lock (&self->lock);
  self->is_ending = true;
  cancel_lookups (self);
  g_cond_broadcast (&self->has_changed);
  bool is_in_time = true;
  while (self->n_threads > 0 && is_in_time)
    is_in_time = g_cond_wait_until (&self->has_changed, &self->lock, deadline_us);
  g_mutex_unlock (&self->lock);
  unref_resolver (self);
}
