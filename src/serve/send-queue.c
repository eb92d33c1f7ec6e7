#include "serve/send-queue.h"

#include <errno.h>
#include <string.h>

/* Of a variant a packet takes two. */
enum { VECTORS = 256 };

static CamSendEntry *
get_entry (const CamSendQueue *self, size_t index)
{
  return &self->ring[(self->first + index) & (self->slots - 1)];
}

static size_t
get_size (const CamSendEntry *entry)
{
  return entry->burst != NULL ? entry->burst->size : g_bytes_get_size (entry->answer);
}

/* What is to be sent of @entry behind its first @skip bytes; false when @n_vectors do not hold it all. */
static bool
gather (const CamSendEntry *entry, size_t skip, struct iovec *vectors, size_t n_vectors, size_t *used)
{
  while (skip < get_size (entry) && *used < n_vectors) {
    struct iovec *into = vectors + *used;
    size_t n = 1;
    if (entry->burst != NULL)
      n = cam_burst_gather (entry->burst, skip, into, n_vectors - *used);
    else
      *into = (struct iovec){(void *) ((const uint8_t *) g_bytes_get_data (entry->answer, NULL) + skip), get_size (entry) - skip};
    for (size_t i = 0; i < n; i++)
      skip += into[i].iov_len;
    *used += n;
  }
  return skip == get_size (entry);
}

void
cam_send_queue_init (CamSendQueue *self)
{
  *self = (CamSendQueue){.ring = self->few, .slots = CAM_SEND_FEW};
}

static void
release_entry (CamSendQueue *self, CamSendEntry *entry)
{
  if (entry->burst != NULL) {
    self->bursts--;
    self->burst_bytes -= entry->burst->size;
  } else {
    self->answer_bytes -= g_bytes_get_size (entry->answer);
  }
  g_clear_pointer (&entry->burst, cam_burst_unref);
  g_clear_pointer (&entry->answer, g_bytes_unref);
}

/* To where it began. */
static void
let_ring_go (CamSendQueue *self)
{
  if (self->ring != self->few)
    g_free (self->ring);
  self->ring = self->few;
  self->slots = CAM_SEND_FEW;
  self->first = 0;
}

void
cam_send_queue_clear (CamSendQueue *self)
{
  for (size_t i = 0; i < self->length; i++)
    release_entry (self, get_entry (self, i));
  self->length = 0;
  let_ring_go (self);
}

static void
append (CamSendQueue *self, CamSendEntry entry)
{
  if (self->length == self->slots) {
    size_t slots = self->slots * 2;
    CamSendEntry *ring = g_new (CamSendEntry, slots);
    for (size_t i = 0; i < self->length; i++)
      ring[i] = *get_entry (self, i);
    let_ring_go (self);
    self->ring = ring;
    self->slots = slots;
  }
  self->length++;
  *get_entry (self, self->length - 1) = entry;
}

void
cam_send_queue_add_answer (CamSendQueue *self, GBytes *answer)
{
  self->answer_bytes += g_bytes_get_size (answer);
  append (self, (CamSendEntry){.answer = answer});
}

void
cam_send_queue_add_burst (CamSendQueue *self, CamBurst *burst)
{
  self->bursts++;
  self->burst_bytes += burst->size;
  append (self, (CamSendEntry){.burst = cam_burst_ref (burst)});
}

/* Moves the cursor over @bytes that the socket took. */
static void
advance (CamSendQueue *self, size_t bytes)
{
  self->sent += bytes;
  while (self->length > 0) {
    CamSendEntry *entry = get_entry (self, 0);
    size_t size = get_size (entry);
    if (self->sent < size)
      return;
    self->sent -= size;
    release_entry (self, entry);
    self->first = (self->first + 1) & (self->slots - 1);
    self->length--;
  }
}

static ssize_t
write_some (CamSendQueue *self, CamClientLink *link)
{
  struct iovec vectors[VECTORS];
  size_t used = 0;
  bool fits = true;
  for (size_t i = 0; i < self->length && fits; i++)
    fits = gather (get_entry (self, i), i == 0 ? self->sent : 0, vectors, VECTORS, &used);
  return cam_client_link_write (link, vectors, used);
}

CamSendResult
cam_send_queue_write (CamSendQueue *self, CamClientLink *link, size_t *ret_written)
{
  *ret_written = 0;
  while (self->length > 0 || cam_client_link_holds (link)) {
    if (*ret_written >= CAM_SEND_SHARE_BYTES)
      return CAM_SEND_BLOCKED;
    ssize_t written = write_some (self, link);
    if (written < 0)
      return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS || errno == ENOMEM ? CAM_SEND_BLOCKED : CAM_SEND_BROKEN;
    advance (self, (size_t) written);
    *ret_written += (size_t) written;
  }
  let_ring_go (self);
  return CAM_SEND_DRAINED;
}

void
cam_send_queue_drop_bursts (CamSendQueue *self, CamDropped ret_dropped[CAM_N_TRACKS])
{
  size_t kept = 0;
  size_t length = self->length;
  for (size_t i = 0; i < length; i++) {
    CamSendEntry entry = *get_entry (self, i);
    bool begun = i == 0 && self->sent > 0;
    if (entry.answer != NULL || begun) {
      *get_entry (self, kept++) = entry;
      continue;
    }
    CamDropped *dropped = &ret_dropped[entry.burst->track];
    if (!entry.burst->is_control && !dropped->any)
      *dropped = (CamDropped){.any = true, .sequence = entry.burst->sequence, .rtp_time = entry.burst->rtp_time, .units = dropped->units};
    dropped->units += !entry.burst->is_control;
    release_entry (self, &entry);
  }
  self->length = kept;
}

bool
cam_send_queue_is_empty (const CamSendQueue *self)
{
  return self->length == 0;
}

bool
cam_send_queue_has_bursts (const CamSendQueue *self)
{
  return self->bursts > 0;
}

size_t
cam_send_queue_get_burst_bytes (const CamSendQueue *self)
{
  return self->burst_bytes;
}

size_t
cam_send_queue_get_answer_bytes (const CamSendQueue *self)
{
  return self->answer_bytes;
}

int64_t
cam_send_queue_get_oldest_us (const CamSendQueue *self)
{
  if (self->bursts == 0)
    return INT64_MAX;
  for (size_t i = 0; i < self->length; i++) {
    const CamSendEntry *entry = get_entry (self, i);
    if (entry->burst != NULL)
      return entry->burst->created_us;
  }
  return INT64_MAX;
}
