#include "control/order-book.h"

#include "core/clock.h"
#include "supervise/main-inbox.h"

typedef struct {
  uint64_t number;
  int64_t due_us;
  CamAnswerFunc answer;
  gpointer data; /* borrowed: the door's, until it is answered */
} Pending;

struct CamOrderBook {
  const CamControlSetup *setup; /* borrowed */
  CamLoopThread *loop;          /* borrowed; NULL once detached; M's, as the inbox */
  CamMainInbox *inbox;          /* ref */
  GQueue pending;               /* of Pending, owned; the oldest first; H's, as all below */
  CamLoopTimer *timer;          /* owned; made with the first order */
  uint64_t last_number;
  bool is_closed;
};

/* An order on M, and where its answer goes. */
typedef struct {
  CamOrderBook *book; /* borrowed: outlives what M has of it */
  uint64_t number;
  CamOrder *order;    /* owned */
} Job;

/* What came of it, on its way to H. */
typedef struct {
  CamOrderBook *book; /* borrowed */
  uint64_t number;
  CamOrderResult *result; /* owned */
} Reply;

static void
job_free (gpointer data)
{
  Job *job = data;
  if (job == NULL)
    return;
  cam_order_free (job->order);
  g_free (job);
}

static void
reply_free (gpointer data)
{
  Reply *reply = data;
  cam_order_result_free (reply->result);
  g_free (reply);
}

/* ---- H: what waits ---- */

static void
add_lines (JsonBuilder *builder, const GPtrArray *lines)
{
  json_builder_begin_array (builder);
  for (unsigned i = 0; lines != NULL && i < lines->len; i++)
    json_builder_add_string_value (builder, lines->pdata[i]);
  json_builder_end_array (builder);
}

static JsonNode *
make_result (const CamOrderResult *result)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "changes");
  add_lines (builder, result->lines);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

/* @pending: (transfer full). */
static void
answer_with (Pending *pending, const CamOrderResult *result)
{
  g_autoptr (JsonNode) node = result->kind == CAM_ANSWER_OK ? make_result (result) : NULL;
  const char *message = result->message != NULL ? result->message : "";
  pending->answer (result->kind, node, message, node == NULL ? result->lines : NULL, pending->data);
  g_free (pending);
}

static void
answer_busy (Pending *pending, const char *message)
{
  CamOrderResult result = {.kind = CAM_ANSWER_BUSY, .message = (char *) message};
  answer_with (pending, &result);
}

static void
arm (CamOrderBook *self)
{
  const Pending *oldest = g_queue_peek_head (&self->pending);
  cam_loop_timer_arm (self->timer, oldest != NULL ? oldest->due_us : INT64_MAX);
}

static void
on_due (gpointer data)
{
  CamOrderBook *self = data;
  int64_t now_us = cam_loop_thread_now_us (self->loop);
  for (Pending *oldest; (oldest = g_queue_peek_head (&self->pending)) != NULL && oldest->due_us <= now_us;)
    answer_busy (g_queue_pop_head (&self->pending), "the daemon's main thread has not answered; the order may still be carried out");
  arm (self);
}

static void
on_reply (gpointer data)
{
  const Reply *reply = data;
  CamOrderBook *self = reply->book;
  for (GList *link = self->pending.head; link != NULL; link = link->next) {
    Pending *pending = link->data;
    if (pending->number != reply->number)
      continue;
    g_queue_delete_link (&self->pending, link);
    answer_with (pending, reply->result);
    arm (self);
    return;
  }
}

/* ---- M: what is done ---- */

/* @job and @result: (transfer full). */
static void
reply_with (Job *job, CamOrderResult *result)
{
  CamOrderBook *book = job->book;
  Reply *reply = g_new (Reply, 1);
  *reply = (Reply){.book = book, .number = job->number, .result = result};
  job_free (job);
  if (book->loop != NULL)
    cam_loop_thread_post (book->loop, on_reply, reply, reply_free);
  else
    reply_free (reply);
}

/* What a refusal means to whoever asked: is it about a camera that is there already, or is not? */
static CamAnswerKind
judge_refusal (const Job *job)
{
  const CamOrder *order = job->order;
  if (order->camera == NULL)
    return CAM_ANSWER_INVALID;
  g_autoptr (CamStatus) status = cam_status_board_get (job->book->setup->board);
  bool is_there = status != NULL && cam_config_set_find_camera (status->config, order->camera) != NULL;
  if (order->verb == CAM_VERB_ADD)
    return is_there ? CAM_ANSWER_CONFLICT : CAM_ANSWER_INVALID;
  return is_there ? CAM_ANSWER_INVALID : CAM_ANSWER_NOT_FOUND;
}

/* (transfer full) */
static GPtrArray *
describe_errors (const GPtrArray *errors)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  for (unsigned i = 0; i < errors->len; i++)
    g_ptr_array_add (lines, g_strdup (((const GError *) errors->pdata[i])->message));
  return lines;
}

static void
on_reloaded (const CamReloadResult *result, gpointer data)
{
  Job *job = data;
  const char *refusal = job->order->verb == CAM_VERB_CHECK ? "the configuration is wrong" : "refused, nothing was changed";
  CamOrderResult *made = cam_order_result_new (result->is_ok ? CAM_ANSWER_OK : judge_refusal (job), result->is_ok ? NULL : refusal);
  if (result->is_ok && job->order->verb != CAM_VERB_CHECK) /* whoever looks now sees it */
    cam_status_desk_publish (cam_supervisor_get_status_desk (job->book->setup->supervisor));
  made->lines = result->is_ok ? cam_config_diff_describe (result->diff) : describe_errors (result->errors);
  reply_with (job, made);
}

/* @job: (transfer full). */
static void
request_reload (Job *job, CamReloadKind kind, CamEditKind edit_kind)
{
  const CamReloadEdit edit = {
      .kind = edit_kind,
      .camera = job->order->camera,
      .settings = (const CamDropinSetting *) (void *) job->order->settings->data,
      .n_settings = job->order->settings->len,
  };
  cam_reload_request (job->book->setup->reload, kind, edit_kind != CAM_EDIT_NONE ? &edit : NULL, on_reloaded, job);
}

static void
retry (Job *job)
{
  bool is_there = cam_supervisor_retry (job->book->setup->supervisor, job->order->camera);
  reply_with (job, cam_order_result_new (is_there ? CAM_ANSWER_OK : CAM_ANSWER_NOT_FOUND, is_there ? NULL : "no such camera"));
}

/* @job: (transfer full). */
static void
carry_out (Job *job)
{
  switch (job->order->verb) {
  case CAM_VERB_RETRY:
    retry (job);
    return;
  case CAM_VERB_CHECK:
    request_reload (job, CAM_RELOAD_CHECK, CAM_EDIT_NONE);
    return;
  case CAM_VERB_RELOAD:
    request_reload (job, CAM_RELOAD_APPLY, CAM_EDIT_NONE);
    return;
  case CAM_VERB_ADD:
    request_reload (job, CAM_RELOAD_APPLY, CAM_EDIT_ADD);
    return;
  case CAM_VERB_ENABLE:
  case CAM_VERB_DISABLE:
  case CAM_VERB_SET:
    request_reload (job, CAM_RELOAD_APPLY, CAM_EDIT_SET);
    return;
  case CAM_VERB_REMOVE:
    request_reload (job, CAM_RELOAD_APPLY, CAM_EDIT_REMOVE);
    return;
  case CAM_VERB_STATUS:
  case CAM_VERB_CAMERAS:
  case CAM_VERB_CAMERA:
  case CAM_VERB_READERS:
  case CAM_VERB_HEALTH:
  case CAM_VERB_LOG:
  case CAM_VERB_KICK:
  case CAM_VERB_BUNDLE:
  case CAM_N_VERBS:
    break;
  }
  g_assert_not_reached (); /* no order is made of it */
}

static void
on_job (gpointer data)
{
  Job **slot = data;
  carry_out (g_steal_pointer (slot));
}

static void
slot_free (gpointer data)
{
  Job **slot = data;
  job_free (*slot);
  g_free (slot);
}

/* ---- the book ---- */

CamOrderBook *
cam_order_book_new (const CamControlSetup *setup, CamLoopThread *loop)
{
  CamOrderBook *self = g_new0 (CamOrderBook, 1);
  self->setup = setup;
  self->loop = loop;
  self->inbox = cam_main_inbox_new (cam_clock_monotonic ());
  g_queue_init (&self->pending);
  return self;
}

void
cam_order_book_place (CamOrderBook *self, CamOrder *order, CamAnswerFunc answer, gpointer data)
{
  CAM_ASSERT_ON (self->loop);
  Pending *pending = g_new (Pending, 1);
  *pending = (Pending){
      .number = ++self->last_number,
      .due_us = cam_loop_thread_now_us (self->loop) + CAM_ORDER_PATIENCE_US,
      .answer = answer,
      .data = data,
  };
  if (self->is_closed || self->pending.length >= CAM_ORDERS_MAX) {
    cam_order_free (order);
    answer_busy (pending, self->is_closed ? "the daemon is stopping" : "too many orders wait");
    return;
  }
  if (self->timer == NULL)
    self->timer = cam_loop_timer_new (self->loop, on_due, self);
  g_queue_push_tail (&self->pending, pending);
  arm (self);
  Job **slot = g_new (Job *, 1);
  *slot = g_new (Job, 1);
  **slot = (Job){.book = self, .number = pending->number, .order = order};
  cam_main_inbox_post (self->inbox, "an order", on_job, slot, slot_free);
}

void
cam_order_book_close (CamOrderBook *self)
{
  CAM_ASSERT_ON (self->loop);
  self->is_closed = true;
  for (Pending *pending; (pending = g_queue_pop_head (&self->pending)) != NULL;)
    answer_busy (pending, "the daemon is stopping");
  g_clear_pointer (&self->timer, cam_loop_timer_free);
}

void
cam_order_book_detach (CamOrderBook *self)
{
  self->loop = NULL;
  cam_main_inbox_close (self->inbox);
}

void
cam_order_book_free (CamOrderBook *self)
{
  if (self == NULL)
    return;
  g_assert (self->loop == NULL && self->pending.length == 0);
  cam_main_inbox_unref (self->inbox);
  g_free (self);
}
