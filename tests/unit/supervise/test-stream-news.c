#include "supervise/stream-news.h"

#include <string.h>

#include "core/log.h"

typedef struct {
  CamMainInbox *inbox;
  CamStreamNews *news;
  CamStreamDescription *description;
  GString *heard;
} Fixture;

static void
on_established (uint64_t generation, gpointer data)
{
  g_string_append_printf (((Fixture *) data)->heard, "established %u;", (unsigned) generation);
}

static void
on_leased (uint64_t generation, const CamIngestLease *lease, gpointer data)
{
  g_string_append_printf (((Fixture *) data)->heard, "leased %u %s %s;", (unsigned) generation, lease->url, lease->session);
}

static void
on_playing (uint64_t generation, gpointer data)
{
  g_string_append_printf (((Fixture *) data)->heard, "playing %u;", (unsigned) generation);
}

static void
on_live (uint64_t generation, CamStreamDescription *description, gpointer data)
{
  Fixture *fixture = data;
  g_assert_true (description == fixture->description);
  g_string_append_printf (fixture->heard, "live %u;", (unsigned) generation);
}

static void
on_quiet (uint64_t generation, gpointer data)
{
  g_string_append_printf (((Fixture *) data)->heard, "quiet %u;", (unsigned) generation);
}

static void
on_sounds (uint64_t generation, gpointer data)
{
  g_string_append_printf (((Fixture *) data)->heard, "sounds %u;", (unsigned) generation);
}

static void
on_ended (uint64_t generation, const CamIngestEnd *end, gpointer data)
{
  g_string_append_printf (((Fixture *) data)->heard, "ended %u %s '%s' %d %d;", (unsigned) generation, cam_reason_word (end->reason), end->detail,
                          end->was_accepted, (int) end->retry_after_us);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const CamIngestEvents events = {
    .established = on_established,
    .leased = on_leased,
    .playing = on_playing,
    .live = on_live,
    .quiet = on_quiet,
    .sounds = on_sounds,
    .ended = on_ended,
  };
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_H264);
  fixture->description = cam_stream_description_new (track, NULL);
  fixture->inbox = cam_main_inbox_new (cam_clock_monotonic ());
  fixture->news = cam_stream_news_new (fixture->inbox, &events, fixture);
  fixture->heard = g_string_new (NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  cam_stream_news_free (fixture->news);
  cam_main_inbox_close (fixture->inbox);
  cam_main_inbox_unref (fixture->inbox);
  cam_stream_description_unref (fixture->description);
  g_string_free (fixture->heard, TRUE);
}

/* What is said is on a worker's stack: nothing of it holds after the call. */
static gpointer
speak (gpointer data)
{
  Fixture *fixture = data;
  const CamIngestEvents *events = &cam_stream_news_events;
  char words[] = "abc";
  events->established (7, fixture->news);
  events->leased (7, &(CamIngestLease) { .url = words, .session = words + 1 }, fixture->news);
  events->playing (7, fixture->news);
  events->live (7, fixture->description, fixture->news);
  events->quiet (7, fixture->news);
  events->sounds (7, fixture->news);
  events->ended (7, &(CamIngestEnd) { .reason = CAM_REASON_LIMIT, .detail = words, .was_accepted = true, .retry_after_us = 5 }, fixture->news);
  memset (words, 'x', sizeof words - 1);
  return NULL;
}

static void
listen (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  g_thread_join (g_thread_new ("worker", speak, fixture));
  g_assert_cmpstr (fixture->heard->str, ==, "");
  listen ();
  g_assert_cmpstr (fixture->heard->str, ==, "established 7;leased 7 abc bc;playing 7;live 7;quiet 7;sounds 7;ended 7 limit 'abc' 1 5;");
}

static void
test_freed (Fixture *fixture, gconstpointer data)
{
  speak (fixture);
  g_clear_pointer (&fixture->news, cam_stream_news_free);
  listen ();
  g_assert_cmpstr (fixture->heard->str, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cam_log_init (CAM_LOG_ERROR);
  g_test_add ("/stream-news/order", Fixture, NULL, set_up, test_order, tear_down);
  g_test_add ("/stream-news/freed", Fixture, NULL, set_up, test_freed, tear_down);
  return g_test_run ();
}
