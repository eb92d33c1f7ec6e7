/* A socket handed over under any name, asked for in any words: it is taken by who it is for, refused with a message, or let go of; never lost. */
#include <stdint.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/handed-sockets.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Bound to a name without a file, which the kernel chooses: unix(7), autobind. */
static int
listen_somewhere (struct sockaddr_storage *ret_address)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  socklen_t length = sizeof *ret_address;
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address.sun_family), ==, 0);
  g_assert_cmpint (listen (fd, 1), ==, 0);
  memset (ret_address, 0, sizeof *ret_address);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) ret_address, &length), ==, 0);
  return fd;
}

static void
note_forgotten (const char *name, gpointer data)
{
  g_assert_true (g_str_has_prefix (name, "kept-"));
  ++*(unsigned *) data;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) words = g_strsplit (text, "\n", 3);
  if (g_strv_length (words) != 3)
    return 0;
  unsigned forgotten = 0;
  const CamSocketKeeper keeper = {.forget = note_forgotten, .data = &forgotten};
  CamHandedSockets *handed = cam_handed_sockets_new (&keeper);
  struct sockaddr_storage address;
  int fd = listen_somewhere (&address);
  g_autoptr (GError) error = NULL;
  bool is_known = cam_handed_sockets_add (handed, words[0], fd, &error);
  g_assert_true (is_known == (error == NULL));
  g_clear_error (&error);
  const CamListenWish wish = {.kind = words[1], .text = words[2], .address = (struct sockaddr *) &address, .size = sizeof address};
  int taken = cam_handed_sockets_take (handed, &wish);
  g_assert_true (taken == (taken >= 0 ? fd : -1));
  bool is_left = !cam_handed_sockets_finish (handed, &error);
  g_assert_true (is_left == (error != NULL));
  if (is_known)
    g_assert_cmpuint ((taken >= 0) + is_left + forgotten, ==, 1);
  if (taken >= 0)
    close (taken);
  cam_handed_sockets_free (handed);
  return 0;
}
