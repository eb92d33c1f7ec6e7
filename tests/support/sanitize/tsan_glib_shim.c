/* tsan_glib_shim.c - lets ThreadSanitizer see the locks of an uninstrumented GLib.
 *
 * Debian's GLib builds GMutex, GCond and GRWLock on raw futexes inside libglib, which TSan
 * cannot see: every field guarded by a GMutex is then reported as a race.  Link this
 * file into TSan builds (only there).  It takes the place of the exported functions,
 * does the real work through the next definition (RTLD_NEXT) and tells TSan what was
 * acquired and released.  GRecMutex is a pthread mutex inside, which TSan knows; but it must
 * see both ends: GLib jumps to pthread_mutex_lock and _unlock, so TSan takes them for calls of
 * whoever called GLib, and a lock taken by a library of tsan.supp and released by another would
 * be "unlock of an unlocked mutex".  Passing here, all of them are calls of this program.
 *
 *   cc -fsanitize=thread ... tsan_glib_shim.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <glib.h>
#include <semaphore.h>

void __tsan_acquire (void *addr);
void __tsan_release (void *addr);

#define REAL(ret, name, ...) \
  static ret (*found_##name) (__VA_ARGS__); \
  ret (*real_##name) (__VA_ARGS__) = __atomic_load_n (&found_##name, __ATOMIC_RELAXED); \
  if (G_UNLIKELY (!real_##name)) \
    { real_##name = (ret (*) (__VA_ARGS__)) dlsym (RTLD_NEXT, #name); __atomic_store_n (&found_##name, real_##name, __ATOMIC_RELAXED); }

#undef g_mutex_lock
#undef g_mutex_unlock
void g_mutex_lock (GMutex *m) { REAL (void, g_mutex_lock, GMutex *) real_g_mutex_lock (m); __tsan_acquire (m); }
void g_mutex_unlock (GMutex *m) { REAL (void, g_mutex_unlock, GMutex *) __tsan_release (m); real_g_mutex_unlock (m); }
gboolean g_mutex_trylock (GMutex *m)
{ REAL (gboolean, g_mutex_trylock, GMutex *) gboolean r = real_g_mutex_trylock (m); if (r) __tsan_acquire (m); return r; }

/* not the last call of each, or the compiler would jump, too */
#define KEEP_FRAME() __asm__ volatile ("")
void g_rec_mutex_lock (GRecMutex *m) { REAL (void, g_rec_mutex_lock, GRecMutex *) real_g_rec_mutex_lock (m); KEEP_FRAME (); }
void g_rec_mutex_unlock (GRecMutex *m) { REAL (void, g_rec_mutex_unlock, GRecMutex *) real_g_rec_mutex_unlock (m); KEEP_FRAME (); }
gboolean g_rec_mutex_trylock (GRecMutex *m)
{ REAL (gboolean, g_rec_mutex_trylock, GRecMutex *) gboolean r = real_g_rec_mutex_trylock (m); KEEP_FRAME (); return r; }

void g_cond_wait (GCond *c, GMutex *m)
{ REAL (void, g_cond_wait, GCond *, GMutex *) __tsan_release (m); real_g_cond_wait (c, m); __tsan_acquire (m); __tsan_acquire (c); }
gboolean g_cond_wait_until (GCond *c, GMutex *m, gint64 t)
{ REAL (gboolean, g_cond_wait_until, GCond *, GMutex *, gint64)
  __tsan_release (m); gboolean r = real_g_cond_wait_until (c, m, t); __tsan_acquire (m); if (r) __tsan_acquire (c); return r; }
void g_cond_signal (GCond *c) { REAL (void, g_cond_signal, GCond *) __tsan_release (c); real_g_cond_signal (c); }
void g_cond_broadcast (GCond *c) { REAL (void, g_cond_broadcast, GCond *) __tsan_release (c); real_g_cond_broadcast (c); }

void g_rw_lock_writer_lock (GRWLock *l) { REAL (void, g_rw_lock_writer_lock, GRWLock *) real_g_rw_lock_writer_lock (l); __tsan_acquire (l); }
void g_rw_lock_writer_unlock (GRWLock *l) { REAL (void, g_rw_lock_writer_unlock, GRWLock *) __tsan_release (l); real_g_rw_lock_writer_unlock (l); }
void g_rw_lock_reader_lock (GRWLock *l) { REAL (void, g_rw_lock_reader_lock, GRWLock *) real_g_rw_lock_reader_lock (l); __tsan_acquire (l); }
void g_rw_lock_reader_unlock (GRWLock *l) { REAL (void, g_rw_lock_reader_unlock, GRWLock *) __tsan_release (l); real_g_rw_lock_reader_unlock (l); }

/* hand-over of data between threads */
void g_async_queue_push (GAsyncQueue *q, gpointer d) { REAL (void, g_async_queue_push, GAsyncQueue *, gpointer) __tsan_release (q); real_g_async_queue_push (q, d); }
gpointer g_async_queue_pop (GAsyncQueue *q) { REAL (gpointer, g_async_queue_pop, GAsyncQueue *) gpointer r = real_g_async_queue_pop (q); __tsan_acquire (q); return r; }
gpointer g_async_queue_try_pop (GAsyncQueue *q) { REAL (gpointer, g_async_queue_try_pop, GAsyncQueue *) gpointer r = real_g_async_queue_try_pop (q); if (r) __tsan_acquire (q); return r; }
gpointer g_async_queue_timeout_pop (GAsyncQueue *q, guint64 t)
{ REAL (gpointer, g_async_queue_timeout_pop, GAsyncQueue *, guint64) gpointer r = real_g_async_queue_timeout_pop (q, t); if (r) __tsan_acquire (q); return r; }
gboolean g_thread_pool_push (GThreadPool *p, gpointer d, GError **e)
{ REAL (gboolean, g_thread_pool_push, GThreadPool *, gpointer, GError **) __tsan_release (p); __tsan_release (d ? d : (gpointer) p); return real_g_thread_pool_push (p, d, e); }

/* TSan of gcc 12 knows all that waits for a semaphore but this. */
int sem_clockwait (sem_t *s, clockid_t clock, const struct timespec *until)
{ REAL (int, sem_clockwait, sem_t *, clockid_t, const struct timespec *)
  int r = real_sem_clockwait (s, clock, until); if (r == 0) __tsan_acquire (s); return r; }

/* GTask, by names only, since not every program has GIO: who starts a task did so before its thread runs it */
typedef void (*TaskFunc) (void *task, void *source, void *data, void *cancellable);
static void run_task (void *t, void *source, void *data, void *cancellable)
{ REAL (void *, g_object_get_data, void *, const char *)
  __tsan_acquire (t); ((TaskFunc) real_g_object_get_data (t, "tsan-func")) (t, source, data, cancellable); KEEP_FRAME (); }
void g_task_run_in_thread (void *t, TaskFunc f)
{ REAL (void, g_object_set_data, void *, const char *, void *) REAL (void, g_task_run_in_thread, void *, TaskFunc)
  real_g_object_set_data (t, "tsan-func", (void *) f); __tsan_release (t); real_g_task_run_in_thread (t, run_task); }

/* GIO takes a look at its TLS, unloads it and loads it again, and a library of tsan.supp must not be unloaded */
__attribute__ ((constructor)) static void keep_tls (void) { dlopen ("libgnutls.so.30", RTLD_LAZY | RTLD_NODELETE); }

/* sources: attach happens before dispatch, also of one that is attached between a loop's poll and its check */
guint g_source_attach (GSource *s, GMainContext *c)
{ REAL (guint, g_source_attach, GSource *, GMainContext *)
  __tsan_release (s); __tsan_release (c ? c : g_main_context_default ()); return real_g_source_attach (s, c); }
static gboolean (*real_dispatch_idle) (GSource *s, GSourceFunc f, gpointer d);
static gboolean (*real_dispatch_timeout) (GSource *s, GSourceFunc f, gpointer d);
static gboolean dispatch_idle (GSource *s, GSourceFunc f, gpointer d) { __tsan_acquire (s); return real_dispatch_idle (s, f, d); }
static gboolean dispatch_timeout (GSource *s, GSourceFunc f, gpointer d) { __tsan_acquire (s); return real_dispatch_timeout (s, f, d); }
__attribute__ ((constructor)) static void watch_dispatches (void)
{ real_dispatch_idle = g_idle_funcs.dispatch; g_idle_funcs.dispatch = dispatch_idle;
  real_dispatch_timeout = g_timeout_funcs.dispatch; g_timeout_funcs.dispatch = dispatch_timeout; }
gboolean g_main_context_iteration (GMainContext *c, gboolean b)
{ REAL (gboolean, g_main_context_iteration, GMainContext *, gboolean)
  gboolean r = real_g_main_context_iteration (c, b); __tsan_acquire (c ? c : g_main_context_default ()); return r; }

/* GLib's own references: dropping one happens before the object is freed */
gboolean g_atomic_ref_count_dec (gatomicrefcount *c)
{ REAL (gboolean, g_atomic_ref_count_dec, gatomicrefcount *)
  __tsan_release ((void *) c); gboolean r = real_g_atomic_ref_count_dec (c); if (r) __tsan_acquire ((void *) c); return r; }
void g_atomic_rc_box_release_full (gpointer b, GDestroyNotify f)
{ REAL (void, g_atomic_rc_box_release_full, gpointer, GDestroyNotify) __tsan_release (b); __tsan_acquire (b); real_g_atomic_rc_box_release_full (b, f); }
void g_object_unref (gpointer o) { REAL (void, g_object_unref, gpointer) __tsan_release (o); __tsan_acquire (o); real_g_object_unref (o); }

/* a loop that turns its context by hand: what was attached is dispatched after a check */
gboolean g_main_context_check (GMainContext *c, gint p, GPollFD *fds, gint n)
{ REAL (gboolean, g_main_context_check, GMainContext *, gint, GPollFD *, gint)
  gboolean r = real_g_main_context_check (c, p, fds, n); __tsan_acquire (c ? c : g_main_context_default ()); return r; }

/* g_main_loop_run () calls nothing that can be replaced, but the default context polls with the function that it is given */
static gint poll_and_acquire (GPollFD *fds, guint n, gint timeout)
{ gint r = g_poll (fds, n, timeout); __tsan_acquire (g_main_context_default ()); return r; }
__attribute__ ((constructor)) static void watch_default_context (void)
{ g_main_context_set_poll_func (g_main_context_default (), poll_and_acquire); }

/* other references that are counted inside a library: what their holders did happens before the last one frees */
#define UNREF(name, type) void name (type *o) { REAL (void, name, type *) if (o) { __tsan_release (o); __tsan_acquire (o); } real_##name (o); }
UNREF (g_ptr_array_unref, GPtrArray)
UNREF (g_hash_table_unref, GHashTable)
UNREF (g_bytes_unref, GBytes)
UNREF (g_async_queue_unref, GAsyncQueue)
UNREF (g_source_unref, GSource)
UNREF (gst_mini_object_unref, void)
