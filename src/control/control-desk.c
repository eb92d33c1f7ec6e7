#include "control/control-desk.h"

#include "control/bundle-run.h"
#include "control/order-book.h"

typedef struct {
  gpointer door; /* owned, by free */
  CamDoorFunc close;
  CamDoorFunc free;
} Door;

struct CamControlDesk {
  CamControlSetup setup; /* the board a ref, strings owned */
  CamLoopThread *loop;   /* owned; NULL once it has ended */
  CamOrderBook *orders;  /* owned */
  CamBundleRun *bundles; /* owned */
  GArray *doors;         /* of Door; changed on M while H does not look */
  bool is_stopping;
};

CamControlDesk *
cam_control_desk_new (const CamControlSetup *setup, GError **error)
{
  CamLoopThread *loop = cam_loop_thread_new ("http", error);
  if (loop == NULL)
    return NULL;
  CamControlDesk *self = g_new0 (CamControlDesk, 1);
  self->setup = *setup;
  self->setup.board = cam_status_board_ref (setup->board);
  self->setup.runtime_folder = g_strdup (setup->runtime_folder);
  self->setup.state_folder = g_strdup (setup->state_folder);
  self->loop = loop;
  self->orders = cam_order_book_new (&self->setup, loop);
  self->bundles = cam_bundle_run_new (&self->setup, loop);
  self->doors = g_array_new (FALSE, FALSE, sizeof (Door));
  return self;
}

CamLoopThread *
cam_control_desk_get_loop (CamControlDesk *self)
{
  return self->loop;
}

const CamControlSetup *
cam_control_desk_get_setup (const CamControlDesk *self)
{
  return &self->setup;
}

CamOrderBook *
cam_control_desk_get_orders (CamControlDesk *self)
{
  return self->orders;
}

CamBundleRun *
cam_control_desk_get_bundles (CamControlDesk *self)
{
  return self->bundles;
}

void
cam_control_desk_add_door (CamControlDesk *self, gpointer door, CamDoorFunc close, CamDoorFunc free)
{
  g_assert (!self->is_stopping);
  const Door entry = {.door = door, .close = close, .free = free};
  g_array_append_val (self->doors, entry);
}

static void
on_close (gpointer data)
{
  CamControlDesk *self = data;
  cam_order_book_close (self->orders);
  cam_bundle_run_close (self->bundles);
  for (unsigned i = self->doors->len; i > 0; i--) {
    const Door *door = &g_array_index (self->doors, Door, i - 1);
    if (door->close != NULL)
      door->close (door->door);
  }
}

bool
cam_control_desk_stop (CamControlDesk *self, int64_t timeout_us)
{
  if (self->loop == NULL)
    return true;
  if (!self->is_stopping)
    cam_loop_thread_post (self->loop, on_close, self, NULL);
  self->is_stopping = true;
  cam_loop_thread_quit (self->loop);
  if (!cam_loop_thread_join (self->loop, timeout_us))
    return false;
  self->loop = NULL;
  cam_order_book_detach (self->orders);
  return true;
}

void
cam_control_desk_free (CamControlDesk *self)
{
  if (self == NULL)
    return;
  g_assert (self->loop == NULL);
  for (unsigned i = self->doors->len; i > 0; i--) {
    const Door *door = &g_array_index (self->doors, Door, i - 1);
    if (door->free != NULL)
      door->free (door->door);
  }
  g_array_unref (self->doors);
  cam_order_book_free (self->orders);
  cam_bundle_run_free (self->bundles);
  cam_status_board_unref (self->setup.board);
  g_free ((char *) self->setup.runtime_folder);
  g_free ((char *) self->setup.state_folder);
  g_free (self);
}
