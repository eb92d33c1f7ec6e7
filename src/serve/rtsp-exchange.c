#include "serve/rtsp-exchange.h"

#include <string.h>

#include "core/log.h"
#include "serve/rtsp-connection.h"
#include "version.h"

CamRtspMessage *
cam_rtsp_answer_new (int status, int64_t cseq)
{
  CamRtspMessage *answer = cam_rtsp_message_new_response (status, cam_rtsp_status_phrase (status));
  if (cseq >= 0)
    cam_rtsp_message_addf (answer, "CSeq", "%" G_GINT64_FORMAT, cseq);
  cam_rtsp_message_add (answer, "Server", "camrelay/" CAM_VERSION);
  return answer;
}

void
cam_rtsp_exchange_log (CamRtspTranscript *transcript, const CamRtspPeer *peer, const CamRtspMessage *message)
{
  g_autofree char *line = cam_rtsp_transcript_note (transcript, message);
  CamLogFields fields = {.address = peer->text};
  if (line != NULL)
    cam_log (CAM_LOG_DEBUG, NULL, &fields, message->is_request ? "the client asks: %s" : "the client is told: %s", line);
}

void
cam_rtsp_exchange_send (CamRtspExchange *self, CamRtspMessage *answer)
{
  g_autoptr (CamRtspMessage) owned = answer;
  cam_rtsp_exchange_log (self->transcript, self->place.peer, owned);
  cam_rtsp_connection_queue_answer (self->place.connection, cam_rtsp_message_serialise (owned));
}

CamExchangeOutcome
cam_rtsp_exchange_refuse (CamRtspExchange *self, int status)
{
  cam_rtsp_exchange_send (self, cam_rtsp_answer_new (status, self->request->cseq));
  return CAM_EXCHANGE_ANSWERED;
}

char *
cam_rtsp_exchange_get_base (const CamRtspExchange *self)
{
  const char *uri = self->request->uri;
  const char *host = strstr (uri, "://");
  host = host != NULL ? host + 3 : uri;
  size_t length = strcspn (host, "/?");
  const char *at = memrchr (host, '@', length);
  if (at != NULL) {
    length -= (size_t) (at + 1 - host);
    host = at + 1;
  }
  bool is_sealed = g_ascii_strncasecmp (uri, "rtsps:", strlen ("rtsps:")) == 0;
  const char *scheme = is_sealed ? "rtsps" : "rtsp", *path = cam_rtsp_factory_get_path (self->mount);
  if (!self->wish.is_asked)
    return g_strdup_printf ("%s://%.*s%s/", scheme, (int) length, host, path);
  return g_strdup_printf ("%s://%.*s%s/audio=%s/", scheme, (int) length, host, path, cam_sound_choice_name (self->wish.choice));
}
