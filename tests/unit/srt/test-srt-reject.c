#include "srt/srt-reject.h"

#include <glib.h>
#include <srt/access_control.h>
#include <srt/srt.h>

static const int refusal_codes[CAM_N_SRT_REFUSALS] = {
    [CAM_SRT_REFUSAL_NONE] = 0,         [CAM_SRT_REFUSAL_BAD_REQUEST] = 1400, [CAM_SRT_REFUSAL_LOGIN] = 1401,
    [CAM_SRT_REFUSAL_FORBIDDEN] = 1403, [CAM_SRT_REFUSAL_NOT_FOUND] = 1404,   [CAM_SRT_REFUSAL_MODE] = 1405,
    [CAM_SRT_REFUSAL_CONFLICT] = 1409,  [CAM_SRT_REFUSAL_AWAY] = 1503,        [CAM_SRT_REFUSAL_FULL] = 1402,
};

static void
test_refusals (void)
{
  for (unsigned i = 0; i < CAM_N_SRT_REFUSALS; i++) {
    g_assert_cmpint (cam_srt_refusal_code (i), ==, refusal_codes[i]);
    g_assert_nonnull (cam_srt_refusal_text (i));
    for (unsigned other = 0; other < i; other++) {
      g_assert_cmpint (cam_srt_refusal_code (i), !=, cam_srt_refusal_code (other));
      g_assert_cmpstr (cam_srt_refusal_text (i), !=, cam_srt_refusal_text (other));
    }
  }
}

typedef struct {
  int code;
  CamReason reason;
} Row;

static const Row rows[] = {
    {SRT_REJ_UNKNOWN, CAM_REASON_PROTOCOL},
    {SRT_REJ_SYSTEM, CAM_REASON_INTERNAL},
    {SRT_REJ_PEER, CAM_REASON_REFUSED},
    {SRT_REJ_RESOURCE, CAM_REASON_LIMIT},
    {SRT_REJ_ROGUE, CAM_REASON_PROTOCOL},
    {SRT_REJ_BACKLOG, CAM_REASON_LIMIT},
    {SRT_REJ_IPE, CAM_REASON_INTERNAL},
    {SRT_REJ_CLOSE, CAM_REASON_CLOSED},
    {SRT_REJ_VERSION, CAM_REASON_UNSUPPORTED},
    {SRT_REJ_RDVCOOKIE, CAM_REASON_PROTOCOL},
    {SRT_REJ_BADSECRET, CAM_REASON_AUTH},
    {SRT_REJ_UNSECURE, CAM_REASON_AUTH},
    {SRT_REJ_MESSAGEAPI, CAM_REASON_UNSUPPORTED},
    {SRT_REJ_CONGESTION, CAM_REASON_UNSUPPORTED},
    {SRT_REJ_FILTER, CAM_REASON_UNSUPPORTED},
    {SRT_REJ_GROUP, CAM_REASON_UNSUPPORTED},
    {SRT_REJ_TIMEOUT, CAM_REASON_TIMEOUT},
    {17, CAM_REASON_UNSUPPORTED},
    {SRT_REJX_FALLBACK, CAM_REASON_REFUSED},
    {SRT_REJX_KEY_NOTSUP, CAM_REASON_PROTOCOL},
    {SRT_REJX_FILEPATH, CAM_REASON_NOT_FOUND},
    {SRT_REJX_HOSTNOTFOUND, CAM_REASON_NOT_FOUND},
    {SRT_REJX_BAD_REQUEST, CAM_REASON_PROTOCOL},
    {SRT_REJX_UNAUTHORIZED, CAM_REASON_AUTH},
    {SRT_REJX_OVERLOAD, CAM_REASON_LIMIT},
    {SRT_REJX_FORBIDDEN, CAM_REASON_AUTH},
    {SRT_REJX_NOTFOUND, CAM_REASON_NOT_FOUND},
    {SRT_REJX_BAD_MODE, CAM_REASON_UNSUPPORTED},
    {SRT_REJX_UNACCEPTABLE, CAM_REASON_UNSUPPORTED},
    {SRT_REJX_CONFLICT, CAM_REASON_LIMIT},
    {SRT_REJX_NOTSUP_MEDIA, CAM_REASON_UNSUPPORTED},
    {SRT_REJX_LOCKED, CAM_REASON_LIMIT},
    {SRT_REJX_FAILED_DEPEND, CAM_REASON_CLOSED},
    {SRT_REJX_ISE, CAM_REASON_REFUSED},
    {SRT_REJX_UNIMPLEMENTED, CAM_REASON_UNSUPPORTED},
    {SRT_REJX_GW, CAM_REASON_UNREACHABLE},
    {SRT_REJX_DOWN, CAM_REASON_REFUSED},
    {SRT_REJX_VERSION, CAM_REASON_UNSUPPORTED},
    {SRT_REJX_NOROOM, CAM_REASON_LIMIT},
};

static void
test_rejections (void)
{
  const char *strange = NULL;
  cam_srt_reject_reason (1999, &strange);
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    const char *text = NULL;
    g_assert_cmpint (cam_srt_reject_reason (rows[i].code, &text), ==, rows[i].reason);
    g_assert_cmpstr (text, !=, strange);
    g_assert_cmpint (cam_srt_reject_reason (rows[i].code, NULL), ==, rows[i].reason);
  }
  for (int code = 0; code < SRT_REJ_E_SIZE; code++) {
    const char *text = NULL;
    cam_srt_reject_reason (code, &text);
    g_assert_cmpstr (text, !=, strange); /* the library has no code that we do not know */
  }
}

static void
test_strange_codes (void)
{
  static const int codes[] = {-1, 18, 999, 1999, 2000, 2404, G_MAXINT, G_MININT};
  for (unsigned i = 0; i < G_N_ELEMENTS (codes); i++) {
    const char *text = NULL;
    g_assert_cmpint (cam_srt_reject_reason (codes[i], &text), ==, CAM_REASON_REFUSED);
    g_assert_cmpstr (text, ==, "the peer refuses with a code of its own");
  }
}

/* Each of our refusals has a row of its own at the caller. */
static void
test_both_ways (void)
{
  for (unsigned i = 1; i < CAM_N_SRT_REFUSALS; i++) {
    const char *text = NULL;
    cam_srt_reject_reason (cam_srt_refusal_code (i), &text);
    g_assert_cmpstr (text, !=, "the peer refuses with a code of its own");
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/srt/reject/refusals", test_refusals);
  g_test_add_func ("/srt/reject/rejections", test_rejections);
  g_test_add_func ("/srt/reject/strange-codes", test_strange_codes);
  g_test_add_func ("/srt/reject/both-ways", test_both_ways);
  return g_test_run ();
}
