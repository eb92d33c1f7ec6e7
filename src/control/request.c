#include "control/request.h"

#include "control/bundle-run.h"
#include "control/control-desk.h"
#include "control/order-book.h"
#include "control/question.h"
#include "core/log.h"

/* Whoever asks for a change is in the log, whatever comes of it; a check changes nothing. */
static void
log_order (CamVerb verb, const CamOrder *order, const char *who)
{
  if (verb == CAM_VERB_CHECK)
    return;
  const CamLogFields fields = {.camera = order != NULL ? order->camera : NULL};
  cam_log (CAM_LOG_INFO, NULL, &fields, "%s is asked for by %s", cam_verbs[verb].word, who);
}

static void
answer_question (CamControlDesk *desk, CamVerb verb, JsonObject *arguments, const char *who, CamAnswerFunc answer, gpointer data)
{
  CamQuestionAnswer made = cam_question_answer (desk, verb, arguments);
  g_autoptr (JsonNode) result = made.result;
  if (verb == CAM_VERB_KICK && made.kind == CAM_ANSWER_OK)
    log_order (verb, NULL, who);
  answer (made.kind, result, made.message, NULL, data);
}

static void
place_order (CamControlDesk *desk, CamVerb verb, JsonObject *arguments, const char *who, CamAnswerFunc answer, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CamOrder) order = cam_order_new (verb, arguments, &error);
  if (order == NULL) {
    answer (CAM_ANSWER_BAD_REQUEST, NULL, error->message, NULL, data);
    return;
  }
  log_order (verb, order, who);
  cam_order_book_place (cam_control_desk_get_orders (desk), g_steal_pointer (&order), answer, data);
}

static void
make_bundle (CamControlDesk *desk, const char *who, CamAnswerFunc answer, gpointer data)
{
  log_order (CAM_VERB_BUNDLE, NULL, who);
  cam_bundle_run_begin (cam_control_desk_get_bundles (desk), answer, data);
}

void
cam_request_run (CamControlDesk *desk, CamVerb verb, JsonObject *arguments, CamRole role, const char *who, CamAnswerFunc answer, gpointer data)
{
  CAM_ASSERT_ON (cam_control_desk_get_loop (desk));
  if (role < cam_verbs[verb].role)
    answer (CAM_ANSWER_FORBIDDEN, NULL, cam_verbs[verb].role == CAM_ROLE_ADMIN ? "only an admin may" : "only an operator may", NULL, data);
  else if (verb == CAM_VERB_BUNDLE)
    make_bundle (desk, who, answer, data);
  else if (cam_question_is_one (verb))
    answer_question (desk, verb, arguments, who, answer, data);
  else
    place_order (desk, verb, arguments, who, answer, data);
}
