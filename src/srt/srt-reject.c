#include "srt/srt-reject.h"

#include <glib.h>
#include <srt/access_control.h>
#include <srt/srt.h>

/* SRT_REJ_CRYPTO of libsrt 1.5.2 and later. */
#define REJ_CRYPTO 17

typedef struct {
  int code;
  const char *text;
} Refusal;

static const Refusal refusals[CAM_N_SRT_REFUSALS] = {
    [CAM_SRT_REFUSAL_NONE] = {0, "it may come in"},
    [CAM_SRT_REFUSAL_BAD_REQUEST] = {SRT_REJX_BAD_REQUEST, "its stream id cannot be read"},
    [CAM_SRT_REFUSAL_LOGIN] = {SRT_REJX_UNAUTHORIZED, "user or password are missing or wrong"},
    [CAM_SRT_REFUSAL_FORBIDDEN] = {SRT_REJX_FORBIDDEN, "it is not allowed to"},
    [CAM_SRT_REFUSAL_NOT_FOUND] = {SRT_REJX_NOTFOUND, "there is no such camera for it"},
    [CAM_SRT_REFUSAL_MODE] = {SRT_REJX_BAD_MODE, "it reads where one publishes, or the other way round"},
    [CAM_SRT_REFUSAL_CONFLICT] = {SRT_REJX_CONFLICT, "the camera has a sender already"},
    [CAM_SRT_REFUSAL_AWAY] = {SRT_REJX_DOWN, "there is nothing to read yet"},
    [CAM_SRT_REFUSAL_FULL] = {SRT_REJX_OVERLOAD, "a limit is reached"},
};

typedef struct {
  int code;
  CamReason reason;
  const char *text;
} Rejection;

/* libsrt's own (srt.h) and those of access_control.h. libsrt sends its own codes to the peer, too, so they may speak of either side. */
static const Rejection rejections[] = {
    {SRT_REJ_UNKNOWN, CAM_REASON_PROTOCOL, "the handshake failed"},
    {SRT_REJ_SYSTEM, CAM_REASON_INTERNAL, "a call of the system failed"},
    {SRT_REJ_PEER, CAM_REASON_REFUSED, "the peer refuses"},
    {SRT_REJ_RESOURCE, CAM_REASON_LIMIT, "memory or threads are short"},
    {SRT_REJ_ROGUE, CAM_REASON_PROTOCOL, "the handshake has wrong data"},
    {SRT_REJ_BACKLOG, CAM_REASON_LIMIT, "the peer has too many callers"},
    {SRT_REJ_IPE, CAM_REASON_INTERNAL, "an error inside libsrt"},
    {SRT_REJ_CLOSE, CAM_REASON_CLOSED, "the peer is closing"},
    {SRT_REJ_VERSION, CAM_REASON_UNSUPPORTED, "one side's SRT is too old for the other"},
    {SRT_REJ_RDVCOOKIE, CAM_REASON_PROTOCOL, "both sides drew the same lot"},
    {SRT_REJ_BADSECRET, CAM_REASON_AUTH, "the passphrase is wrong"},
    {SRT_REJ_UNSECURE, CAM_REASON_AUTH, "one side has a passphrase, the other has none"},
    {SRT_REJ_MESSAGEAPI, CAM_REASON_UNSUPPORTED, "the peer does not send messages"},
    {SRT_REJ_CONGESTION, CAM_REASON_UNSUPPORTED, "the peer is not in live mode"},
    {SRT_REJ_FILTER, CAM_REASON_UNSUPPORTED, "the packet filters do not go together"},
    {SRT_REJ_GROUP, CAM_REASON_UNSUPPORTED, "the peer wants a bonded connection"},
    {SRT_REJ_TIMEOUT, CAM_REASON_TIMEOUT, "no answer"},
    {REJ_CRYPTO, CAM_REASON_UNSUPPORTED, "the ciphers do not go together"},
    {SRT_REJX_FALLBACK, CAM_REASON_REFUSED, "the peer refuses"},
    {SRT_REJX_KEY_NOTSUP, CAM_REASON_PROTOCOL, "the peer does not know a key of the stream id"},
    {SRT_REJX_FILEPATH, CAM_REASON_NOT_FOUND, "the peer does not know the path in the stream id"},
    {SRT_REJX_HOSTNOTFOUND, CAM_REASON_NOT_FOUND, "the peer does not know the host in the stream id"},
    {SRT_REJX_BAD_REQUEST, CAM_REASON_PROTOCOL, "the peer cannot read the stream id"},
    {SRT_REJX_UNAUTHORIZED, CAM_REASON_AUTH, "the peer refuses the user or password in the stream id"},
    {SRT_REJX_OVERLOAD, CAM_REASON_LIMIT, "the peer is too busy"},
    {SRT_REJX_FORBIDDEN, CAM_REASON_AUTH, "the peer forbids it"},
    {SRT_REJX_NOTFOUND, CAM_REASON_NOT_FOUND, "the peer does not know the stream id"},
    {SRT_REJX_BAD_MODE, CAM_REASON_UNSUPPORTED, "the peer does not allow this mode for the stream id"},
    {SRT_REJX_UNACCEPTABLE, CAM_REASON_UNSUPPORTED, "the peer cannot do what the stream id asks for"},
    {SRT_REJX_CONFLICT, CAM_REASON_LIMIT, "the stream is in use"},
    {SRT_REJX_NOTSUP_MEDIA, CAM_REASON_UNSUPPORTED, "the peer does not know this type of media"},
    {SRT_REJX_LOCKED, CAM_REASON_LIMIT, "the stream is locked"},
    {SRT_REJX_FAILED_DEPEND, CAM_REASON_CLOSED, "the session that the stream id names is gone"},
    {SRT_REJX_ISE, CAM_REASON_REFUSED, "an error inside the peer"},
    {SRT_REJX_UNIMPLEMENTED, CAM_REASON_UNSUPPORTED, "the peer cannot do this yet"},
    {SRT_REJX_GW, CAM_REASON_UNREACHABLE, "whom the peer asks in turn refuses"},
    {SRT_REJX_DOWN, CAM_REASON_REFUSED, "the peer has nothing to give at the moment"},
    {SRT_REJX_VERSION, CAM_REASON_UNSUPPORTED, "the peer does not speak this version"},
    {SRT_REJX_NOROOM, CAM_REASON_LIMIT, "the peer has no room left"},
};

int
cam_srt_refusal_code (CamSrtRefusal refusal)
{
  g_assert (refusal < CAM_N_SRT_REFUSALS);
  return refusals[refusal].code;
}

const char *
cam_srt_refusal_text (CamSrtRefusal refusal)
{
  g_assert (refusal < CAM_N_SRT_REFUSALS);
  return refusals[refusal].text;
}

CamReason
cam_srt_reject_reason (int code, const char **ret_text)
{
  const char *text = "the peer refuses with a code of its own";
  CamReason reason = CAM_REASON_REFUSED;
  for (unsigned i = 0; i < G_N_ELEMENTS (rejections); i++)
    if (rejections[i].code == code) {
      reason = rejections[i].reason;
      text = rejections[i].text;
    }
  if (ret_text != NULL)
    *ret_text = text;
  return reason;
}
