#include "supervise/main-turn.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
  GSource source;
  CamMainTurn *turn; /* borrowed: frees the source */
} TurnSource;

struct CamMainTurn {
  const CamClock *clock; /* borrowed */
  GSource *source;       /* owned */
  bool is_turning;
  int64_t began_us; /* while it turns */
  int64_t worst_us;
};

static void
note (CamMainTurn *self, int64_t now_us)
{
  if (self->is_turning)
    self->worst_us = MAX (self->worst_us, now_us - self->began_us);
}

/* Before the loop sleeps. */
static gboolean
prepare (GSource *source, int *timeout_ms)
{
  CamMainTurn *self = ((TurnSource *) source)->turn;
  *timeout_ms = -1;
  note (self, cam_clock_now_us (self->clock));
  self->is_turning = false;
  return FALSE;
}

/* Behind its sleep. */
static gboolean
check (GSource *source)
{
  CamMainTurn *self = ((TurnSource *) source)->turn;
  self->began_us = cam_clock_now_us (self->clock);
  self->is_turning = true;
  return FALSE;
}

/* It is never due: it only sees that others may be. */
static gboolean
dispatch (GSource *source, GSourceFunc func, gpointer data)
{
  return G_SOURCE_CONTINUE;
}

CamMainTurn *
cam_main_turn_new (const CamClock *clock)
{
  static const GSourceFuncs functions = { .prepare = prepare, .check = check, .dispatch = dispatch };
  CamMainTurn *self = g_new0 (CamMainTurn, 1);
  self->clock = clock;
  self->source = g_source_new ((GSourceFuncs *) &functions, sizeof (TurnSource));
  ((TurnSource *) self->source)->turn = self;
  g_source_set_name (self->source, "turns");
  g_source_set_priority (self->source, G_MININT); /* GLib looks at sources in order of priority and stops behind the first ones that are due */
  g_source_attach (self->source, g_main_context_get_thread_default ());
  return self;
}

void
cam_main_turn_free (CamMainTurn *self)
{
  if (self == NULL)
    return;
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_free (self);
}

int64_t
cam_main_turn_take_worst_us (CamMainTurn *self)
{
  note (self, cam_clock_now_us (self->clock));
  int64_t worst_us = self->worst_us;
  self->worst_us = 0;
  return worst_us;
}
