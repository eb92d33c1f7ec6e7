/* A status as tests of the control room make it up: cameras "camera0" …, each number of its own.
 * Thread: any. Owner: the test. */
#pragma once

#include "supervise/status.h"

static inline CamStreamStatus *
add_made_up_stream (CamStatus *status, const char *camera, unsigned stream, unsigned number)
{
  CamStreamStatus *one = g_new0 (CamStreamStatus, 1);
  one->camera = cam_camera_config_new (camera);
  one->stream = stream;
  one->state = CAM_CAMERA_LIVE;
  one->health = CAM_HEALTH_OK;
  one->since_unix_us = INT64_C (1700000000000000);
  one->detail = g_strdup ("");
  one->peer = g_strdup ("192.0.2.1:554");
  one->transport = "tcp";
  one->fps = 24.97;
  one->usual_fps = 25;
  one->bit_rate = 4096123.5 + number;
  one->key_interval_s = 2;
  one->last_unit_us = status->monotonic_us - 40000;
  one->drift_ppm = -17;
  one->in.units[CAM_TRACK_VIDEO] = 1000 + number;
  one->in.bytes[CAM_TRACK_VIDEO] = 123456789012 + number;
  one->in.keys = 20;
  one->bytes_in = 123456789012345;
  one->connects = 3;
  one->ends[CAM_REASON_TIMEOUT] = 2;
  one->slate_us = 1500000;
  one->drops[CAM_DROP_GATE] = 7;
  one->first_pictures.counts[0] = 2;
  one->first_pictures.counts[2] = 1;
  one->first_pictures.counts[CAM_FIRST_PICTURE_BOUNDS] = 1;
  one->first_pictures.sum_s = 12.5;
  g_ptr_array_add (status->streams, one);
  return one;
}

static inline CamStatus *
make_up_status (unsigned cameras)
{
  CamStatus *status = cam_status_new ();
  status->monotonic_us = g_get_monotonic_time ();
  status->unix_us = g_get_real_time ();
  status->start_unix_us = INT64_C (1700000000000000);
  status->loops[0].name = g_strdup ("main");
  status->loops[0].lag_us = 1500;
  status->n_loops = 1;
  status->threads = 7;
  status->cpu_s = 12.25;
  status->memory.limit = 1 << 30;
  for (unsigned i = 0; i < cameras; i++) {
    g_autofree char *name = g_strdup_printf ("camera%u", i);
    add_made_up_stream (status, name, CAM_STREAM_MAIN, i);
    add_made_up_stream (status, name, CAM_STREAM_SUB, i);
  }
  cam_status_seal (status);
  return status;
}

static inline void
add_made_up_reader (GPtrArray *readers, const char *transport, CamReaderState state, int64_t lag_us, size_t waiting_bytes)
{
  CamReaderView *view = g_new0 (CamReaderView, 1);
  view->id = g_strdup ("1");
  view->camera = g_strdup ("camera0");
  view->stream = g_strdup ("main");
  view->address = g_strdup ("192.0.2.2:5000");
  view->transport = transport;
  view->state = state;
  view->lag_us = lag_us;
  view->waiting_bytes = waiting_bytes;
  g_ptr_array_add (readers, view);
}

static inline GPtrArray *
make_up_no_readers (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) cam_reader_view_free);
}
