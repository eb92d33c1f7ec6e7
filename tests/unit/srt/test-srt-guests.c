#include "srt/srt-guests.h"

static bool
add (CamSrtGuests *guests, int socket, const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);
  g_autofree char *stream_id = g_strdup_printf ("read:%d", socket);
  const CamSrtGuest guest = {.address = address, .port = (unsigned) socket, .stream_id = stream_id, .is_secret = socket % 2 == 0};
  return cam_srt_guests_add (guests, socket, &guest);
}

static void
test_who_they_are (void)
{
  CamSrtGuests *guests = cam_srt_guests_new ();
  g_assert_null (cam_srt_guests_take (guests, 1));
  g_assert_true (add (guests, 1, "192.0.2.1"));
  g_assert_true (add (guests, 2, "2001:db8::1"));
  g_autoptr (GArray) sockets = cam_srt_guests_list (guests);
  g_assert_cmpuint (sockets->len, ==, 2);
  g_assert_cmpint (g_array_index (sockets, int, 0) + g_array_index (sockets, int, 1), ==, 3);
  g_autoptr (CamSrtGuest) guest = cam_srt_guests_take (guests, 2);
  g_autofree char *host = g_inet_address_to_string (guest->address);
  g_assert_cmpstr (host, ==, "2001:db8::1");
  g_assert_cmpuint (guest->port, ==, 2);
  g_assert_cmpstr (guest->stream_id, ==, "read:2");
  g_assert_true (guest->is_secret);
  g_assert_null (cam_srt_guests_take (guests, 2));
  cam_srt_guests_free (guests);
}

/* Who floods the door takes his own room, not that of others. */
static void
test_flood (void)
{
  static const struct {
    const char *guest;
    const char *neighbour;
    const char *other;
  } rows[] = {
      {"192.0.2.1", "192.0.2.1", "192.0.2.2"},
      {"2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"},
      {"10.0.0.1", "10.0.0.1", "a00:1::"}, /* the same first bytes */
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamSrtGuests *guests = cam_srt_guests_new ();
    for (int socket = 1; socket <= CAM_SRT_MOST_GUESTS_OF_ONE; socket++)
      g_assert_true (add (guests, socket, rows[i].guest));
    g_assert_false (add (guests, 1000, rows[i].guest));
    g_assert_false (add (guests, 1000, rows[i].neighbour));
    g_assert_true (add (guests, 1000, rows[i].other));
    g_autoptr (CamSrtGuest) gone = cam_srt_guests_take (guests, 1);
    g_assert_true (add (guests, 1001, rows[i].neighbour));
    cam_srt_guests_free (guests);
  }
}

static void
test_all_rooms_taken (void)
{
  CamSrtGuests *guests = cam_srt_guests_new ();
  for (int socket = 1; socket <= CAM_SRT_MOST_GUESTS; socket++) {
    g_autofree char *host = g_strdup_printf ("192.0.2.%d", socket % 256);
    g_assert_true (add (guests, socket, host));
  }
  g_assert_false (add (guests, 1000, "198.51.100.1"));
  g_autoptr (CamSrtGuest) gone = cam_srt_guests_take (guests, 7);
  g_assert_true (add (guests, 1000, "198.51.100.1"));
  cam_srt_guests_free (guests);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/srt/guests/who-they-are", test_who_they_are);
  g_test_add_func ("/srt/guests/flood", test_flood);
  g_test_add_func ("/srt/guests/all-rooms-taken", test_all_rooms_taken);
  return g_test_run ();
}
