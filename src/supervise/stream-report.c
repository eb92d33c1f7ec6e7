#include "supervise/stream-report.h"

#include "camrelay/log-fields.h"
#include "core/log.h"

enum { QUIET_PAUSE_US = 60 * G_USEC_PER_SEC };

static CamLogFields
fields_of (const CamStreamReport *self, CamReason reason)
{
  return (CamLogFields) {
    .camera = self->camera->name,
    .stream = cam_stream_name (self->stream),
    .cause = reason == CAM_REASON_NONE ? NULL : cam_reason_word (reason),
  };
}

/* The reason, and the other side's own words where they say more: "the camera refuses …, 401 Unauthorized". (transfer full) */
static char *
text_of (const CamIngestEnd *end)
{
  const char *text = cam_reason_text (end->reason);
  bool says_more = *end->detail != '\0' && !g_str_equal (end->detail, text);
  return says_more ? g_strconcat (text, ", ", end->detail, NULL) : g_strdup (text);
}

/* "trying again in 12 s". (transfer full) */
static char *
text_of_next (const char *verb, CamDialOrder next)
{
  switch (next.kind) {
  case CAM_DIAL_AT_ONCE:
    break;
  case CAM_DIAL_NEVER:
    return g_strdup ("waiting for its sender");
  case CAM_DIAL_KNOCK:
    return g_strdup_printf ("%s as soon as it accepts connections", verb);
  case CAM_DIAL_LATER:
    return g_strdup_printf ("%s in %.*f s", verb, next.wait_us < 10 * G_USEC_PER_SEC, (double) next.wait_us / G_USEC_PER_SEC);
  }
  return g_strdup (verb);
}

void
cam_stream_report_connected (CamStreamReport *self, const CamStreamDescription *description)
{
  bool was_quiet = self->is_quiet;
  self->is_quiet = false;
  if (was_quiet)
    return;
  g_autofree char *text = cam_stream_description_to_string (description);
  CamLogFields fields = fields_of (self, CAM_REASON_NONE);
  cam_log (CAM_LOG_INFO, CAM_MSG_CAMERA_CONNECTED, &fields, "connected, %s", text);
  cam_failure_report_reset (&self->failures);
}

void
cam_stream_report_quiet (CamStreamReport *self, unsigned n_held, int64_t now_us)
{
  self->is_quiet = true;
  if (now_us < self->quiet_next_us)
    return;
  self->quiet_next_us = now_us + QUIET_PAUSE_US;
  CamLogFields fields = fields_of (self, CAM_REASON_STALL);
  cam_log (CAM_LOG_INFO, NULL, &fields, "nothing comes at the moment, though the connection stands; readers held: %u", n_held);
}

void
cam_stream_report_sender (CamStreamReport *self, const char *address, bool is_replacing, int64_t now_us)
{
  unsigned silent;
  self->is_quiet = false;
  if (!cam_arrival_report_note (&self->arrivals, now_us, &silent))
    return;
  g_autofree char *others = silent > 0 ? g_strdup_printf ("; and %u others before it", silent) : g_strdup ("");
  CamLogFields fields = fields_of (self, CAM_REASON_NONE);
  cam_log (CAM_LOG_INFO, NULL, &fields, is_replacing ? "a sender at %s takes the place of the one before%s" : "a sender has come from %s%s", address,
           others);
}

void
cam_stream_report_lost (CamStreamReport *self, const CamIngestEnd *end, CamDialOrder next, unsigned n_held)
{
  self->is_quiet = false;
  CamLogFields fields = fields_of (self, end->reason);
  g_autofree char *text = text_of (end);
  g_autofree char *what_next = text_of_next ("dialling again", next);
  g_autofree char *held = n_held > 0 ? g_strdup_printf (", readers held: %u", n_held) : g_strdup ("");
  cam_log (CAM_LOG_WARNING, CAM_MSG_CAMERA_LOST, &fields, "lost: %s; %s%s", text, what_next, held);
}

void
cam_stream_report_failed (CamStreamReport *self, const CamIngestEnd *end, CamDialOrder next, int64_t now_us)
{
  CamLogFields fields = fields_of (self, end->reason);
  g_autofree char *text = text_of (end);
  g_autofree char *what_next = text_of_next ("trying again", next);
  switch (cam_failure_report_note (&self->failures, end->reason, now_us)) {
  case CAM_FAILURE_SILENT:
    break;
  case CAM_FAILURE_NEW:
    cam_log (CAM_LOG_WARNING, CAM_MSG_CAMERA_FAILED, &fields, "cannot connect: %s; %s", text, what_next);
    break;
  case CAM_FAILURE_STILL:
    cam_log (CAM_LOG_WARNING, CAM_MSG_CAMERA_FAILED, &fields, "still cannot connect: %s; %u times in %u s, %s", text, self->failures.failures,
             (unsigned) ((now_us - self->failures.first_us) / G_USEC_PER_SEC), what_next);
    break;
  }
}

static void
say (const CamStreamReport *self, const char *text)
{
  CamLogFields fields = fields_of (self, CAM_REASON_NONE);
  cam_log (CAM_LOG_INFO, NULL, &fields, "%s", text);
}

void
cam_stream_report_wanted (const CamStreamReport *self)
{
  say (self, "a client wants it: dialling");
}

void
cam_stream_report_unwanted (const CamStreamReport *self)
{
  say (self, "nobody watches any more: leaving the camera");
}

void
cam_stream_report_ending (const CamStreamReport *self, unsigned n_readers, const char *why)
{
  if (n_readers == 0)
    return;
  CamLogFields fields = fields_of (self, CAM_REASON_NONE);
  cam_log (CAM_LOG_INFO, NULL, &fields, "ending %u readers: %s", n_readers, why);
}
