#include "ctl/command-support-bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "ctl/answer-member.h"

/* (transfer full) */
static char *
make_name (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  return now != NULL ? g_date_time_format (now, "camrelay-support-%Y%m%d-%H%M%S.tar") : g_strdup ("camrelay-support.tar");
}

static bool
write_all (int fd, const guchar *bytes, gsize left)
{
  while (left > 0) {
    ssize_t written = write (fd, bytes, left);
    if (written < 0 && errno != EINTR)
      return false;
    bytes += MAX (written, 0);
    left -= (gsize) MAX (written, 0);
  }
  return true;
}

/* For nobody else to read, and never over a file that is there. "-": standard output. */
static bool
store (const char *path, const guchar *bytes, gsize length, GError **error)
{
  bool is_stdout = g_str_equal (path, "-");
  int fd = is_stdout ? dup (STDOUT_FILENO) : open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool is_good = fd >= 0 && write_all (fd, bytes, length);
  int number = errno;
  if (fd >= 0 && close (fd) != 0 && is_good) {
    is_good = false;
    number = errno;
  }
  if (!is_good)
    g_set_error (error, CAM_CTL_ERROR, CAM_CTL_ERROR_SYSTEM, "cannot write '%s': %s", path, g_strerror (number));
  else if (!is_stdout)
    g_print ("%s\n", path);
  return is_good;
}

bool
cam_command_support_bundle (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error)
{
  g_autofree char *path = NULL;
  const GOptionEntry entries[] = {
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &path, "Where to, in place of camrelay-support-DATE-TIME.tar; - is standard output", "FILE"},
      {NULL},
  };
  if (!cam_command_parse (row, setup, entries, words, error))
    return false;
  g_autoptr (JsonNode) answer = cam_command_ask (setup, row->name, NULL, error);
  if (answer == NULL)
    return false;
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (answer) ? json_node_get_object (answer) : NULL;
  gsize length = 0;
  g_autofree guchar *bytes = g_base64_decode (cam_answer_get_text (object, "tar_base64"), &length);
  if (length == 0) {
    g_set_error_literal (error, CAM_CTL_ERROR, CAM_CTL_ERROR_SYSTEM, "the daemon's answer holds no bundle");
    return false;
  }
  if (path == NULL)
    path = make_name ();
  return store (path, bytes, length, error);
}
