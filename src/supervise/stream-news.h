/* What a stream's workers say on their loops, carried over to M by value: the same events are called there, in the same order.
 * Thread: M, but for the events it gives out. Owner: stream-session. */
#pragma once

#include "ingest/ingest-worker.h"
#include "supervise/main-inbox.h"

typedef struct CamStreamNews CamStreamNews;

/* @events: constant, all of them there; called on M with @data, never in the stack of who speaks. */
CamStreamNews *cam_stream_news_new (CamMainInbox *inbox, const CamIngestEvents *events, gpointer data);

/* NULL is fine; when no worker is left. No call after it. */
void cam_stream_news_free (CamStreamNews *self);

/* For CamIngestSetup, with the news as data. */
extern const CamIngestEvents cam_stream_news_events;
