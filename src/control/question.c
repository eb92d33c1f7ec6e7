#include "control/question.h"

#include <string.h>

#include "control/json-write.h"
#include "control/status-json.h"
#include "core/log-ring.h"

enum { MOST_LOG_LINES = 1000, USUAL_LOG_LINES = 200, SHORTEST_READER_ID = 4 };

static CamQuestionAnswer
good (JsonNode *result)
{
  return (CamQuestionAnswer){.kind = CAM_ANSWER_OK, .result = result};
}

static CamQuestionAnswer
bad (CamAnswerKind kind, const char *message)
{
  return (CamQuestionAnswer){.kind = kind, .message = message};
}

/* An argument that need not be there; false when it is of another type. @ret_value: borrowed; untouched when it is not there. */
static bool
read_text (JsonObject *arguments, const char *name, const char **ret_value)
{
  JsonNode *node = json_object_get_member (arguments, name);
  if (node == NULL)
    return true;
  if (json_node_get_value_type (node) != G_TYPE_STRING)
    return false;
  *ret_value = json_node_get_string (node);
  return true;
}

/* A count, also as text, as a query of a URL has it. */
static bool
read_count (JsonObject *arguments, const char *name, uint64_t *ret_value)
{
  JsonNode *node = json_object_get_member (arguments, name);
  if (node == NULL)
    return true;
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return g_ascii_string_to_unsigned (json_node_get_string (node), 10, 0, INT64_MAX, ret_value, NULL);
  if (json_node_get_value_type (node) != G_TYPE_INT64 || json_node_get_int (node) < 0)
    return false;
  *ret_value = (uint64_t) json_node_get_int (node);
  return true;
}

/* ---- of the status ---- */

static CamQuestionAnswer
answer_camera (const CamStatus *status, JsonObject *arguments, int64_t now_us)
{
  const char *name = NULL;
  if (!read_text (arguments, "name", &name) || name == NULL)
    return bad (CAM_ANSWER_BAD_REQUEST, "'name' is missing or no text");
  JsonNode *result = cam_status_json_camera (status, name, now_us);
  return result != NULL ? good (result) : bad (CAM_ANSWER_NOT_FOUND, "no such camera");
}

static CamQuestionAnswer
answer_readers (CamRtspServer *server, const CamStatus *status, JsonObject *arguments)
{
  const char *camera = NULL;
  if (!read_text (arguments, "camera", &camera))
    return bad (CAM_ANSWER_BAD_REQUEST, "'camera' is no text");
  if (camera != NULL && cam_config_set_find_camera (status->config, camera) == NULL)
    return bad (CAM_ANSWER_NOT_FOUND, "no such camera");
  g_autoptr (GPtrArray) views = cam_rtsp_server_list_readers (server, camera);
  return good (cam_status_json_readers (views));
}

/* ---- the end of a reader ---- */

/* The one reader whose id begins with @start; NULL and why not. */
static const CamReaderView *
find_reader (const GPtrArray *views, const char *start, CamQuestionAnswer *ret_answer)
{
  const CamReaderView *found = NULL;
  for (unsigned i = 0; i < views->len; i++) {
    const CamReaderView *view = views->pdata[i];
    bool is_session = strcmp (view->id, view->address) != 0; /* a multicast group is none: those in it are */
    if (!is_session || !g_str_has_prefix (view->id, start))
      continue;
    if (found != NULL) {
      *ret_answer = bad (CAM_ANSWER_CONFLICT, "more than one reader's id begins so");
      return NULL;
    }
    found = view;
  }
  *ret_answer = bad (CAM_ANSWER_NOT_FOUND, "no such reader");
  return found;
}

static CamQuestionAnswer
kick (CamRtspServer *server, JsonObject *arguments)
{
  const char *id = NULL;
  if (!read_text (arguments, "id", &id) || id == NULL || strlen (id) < SHORTEST_READER_ID)
    return bad (CAM_ANSWER_BAD_REQUEST, "'id' is missing or not the first 4 characters of an id at least");
  g_autoptr (GPtrArray) views = cam_rtsp_server_list_readers (server, NULL);
  CamQuestionAnswer answer;
  const CamReaderView *view = find_reader (views, id, &answer);
  if (view == NULL)
    return answer;
  cam_rtsp_server_kick (server, view->id);
  g_autoptr (GPtrArray) kicked = g_ptr_array_new ();
  g_ptr_array_add (kicked, (gpointer) view);
  return good (cam_status_json_readers (kicked));
}

/* ---- the log ---- */

static void
add_log_line (JsonBuilder *builder, const CamLogRingLine *line)
{
  json_builder_begin_object (builder);
  cam_json_add_count (builder, "number", line->number);
  cam_json_add_seconds (builder, "unix_s", line->unix_us);
  cam_json_add_text (builder, "level", cam_log_level_word (line->level));
  cam_json_add_text (builder, "text", line->text);
  json_builder_end_object (builder);
}

static CamQuestionAnswer
answer_log (JsonObject *arguments)
{
  const char *level_word = "info";
  CamLogLevel level;
  uint64_t after = 0;
  uint64_t most = USUAL_LOG_LINES;
  if (!read_text (arguments, "level", &level_word) || !cam_log_level_from_string (level_word, &level))
    return bad (CAM_ANSWER_BAD_REQUEST, "'level' is none of error, warning, info, debug");
  if (!read_count (arguments, "after", &after) || !read_count (arguments, "most", &most))
    return bad (CAM_ANSWER_BAD_REQUEST, "'after' or 'most' is no count");
  g_autoptr (GPtrArray) lines = cam_log_ring_list (level, after, (unsigned) MIN (most, MOST_LOG_LINES));
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_array (builder);
  for (unsigned i = 0; i < lines->len; i++)
    add_log_line (builder, lines->pdata[i]);
  json_builder_end_array (builder);
  return good (json_builder_get_root (builder));
}

/* ---- all ---- */

bool
cam_question_is_one (CamVerb verb)
{
  switch (verb) {
  case CAM_VERB_STATUS:
  case CAM_VERB_CAMERAS:
  case CAM_VERB_CAMERA:
  case CAM_VERB_READERS:
  case CAM_VERB_HEALTH:
  case CAM_VERB_LOG:
  case CAM_VERB_KICK:
    return true;
  case CAM_VERB_RETRY:
  case CAM_VERB_ENABLE:
  case CAM_VERB_DISABLE:
  case CAM_VERB_ADD:
  case CAM_VERB_SET:
  case CAM_VERB_REMOVE:
  case CAM_VERB_CHECK:
  case CAM_VERB_RELOAD:
  case CAM_VERB_BUNDLE:
  case CAM_N_VERBS:
    break;
  }
  return false;
}

CamQuestionAnswer
cam_question_answer (CamControlDesk *desk, CamVerb verb, JsonObject *arguments)
{
  const CamControlSetup *setup = cam_control_desk_get_setup (desk);
  int64_t now_us = g_get_monotonic_time ();
  g_autoptr (CamStatus) status = cam_status_board_get (setup->board);
  if (status == NULL)
    return bad (CAM_ANSWER_BUSY, "the daemon is starting");
  switch (verb) {
  case CAM_VERB_STATUS:
    return good (cam_status_json_relay (status, now_us));
  case CAM_VERB_CAMERAS:
    return good (cam_status_json_cameras (status, now_us));
  case CAM_VERB_CAMERA:
    return answer_camera (status, arguments, now_us);
  case CAM_VERB_READERS:
    return answer_readers (setup->server, status, arguments);
  case CAM_VERB_HEALTH:
    return good (cam_status_json_health (status));
  case CAM_VERB_LOG:
    return answer_log (arguments);
  case CAM_VERB_KICK:
    return kick (setup->server, arguments);
  case CAM_VERB_RETRY:
  case CAM_VERB_ENABLE:
  case CAM_VERB_DISABLE:
  case CAM_VERB_ADD:
  case CAM_VERB_SET:
  case CAM_VERB_REMOVE:
  case CAM_VERB_CHECK:
  case CAM_VERB_RELOAD:
  case CAM_VERB_BUNDLE:
  case CAM_N_VERBS:
    break;
  }
  g_assert_not_reached ();
}
