#include "core/loop-thread-private.h"

#include <sys/epoll.h>

struct CamLoopWatch {
  CamLoopThread *loop; /* borrowed: outlives its watches */
  int fd;              /* borrowed */
  uint32_t events;
  CamLoopWatchFunc func; /* NULL once freed */
  gpointer data;         /* borrowed */
  CamLoopWatch *next_dead;
};

CamLoopWatch *
cam_loop_watch_add (CamLoopThread *loop, int fd, uint32_t events, CamLoopWatchFunc func, gpointer data)
{
  CamLoopWatch *self = g_new0 (CamLoopWatch, 1);
  *self = (CamLoopWatch){.loop = loop, .fd = fd, .events = events, .func = func, .data = data};
  struct epoll_event event = {.events = events, .data.ptr = self};
  if (epoll_ctl (loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
    g_clear_pointer (&self, g_free);
  return self;
}

CamLoopWatch *
cam_loop_watch_new (CamLoopThread *loop, int fd, uint32_t events, CamLoopWatchFunc func, gpointer data)
{
  CAM_ASSERT_ON (loop);
  return cam_loop_watch_add (loop, fd, events, func, data);
}

void
cam_loop_watch_set_events (CamLoopWatch *self, uint32_t events)
{
  CAM_ASSERT_ON (self->loop);
  if (self->events == events)
    return;
  self->events = events;
  struct epoll_event event = {.events = events, .data.ptr = self};
  int result = epoll_ctl (self->loop->epoll_fd, EPOLL_CTL_MOD, self->fd, &event);
  g_assert (result == 0); /* only a descriptor that was closed before its watch makes it fail */
}

void
cam_loop_watch_free (CamLoopWatch *self)
{
  if (self == NULL)
    return;
  CAM_ASSERT_ON (self->loop);
  epoll_ctl (self->loop->epoll_fd, EPOLL_CTL_DEL, self->fd, NULL);
  self->func = NULL;
  self->next_dead = self->loop->dead_watches;
  self->loop->dead_watches = self;
}

void
cam_loop_watch_dispatch (CamLoopWatch *watch, uint32_t events)
{
  uint32_t wanted = events & (watch->events | EPOLLHUP | EPOLLERR);
  if (watch->func != NULL && wanted != 0)
    watch->func (watch->data, wanted);
}

void
cam_loop_watch_sweep (CamLoopThread *loop)
{
  while (loop->dead_watches != NULL) {
    CamLoopWatch *watch = loop->dead_watches;
    loop->dead_watches = watch->next_dead;
    g_free (watch);
  }
}
