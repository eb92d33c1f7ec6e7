#include "serve/tls-identity.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "camrelay/log-fields.h"
#include "core/log.h"
#include "serve/serve-error.h"
#include "serve/socket-stream.h"

/* A chain of certificates is some KiB. */
enum { FILE_BYTES = 1024 * 1024 };

#define LOOK_US (G_USEC_PER_SEC)
#define PROOF_US (5 * G_USEC_PER_SEC)

enum { CERTIFICATE, KEY, N_FILES };

static const char *const file_keys[N_FILES] = {[CERTIFICATE] = "Certificate", [KEY] = "PrivateKey"};

/* What tells one state of a file from another; all 0: it cannot be read. */
typedef struct {
  ino_t inode;
  off_t size;
  struct timespec modified;
} Stamp;

struct CamTlsIdentity {
  int refs;             /* atomic */
  char *files[N_FILES]; /* owned; the key's NULL: it is in the certificate's */
  GMutex lock;          /* of what follows */
  GTlsCertificate *certificate; /* ref */
  Stamp stamps[N_FILES];        /* as last looked at, good or bad */
  int64_t looked_us;            /* when the last look began */
  bool is_looking;
};

/* ---- the files ---- */

static Stamp
stamp_file (const char *path)
{
  struct stat status;
  if (path == NULL || stat (path, &status) != 0)
    return (Stamp){0};
  return (Stamp){.inode = status.st_ino, .size = status.st_size, .modified = status.st_mtim};
}

static void
stamp_files (const CamTlsIdentity *self, Stamp ret_stamps[N_FILES])
{
  for (unsigned i = 0; i < N_FILES; i++)
    ret_stamps[i] = stamp_file (self->files[i]);
}

static bool
is_same_stamp (const Stamp *a, const Stamp *b)
{
  return a->inode == b->inode && a->size == b->size && a->modified.tv_sec == b->modified.tv_sec && a->modified.tv_nsec == b->modified.tv_nsec;
}

/* Keys do not stay in memory that was given back. */
static void
wipe (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

static char *
read_file (const CamTlsIdentity *self, unsigned file, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *text = NULL;
  if (stamp_file (self->files[file]).size > FILE_BYTES)
    g_set_error (&reason, G_FILE_ERROR, G_FILE_ERROR_NOMEM, "it is larger than %d bytes", FILE_BYTES);
  else if (!g_file_get_contents (self->files[file], &text, NULL, &reason))
    g_assert (reason != NULL);
  if (reason == NULL)
    return g_steal_pointer (&text);
  g_set_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_TLS, "%s='%s': %s", file_keys[file], self->files[file], reason->message);
  return NULL;
}

/* The first private key of a PEM @text (RFC 7468), which may hold certificates too; NULL: none. */
static char *
copy_key (const char *text)
{
  static const char dashes[] = "-----";
  for (const char *begin = strstr (text, "-----BEGIN "); begin != NULL; begin = strstr (begin + 1, "-----BEGIN ")) {
    const char *end = strstr (begin, "-----END ");
    const char *tail = end != NULL ? strstr (end + strlen (dashes), dashes) : NULL;
    const char *title = strstr (begin + strlen (dashes), dashes);
    if (tail != NULL && title < end && g_strstr_len (begin, title - begin, "PRIVATE KEY") != NULL)
      return g_strndup (begin, (size_t) (tail - begin) + strlen (dashes));
  }
  return NULL;
}

static char *
read_key (const CamTlsIdentity *self, GError **error)
{
  unsigned file = self->files[KEY] != NULL ? KEY : CERTIFICATE;
  char *text = read_file (self, file, error);
  if (text == NULL)
    return NULL;
  char *key = copy_key (text);
  wipe (text);
  if (key == NULL)
    g_set_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_TLS, "%s='%s': no private key in PEM form is in it", file_keys[file], self->files[file]);
  return key;
}

/* What stands in the files; whether both belong together is not looked at. */
static GTlsCertificate *
parse_files (const CamTlsIdentity *self, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *chain = read_file (self, CERTIFICATE, error);
  if (chain == NULL)
    return NULL;
  g_autoptr (GTlsCertificate) bare = g_tls_certificate_new_from_pem (chain, -1, &reason);
  if (bare == NULL) {
    g_set_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_TLS, "Certificate='%s': %s", self->files[CERTIFICATE], reason->message);
    return NULL;
  }
  char *key = read_key (self, error);
  if (key == NULL)
    return NULL;
  char *both = g_strconcat (key, "\n", chain, NULL); /* of several keys in a text the first one counts */
  GTlsCertificate *whole = g_tls_certificate_new_from_pem (both, -1, &reason);
  if (whole == NULL)
    g_set_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_TLS, "PrivateKey='%s': %s",
                 self->files[KEY] != NULL ? self->files[KEY] : self->files[CERTIFICATE], reason->message);
  wipe (both);
  wipe (key);
  return whole;
}

/* ---- the proof ---- */

/* g_tls_server_connection_new () would read the system's list of authorities for each connection, megabytes and milliseconds; nobody's is asked for. */
static GTlsConnection *
accept_with (GTlsCertificate *certificate, GIOStream *stream, GError **error)
{
  GType type = g_tls_backend_get_server_connection_type (g_tls_backend_get_default ());
  return G_TLS_CONNECTION (g_initable_new (type, NULL, error, "base-io-stream", stream, "certificate", certificate, "database", NULL,
                                           "require-close-notify", FALSE, NULL));
}

static gboolean
on_accept_certificate (GTlsConnection *connection, GTlsCertificate *certificate, GTlsCertificateFlags flaws, gpointer data)
{
  return TRUE;
}

GTlsConnection *
cam_tls_call_anybody (GIOStream *stream, GError **error)
{
  GType type = g_tls_backend_get_client_connection_type (g_tls_backend_get_default ());
  GTlsConnection *connection =
      G_TLS_CONNECTION (g_initable_new (type, NULL, error, "base-io-stream", stream, "database", NULL, "require-close-notify", FALSE, NULL));
  if (connection != NULL)
    g_signal_connect (connection, "accept-certificate", G_CALLBACK (on_accept_certificate), NULL);
  return connection;
}

/* A handshake with ourselves: two ends on the stack of who waits for both. */
typedef struct {
  int sockets[2];
  unsigned n_over;
  GError *error; /* owned; what the first end that failed says */
} Proof;

static void
on_end_over (GObject *source, GAsyncResult *result, gpointer data)
{
  Proof *proof = data;
  g_autoptr (GError) error = NULL;
  proof->n_over++;
  if (g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &error))
    return;
  if (proof->error == NULL)
    proof->error = g_steal_pointer (&error);
  for (unsigned i = 0; i < 2; i++) /* the other end waits in vain */
    shutdown (proof->sockets[i], SHUT_RDWR);
}

static bool
prove (GTlsCertificate *certificate, GError **error)
{
  Proof proof = {0};
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, proof.sockets) != 0) {
    g_set_error_literal (error, G_IO_ERROR, (int) g_io_error_from_errno (errno), g_strerror (errno));
    return false;
  }
  const int64_t until_us = g_get_monotonic_time () + PROOF_US;
  g_autoptr (CamSocketStream) near = cam_socket_stream_new (proof.sockets[0], until_us);
  g_autoptr (CamSocketStream) far = cam_socket_stream_new (proof.sockets[1], until_us);
  g_autoptr (GTlsConnection) server = accept_with (certificate, G_IO_STREAM (near), error);
  g_autoptr (GTlsConnection) caller = server != NULL ? cam_tls_call_anybody (G_IO_STREAM (far), error) : NULL;
  if (caller == NULL)
    return false;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_main_context_push_thread_default (context);
  g_tls_connection_handshake_async (server, G_PRIORITY_DEFAULT, NULL, on_end_over, &proof);
  g_tls_connection_handshake_async (caller, G_PRIORITY_DEFAULT, NULL, on_end_over, &proof);
  while (proof.n_over < 2) /* both end: the deadline is in their streams */
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  bool is_proved = proof.error == NULL;
  if (!is_proved)
    g_propagate_error (error, g_steal_pointer (&proof.error));
  return is_proved;
}

/* Reads and proves; blocks. */
static GTlsCertificate *
load (const CamTlsIdentity *self, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GTlsCertificate) certificate = parse_files (self, error);
  if (certificate == NULL)
    return NULL;
  if (prove (certificate, &reason))
    return g_steal_pointer (&certificate);
  g_set_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_TLS, "Certificate='%s': it cannot be used with the key in '%s', they do not seem to belong together (%s)",
               self->files[CERTIFICATE], self->files[KEY] != NULL ? self->files[KEY] : self->files[CERTIFICATE], reason->message);
  return NULL;
}

static void
warn_if_outdated (const CamTlsIdentity *self, GTlsCertificate *certificate)
{
  g_autoptr (GDateTime) end = g_tls_certificate_get_not_valid_after (certificate);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  if (end == NULL || g_date_time_compare (end, now) > 0)
    return;
  g_autofree char *text = g_date_time_format_iso8601 (end);
  cam_log (CAM_LOG_WARNING, CAM_MSG_LISTENER, NULL, "the certificate in '%s' is out of date since %s: clients that look will refuse it",
           self->files[CERTIFICATE], text);
}

/* ---- the whole ---- */

CamTlsIdentity *
cam_tls_identity_new (const char *certificate_file, const char *key_file, GError **error)
{
  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ())) {
    g_set_error_literal (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_TLS, "ListenTLS: GLib has no TLS here, install glib-networking");
    return NULL;
  }
  CamTlsIdentity *self = g_new0 (CamTlsIdentity, 1);
  self->refs = 1;
  g_mutex_init (&self->lock);
  self->files[CERTIFICATE] = g_strdup (certificate_file);
  self->files[KEY] = key_file != NULL && key_file[0] != '\0' ? g_strdup (key_file) : NULL;
  stamp_files (self, self->stamps);
  self->looked_us = g_get_monotonic_time ();
  self->certificate = load (self, error);
  if (self->certificate == NULL) {
    cam_tls_identity_unref (self);
    return NULL;
  }
  warn_if_outdated (self, self->certificate);
  return self;
}

CamTlsIdentity *
cam_tls_identity_ref (CamTlsIdentity *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

void
cam_tls_identity_unref (CamTlsIdentity *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->refs))
    return;
  g_clear_object (&self->certificate);
  for (unsigned i = 0; i < N_FILES; i++)
    g_free (self->files[i]);
  g_mutex_clear (&self->lock);
  g_free (self);
}

GTlsConnection *
cam_tls_identity_accept (CamTlsIdentity *self, GIOStream *stream, GError **error)
{
  g_mutex_lock (&self->lock);
  g_autoptr (GTlsCertificate) certificate = g_object_ref (self->certificate);
  g_mutex_unlock (&self->lock);
  return accept_with (certificate, stream, error);
}

bool
cam_tls_identity_is_fresh (CamTlsIdentity *self, int64_t now_us)
{
  g_mutex_lock (&self->lock);
  bool is_recent = now_us - self->looked_us < LOOK_US;
  bool is_fresh = self->is_looking ? !is_recent : is_recent;
  g_mutex_unlock (&self->lock);
  return is_fresh;
}

/* ---- another look ---- */

/* Whether the files are others than at the last look; notes that they were looked at. */
static bool
note_change (CamTlsIdentity *self)
{
  Stamp stamps[N_FILES];
  stamp_files (self, stamps);
  g_mutex_lock (&self->lock);
  bool is_same = is_same_stamp (&stamps[CERTIFICATE], &self->stamps[CERTIFICATE]) && is_same_stamp (&stamps[KEY], &self->stamps[KEY]);
  memcpy (self->stamps, stamps, sizeof stamps);
  g_mutex_unlock (&self->lock);
  return !is_same;
}

static void
take_change (CamTlsIdentity *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate = load (self, &error);
  if (certificate == NULL) {
    cam_log (CAM_LOG_WARNING, CAM_MSG_LISTENER, NULL, "the certificate changed and cannot be used, the old one stays: %s", error->message);
    return;
  }
  g_mutex_lock (&self->lock);
  GTlsCertificate *old = self->certificate;
  self->certificate = g_object_ref (certificate);
  g_mutex_unlock (&self->lock);
  g_object_unref (old);
  cam_log (CAM_LOG_INFO, CAM_MSG_LISTENER, NULL, "the certificate in '%s' changed, new connections get it", self->files[CERTIFICATE]);
  warn_if_outdated (self, certificate);
}

static void
run_look (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  CamTlsIdentity *self = data;
  if (note_change (self))
    take_change (self);
  g_mutex_lock (&self->lock);
  self->is_looking = false;
  g_mutex_unlock (&self->lock);
  g_task_return_boolean (task, TRUE);
}

typedef struct {
  void (*done) (gpointer data);
  gpointer data; /* borrowed: @cancellable is cancelled before it goes */
} Asker;

static void
on_looked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Asker *asker = data;
  if (g_task_propagate_boolean (G_TASK (result), NULL))
    asker->done (asker->data);
}

void
cam_tls_identity_look (CamTlsIdentity *self, GCancellable *cancellable, void (*done) (gpointer data), gpointer data)
{
  g_mutex_lock (&self->lock);
  bool was_looking = self->is_looking;
  self->is_looking = true;
  if (!was_looking)
    self->looked_us = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);
  if (was_looking)
    return;
  Asker *asker = g_new (Asker, 1);
  *asker = (Asker){.done = done, .data = data};
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, on_looked, asker);
  g_task_set_task_data (task, cam_tls_identity_ref (self), (GDestroyNotify) cam_tls_identity_unref);
  g_task_run_in_thread (task, run_look);
}
