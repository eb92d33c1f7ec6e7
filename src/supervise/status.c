#include "supervise/status.h"

#include <string.h>

static void
free_stream (gpointer data)
{
  cam_stream_status_free (data);
}

CamStatus *
cam_status_new (void)
{
  CamStatus *self = g_atomic_rc_box_new0 (CamStatus);
  self->streams = g_ptr_array_new_with_free_func (free_stream);
  self->listeners = g_ptr_array_new_with_free_func (g_free);
  return self;
}

static void
clear (gpointer data)
{
  CamStatus *self = data;
  for (unsigned i = 0; i < self->n_loops; i++)
    g_free (self->loops[i].name);
  g_ptr_array_unref (self->streams);
  g_ptr_array_unref (self->listeners);
  cam_config_set_unref (self->config);
}

CamStatus *
cam_status_ref (CamStatus *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
cam_status_unref (CamStatus *self)
{
  if (self != NULL)
    g_atomic_rc_box_release_full (self, clear);
}

/* By camera's name, main before sub. */
static int
compare (const CamStreamStatus *one, const char *camera, unsigned stream)
{
  int by_name = strcmp (one->camera->name, camera);
  return by_name != 0 ? by_name : (int) one->stream - (int) stream;
}

static int
compare_streams (gconstpointer a, gconstpointer b)
{
  const CamStreamStatus *const *one = a, *const *other = b;
  return compare (*one, (*other)->camera->name, (*other)->stream);
}

void
cam_status_seal (CamStatus *self)
{
  g_ptr_array_sort (self->streams, compare_streams);
  self->connected = self->total = 0;
  for (unsigned i = 0; i < self->streams->len; i++) {
    const CamStreamStatus *stream = g_ptr_array_index (self->streams, i);
    self->total += stream->state != CAM_CAMERA_OFF && stream->state != CAM_CAMERA_DISABLING;
    self->connected += stream->state == CAM_CAMERA_LIVE;
  }
}

const CamStreamStatus *
cam_status_find (const CamStatus *self, const char *camera, unsigned stream)
{
  unsigned from = 0, to = self->streams->len;
  while (from < to) {
    unsigned middle = from + (to - from) / 2;
    const CamStreamStatus *one = g_ptr_array_index (self->streams, middle);
    int order = compare (one, camera, stream);
    if (order == 0)
      return one;
    if (order < 0)
      from = middle + 1;
    else
      to = middle;
  }
  return NULL;
}

struct CamStatusBoard {
  int refs; /* atomic */
  GMutex mutex;
  CamStatus *status; /* ref; NULL before the first; under the mutex */
};

CamStatusBoard *
cam_status_board_new (void)
{
  CamStatusBoard *self = g_new0 (CamStatusBoard, 1);
  self->refs = 1;
  g_mutex_init (&self->mutex);
  return self;
}

CamStatusBoard *
cam_status_board_ref (CamStatusBoard *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

void
cam_status_board_unref (CamStatusBoard *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->refs))
    return;
  cam_status_unref (self->status);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

void
cam_status_board_publish (CamStatusBoard *self, CamStatus *status)
{
  g_autoptr (CamStatus) old = NULL; /* let go without the lock */
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  old = self->status;
  self->status = status;
}

CamStatus *
cam_status_board_get (CamStatusBoard *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  return self->status != NULL ? cam_status_ref (self->status) : NULL;
}
