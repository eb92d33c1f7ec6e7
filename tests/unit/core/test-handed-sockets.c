#include "core/handed-sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct {
  CamHandedSockets *handed;
  GString *trace; /* what the keeper was told */
} Fixture;

static void
on_keep (const char *name, int fd, gpointer data)
{
  g_assert_cmpint (fcntl (fd, F_GETFD), >=, 0);
  g_string_append_printf (data, "keep %s;", name);
}

static void
on_forget (const char *name, gpointer data)
{
  g_string_append_printf (data, "forget %s;", name);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->trace = g_string_new (NULL);
  self->handed = cam_handed_sockets_new (&(CamSocketKeeper){ .keep = on_keep, .forget = on_forget, .data = self->trace });
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  cam_handed_sockets_free (self->handed);
  g_string_free (self->trace, TRUE);
}

typedef union {
  struct sockaddr any;
  struct sockaddr_in ipv4;
  struct sockaddr_in6 ipv6;
  struct sockaddr_un local;
} Address;

static Address
make_address (const char *host, unsigned port)
{
  Address address = { 0 };
  if (inet_pton (AF_INET, host, &address.ipv4.sin_addr) == 1) {
    address.ipv4.sin_family = AF_INET;
    address.ipv4.sin_port = htons ((uint16_t) port);
    return address;
  }
  g_assert_cmpint (inet_pton (AF_INET6, host, &address.ipv6.sin6_addr), ==, 1);
  address.ipv6.sin6_family = AF_INET6;
  address.ipv6.sin6_port = htons ((uint16_t) port);
  return address;
}

static socklen_t
size_of (const Address *address)
{
  switch (address->any.sa_family) {
  case AF_INET:
    return sizeof address->ipv4;
  case AF_INET6:
    return sizeof address->ipv6;
  default:
    return sizeof address->local;
  }
}

/* A socket as systemd has it: blocking, and bound; @address becomes the real one. */
static int
listen_at (Address *address, bool ipv6_only)
{
  const int on = 1;
  const int only = ipv6_only;
  int fd = socket (address->any.sa_family, SOCK_STREAM, 0);
  g_assert_cmpint (fd, >=, 0);
  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address->any.sa_family == AF_INET6)
    setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
  g_assert_cmpint (bind (fd, &address->any, size_of (address)), ==, 0);
  g_assert_cmpint (listen (fd, 8), ==, 0);
  socklen_t size = sizeof *address;
  g_assert_cmpint (getsockname (fd, &address->any, &size), ==, 0);
  return fd;
}

static int
add (Fixture *self, const char *name, int fd)
{
  g_autoptr (GError) error = NULL;
  cam_handed_sockets_add (self->handed, name, fd, &error);
  g_assert_no_error (error);
  return fd;
}

static int
take (Fixture *self, const char *kind, const char *text, const Address *address, bool ipv6_only)
{
  return cam_handed_sockets_take (self->handed, &(CamListenWish){
                                                  .kind = kind,
                                                  .text = text,
                                                  .address = &address->any,
                                                  .size = size_of (address),
                                                  .ipv6_only = ipv6_only,
                                                });
}

static void
test_unit_by_address (Fixture *self, gconstpointer data)
{
  Address address = make_address ("127.0.0.1", 0);
  int fd = add (self, "rtsp", listen_at (&address, false));
  Address other = address;
  other.ipv4.sin_port = (in_port_t) (address.ipv4.sin_port ^ 1);
  g_assert_cmpint (take (self, "rtsp", "x", &other, false), ==, -1);
  other = make_address ("127.0.0.1", 0); /* port 0 asks for one that nobody knows */
  g_assert_cmpint (take (self, "rtsp", "x", &other, false), ==, -1);
  other = make_address ("127.0.0.2", ntohs (address.ipv4.sin_port));
  g_assert_cmpint (take (self, "rtsp", "x", &other, false), ==, -1);
  g_assert_cmpint (take (self, "rtsps", "x", &address, false), ==, -1);
  g_assert_cmpint (take (self, "rtsp", "x", &address, false), ==, fd);
  g_assert_cmpint (take (self, "rtsp", "x", &address, false), ==, -1); /* once */
  g_assert_cmpint (fcntl (fd, F_GETFL) & O_NONBLOCK, !=, 0);
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, !=, 0);
  g_assert_true (cam_handed_sockets_finish (self->handed, NULL));
  g_assert_cmpstr (self->trace->str, ==, "");
  close (fd);
}

/* systemd falls back to IPv4 on a box without IPv6, as we do. */
static void
test_unit_for_any (Fixture *self, gconstpointer data)
{
  Address ipv4 = make_address ("0.0.0.0", 0);
  int fd = add (self, "rtsp", listen_at (&ipv4, false));
  Address ipv6 = make_address ("::", ntohs (ipv4.ipv4.sin_port));
  g_assert_cmpint (take (self, "rtsp", "x", &ipv6, true), ==, -1); /* IPv4 is wanted by another one */
  g_assert_cmpint (take (self, "rtsp", "x", &ipv6, false), ==, fd);
  close (fd);
  Address loopback = make_address ("127.0.0.1", ntohs (ipv4.ipv4.sin_port));
  fd = add (self, "rtsp", listen_at (&loopback, false));
  g_assert_cmpint (take (self, "rtsp", "x", &ipv6, false), ==, -1);
}

static void
test_kept_by_words (Fixture *self, gconstpointer data)
{
  Address address = make_address ("127.0.0.1", 0);
  int fd = add (self, "kept-rtsp-127.0.0.1_0", listen_at (&address, false));
  Address any_port = make_address ("127.0.0.1", 0);
  g_assert_cmpint (take (self, "rtsps", "127.0.0.1:0", &any_port, false), ==, -1);
  g_assert_cmpint (take (self, "rtsp", "127.0.0.1:8554", &address, false), ==, -1);
  Address moved = make_address ("127.0.0.2", 0); /* what the name means now */
  g_assert_cmpint (take (self, "rtsp", "127.0.0.1:0", &moved, false), ==, -1);
  g_assert_cmpint (take (self, "rtsp", "127.0.0.1:0", &any_port, false), ==, fd);
  g_assert_true (cam_handed_sockets_finish (self->handed, NULL));
  g_assert_cmpstr (self->trace->str, ==, "");
  close (fd);
}

/* Whether "[::]" takes IPv4 cannot be changed any more. */
static void
test_kept_with_ipv4_or_not (Fixture *self, gconstpointer data)
{
  Address address = make_address ("::", 0);
  int fd = add (self, "kept-rtsp-[__]_0", listen_at (&address, false));
  g_assert_cmpint (take (self, "rtsp", "[::]:0", &address, true), ==, -1);
  g_assert_cmpint (take (self, "rtsp", "[::]:0", &address, false), ==, fd);
  close (fd);
}

/* What the configuration does not want any more must not keep others from the port, although systemd has a copy for a moment yet. */
static void
test_room (Fixture *self, gconstpointer data)
{
  Address address = make_address ("127.0.0.1", 0);
  int copy = dup (add (self, "kept-http-127.0.0.1_9", listen_at (&address, false)));
  Address everywhere = make_address ("0.0.0.0", ntohs (address.ipv4.sin_port));
  CamListenWish wish = { .kind = "rtsp", .text = "x", .address = &everywhere.any, .size = sizeof everywhere.ipv4 };
  g_assert_true (cam_handed_sockets_make_room (self->handed, &wish));
  g_assert_cmpstr (self->trace->str, ==, "forget kept-http-127.0.0.1_9;");
  close (listen_at (&everywhere, false));
  g_assert_false (cam_handed_sockets_make_room (self->handed, &wish));
  close (copy);
}

static void
test_left (Fixture *self, gconstpointer data)
{
  Address kept = make_address ("127.0.0.1", 0);
  add (self, "kept-rtsp-127.0.0.1_9", listen_at (&kept, false));
  Address units = make_address ("::1", 0);
  add (self, "rtsps", listen_at (&units, false));
  g_autoptr (GError) error = NULL;
  g_assert_false (cam_handed_sockets_finish (self->handed, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_autofree char *expected =
    g_strdup_printf ("a socket was handed over as 'rtsps' on [::1]:%u, which no [RTSP] ListenTLS= names", ntohs (units.ipv6.sin6_port));
  g_assert_cmpstr (error->message, ==, expected);
  g_assert_cmpstr (self->trace->str, ==, "forget kept-rtsp-127.0.0.1_9;");
}

/* The process before let go of it and was killed before systemd had heard of that. */
static void
test_kept_too_long (Fixture *self, gconstpointer data)
{
  Address address = make_address ("127.0.0.1", 0);
  int fd = listen_at (&address, false);
  g_assert_cmpint (shutdown (fd, SHUT_RDWR), ==, 0);
  add (self, "kept-rtsp-127.0.0.1_0", fd);
  g_assert_cmpstr (self->trace->str, ==, "forget kept-rtsp-127.0.0.1_0;");
  g_assert_cmpint (take (self, "rtsp", "127.0.0.1:0", &address, false), ==, -1);
  g_assert_true (cam_handed_sockets_finish (self->handed, NULL));
}

static void
test_control (Fixture *self, gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("handed-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "control.sock", NULL);
  Address address = { .local = { .sun_family = AF_UNIX } };
  g_strlcpy (address.local.sun_path, path, sizeof address.local.sun_path);
  int fd = add (self, "control", listen_at (&address, false));
  g_assert_cmpint (take (self, "control", path, &address, false), ==, fd);
  g_autofree char *name = g_strconcat ("kept-control-", path, NULL);
  add (self, name, fd);
  g_unlink (path); /* nobody can reach it any more */
  g_assert_cmpint (take (self, "control", path, &address, false), ==, -1);
  g_rmdir (folder);
}

static void
test_what_is_no_listener (Fixture *self, gconstpointer data)
{
  static const int types[] = { SOCK_STREAM, SOCK_DGRAM };
  for (unsigned i = 0; i < G_N_ELEMENTS (types); i++) {
    g_autoptr (GError) error = NULL;
    int fd = socket (AF_INET, types[i], 0);
    g_autofree char *expected = g_strdup_printf ("descriptor %d, handed over as 'rtsp', is no listening stream socket", fd);
    g_assert_false (cam_handed_sockets_add (self->handed, "rtsp", fd, &error));
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    g_assert_cmpstr (error->message, ==, expected);
    g_assert_cmpint (fcntl (fd, F_GETFD), ==, -1); /* closed */
  }
  g_autoptr (GError) error = NULL;
  Address address = make_address ("127.0.0.1", 0);
  g_assert_false (cam_handed_sockets_add (self->handed, "camrelayd.socket", listen_at (&address, false), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "expected FileDescriptorName=rtsp, rtsps, http or control"));
}

static void
test_keeper (Fixture *self, gconstpointer data)
{
  Address address = make_address ("::", 0);
  int fd = listen_at (&address, false);
  cam_handed_sockets_note_opened (self->handed, &(CamListenWish){ .kind = "rtsp", .text = "[::]:8554", .address = &address.any, .size = sizeof address.ipv6 }, fd);
  cam_handed_sockets_note_closed (self->handed, "rtsp", "[::]:8554");
  g_assert_cmpstr (self->trace->str, ==, "keep kept-rtsp-[__]_8554;forget kept-rtsp-[__]_8554;");
  /* Whatever the configuration holds, it is a name. */
  g_string_truncate (self->trace, 0);
  cam_handed_sockets_note_closed (self->handed, "control", "/run/K\303\274che:1\n");
  g_assert_cmpstr (self->trace->str, ==, "forget kept-control-/run/K__che_1_;");
  g_string_truncate (self->trace, 0);
  g_autofree char *endless = g_strnfill (400, 'x');
  cam_handed_sockets_note_closed (self->handed, "control", endless);
  g_assert_cmpuint (self->trace->len, <, 255);
  close (fd);
}

static void
test_nobody (void)
{
  Address address = make_address ("127.0.0.1", 8554);
  CamListenWish wish = { .kind = "rtsp", .text = "x", .address = &address.any, .size = sizeof address.ipv4 };
  g_assert_cmpint (cam_handed_sockets_take (NULL, &wish), ==, -1);
  g_assert_false (cam_handed_sockets_make_room (NULL, &wish));
  cam_handed_sockets_note_opened (NULL, &wish, 0);
  cam_handed_sockets_note_closed (NULL, "rtsp", "x");
  cam_handed_sockets_free (NULL);
  CamHandedSockets *without_keeper = cam_handed_sockets_new (NULL);
  cam_handed_sockets_note_opened (without_keeper, &wish, 0);
  cam_handed_sockets_note_closed (without_keeper, "rtsp", "x");
  g_assert_true (cam_handed_sockets_finish (without_keeper, NULL));
  cam_handed_sockets_free (without_keeper);
}

#define ADD(name, function) g_test_add ("/core/handed-sockets/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("unit-by-address", test_unit_by_address);
  ADD ("unit-for-any", test_unit_for_any);
  ADD ("kept-by-words", test_kept_by_words);
  ADD ("kept-with-ipv4-or-not", test_kept_with_ipv4_or_not);
  ADD ("room", test_room);
  ADD ("left", test_left);
  ADD ("kept-too-long", test_kept_too_long);
  ADD ("control", test_control);
  ADD ("what-is-no-listener", test_what_is_no_listener);
  ADD ("keeper", test_keeper);
  g_test_add_func ("/core/handed-sockets/nobody", test_nobody);
  return g_test_run ();
}
