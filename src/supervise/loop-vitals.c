#include "supervise/loop-vitals.h"

#include <stdatomic.h>

#include "supervise/main-turn.h"

/* Lives as long as either side needs it: a loop that hangs keeps its question. */
typedef struct {
  atomic_int refs;
  const CamClock *clock; /* borrowed: the process's */
  int64_t asked_us;      /* M's, while nothing is asked */
  _Atomic int64_t lag_us;
  atomic_bool is_asked;
} Question;

struct CamLoopVitals {
  char *name;          /* owned */
  CamLoopThread *loop; /* borrowed; NULL: M itself */
  CamMainTurn *turn;   /* owned; of M itself */
  Question *question;  /* ref */
  int64_t worst_us[CAM_LOOP_VITALS_SECONDS];
  unsigned next;
};

static void
unref_question (gpointer data)
{
  Question *question = data;
  if (atomic_fetch_sub (&question->refs, 1) == 1)
    g_free (question);
}

/* On the loop. */
static void
answer (gpointer data)
{
  Question *question = data;
  atomic_store (&question->lag_us, cam_clock_now_us (question->clock) - question->asked_us);
  atomic_store (&question->is_asked, false);
}

CamLoopVitals *
cam_loop_vitals_new (const char *name, CamLoopThread *loop, const CamClock *clock)
{
  CamLoopVitals *self = g_new0 (CamLoopVitals, 1);
  self->name = g_strdup (name);
  self->loop = loop;
  self->question = g_new0 (Question, 1);
  self->question->refs = 1;
  self->question->clock = clock;
  self->turn = loop == NULL ? cam_main_turn_new (clock) : NULL;
  return self;
}

void
cam_loop_vitals_free (CamLoopVitals *self)
{
  if (self == NULL)
    return;
  cam_main_turn_free (self->turn);
  unref_question (self->question);
  g_free (self->name);
  g_free (self);
}

/* How late the loop was, or is by now. */
static int64_t
ask (CamLoopVitals *self)
{
  Question *question = self->question;
  if (atomic_load (&question->is_asked))
    return cam_clock_now_us (question->clock) - question->asked_us;
  int64_t lag_us = atomic_load (&question->lag_us);
  question->asked_us = cam_clock_now_us (question->clock);
  atomic_store (&question->is_asked, true);
  atomic_fetch_add (&question->refs, 1);
  cam_loop_thread_post (self->loop, answer, question, unref_question);
  return lag_us;
}

void
cam_loop_vitals_look (CamLoopVitals *self, int64_t late_us, CamLoopStatus *ret_status)
{
  bool is_other = self->loop != NULL;
  int64_t worst_us = 0;
  self->worst_us[self->next] = is_other ? cam_loop_thread_take_worst_turn_us (self->loop) : cam_main_turn_take_worst_us (self->turn);
  self->next = (self->next + 1) % CAM_LOOP_VITALS_SECONDS;
  for (unsigned i = 0; i < CAM_LOOP_VITALS_SECONDS; i++)
    worst_us = MAX (worst_us, self->worst_us[i]);
  *ret_status = (CamLoopStatus) {
    .name = g_strdup (self->name),
    .worst_turn_us = worst_us,
    .lag_us = is_other ? ask (self) : late_us,
  };
}
