#include "ctl/command-status.h"

#include <stdio.h>
#include <unistd.h>

#include "ctl/answer-member.h"
#include "ctl/plain-line.h"
#include "ctl/stream-table.h"
#include "ctl/value-text.h"

enum { WATCH_MS = 1000, LINE_CHARACTERS = 200 };

/* Where a screen begins: the cursor at home, all behind it wiped (ECMA-48: CUP, ED). */
#define NEW_SCREEN "\033[H\033[J"

static void
print_listeners (JsonObject *status)
{
  JsonNode *node = json_object_get_member (status, "listeners");
  JsonArray *listeners = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  for (guint i = 0; listeners != NULL && i < json_array_get_length (listeners); i++) {
    const char *text = json_node_get_string (json_array_get_element (listeners, i));
    g_autofree char *plain = cam_plain_line (text != NULL ? text : "", LINE_CHARACTERS);
    g_print ("%s%s%s", i == 0 ? "listening on " : " ", plain, i + 1 == json_array_get_length (listeners) ? "\n" : "");
  }
}

static void
print_head (JsonObject *status)
{
  JsonObject *server = cam_answer_get_object (status, "server");
  JsonObject *memory = cam_answer_get_object (status, "media_memory");
  g_autofree char *version = cam_plain_line (cam_answer_get_text (status, "version"), LINE_CHARACTERS);
  g_autofree char *uptime = cam_value_text_age (cam_answer_get_number (status, "uptime_s"));
  g_autofree char *used = cam_value_text_bytes (cam_answer_get_number (memory, "used_bytes"));
  g_autofree char *limit = cam_value_text_bytes (cam_answer_get_number (memory, "limit_bytes"));
  g_autofree char *resident = cam_value_text_bytes (cam_answer_get_number (status, "resident_bytes"));
  g_print ("camrelayd %s, up %s, %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " streams connected, %" G_GINT64_FORMAT " readers\n", version, uptime,
           cam_answer_get_count (status, "streams_connected"), cam_answer_get_count (status, "streams_total"),
           cam_answer_get_count (server, "readers"));
  g_print ("media memory %s of %s, process %s, %" G_GINT64_FORMAT " descriptors of %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT " threads\n", used, limit,
           resident, cam_answer_get_count (status, "descriptors"), cam_answer_get_count (status, "descriptor_limit"),
           cam_answer_get_count (status, "threads"));
  print_listeners (status);
}

static void
print_status (JsonNode *answer)
{
  JsonObject *status = JSON_NODE_HOLDS_OBJECT (answer) ? json_node_get_object (answer) : NULL;
  if (status == NULL)
    return;
  g_autofree char *table = cam_stream_table_print (json_object_get_member (status, "streams"), cam_answer_get_number (status, "unix_s"));
  print_head (status);
  g_print ("\n%s", table);
}

static void
print_cameras (JsonNode *answer)
{
  g_autofree char *table = cam_stream_table_print (answer, (double) g_get_real_time () / G_USEC_PER_SEC);
  g_print ("%s", table);
}

typedef void (*PrintFunc) (JsonNode *answer);

/* Prints what @verb answers until the daemon goes away or, without @again, once. */
static bool
show (CamDaemonLink *link, const char *verb, PrintFunc print, bool again, GError **error)
{
  bool is_terminal = isatty (STDOUT_FILENO) != 0;
  do {
    g_autoptr (JsonNode) answer = cam_daemon_link_ask (link, verb, NULL, error);
    if (answer == NULL)
      return false;
    if (again && is_terminal)
      g_print (NEW_SCREEN);
    print (answer);
    fflush (stdout);
  } while (again && cam_daemon_link_wait (link, WATCH_MS));
  return true;
}

static bool
run (const CamCommandRow *row, CamCtlSetup *setup, char ***words, PrintFunc print, GError **error)
{
  gboolean as_json = FALSE;
  gboolean watch = FALSE;
  const GOptionEntry entries[] = {
      {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "As JSON", NULL},
      {"watch", 'w', 0, G_OPTION_ARG_NONE, &watch, "Again each second", NULL},
      {NULL},
  };
  if (!cam_command_parse (row, setup, entries, words, error))
    return false;
  g_autoptr (CamDaemonLink) link = cam_command_connect (setup, error);
  return link != NULL && show (link, row->name, as_json ? cam_command_print_json : print, watch, error);
}

bool
cam_command_status (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error)
{
  return run (row, setup, words, print_status, error);
}

bool
cam_command_cameras (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error)
{
  return run (row, setup, words, print_cameras, error);
}
