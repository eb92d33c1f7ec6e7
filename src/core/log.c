#include "core/log.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "core/log-ring.h"
#include "core/redact.h"

#define MAX_ITEMS 12

/* Lines in the journal carry this name whatever the program's file is called. */
#define IDENTIFIER "camrelayd"

static const struct {
  const char *word;
  const char *name; /* on the command line */
  int priority;
} levels[] = {
    [CAM_LOG_ERROR] = {"ERROR", "error", LOG_ERR},
    [CAM_LOG_WARNING] = {"WARNING", "warning", LOG_WARNING},
    [CAM_LOG_INFO] = {"INFO", "info", LOG_INFO},
    [CAM_LOG_DEBUG] = {"DEBUG", "debug", LOG_DEBUG},
};

/* The one piece of state that a whole process shares: it is what GLib calls back into from any thread, without an owner to ask. */
static struct {
  atomic_int level;
  atomic_bool to_journal;
} shared = {CAM_LOG_INFO, false};

/* One line on its way out. */
typedef struct {
  CamLogLevel level;
  const char *message_id; /* NULL for none */
  const char *domain;     /* GLib's, NULL for our own lines */
  const CamLogFields *fields;
  const char *text;
} Line;

/* The items of one journal entry: "NAME=value". */
typedef struct {
  char *texts[MAX_ITEMS]; /* owned */
  struct iovec vectors[MAX_ITEMS];
  unsigned count;
} Entry;

bool
cam_log_level_from_string (const char *text, CamLogLevel *ret_level)
{
  for (gsize i = 0; i < G_N_ELEMENTS (levels); i++) {
    if (strcmp (text, levels[i].name) == 0) {
      *ret_level = (CamLogLevel) i;
      return true;
    }
  }
  return false;
}

const char *
cam_log_level_word (CamLogLevel level)
{
  return levels[level].name;
}

bool
cam_log_enabled (CamLogLevel level)
{
  return (int) level <= atomic_load_explicit (&shared.level, memory_order_relaxed);
}

bool
cam_log_is_journal (void)
{
  return atomic_load_explicit (&shared.to_journal, memory_order_relaxed);
}

static void
add_item (Entry *entry, const char *name, const char *value)
{
  if (value == NULL)
    return;
  g_assert (entry->count < MAX_ITEMS);
  char *text = g_strconcat (name, "=", value, NULL);
  entry->texts[entry->count] = text;
  entry->vectors[entry->count] = (struct iovec){.iov_base = text, .iov_len = strlen (text)};
  entry->count++;
}

/* A line stays one line, whatever a library puts into its message. */
static void
append_on_one_line (GString *out, const char *text)
{
  for (; *text != '\0'; text++) {
    if (g_ascii_iscntrl (*text))
      g_string_append_printf (out, "\\x%02x", (unsigned char) *text);
    else
      g_string_append_c (out, *text);
  }
}

static void
append_detail (GString *out, const char *name, const char *value, unsigned *count)
{
  if (value == NULL)
    return;
  g_string_append (out, (*count)++ == 0 ? " (" : " ");
  g_string_append_printf (out, "%s=", name);
  append_on_one_line (out, value);
}

/* What a human reads, in the journal as on a terminal: who it is about, what, and the details. (transfer full) */
static char *
compose_text (const Line *line)
{
  const CamLogFields *fields = line->fields;
  g_autoptr (GString) out = g_string_new (NULL);
  if (fields->camera != NULL) {
    g_string_append (out, "camera ");
    append_on_one_line (out, fields->camera);
    if (fields->stream != NULL)
      g_string_append_printf (out, " %s", fields->stream);
    g_string_append (out, ": ");
  }
  append_on_one_line (out, line->text);
  unsigned details = 0;
  append_detail (out, "cause", fields->cause, &details);
  append_detail (out, "reader", fields->reader, &details);
  append_detail (out, "address", fields->address, &details);
  append_detail (out, "user", fields->user, &details);
  if (details > 0)
    g_string_append_c (out, ')');
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static bool
send_to_journal (const Line *line, const char *text)
{
  const CamLogFields *fields = line->fields;
  const char priority[] = {(char) ('0' + levels[line->level].priority), '\0'};
  Entry entry = {.count = 0};
  add_item (&entry, "MESSAGE", text);
  add_item (&entry, "PRIORITY", priority);
  add_item (&entry, "SYSLOG_IDENTIFIER", IDENTIFIER);
  add_item (&entry, "MESSAGE_ID", line->message_id);
  add_item (&entry, "GLIB_DOMAIN", line->domain);
  add_item (&entry, "CAMERA", fields->camera);
  add_item (&entry, "STREAM", fields->stream);
  add_item (&entry, "READER", fields->reader);
  add_item (&entry, "CAUSE", fields->cause);
  add_item (&entry, "ADDRESS", fields->address);
  add_item (&entry, "USER", fields->user);
  bool is_sent = sd_journal_sendv (entry.vectors, (int) entry.count) >= 0;
  for (unsigned i = 0; i < entry.count; i++)
    g_free (entry.texts[i]);
  return is_sent;
}

static void
write_to_stderr (CamLogLevel level, const char *text)
{
  /* The usual lines begin with what they say; "ready: rtsp://…" is looked for by scripts. */
  bool is_usual = level == CAM_LOG_INFO;
  g_autofree char *out = g_strconcat (is_usual ? "" : levels[level].word, is_usual ? "" : " ", text, "\n", NULL);
  /* One write a line, so that lines of several threads never mix. When it fails there is no better place to say so. */
  ssize_t written = write (STDERR_FILENO, out, strlen (out));
  (void) written;
}

/* Whether anybody wants lines of @level: those who read the log, or the ring. */
static bool
is_wanted (CamLogLevel level)
{
  return cam_log_enabled (level) || cam_log_ring_is_open ();
}

static void
emit (const Line *line)
{
  g_autofree char *text = compose_text (line);
  cam_log_ring_add (line->level, text);
  if (!cam_log_enabled (line->level))
    return;
  if (!cam_log_is_journal () || !send_to_journal (line, text))
    write_to_stderr (line->level, text);
}

void
cam_log (CamLogLevel level, const char *message_id, const CamLogFields *fields, const char *format, ...)
{
  if (!is_wanted (level))
    return;
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  static const CamLogFields none = {.camera = NULL};
  emit (&(Line){.level = level, .message_id = message_id, .fields = fields != NULL ? fields : &none, .text = text});
}

/* GLib's critical has no level of its own among ours; its word stays in the line. */
static CamLogLevel
level_of_glib (GLogLevelFlags flags)
{
  if (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return CAM_LOG_ERROR;
  if (flags & G_LOG_LEVEL_WARNING)
    return CAM_LOG_WARNING;
  return flags & G_LOG_LEVEL_MESSAGE ? CAM_LOG_INFO : CAM_LOG_DEBUG;
}

static const char *
word_of_glib (GLogLevelFlags flags)
{
  if (flags & G_LOG_LEVEL_ERROR)
    return "ERROR";
  if (flags & G_LOG_LEVEL_CRITICAL)
    return "CRITICAL";
  return levels[level_of_glib (flags)].word;
}

static const char *
find_field (const GLogField *fields, gsize n_fields, const char *key)
{
  for (gsize i = 0; i < n_fields; i++) {
    if (strcmp (fields[i].key, key) == 0 && fields[i].length < 0)
      return fields[i].value;
  }
  return NULL;
}

/* What Debian 12's libraries complain of though nobody can do anything about it and nothing comes of it. */
static bool
is_empty_complaint (const char *domain, const char *message)
{
  /* GStreamer 1.22's rtspsrc, of itself, when a camera ends an interleaved connection; mended in 1.26. */
  return g_strcmp0 (domain, "GStreamer") == 0 && g_str_equal (message, "gst_event_set_seqnum: assertion 'seqnum != GST_SEQNUM_INVALID' failed");
}

static GLogWriterOutput
write_for_glib (GLogLevelFlags flags, const GLogField *fields, gsize n_fields, gpointer data)
{
  const char *message = find_field (fields, n_fields, "MESSAGE");
  const char *domain = find_field (fields, n_fields, "GLIB_DOMAIN");
  CamLogLevel level = level_of_glib (flags);
  /* Debug lines of a library need G_MESSAGES_DEBUG, in the ring too: it is a flood. */
  if (message == NULL || !is_wanted (level) || g_log_writer_default_would_drop (flags, domain) || is_empty_complaint (domain, message))
    return G_LOG_WRITER_HANDLED;
  g_autofree char *clean = cam_redact_words (message);
  g_autofree char *text = g_strdup_printf ("%s-%s **: %s", domain != NULL ? domain : "default", word_of_glib (flags), clean);
  static const CamLogFields none = {.camera = NULL};
  emit (&(Line){.level = level, .domain = domain, .fields = &none, .text = text});
  return G_LOG_WRITER_HANDLED;
}

/* systemd.exec(5): $JOURNAL_STREAM is "device:inode" of the stream that systemd connected; stderr may have been redirected since. */
static bool
is_stderr_journal (void)
{
  const char *stream = getenv ("JOURNAL_STREAM");
  struct stat status;
  if (stream == NULL || fstat (STDERR_FILENO, &status) != 0)
    return false;
  g_autofree char *expected =
      g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64) status.st_dev, (guint64) status.st_ino);
  return strcmp (stream, expected) == 0;
}

void
cam_log_init (CamLogLevel level)
{
  atomic_store (&shared.level, (int) level);
  atomic_store (&shared.to_journal, is_stderr_journal ());
  g_log_set_writer_func (write_for_glib, NULL, NULL);
}
