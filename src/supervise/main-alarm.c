#include "supervise/main-alarm.h"

#include <stdbool.h>

typedef struct {
  GSource source;
  CamMainAlarm *alarm; /* borrowed: destroys the source */
} AlarmSource;

struct CamMainAlarm {
  int refs; /* the owner's, and one for the call under way */
  CamMainInbox *inbox; /* ref */
  const char *name;    /* constant */
  GSource *source;     /* owned */
  void (*func) (gpointer data); /* NULL: freed by its owner */
  gpointer data;                /* borrowed */
  bool is_posted;
};

static void
unref_alarm (gpointer data)
{
  CamMainAlarm *self = data;
  if (--self->refs > 0)
    return;
  cam_main_inbox_unref (self->inbox);
  g_free (self);
}

static void
ring (gpointer data)
{
  CamMainAlarm *self = data;
  self->is_posted = false;
  if (self->func != NULL)
    self->func (self->data);
}

static gboolean
dispatch (GSource *source, GSourceFunc func, gpointer data)
{
  CamMainAlarm *self = ((AlarmSource *) source)->alarm;
  g_source_set_ready_time (source, -1);
  if (self->is_posted)
    return G_SOURCE_CONTINUE;
  self->is_posted = true;
  self->refs++;
  cam_main_inbox_post (self->inbox, self->name, ring, self, unref_alarm);
  return G_SOURCE_CONTINUE;
}

CamMainAlarm *
cam_main_alarm_new (CamMainInbox *inbox, const char *name, void (*func) (gpointer data), gpointer data)
{
  static const GSourceFuncs functions = { .dispatch = dispatch };
  CamMainAlarm *self = g_new0 (CamMainAlarm, 1);
  self->refs = 1;
  self->inbox = cam_main_inbox_ref (inbox);
  self->name = name;
  self->func = func;
  self->data = data;
  self->source = g_source_new ((GSourceFuncs *) &functions, sizeof (AlarmSource));
  ((AlarmSource *) self->source)->alarm = self;
  g_source_set_name (self->source, name);
  g_source_attach (self->source, g_main_context_get_thread_default ());
  return self;
}

void
cam_main_alarm_free (CamMainAlarm *self)
{
  if (self == NULL)
    return;
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  self->func = NULL;
  unref_alarm (self);
}

void
cam_main_alarm_set (CamMainAlarm *self, int64_t due_us)
{
  g_source_set_ready_time (self->source, due_us == INT64_MAX ? -1 : MAX (due_us, 0));
}
