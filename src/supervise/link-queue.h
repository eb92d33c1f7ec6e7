/* Queues of links that lie in what they link: joining and leaving costs the same however many wait.
 * Thread: pure. Owner: whoever has the queue; a link is in one queue at most, and zero outside of any. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* @link becomes the last of @queue and says @member. It is in no queue now. */
void cam_link_queue_join (GQueue *queue, GList *link, gpointer member);

/* @link is in @queue now. */
void cam_link_queue_leave (GQueue *queue, GList *link);

/* @member stands in @queue while @is_due: joins or leaves as that asks for, keeps its place otherwise. */
void cam_link_queue_keep (GQueue *queue, GList *link, gpointer member, bool is_due);
