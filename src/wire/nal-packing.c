#include "wire/nal-packing.h"

#include <string.h>

#define AGGREGATED_LENGTH_BYTES 2
/* Slices get packets of their own, as decoders are used to, but for tiny ones: so that packets, and what they cost, stay few. */
#define TINY_SLICE_BYTES 256

/* Sets of a unit that are remembered, so that they go out once. */
enum { REMEMBERED_SETS = 8 };

typedef struct {
  const uint8_t *nal; /* borrowed from the unit */
  size_t size;
} SentSet;

typedef struct {
  const CamNalPacking *packing; /* constant */
  CamRunWriter *writer;         /* borrowed */
  size_t aggregated_bytes;      /* in the packet at hand; 0: none */
  unsigned n_aggregated;
  SentSet sent_sets[REMEMBERED_SETS];
  unsigned n_sent_sets;
} Packer;

size_t
cam_nal_packing_bound (const CamPacketizer *packetizer, size_t size)
{
  const GPtrArray *sets = packetizer->track->parameter_sets;
  for (unsigned i = 0; i < sets->len; i++)
    size += CAM_NAL_LENGTH_BYTES + g_bytes_get_size (g_ptr_array_index (sets, i));
  /* The dearest is a lone NAL unit of a byte before each slice that is just too big to be tiny: 289 bytes out of 265. Pieces cost 1.4 %. */
  return size + size / 8 + 64;
}

/* Sends what is aggregated; a lone NAL unit goes as itself. */
static void
flush (Packer *self)
{
  if (self->n_aggregated == 0)
    return;
  size_t lone_offset = self->packing->header_bytes + AGGREGATED_LENGTH_BYTES;
  size_t size = self->aggregated_bytes;
  if (self->n_aggregated == 1) {
    uint8_t *payload = cam_run_payload (self->writer);
    size -= lone_offset;
    memmove (payload, payload + lone_offset, size);
  }
  cam_run_close_packet (self->writer, size, false);
  self->aggregated_bytes = 0;
  self->n_aggregated = 0;
}

static void
aggregate (Packer *self, const uint8_t *nal, size_t size)
{
  if (self->aggregated_bytes + AGGREGATED_LENGTH_BYTES + size > CAM_RUN_PAYLOAD_BYTES)
    flush (self);
  uint8_t *payload = cam_run_payload (self->writer);
  if (self->n_aggregated == 0) {
    self->packing->begin_aggregate (payload, nal);
    self->aggregated_bytes = self->packing->header_bytes;
  } else {
    self->packing->amend_aggregate (payload, nal);
  }
  uint8_t *at = payload + self->aggregated_bytes;
  at[0] = (uint8_t) (size >> 8);
  at[1] = (uint8_t) size;
  memcpy (at + AGGREGATED_LENGTH_BYTES, nal, size);
  self->aggregated_bytes += AGGREGATED_LENGTH_BYTES + size;
  self->n_aggregated++;
}

/* All pieces but the last are as big as can be, and so equal: runs of equal packets are what UDP_SEGMENT takes. */
static void
fragment (Packer *self, const uint8_t *nal, size_t size)
{
  size_t header_bytes = self->packing->fragment_header_bytes;
  size_t most = CAM_RUN_PAYLOAD_BYTES - header_bytes;
  size_t start = self->packing->header_bytes;
  for (size_t offset = start; offset < size;) {
    size_t piece = MIN (most, size - offset);
    uint8_t *payload = cam_run_payload (self->writer);
    self->packing->write_fragment_header (payload, nal, offset == start, offset + piece == size);
    memcpy (payload + header_bytes, nal + offset, piece);
    cam_run_close_packet (self->writer, header_bytes + piece, false);
    offset += piece;
  }
}

static void
put_nal (Packer *self, const CamNalFacts *facts, const uint8_t *nal, size_t size)
{
  bool fits_aggregate = self->packing->header_bytes + AGGREGATED_LENGTH_BYTES + size <= CAM_RUN_PAYLOAD_BYTES;
  if (fits_aggregate && (facts->role != CAM_NAL_SLICE || size < TINY_SLICE_BYTES)) {
    aggregate (self, nal, size);
    return;
  }
  flush (self);
  if (size <= CAM_RUN_PAYLOAD_BYTES)
    cam_run_write_packet (self->writer, nal, size, false);
  else
    fragment (self, nal, size);
}

static void
put_track_sets (Packer *self, const CamTrack *track)
{
  for (unsigned i = 0; i < track->parameter_sets->len; i++) {
    size_t size;
    const uint8_t *nal = g_bytes_get_data (g_ptr_array_index (track->parameter_sets, i), &size);
    CamNalFacts facts = self->packing->inspect (nal, size);
    if (facts.role == CAM_NAL_PARAMETER_SET)
      put_nal (self, &facts, nal, size);
  }
}

static bool
lacks_sets (const CamNalPacking *packing, const uint8_t *unit, size_t size)
{
  unsigned kinds = 0;
  CamNalWalk walk = {unit, size};
  const uint8_t *nal;
  size_t nal_size;
  while (cam_nal_walk_next (&walk, &nal, &nal_size)) {
    CamNalFacts facts = packing->inspect (nal, nal_size);
    if (facts.role == CAM_NAL_PARAMETER_SET)
      kinds |= 1u << facts.set_kind;
  }
  return kinds != (1u << packing->n_set_kinds) - 1;
}

/* Whether this set has been sent in this unit. Some cameras repeat them before every slice of a picture; there ffmpeg's parser would take the
 * second slice for a picture of its own, without a time. */
static bool
is_repeated (Packer *self, const uint8_t *nal, size_t size)
{
  for (unsigned i = 0; i < self->n_sent_sets; i++)
    if (self->sent_sets[i].size == size && memcmp (self->sent_sets[i].nal, nal, size) == 0)
      return true;
  if (self->n_sent_sets < REMEMBERED_SETS)
    self->sent_sets[self->n_sent_sets++] = (SentSet){nal, size};
  return false;
}

void
cam_nal_packing_write (
    const CamNalPacking *packing, const CamTrack *track, const uint8_t *unit, size_t size, bool is_key, CamRunWriter *writer)
{
  Packer self = {.packing = packing, .writer = writer};
  bool needs_sets = is_key && lacks_sets (packing, unit, size);
  CamNalWalk walk = {unit, size};
  const uint8_t *nal;
  size_t nal_size;
  while (cam_nal_walk_next (&walk, &nal, &nal_size)) {
    CamNalFacts facts = packing->inspect (nal, nal_size);
    if (facts.role == CAM_NAL_BAD)
      continue;
    if (needs_sets && facts.role != CAM_NAL_DELIMITER) {
      put_track_sets (&self, track);
      needs_sets = false;
    }
    if (facts.role != CAM_NAL_PARAMETER_SET || !is_repeated (&self, nal, nal_size))
      put_nal (&self, &facts, nal, nal_size);
  }
  flush (&self);
  cam_run_mark_last (writer);
}

char *
cam_nal_packing_format_sets (const CamNalPacking *packing, const CamTrack *track, unsigned kind)
{
  GString *text = NULL;
  for (unsigned i = 0; i < track->parameter_sets->len; i++) {
    size_t size;
    const uint8_t *nal = g_bytes_get_data (g_ptr_array_index (track->parameter_sets, i), &size);
    CamNalFacts facts = packing->inspect (nal, size);
    if (facts.role != CAM_NAL_PARAMETER_SET || facts.set_kind != kind)
      continue;
    g_autofree char *encoded = g_base64_encode (nal, size);
    if (text == NULL)
      text = g_string_new (encoded);
    else
      g_string_append_printf (text, ",%s", encoded);
  }
  return text != NULL ? g_string_free (text, FALSE) : NULL;
}
