#include "supervise/stream-news.h"

struct CamStreamNews {
  int refs;            /* atomic: the owner's, and one for each item under way */
  CamMainInbox *inbox; /* ref */
  const CamIngestEvents *events; /* NULL: freed by its owner; on M */
  gpointer data;                 /* borrowed */
};

typedef enum
{
  NEWS_ESTABLISHED,
  NEWS_LEASED,
  NEWS_PLAYING,
  NEWS_LIVE,
  NEWS_QUIET,
  NEWS_SOUNDS,
  NEWS_ENDED
} NewsKind;

typedef struct {
  CamStreamNews *news; /* ref */
  NewsKind kind;
  uint64_t generation;
  CamStreamDescription *description; /* ref; of live */
  CamIngestEnd end;                  /* its detail is in text */
  char *text;                        /* owned: the end's detail, the lease's URL */
  char *session;                     /* owned: the lease's */
} Item;

static void
unref_news (CamStreamNews *self)
{
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;
  cam_main_inbox_unref (self->inbox);
  g_free (self);
}

static void
free_item (gpointer data)
{
  Item *item = data;
  cam_stream_description_unref (item->description);
  g_free (item->text);
  g_free (item->session);
  unref_news (item->news);
  g_free (item);
}

static void
tell (gpointer data)
{
  Item *item = data;
  const CamIngestEvents *events = item->news->events;
  gpointer owner = item->news->data;
  if (events == NULL)
    return;
  switch (item->kind) {
  case NEWS_ESTABLISHED:
    events->established (item->generation, owner);
    break;
  case NEWS_LEASED:
    events->leased (item->generation, &(CamIngestLease) { .url = item->text, .session = item->session }, owner);
    break;
  case NEWS_PLAYING:
    events->playing (item->generation, owner);
    break;
  case NEWS_LIVE:
    events->live (item->generation, item->description, owner);
    break;
  case NEWS_QUIET:
    events->quiet (item->generation, owner);
    break;
  case NEWS_SOUNDS:
    events->sounds (item->generation, owner);
    break;
  case NEWS_ENDED:
    item->end.detail = item->text;
    events->ended (item->generation, &item->end, owner);
    break;
  }
}

static Item *
new_item (gpointer data, NewsKind kind, uint64_t generation)
{
  CamStreamNews *self = data;
  g_atomic_int_inc (&self->refs);
  Item *item = g_new0 (Item, 1);
  item->news = self;
  item->kind = kind;
  item->generation = generation;
  return item;
}

static void
send (Item *item)
{
  static const char *const names[] = {
    [NEWS_ESTABLISHED] = "an established connection", [NEWS_LEASED] = "a camera's session", [NEWS_PLAYING] = "a camera that plays",
    [NEWS_LIVE] = "a live stream",                    [NEWS_QUIET] = "a camera gone quiet",    [NEWS_SOUNDS] = "a camera heard again",
    [NEWS_ENDED] = "the end of a worker",
  };
  cam_main_inbox_post (item->news->inbox, names[item->kind], tell, item, free_item);
}

static void
on_established (uint64_t generation, gpointer data)
{
  send (new_item (data, NEWS_ESTABLISHED, generation));
}

static void
on_leased (uint64_t generation, const CamIngestLease *lease, gpointer data)
{
  Item *item = new_item (data, NEWS_LEASED, generation);
  item->text = g_strdup (lease->url);
  item->session = g_strdup (lease->session);
  send (item);
}

static void
on_playing (uint64_t generation, gpointer data)
{
  send (new_item (data, NEWS_PLAYING, generation));
}

static void
on_live (uint64_t generation, CamStreamDescription *description, gpointer data)
{
  Item *item = new_item (data, NEWS_LIVE, generation);
  item->description = cam_stream_description_ref (description);
  send (item);
}

static void
on_quiet (uint64_t generation, gpointer data)
{
  send (new_item (data, NEWS_QUIET, generation));
}

static void
on_sounds (uint64_t generation, gpointer data)
{
  send (new_item (data, NEWS_SOUNDS, generation));
}

static void
on_ended (uint64_t generation, const CamIngestEnd *end, gpointer data)
{
  Item *item = new_item (data, NEWS_ENDED, generation);
  item->end = *end;
  item->text = g_strdup (end->detail);
  send (item);
}

const CamIngestEvents cam_stream_news_events = {
  .established = on_established,
  .leased = on_leased,
  .playing = on_playing,
  .live = on_live,
  .quiet = on_quiet,
  .sounds = on_sounds,
  .ended = on_ended,
};

CamStreamNews *
cam_stream_news_new (CamMainInbox *inbox, const CamIngestEvents *events, gpointer data)
{
  CamStreamNews *self = g_new0 (CamStreamNews, 1);
  self->refs = 1;
  self->inbox = cam_main_inbox_ref (inbox);
  self->events = events;
  self->data = data;
  return self;
}

void
cam_stream_news_free (CamStreamNews *self)
{
  if (self == NULL)
    return;
  self->events = NULL;
  unref_news (self);
}
