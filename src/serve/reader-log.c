#include "serve/reader-log.h"

#include "camrelay/log-fields.h"

static CamLogFields
with_cause (const CamLogFields *fields, CamSkipReason why)
{
  CamLogFields all = *fields;
  all.cause = cam_skip_reason_name (why);
  return all;
}

/* Whether the beginning may be said. */
static bool
begin (CamReaderLogPart *self, int64_t now_us)
{
  if (self->since_us != 0)
    return false;
  self->since_us = now_us;
  self->is_said = self->said_us == 0 || now_us - self->said_us >= CAM_READER_LOG_PAUSE_US;
  if (self->is_said)
    self->said_us = now_us;
  return self->is_said;
}

/* Whether the end may be said; @ret_lasted_s: after how many seconds. */
static bool
end (CamReaderLogPart *self, int64_t now_us, double *ret_lasted_s)
{
  *ret_lasted_s = (double) (now_us - self->since_us) / G_USEC_PER_SEC;
  self->since_us = 0;
  return self->is_said;
}

void
cam_reader_log_joined (const CamLogFields *fields, const char *transport)
{
  cam_log (CAM_LOG_INFO, CAM_MSG_READER_JOINED, fields, "reader joined over %s", transport);
}

bool
cam_reader_log_news (CamReaderLog *self, const CamLogFields *fields, CamReaderNews news, CamSkipReason why, int64_t now_us)
{
  CamLogFields all = with_cause (fields, why);
  double lasted_s = 0;
  switch (news) {
  case CAM_READER_NEWS_SKIPS:
    if (!begin (&self->skip, now_us))
      return false;
    cam_log (CAM_LOG_INFO, CAM_MSG_READER_SLOW, &all, "reader fell behind, goes on at the newest key picture when it can");
    return true;
  case CAM_READER_NEWS_BACK:
    if (!end (&self->skip, now_us, &lasted_s))
      return false;
    cam_log (CAM_LOG_INFO, CAM_MSG_READER_SLOW, fields, "reader is back after %.1f s", lasted_s);
    return true;
  case CAM_READER_NEWS_THINNED:
    if (!begin (&self->thin, now_us))
      return false;
    cam_log (CAM_LOG_INFO, CAM_MSG_READER_SLOW, &all, "reader's link does not carry the stream: key pictures only");
    return true;
  case CAM_READER_NEWS_WHOLE:
    if (!end (&self->thin, now_us, &lasted_s))
      return false;
    cam_log (CAM_LOG_INFO, CAM_MSG_READER_SLOW, fields, "reader's link carries the stream: all pictures again after %.1f s", lasted_s);
    return true;
  }
  g_assert_not_reached ();
}

void
cam_reader_log_disconnected (const CamLogFields *fields, CamSkipReason why)
{
  CamLogFields all = with_cause (fields, why);
  cam_log (CAM_LOG_INFO, CAM_MSG_READER_SLOW, &all, "reader fell behind and is disconnected, as ReaderPolicy= says");
}

void
cam_reader_log_unwelcome (const CamLogFields *fields)
{
  cam_log (CAM_LOG_INFO, CAM_MSG_READER_REFUSED, fields, "reader ended: it may not read this camera any more");
}

void
cam_reader_log_left (const CamLogFields *fields, const CamReaderRecord *record)
{
  g_autoptr (CamReaderView) view = cam_reader_record_view (record);
  double stayed_s = (double) (g_get_real_time () - view->since_unix_us) / G_USEC_PER_SEC;
  g_autoptr (GString) text = g_string_new (NULL);
  g_string_printf (text, "reader left after %.1f s with %.1f MB in %" G_GUINT64_FORMAT " units", MAX (stayed_s, 0.0),
                   (double) view->bytes / 1e6, view->units);
  if (view->units_left_out > 0)
    g_string_append_printf (text, ", %" G_GUINT64_FORMAT " left out", view->units_left_out);
  for (unsigned i = 0; i < CAM_N_SKIP_REASONS; i++)
    if (view->skips[i] > 0)
      g_string_append_printf (text, "; skips for %s: %" G_GUINT64_FORMAT, cam_skip_reason_name (i), view->skips[i]);
  if (view->thinnings > 0)
    g_string_append_printf (text, "; thinned: %" G_GUINT64_FORMAT, view->thinnings);
  if (view->sheds > 0)
    g_string_append_printf (text, "; key pictures only for the machine's sake: %" G_GUINT64_FORMAT, view->sheds);
  cam_log (CAM_LOG_INFO, CAM_MSG_READER_LEFT, fields, "%s", text->str);
}
