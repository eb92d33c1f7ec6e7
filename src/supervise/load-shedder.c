#include "supervise/load-shedder.h"

#include "camrelay/log-fields.h"
#include "core/log.h"

struct CamLoadShedder {
  double processors;
  CamShedFunc shed;
  gpointer data;
  CamShedRule rule;
  double cpu_s; /* as of the last look */
  int64_t looked_us; /* 0: never */
};

CamLoadShedder *
cam_load_shedder_new (double processors, CamShedFunc shed, gpointer data)
{
  g_assert (processors > 0);
  CamLoadShedder *self = g_new0 (CamLoadShedder, 1);
  self->processors = processors;
  self->shed = shed;
  self->data = data;
  cam_shed_rule_init (&self->rule);
  return self;
}

void
cam_load_shedder_free (CamLoadShedder *self)
{
  g_free (self);
}

static CamLoad
measure (const CamLoadShedder *self, const CamStatus *status)
{
  CamLoad load = {.lag_us = 0};
  for (unsigned i = 0; i < status->n_loops; i++)
    load.lag_us = MAX (load.lag_us, status->loops[i].lag_us);
  if (status->memory.limit > 0)
    load.memory_share = (double) status->memory.used / (double) status->memory.limit;
  double passed_s = (double) (status->monotonic_us - self->looked_us) / G_USEC_PER_SEC;
  if (self->looked_us != 0 && passed_s > 0)
    load.cpu_share = (status->cpu_s - self->cpu_s) / passed_s / self->processors;
  return load;
}

static void
say_step (const CamLoadShedder *self, unsigned before, const CamLoad *load)
{
  static const char *const whose[CAM_SHED_STEPS + 1] = {
      "every reader gets every picture",
      "readers of cameras with Priority=low get key pictures only",
      "readers of cameras with Priority=low and normal get key pictures only",
      "all readers get key pictures only",
  };
  unsigned step = self->rule.step;
  CamLogFields fields = {.cause = step > before ? cam_load_verdict_word (self->rule.why) : NULL};
  cam_log (step > before ? CAM_LOG_WARNING : CAM_LOG_INFO, CAM_MSG_SHEDDING, &fields,
           "the machine %s (loops late by %.0f ms, media memory %.0f %%, processors %.0f %%): %s",
           step > before ? "is over its budget" : "has room again", (double) load->lag_us / 1000, 100 * load->memory_share, 100 * load->cpu_share,
           whose[step]);
}

void
cam_load_shedder_look (CamLoadShedder *self, const CamStatus *status)
{
  CamLoad load = measure (self, status);
  unsigned before = self->rule.step;
  if (cam_shed_rule_note (&self->rule, &load, status->monotonic_us))
    say_step (self, before, &load);
  self->cpu_s = status->cpu_s;
  self->looked_us = status->monotonic_us;
}

unsigned
cam_load_shedder_get_step (const CamLoadShedder *self)
{
  return self->rule.step;
}

void
cam_load_shedder_order (const CamLoadShedder *self, const CamStatus *status)
{
  for (unsigned i = 0; i < status->streams->len; i++) {
    const CamStreamStatus *stream = g_ptr_array_index (status->streams, i);
    if (stream->description != NULL && stream->description->tracks[CAM_TRACK_VIDEO] != NULL)
      self->shed (stream->camera->name, stream->stream, cam_shed_step_concerns (self->rule.step, stream->camera->priority), self->data);
  }
}
