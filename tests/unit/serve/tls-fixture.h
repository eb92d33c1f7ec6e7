/* Certificates of the tests and ends of TLS connections; every wait has a deadline, after which the test fails. */
#pragma once

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve/socket-stream.h"
#include "serve/tls-identity.h"

#define TLS_PATIENCE_US (30 * G_USEC_PER_SEC) /* a sanitizer on a busy machine is slow */

/* A file of tests/data/tls. */
static inline char *
tls_file (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "data", "tls", name, NULL);
}

static inline CamTlsIdentity *
tls_first_identity (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *certificate = tls_file ("first.pem");
  g_autofree char *key = tls_file ("first.key");
  CamTlsIdentity *identity = cam_tls_identity_new (certificate, key, &error);
  g_assert_no_error (error);
  return identity;
}

/* Two ends of a connection whose hands are shaken. */
typedef struct {
  CamSocketStream *near_socket; /* ref */
  CamSocketStream *far_socket;  /* ref */
  GTlsConnection *near;         /* ref */
  GTlsConnection *far;          /* ref; it waits in reads and writes */
} TlsPair;

static inline void
tls_count_handshake (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &error);
  g_assert_no_error (error);
  (*(unsigned *) data)++;
}

static inline void
tls_pair_init (TlsPair *self, CamTlsIdentity *identity)
{
  g_autoptr (GError) error = NULL;
  int ends[2];
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), ==, 0);
  const int64_t until_us = g_get_monotonic_time () + TLS_PATIENCE_US;
  self->near_socket = cam_socket_stream_new (ends[0], until_us);
  self->far_socket = cam_socket_stream_new (ends[1], until_us);
  self->near = cam_tls_identity_accept (identity, G_IO_STREAM (self->near_socket), &error);
  g_assert_no_error (error);
  self->far = cam_tls_call_anybody (G_IO_STREAM (self->far_socket), &error);
  g_assert_no_error (error);
  unsigned n_done = 0;
  g_tls_connection_handshake_async (self->near, 0, NULL, tls_count_handshake, &n_done);
  g_tls_connection_handshake_async (self->far, 0, NULL, tls_count_handshake, &n_done);
  while (n_done < 2)
    g_main_context_iteration (NULL, TRUE);
}

static inline void
tls_pair_clear (TlsPair *self)
{
  g_clear_object (&self->near);
  g_clear_object (&self->far);
  g_clear_object (&self->near_socket);
  g_clear_object (&self->far_socket);
}
