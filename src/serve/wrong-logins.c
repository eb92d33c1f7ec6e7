#include "serve/wrong-logins.h"

#include <string.h>

#define WINDOW_US (60 * G_USEC_PER_SEC)
#define MOST_ADDRESSES 1024
#define NETWORK_BYTES 8

/* The wrong log-ins of one address, or network of IPv6, since @since_us. */
typedef struct {
  int64_t since_us;
  unsigned wrong;
} Guesses;

struct CamWrongLogins {
  GHashTable *guesses; /* owned; text of the address (name_guesser) to Guesses, owned */
};

CamWrongLogins *
cam_wrong_logins_new (void)
{
  CamWrongLogins *self = g_new0 (CamWrongLogins, 1);
  self->guesses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
cam_wrong_logins_free (CamWrongLogins *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->guesses);
  g_free (self);
}

/* Who counts as one. (transfer full) */
static char *
name_guesser (GInetAddress *address)
{
  if (g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV6)
    return g_inet_address_to_string (address);
  guint8 bytes[16] = {0};
  memcpy (bytes, g_inet_address_to_bytes (address), NETWORK_BYTES);
  g_autoptr (GInetAddress) network = g_inet_address_new_from_bytes (bytes, G_SOCKET_FAMILY_IPV6);
  return g_inet_address_to_string (network);
}

static gboolean
is_over (gpointer address, gpointer data, gpointer now_us)
{
  const Guesses *guesses = data;
  return *(const int64_t *) now_us - guesses->since_us >= WINDOW_US;
}

unsigned
cam_wrong_logins_note (CamWrongLogins *self, GInetAddress *address, int64_t now_us)
{
  g_autofree char *name = name_guesser (address);
  g_hash_table_foreach_remove (self->guesses, is_over, &now_us);
  if (g_hash_table_size (self->guesses) >= MOST_ADDRESSES)
    g_hash_table_remove_all (self->guesses);
  Guesses *guesses = g_hash_table_lookup (self->guesses, name);
  if (guesses == NULL) {
    guesses = g_new0 (Guesses, 1);
    guesses->since_us = now_us;
    g_hash_table_insert (self->guesses, g_steal_pointer (&name), guesses);
  }
  return ++guesses->wrong;
}

bool
cam_wrong_logins_are_enough (const CamWrongLogins *self, GInetAddress *address, int64_t now_us)
{
  g_autofree char *name = name_guesser (address);
  const Guesses *guesses = g_hash_table_lookup (self->guesses, name);
  return guesses != NULL && now_us - guesses->since_us < WINDOW_US && guesses->wrong >= CAM_WRONG_LOGINS;
}
