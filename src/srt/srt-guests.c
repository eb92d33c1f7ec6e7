#include "srt/srt-guests.h"

#include <string.h>

#define NETWORK_BYTES 8 /* of an IPv6 address: what one subscriber has all of */

struct CamSrtGuests {
  GHashTable *guests; /* of CamSrtGuest, owned, by socket */
};

static void
free_guest (gpointer data)
{
  cam_srt_guest_free (data);
}

void
cam_srt_guest_free (CamSrtGuest *self)
{
  g_object_unref (self->address);
  g_free (self->stream_id);
  g_free (self);
}

CamSrtGuests *
cam_srt_guests_new (void)
{
  CamSrtGuests *self = g_new0 (CamSrtGuests, 1);
  self->guests = g_hash_table_new_full (NULL, NULL, NULL, free_guest);
  return self;
}

void
cam_srt_guests_free (CamSrtGuests *self)
{
  g_hash_table_unref (self->guests);
  g_free (self);
}

static bool
are_neighbours (GInetAddress *a, GInetAddress *b)
{
  const GSocketFamily family = g_inet_address_get_family (a);
  const size_t size = family == G_SOCKET_FAMILY_IPV6 ? NETWORK_BYTES : g_inet_address_get_native_size (a);
  return family == g_inet_address_get_family (b) && memcmp (g_inet_address_to_bytes (a), g_inet_address_to_bytes (b), size) == 0;
}

static unsigned
count_neighbours (const CamSrtGuests *self, GInetAddress *address)
{
  unsigned count = 0;
  GHashTableIter iter;
  gpointer guest;
  g_hash_table_iter_init (&iter, self->guests);
  while (g_hash_table_iter_next (&iter, NULL, &guest))
    count += are_neighbours (((const CamSrtGuest *) guest)->address, address);
  return count;
}

bool
cam_srt_guests_add (CamSrtGuests *self, int socket, const CamSrtGuest *guest)
{
  if (g_hash_table_size (self->guests) >= CAM_SRT_MOST_GUESTS || count_neighbours (self, guest->address) >= CAM_SRT_MOST_GUESTS_OF_ONE)
    return false;
  CamSrtGuest *copy = g_memdup2 (guest, sizeof *guest);
  g_object_ref (copy->address);
  copy->stream_id = g_strdup (guest->stream_id);
  g_hash_table_replace (self->guests, GINT_TO_POINTER (socket), copy);
  return true;
}

CamSrtGuest *
cam_srt_guests_take (CamSrtGuests *self, int socket)
{
  gpointer guest = NULL;
  g_hash_table_steal_extended (self->guests, GINT_TO_POINTER (socket), NULL, &guest);
  return guest;
}

GArray *
cam_srt_guests_list (const CamSrtGuests *self)
{
  GArray *sockets = g_array_new (FALSE, FALSE, sizeof (int));
  GHashTableIter iter;
  gpointer key;
  g_hash_table_iter_init (&iter, self->guests);
  while (g_hash_table_iter_next (&iter, &key, NULL)) {
    const int socket = GPOINTER_TO_INT (key);
    g_array_append_val (sockets, socket);
  }
  return sockets;
}
