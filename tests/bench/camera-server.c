#include "camera-server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "camera-viewer.h"

#define BACKLOG 1024
#define FIRST_PICTURE_AFTER_US (20 * 1000)
#define OFFSET_STEP 7 /* so that the cameras' key pictures do not come together */
#define END_WITHIN_US (5 * G_USEC_PER_SEC)

struct BenchCameraServer {
  const BenchClip *clip; /* borrowed */
  unsigned n_cameras;
  unsigned fps;
  int fd;
  uint16_t port;
  char *sdp;           /* owned */
  CamLoopThread *loop; /* owned */
  CamLoopWatch *watch; /* owned */
  GPtrArray *cameras;  /* of BenchCamera, owned; freed on the loop */
  GHashTable *viewers; /* set of BenchViewer, owned; freed on the loop */
  BenchViewerHouse house;
};

static void
on_viewer_gone (BenchViewer *viewer, gpointer data)
{
  BenchCameraServer *self = data;
  g_hash_table_remove (self->viewers, viewer);
}

static void
on_connection (gpointer data, uint32_t events)
{
  BenchCameraServer *self = data;
  int fd = accept4 (self->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0)
    return;
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof (int));
  g_hash_table_add (self->viewers, bench_viewer_new (&self->house, fd));
}

static void
start_on_loop (gpointer data)
{
  BenchCameraServer *self = data;
  int64_t first_us = g_get_monotonic_time () + FIRST_PICTURE_AFTER_US;
  for (unsigned i = 0; i < self->n_cameras; i++) {
    int64_t phase_us = G_USEC_PER_SEC / self->fps * i / self->n_cameras;
    g_ptr_array_add (self->cameras, bench_camera_new (self->loop, self->clip, self->fps, first_us + phase_us, (uint64_t) OFFSET_STEP * i,
                                                      bench_viewer_send));
  }
  self->watch = cam_loop_watch_new (self->loop, self->fd, EPOLLIN, on_connection, self);
}

static void
stop_on_loop (gpointer data)
{
  BenchCameraServer *self = data;
  cam_loop_watch_free (self->watch);
  g_hash_table_remove_all (self->viewers);
  g_ptr_array_set_size (self->cameras, 0);
}

static bool
listen_on (BenchCameraServer *self, uint16_t port, GError **error)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons (port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  self->fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (self->fd < 0 || setsockopt (self->fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof (int)) < 0 ||
      bind (self->fd, (struct sockaddr *) &address, size) < 0 || listen (self->fd, BACKLOG) < 0 ||
      getsockname (self->fd, (struct sockaddr *) &address, &size) < 0) {
    int code = errno;
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "port %u: %s", port, g_strerror (code));
    return false;
  }
  self->port = ntohs (address.sin_port);
  return true;
}

BenchCameraServer *
bench_camera_server_new (const BenchClip *clip, unsigned n_cameras, unsigned fps, uint16_t port, GError **error)
{
  BenchCameraServer *self = g_new0 (BenchCameraServer, 1);
  self->clip = clip;
  self->n_cameras = n_cameras;
  self->fps = fps;
  self->fd = -1;
  self->sdp = bench_camera_describe (clip);
  self->cameras = g_ptr_array_new_with_free_func ((GDestroyNotify) bench_camera_free);
  self->viewers = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) bench_viewer_free, NULL);
  if (listen_on (self, port, error))
    self->loop = cam_loop_thread_new ("cameras", error);
  if (self->loop == NULL) {
    bench_camera_server_free (self);
    return NULL;
  }
  self->house = (BenchViewerHouse){
      .loop = self->loop,
      .cameras = self->cameras,
      .sdp = self->sdp,
      .on_gone = on_viewer_gone,
      .data = self,
  };
  cam_loop_thread_post (self->loop, start_on_loop, self, NULL);
  return self;
}

void
bench_camera_server_free (BenchCameraServer *self)
{
  if (self->loop != NULL) {
    cam_loop_thread_post (self->loop, stop_on_loop, self, NULL);
    cam_loop_thread_quit (self->loop);
    if (!cam_loop_thread_join (self->loop, END_WITHIN_US))
      g_error ("the cameras' loop did not end in time");
  }
  if (self->fd >= 0)
    close (self->fd);
  g_hash_table_unref (self->viewers);
  g_ptr_array_unref (self->cameras);
  g_free (self->sdp);
  g_free (self);
}

uint16_t
bench_camera_server_get_port (const BenchCameraServer *self)
{
  return self->port;
}
