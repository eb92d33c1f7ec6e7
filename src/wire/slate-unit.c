#include "wire/slate-unit.h"

#include "camrelay/limits.h"
#include "wire/h264-idr.h"
#include "wire/h265.h"
#include "wire/mjpeg.h"
#include "wire/parameter-sets.h"

#define H264_MAX_SPS_ID 31
/* More in one picture is no camera's: reading that many would take somebody's loop for too long. */
#define MOST_NALS 2048

typedef struct Slate Slate;

/* What the codecs differ in. */
typedef struct {
  unsigned n_set_kinds;
  const uint8_t *front; /* what each begins with, and ends with: NAL units behind their lengths */
  size_t front_bytes;
  const uint8_t *back;
  size_t back_bytes;
  CamNalFacts (*inspect) (const uint8_t *nal, size_t size);

  /* Appends a slice to each of the units. False: the picture cannot be repeated. */
  bool (*append_slice) (Slate *self, const uint8_t *nal, size_t size);
} SlateSyntax;

/* The units in the making. */
struct Slate {
  const SlateSyntax *syntax;
  CamParameterSets sets;
  GByteArray *units[CAM_SLATE_UNITS]; /* owned */
  bool has_slice;
  bool has_top; /* lines, be it as a field or with the others as a frame */
  bool has_bottom;
  bool has_sps; /* H.264: sps is what the picture parameter set pps_id leads to */
  uint8_t pps_id;
  CamH264Sps sps;
  bool has_id; /* H.264: idr_pic_id of the first slice is known */
  uint32_t id;
  uint32_t new_ids[CAM_H264_IDR_IDS];
};

G_STATIC_ASSERT (CAM_SLATE_UNITS == CAM_H264_IDR_IDS);

static void
append_nal (GByteArray *unit, const uint8_t *nal, size_t size)
{
  uint8_t length[CAM_NAL_LENGTH_BYTES];
  cam_nal_write_length (length, size);
  g_byte_array_append (unit, length, sizeof length);
  g_byte_array_append (unit, nal, (guint) size);
}

/* H.264 */

/* A delimiter with primary_pic_type 7: slices of any type. */
static const uint8_t h264_front[] = {0, 0, 0, 2, CAM_H264_DELIMITER, 0xf0};

/* The sequence parameter set that the slice refers to by way of its picture parameter set. */
static bool
find_sps_of_slice (Slate *self, const uint8_t *nal, size_t size)
{
  uint8_t pps_id;
  if (!cam_h264_read_slice_pps_id (nal, size, &pps_id))
    return false;
  if (self->has_sps && pps_id == self->pps_id)
    return true;
  GBytes *pps_nal = cam_parameter_sets_get (&self->sets, 1, pps_id);
  CamH264Pps pps;
  if (pps_nal == NULL || !cam_h264_read_pps (g_bytes_get_data (pps_nal, NULL), g_bytes_get_size (pps_nal), &pps))
    return false;
  GBytes *sps_nal = cam_parameter_sets_get (&self->sets, 0, pps.sps_id);
  self->pps_id = pps_id;
  self->has_sps = sps_nal != NULL && cam_h264_read_sps (g_bytes_get_data (sps_nal, NULL), g_bytes_get_size (sps_nal), &self->sps);
  return self->has_sps;
}

static bool
append_h264_slice (Slate *self, const uint8_t *nal, size_t size)
{
  CamH264IdrPlace place;
  if (!find_sps_of_slice (self, nal, size) || !cam_h264_find_idr_id (nal, size, &self->sps, &place))
    return false;
  self->has_top |= !place.is_bottom_field;
  self->has_bottom |= !place.is_field || place.is_bottom_field;
  if (!place.is_idr) {
    /* The second field of an IDR picture is none itself, and refers to the first one only. */
    for (unsigned i = 0; i < CAM_SLATE_UNITS; i++)
      append_nal (self->units[i], nal, size);
    return place.is_field && self->has_id;
  }
  if (!self->has_id)
    cam_h264_choose_idr_ids (place.id, self->new_ids);
  else if (place.id != self->id)
    return false;
  self->has_id = true;
  self->id = place.id;
  for (unsigned i = 0; i < CAM_SLATE_UNITS; i++) {
    guint start = self->units[i]->len;
    append_nal (self->units[i], NULL, 0);
    if (!cam_h264_append_with_idr_id (self->units[i], &place, self->new_ids[i]))
      return false;
    cam_nal_write_length (self->units[i]->data + start, self->units[i]->len - start - CAM_NAL_LENGTH_BYTES);
  }
  return true;
}

static const SlateSyntax h264_syntax = {
    .n_set_kinds = CAM_H264_SET_KINDS,
    .front = h264_front,
    .front_bytes = sizeof h264_front,
    .inspect = cam_h264_inspect,
    .append_slice = append_h264_slice,
};

/* H.265 */

/* A delimiter with pic_type 0: intra slices. */
static const uint8_t h265_front[] = {0, 0, 0, 3, CAM_H265_DELIMITER << 1, 1, 0x10};

/* An end of sequence is a header and nothing more. Alone in an RTP packet ffmpeg finds it too short and drops it, so empty filler data goes before
 * it: an aggregation packet has at least two (RFC 7798, 4.4.2). */
static const uint8_t h265_back[] = {0, 0, 0, 3, CAM_H265_FILLER << 1, 1, 0x80, 0, 0, 0, 2, CAM_H265_END_OF_SEQUENCE << 1, 1};

/* A CRA picture that does not begin a sequence may be followed by pictures that refer to what was before it, so a second one of the same
 * order count breaks the sequence; a BLA begins one, and is written the same way. */
static bool
append_h265_slice (Slate *self, const uint8_t *nal, size_t size)
{
  unsigned type = cam_h265_type (nal);
  uint8_t pps_id;
  if (type < CAM_H265_FIRST_IRAP || type > CAM_H265_CRA || !cam_h265_read_slice_pps_id (nal, size, &pps_id) ||
      cam_parameter_sets_get (&self->sets, 2, pps_id) == NULL)
    return false;
  self->has_top = self->has_bottom = true;
  bool becomes_bla = type <= CAM_H265_BLA_N_LP || type == CAM_H265_CRA;
  for (unsigned i = 0; i < CAM_SLATE_UNITS; i++) {
    append_nal (self->units[i], nal, size);
    uint8_t *header = self->units[i]->data + self->units[i]->len - size;
    if (becomes_bla)
      header[0] = (uint8_t) ((header[0] & 0x81) | CAM_H265_BLA_N_LP << 1);
  }
  return true;
}

static const SlateSyntax h265_syntax = {
    .n_set_kinds = CAM_H265_SET_KINDS,
    .front = h265_front,
    .front_bytes = sizeof h265_front,
    .back = h265_back,
    .back_bytes = sizeof h265_back,
    .inspect = cam_h265_inspect,
    .append_slice = append_h265_slice,
};

/* Both */

static void
put_set (Slate *self, const uint8_t *nal, size_t size)
{
  CamNalFacts facts = self->syntax->inspect (nal, size);
  if (facts.role == CAM_NAL_PARAMETER_SET)
    cam_parameter_sets_put (&self->sets, facts.set_kind, facts.set_id, nal, size);
}

static void
put_sets_of_unit (Slate *self, const uint8_t *unit, size_t size)
{
  CamNalWalk walk = {unit, size};
  const uint8_t *nal;
  size_t nal_size;
  while (cam_nal_walk_next (&walk, &nal, &nal_size))
    put_set (self, nal, nal_size);
}

/* The unit's own sets; where a kind is missing all that the track has, and the unit's own over them. */
static bool
collect_sets (Slate *self, const CamTrack *track, const uint8_t *unit, size_t size)
{
  put_sets_of_unit (self, unit, size);
  if (cam_parameter_sets_are_complete (&self->sets, self->syntax->n_set_kinds))
    return true;
  for (unsigned i = 0; i < track->parameter_sets->len; i++) {
    GBytes *set = g_ptr_array_index (track->parameter_sets, i);
    put_set (self, g_bytes_get_data (set, NULL), g_bytes_get_size (set));
  }
  put_sets_of_unit (self, unit, size);
  return cam_parameter_sets_are_complete (&self->sets, self->syntax->n_set_kinds);
}

static void
append_to_all (Slate *self, const uint8_t *bytes, size_t size)
{
  for (unsigned i = 0; i < CAM_SLATE_UNITS; i++)
    g_byte_array_append (self->units[i], bytes, (guint) size);
}

static void
append_sets (Slate *self)
{
  size_t size = cam_parameter_sets_get_size (&self->sets);
  for (unsigned i = 0; i < CAM_SLATE_UNITS; i++) {
    guint start = self->units[i]->len;
    g_byte_array_set_size (self->units[i], (guint) (start + size));
    cam_parameter_sets_write (&self->sets, self->units[i]->data + start);
  }
}

/* Slices only: what else there was belongs to one moment (supplemental information), begins or ends something, or fills up. */
static bool
append_slices (Slate *self, const uint8_t *unit, size_t size)
{
  CamNalWalk walk = {unit, size};
  const uint8_t *nal;
  size_t nal_size;
  while (cam_nal_walk_next (&walk, &nal, &nal_size)) {
    CamNalFacts facts = self->syntax->inspect (nal, nal_size);
    if (facts.role != CAM_NAL_SLICE)
      continue;
    if (!self->has_slice && !facts.starts_picture)
      return false;
    if (!self->syntax->append_slice (self, nal, nal_size))
      return false;
    self->has_slice = true;
  }
  return self->has_slice && self->has_top && self->has_bottom;
}

static bool
has_too_many_nals (const uint8_t *unit, size_t size)
{
  CamNalWalk walk = {unit, size};
  const uint8_t *nal;
  size_t nal_size;
  unsigned n = 0;
  while (n <= MOST_NALS && cam_nal_walk_next (&walk, &nal, &nal_size))
    n++;
  return n > MOST_NALS;
}

static bool
make_pictures (const SlateSyntax *syntax, const CamTrack *track, const uint8_t *unit, size_t size, GBytes *ret_units[CAM_SLATE_UNITS])
{
  if (has_too_many_nals (unit, size))
    return false;
  Slate self = {.syntax = syntax};
  cam_parameter_sets_init (&self.sets);
  for (unsigned i = 0; i < CAM_SLATE_UNITS; i++)
    self.units[i] = g_byte_array_sized_new ((guint) size);
  bool is_made = collect_sets (&self, track, unit, size);
  if (is_made) {
    append_to_all (&self, syntax->front, syntax->front_bytes);
    append_sets (&self);
    is_made = append_slices (&self, unit, size);
    append_to_all (&self, syntax->back, syntax->back_bytes);
  }
  for (unsigned i = 0; i < CAM_SLATE_UNITS; i++)
    is_made = is_made && self.units[i]->len <= CAM_LIMIT_UNIT_BYTES;
  for (unsigned i = 0; i < CAM_SLATE_UNITS; i++) {
    g_autoptr (GBytes) made = g_byte_array_free_to_bytes (self.units[i]);
    if (is_made)
      ret_units[i] = g_steal_pointer (&made);
  }
  cam_parameter_sets_clear (&self.sets);
  return is_made;
}

static bool
make_jpegs (const uint8_t *unit, size_t size, GBytes *ret_units[CAM_SLATE_UNITS])
{
  CamMjpegHeader header;
  const uint8_t *scan;
  size_t scan_size;
  if (!cam_mjpeg_read (unit, size, &header, &scan, &scan_size))
    return false;
  ret_units[0] = g_bytes_new (unit, size);
  for (unsigned i = 1; i < CAM_SLATE_UNITS; i++)
    ret_units[i] = g_bytes_ref (ret_units[0]);
  return true;
}

bool
cam_slate_units_make (const CamTrack *track, const uint8_t *unit, size_t size, GBytes *ret_units[CAM_SLATE_UNITS])
{
  if (size > CAM_LIMIT_UNIT_BYTES)
    return false;
  if (track->codec == CAM_CODEC_H264)
    return make_pictures (&h264_syntax, track, unit, size, ret_units);
  if (track->codec == CAM_CODEC_H265)
    return make_pictures (&h265_syntax, track, unit, size, ret_units);
  return track->codec == CAM_CODEC_MJPEG && make_jpegs (unit, size, ret_units);
}

unsigned
cam_slate_free_set_id (const CamTrack *track)
{
  if (track->codec != CAM_CODEC_H264)
    return 0;
  uint32_t used = 0; /* a bit an id */
  for (unsigned i = 0; i < track->parameter_sets->len; i++) {
    GBytes *set = g_ptr_array_index (track->parameter_sets, i);
    CamNalFacts facts = cam_h264_inspect (g_bytes_get_data (set, NULL), g_bytes_get_size (set));
    if (facts.role == CAM_NAL_PARAMETER_SET && facts.set_id <= H264_MAX_SPS_ID)
      used |= UINT32_C (1) << facts.set_id;
  }
  unsigned id = H264_MAX_SPS_ID;
  while (id > 0 && (used & UINT32_C (1) << id) != 0)
    id--;
  return id;
}
