#include "serve/client-registry.h"

#include <stdatomic.h>
#include <string.h>

struct CamClientRegistry {
  _Atomic uint64_t counts[CAM_N_CLIENT_COUNTS];

  GMutex mutex; /* of what follows */
  unsigned max_connections;
  unsigned max_per_address;
  unsigned max_readers;
  unsigned connections;
  unsigned readers;
  GHashTable *addresses; /* owned: text of the address → connections */
  GHashTable *cameras;   /* owned: name → Seats, owned */
  GPtrArray *records;    /* of CamReaderRecord, borrowed: struck off before they are freed */
};

typedef struct {
  unsigned readers[CAM_N_STREAMS];
} Seats;

CamClientRegistry *
cam_client_registry_new (const CamServerConfig *limits)
{
  CamClientRegistry *self = g_new0 (CamClientRegistry, 1);
  g_mutex_init (&self->mutex);
  cam_client_registry_set_limits (self, limits);
  self->addresses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->cameras = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->records = g_ptr_array_new ();
  return self;
}

void
cam_client_registry_set_limits (CamClientRegistry *self, const CamServerConfig *limits)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  self->max_connections = limits->max_connections;
  self->max_per_address = limits->max_connections_per_address;
  self->max_readers = limits->max_readers;
}

void
cam_client_registry_free (CamClientRegistry *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->addresses);
  g_hash_table_unref (self->cameras);
  g_assert (self->records->len == 0);
  g_ptr_array_unref (self->records);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* What one more connection from @address, whose text is @text, would find. */
static CamAdmission
look_at_address_locked (CamClientRegistry *self, GInetAddress *address, const char *text, unsigned *ret_here)
{
  *ret_here = GPOINTER_TO_UINT (g_hash_table_lookup (self->addresses, text));
  if (self->connections >= self->max_connections)
    return CAM_ADMISSION_FULL;
  bool is_full = *ret_here >= self->max_per_address && !g_inet_address_get_is_loopback (address);
  return is_full ? CAM_ADMISSION_ADDRESS_FULL : CAM_ADMISSION_OK;
}

bool
cam_client_registry_has_room (CamClientRegistry *self, GInetAddress *address)
{
  g_autofree char *text = g_inet_address_to_string (address);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  unsigned here = 0;
  return look_at_address_locked (self, address, text, &here) == CAM_ADMISSION_OK;
}

CamAdmission
cam_client_registry_admit (CamClientRegistry *self, GInetAddress *address)
{
  g_autofree char *text = g_inet_address_to_string (address);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  unsigned here = 0;
  const CamAdmission admission = look_at_address_locked (self, address, text, &here);
  if (admission != CAM_ADMISSION_OK)
    return admission;
  self->connections++;
  g_hash_table_replace (self->addresses, g_steal_pointer (&text), GUINT_TO_POINTER (here + 1));
  return CAM_ADMISSION_OK;
}

void
cam_client_registry_dismiss (CamClientRegistry *self, GInetAddress *address)
{
  g_autofree char *text = g_inet_address_to_string (address);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  unsigned here = GPOINTER_TO_UINT (g_hash_table_lookup (self->addresses, text));
  g_assert (here > 0 && self->connections > 0);
  self->connections--;
  if (here == 1)
    g_hash_table_remove (self->addresses, text);
  else
    g_hash_table_replace (self->addresses, g_steal_pointer (&text), GUINT_TO_POINTER (here - 1));
}

unsigned
cam_client_registry_count_connections (CamClientRegistry *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  return self->connections;
}

/* What one more reader of @camera would find. */
static CamSeat
look_locked (CamClientRegistry *self, const CamCameraConfig *camera)
{
  if (self->readers >= self->max_readers)
    return CAM_SEAT_FULL;
  const Seats *seats = g_hash_table_lookup (self->cameras, camera->name);
  unsigned here = seats != NULL ? seats->readers[CAM_STREAM_MAIN] + seats->readers[CAM_STREAM_SUB] : 0;
  return camera->max_readers != 0 && here >= camera->max_readers ? CAM_SEAT_CAMERA_FULL : CAM_SEAT_TAKEN;
}

CamSeat
cam_client_registry_seat (CamClientRegistry *self, const CamCameraConfig *camera, unsigned stream)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  CamSeat seat = look_locked (self, camera);
  if (seat != CAM_SEAT_TAKEN)
    return seat;
  Seats *seats = g_hash_table_lookup (self->cameras, camera->name);
  if (seats == NULL) {
    seats = g_new0 (Seats, 1);
    g_hash_table_insert (self->cameras, g_strdup (camera->name), seats);
  }
  seats->readers[stream]++;
  self->readers++;
  return CAM_SEAT_TAKEN;
}

bool
cam_client_registry_has_seat (CamClientRegistry *self, const CamCameraConfig *camera)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  return look_locked (self, camera) == CAM_SEAT_TAKEN;
}

void
cam_client_registry_leave (CamClientRegistry *self, const char *camera, unsigned stream)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Seats *seats = g_hash_table_lookup (self->cameras, camera);
  g_assert (seats != NULL && seats->readers[stream] > 0 && self->readers > 0);
  self->readers--;
  seats->readers[stream]--;
  if (seats->readers[CAM_STREAM_MAIN] + seats->readers[CAM_STREAM_SUB] == 0)
    g_hash_table_remove (self->cameras, camera);
}

unsigned
cam_client_registry_count_readers (CamClientRegistry *self, const char *camera, unsigned stream)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const Seats *seats = g_hash_table_lookup (self->cameras, camera);
  return seats != NULL ? seats->readers[stream] : 0;
}

unsigned
cam_client_registry_count_all_readers (CamClientRegistry *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  return self->readers;
}

CamReaderRecord *
cam_client_registry_enrol (CamClientRegistry *self, const CamReaderIdentity *identity)
{
  CamReaderRecord *record = cam_reader_record_new (identity, &self->counts[CAM_CLIENT_COUNT_UNITS_SKIPPED]);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_ptr_array_add (self->records, record);
  return record;
}

void
cam_client_registry_strike (CamClientRegistry *self, CamReaderRecord *record)
{
  if (record == NULL)
    return;
  g_mutex_lock (&self->mutex);
  g_ptr_array_remove_fast (self->records, record);
  g_mutex_unlock (&self->mutex);
  cam_reader_record_free (record);
}

GPtrArray *
cam_client_registry_list (CamClientRegistry *self, const char *camera)
{
  GPtrArray *views = g_ptr_array_new_with_free_func ((GDestroyNotify) cam_reader_view_free);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  for (unsigned i = 0; i < self->records->len; i++) {
    const CamReaderRecord *record = self->records->pdata[i];
    if (camera == NULL || strcmp (camera, cam_reader_record_get_camera (record)) == 0)
      g_ptr_array_add (views, cam_reader_record_view (record));
  }
  return views;
}

void
cam_client_registry_add (CamClientRegistry *self, CamClientCount count, uint64_t n)
{
  atomic_fetch_add_explicit (&self->counts[count], n, memory_order_relaxed);
}

uint64_t
cam_client_registry_get (const CamClientRegistry *self, CamClientCount count)
{
  return atomic_load_explicit (&self->counts[count], memory_order_relaxed);
}
