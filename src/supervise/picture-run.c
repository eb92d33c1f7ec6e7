#include "supervise/picture-run.h"

#include "camrelay/picture-protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define READ_BYTES (64 * 1024)
#define LAST_WAIT_MS 100

struct CamPictureRun {
  CamPictureRunFunc func;
  gpointer data; /* borrowed: outlived by the desk */
  CamCodec codec;
  pid_t pid;   /* 0: none, or reaped; of a process group of its own */
  int process; /* pidfd; -1: none */
  int output;  /* our end of its stdout; -1: closed */
  guint process_watch;
  guint output_watch;
  guint deadline;
  guint at_once;      /* idle: it never started, or is over already */
  GByteArray *answer; /* owned */
  char *why;          /* owned; set when we ended it, or it never started */
};

/* What a program of ours needs to know of the world; the rest of the daemon's environment is none of its business. */
static const char *const kept_variables[] = {
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
    "GST_PLUGIN_PATH",
    "GST_PLUGIN_PATH_1_0",
    "GST_PLUGIN_SCANNER",
    "GST_PLUGIN_SYSTEM_PATH",
    "GST_PLUGIN_SYSTEM_PATH_1_0",
    "GST_REGISTRY",
    "GST_REGISTRY_1_0",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LD_LIBRARY_PATH",
    "PATH",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
};

static char **
make_environment (void)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  for (unsigned i = 0; i < G_N_ELEMENTS (kept_variables); i++) {
    const char *value = g_getenv (kept_variables[i]);
    if (value == NULL)
      continue;
    g_autofree char *entry = g_strconcat (kept_variables[i], "=", value, NULL);
    g_strv_builder_add (builder, entry);
  }
  return g_strv_builder_end (builder);
}

/* The protocol's word; NULL: pictures of this codec are not drawn. */
static const char *
codec_word (CamCodec codec)
{
  switch (codec) {
  case CAM_CODEC_H264:
    return "h264";
  case CAM_CODEC_H265:
    return "h265";
  case CAM_CODEC_MJPEG:
    return "jpeg";
  case CAM_CODEC_NONE:
  case CAM_CODEC_PCMU:
  case CAM_CODEC_PCMA:
  case CAM_CODEC_G722:
  case CAM_CODEC_G726:
  case CAM_CODEC_L16:
  case CAM_CODEC_AAC:
  case CAM_CODEC_MPEG_AUDIO:
  case CAM_CODEC_OPUS:
  case CAM_CODEC_AC3:
  case CAM_CODEC_FLAC:
  case CAM_N_CODECS:
    return NULL;
  }
  return NULL;
}

/* A file in memory rather than a pipe: there is nobody to wait for while it is written. -1: errno says why. */
static int
write_request (GBytes *request)
{
  size_t size;
  const uint8_t *data = g_bytes_get_data (request, &size);
  int file = memfd_create ("picture-request", MFD_CLOEXEC);
  while (file >= 0 && size > 0) {
    ssize_t n = write (file, data, size);
    if (n < 0) {
      close (file);
      return -1;
    }
    data += n;
    size -= (size_t) n;
  }
  if (file >= 0)
    lseek (file, 0, SEEK_SET);
  return file;
}

/* Its own group, so that what it may start before its sandbox closes ends with it; signals as a program expects them; no descriptor of
 * ours. */
static int
spawn (CamPictureRun *self, const char *program, int input, int output)
{
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, all;
  sigemptyset (&none);
  sigfillset (&all);
  posix_spawnattr_init (&attributes);
  posix_spawnattr_setflags (&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setsigmask (&attributes, &none);
  posix_spawnattr_setsigdefault (&attributes, &all);
  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_adddup2 (&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2 (&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_addopen (&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np (&actions, STDERR_FILENO + 1);
  g_auto (GStrv) environment = make_environment ();
  char *arguments[] = {(char *) program, (char *) codec_word (self->codec), NULL};
  int error = posix_spawn (&self->pid, program, &actions, &attributes, arguments, environment);
  posix_spawn_file_actions_destroy (&actions);
  posix_spawnattr_destroy (&attributes);
  if (error != 0)
    self->pid = 0;
  return error;
}

/* 0, or an errno and nothing runs. */
static int
start (CamPictureRun *self, const char *program, GBytes *request)
{
  int input = write_request (request);
  if (input < 0)
    return errno;
  int ends[2];
  if (pipe2 (ends, O_CLOEXEC) != 0) {
    int error = errno;
    close (input);
    return error;
  }
  int error = spawn (self, program, input, ends[1]);
  close (input);
  close (ends[1]);
  self->output = ends[0];
  if (error != 0)
    return error;
  fcntl (self->output, F_SETFL, O_NONBLOCK);
  self->process = pidfd_open (self->pid, 0);
  if (self->process < 0 && errno == ESRCH)
    self->pid = 0; /* over already, and somebody else has collected it */
  return self->process < 0 && self->pid != 0 ? errno : 0;
}

static void
end_process (CamPictureRun *self, const char *why)
{
  if (self->pid == 0 || self->why != NULL)
    return;
  self->why = g_strdup (why);
  kill (-self->pid, SIGKILL);
}

/* What it has written so far, @room bytes at most; false at its end. */
static bool
take_output (CamPictureRun *self, size_t room)
{
  uint8_t bytes[READ_BYTES];
  ssize_t n = read (self->output, bytes, MIN (room, sizeof bytes));
  if (n > 0)
    g_byte_array_append (self->answer, bytes, (unsigned) n);
  return n > 0 || (n < 0 && errno == EINTR);
}

static size_t
count_room (const CamPictureRun *self)
{
  return sizeof (CamPictureAnswerHead) + CAM_PICTURE_MAX_UNIT_BYTES + 1 - self->answer->len;
}

static gboolean
on_output (int fd, GIOCondition condition, gpointer data)
{
  CamPictureRun *self = data;
  if (count_room (self) > 0 && take_output (self, count_room (self)))
    return G_SOURCE_CONTINUE;
  self->output_watch = 0;
  if (count_room (self) == 0)
    end_process (self, "the picture program answered with more than 4 MiB");
  return G_SOURCE_REMOVE;
}

static gboolean
on_deadline (gpointer data)
{
  CamPictureRun *self = data;
  self->deadline = 0;
  end_process (self, "took longer than 2 s");
  return G_SOURCE_REMOVE;
}

static const char *
encoder_package (CamCodec codec)
{
  if (codec == CAM_CODEC_H264)
    return "gstreamer1.0-plugins-ugly";
  return codec == CAM_CODEC_H265 ? "gstreamer1.0-plugins-bad" : "gstreamer1.0-plugins-good";
}

/* A picture, or NULL with why not. */
static GBytes *
read_answer (const CamPictureRun *self, CamPictureOutcome *ret_outcome, char **ret_why)
{
  *ret_outcome = CAM_PICTURE_RUN_BROKE;
  CamPictureAnswerHead head = {0};
  if (self->answer->len >= sizeof head)
    memcpy (&head, self->answer->data, sizeof head);
  if (head.magic != CAM_PICTURE_ANSWER_MAGIC || head.version != CAM_PICTURE_VERSION || head.status > CAM_PICTURE_FAILED ||
      head.unit_bytes != self->answer->len - sizeof head) {
    *ret_why = g_strdup ("the picture program's answer cannot be read");
    return NULL;
  }
  switch ((CamPictureStatus) head.status) {
  case CAM_PICTURE_DRAWN:
    if (head.unit_bytes > 0) {
      *ret_outcome = CAM_PICTURE_RUN_DREW;
      return g_bytes_new (self->answer->data + sizeof head, head.unit_bytes);
    }
    *ret_why = g_strdup ("the picture program drew nothing");
    return NULL;
  case CAM_PICTURE_BAD_REQUEST:
    *ret_why = g_strdup ("the picture program does not understand the request: it is not of the same build");
    break;
  case CAM_PICTURE_NO_ENCODER:
    *ret_why = g_strdup_printf ("no encoder for %s is installed (Debian has one in %s)", cam_codec_name (self->codec),
                                encoder_package (self->codec));
    break;
  case CAM_PICTURE_NO_SANDBOX:
    *ret_why = g_strdup ("the system does not let the picture program lock itself in");
    break;
  case CAM_PICTURE_FAILED:
    *ret_why = g_strdup_printf ("the encoder for %s gave no picture", cam_codec_name (self->codec));
    return NULL;
  }
  *ret_outcome = CAM_PICTURE_RUN_REFUSED;
  return NULL;
}

static GBytes *
judge (const CamPictureRun *self, int status, CamPictureOutcome *ret_outcome, char **ret_why)
{
  *ret_outcome = CAM_PICTURE_RUN_BROKE;
  if (self->why != NULL)
    *ret_why = g_strdup (self->why);
  else if (WIFSIGNALED (status) && WTERMSIG (status) == SIGXCPU)
    *ret_why = g_strdup ("took longer than 2 s");
  else if (WIFSIGNALED (status))
    *ret_why = g_strdup_printf ("the picture program was ended by signal %d (%s)", WTERMSIG (status), g_strsignal (WTERMSIG (status)));
  else if (WEXITSTATUS (status) != 0)
    *ret_why = g_strdup_printf ("the picture program ended with status %d", WEXITSTATUS (status));
  else
    return read_answer (self, ret_outcome, ret_why);
  return NULL;
}

static void
stop_watching (CamPictureRun *self)
{
  g_clear_handle_id (&self->output_watch, g_source_remove);
  g_clear_handle_id (&self->process_watch, g_source_remove);
  g_clear_handle_id (&self->deadline, g_source_remove);
  g_clear_handle_id (&self->at_once, g_source_remove);
}

/* Whether it is still to be collected: till then its number is nobody else's. */
static bool
is_collectable (pid_t pid)
{
  siginfo_t info;
  return waitid (P_PID, (id_t) pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/* Somebody it left behind may hold its stdout open, so what is in the pipe now is all there is. */
static void
conclude (CamPictureRun *self, int status)
{
  while (count_room (self) > 0 && take_output (self, count_room (self)))
    continue;
  stop_watching (self);
  CamPictureOutcome outcome;
  g_autofree char *why = NULL;
  g_autoptr (GBytes) unit = judge (self, status, &outcome, &why);
  self->func (self, outcome, unit, why, self->data);
}

static gboolean
on_process (int fd, GIOCondition condition, gpointer data)
{
  CamPictureRun *self = data;
  int status = 0; /* when somebody else has collected it, its answer alone says what became of it */
  if (is_collectable (self->pid))
    kill (-self->pid, SIGKILL);
  if (waitpid (self->pid, &status, WNOHANG) == 0)
    return G_SOURCE_CONTINUE;
  self->pid = 0;
  self->process_watch = 0;
  conclude (self, status);
  return G_SOURCE_REMOVE;
}

static gboolean
on_over_already (gpointer data)
{
  CamPictureRun *self = data;
  self->at_once = 0;
  conclude (self, 0);
  return G_SOURCE_REMOVE;
}

static gboolean
on_not_started (gpointer data)
{
  CamPictureRun *self = data;
  self->at_once = 0;
  g_autofree char *why = g_steal_pointer (&self->why);
  self->func (self, CAM_PICTURE_RUN_REFUSED, NULL, why, self->data);
  return G_SOURCE_REMOVE;
}

CamPictureRun *
cam_picture_run_new (const char *program, CamCodec codec, GBytes *request, CamPictureRunFunc func, gpointer data)
{
  CamPictureRun *self = g_new (CamPictureRun, 1);
  *self = (CamPictureRun){.func = func, .data = data, .codec = codec, .process = -1, .output = -1, .answer = g_byte_array_new ()};
  int error = start (self, program, request);
  if (error != 0) {
    self->why = g_strdup_printf ("'%s' cannot be started: %s", program, g_strerror (error));
    self->at_once = g_idle_add (on_not_started, self);
    return self;
  }
  if (self->process < 0) {
    self->at_once = g_idle_add (on_over_already, self);
    return self;
  }
  self->process_watch = g_unix_fd_add (self->process, G_IO_IN, on_process, self);
  self->output_watch = g_unix_fd_add (self->output, G_IO_IN | G_IO_HUP | G_IO_ERR, on_output, self);
  self->deadline = g_timeout_add (CAM_PICTURE_SECONDS * 1000, on_deadline, self);
  return self;
}

void
cam_picture_run_kill (CamPictureRun *self)
{
  end_process (self, "not wanted any more");
}

void
cam_picture_run_free (CamPictureRun *self)
{
  if (self == NULL)
    return;
  stop_watching (self);
  if (self->pid != 0) {
    kill (-self->pid, SIGKILL);
    if (self->process >= 0)
      poll (&(struct pollfd){.fd = self->process, .events = POLLIN}, 1, LAST_WAIT_MS);
    waitpid (self->pid, NULL, WNOHANG);
  }
  if (self->process >= 0)
    close (self->process);
  if (self->output >= 0)
    close (self->output);
  g_byte_array_unref (self->answer);
  g_free (self->why);
  g_free (self);
}
