#include "supervise/link-queue.h"

void
cam_link_queue_join (GQueue *queue, GList *link, gpointer member)
{
  link->data = member;
  g_queue_push_tail_link (queue, link);
}

void
cam_link_queue_leave (GQueue *queue, GList *link)
{
  g_queue_unlink (queue, link);
  link->data = NULL;
}

void
cam_link_queue_keep (GQueue *queue, GList *link, gpointer member, bool is_due)
{
  if (is_due && link->data == NULL)
    cam_link_queue_join (queue, link, member);
  else if (!is_due && link->data != NULL)
    cam_link_queue_leave (queue, link);
}
