#include "wire/picture-assembler.h"

#include <string.h>

/* Cameras with neither IDR nor recovery points: after this long without a key unit an all-intra picture is one. */
#define KEYLESS_US (10 * G_USEC_PER_SEC)

static const uint8_t start_code[] = {0, 0, 1};

static CamUnitQueue *
units_of (CamPictureAssembler *self)
{
  return &self->base.units;
}

static void
keep_parameter_set (CamPictureAssembler *self, const CamNalFacts *facts, const uint8_t *nal, size_t size)
{
  if (cam_parameter_sets_put (&self->sets, facts->set_kind, facts->set_id, nal, size))
    self->has_new_sets = true;
}

CamDepacketizer *
cam_picture_assembler_open (const CamSdpMedia *media, const CamVideoSyntax *syntax)
{
  CamPictureAssembler *self = g_new0 (CamPictureAssembler, 1);
  self->syntax = syntax;
  self->is_passing_over = true;
  cam_parameter_sets_init (&self->sets);
  for (unsigned i = 0; i < media->track->parameter_sets->len; i++) {
    size_t size;
    const uint8_t *nal = g_bytes_get_data (g_ptr_array_index (media->track->parameter_sets, i), &size);
    CamNalFacts facts = syntax->inspect (nal, size);
    if (facts.role == CAM_NAL_PARAMETER_SET)
      keep_parameter_set (self, &facts, nal, size);
  }
  self->has_new_sets = true;
  return &self->base;
}

void
cam_picture_assembler_close (CamDepacketizer *base)
{
  CamPictureAssembler *self = (CamPictureAssembler *) base;
  cam_parameter_sets_clear (&self->sets);
  g_free (self);
}

void
cam_picture_assembler_reset (CamDepacketizer *base)
{
  CamPictureAssembler *self = (CamPictureAssembler *) base;
  self->picture = (CamGrowingPicture){0};
  self->has_time = false;
  self->is_passing_over = true;
  self->is_behind_marker = false;
  self->is_loss_before = true;
  self->is_nal_open = false;
}

static CamTrack *
make_track (CamPictureAssembler *self)
{
  CamTrack *track = cam_track_copy (self->base.track);
  g_ptr_array_unref (track->parameter_sets);
  track->parameter_sets = cam_parameter_sets_to_array (&self->sets);
  size_t size;
  const uint8_t *sps = g_bytes_get_data (cam_parameter_sets_get_first (&self->sets, self->syntax->sps_kind), &size);
  self->syntax->read_picture_size (sps, size, &track->width, &track->height);
  return track;
}

CamTrack *
cam_picture_assembler_ref_track (CamDepacketizer *base)
{
  CamPictureAssembler *self = (CamPictureAssembler *) base;
  if (!cam_parameter_sets_are_complete (&self->sets, self->syntax->n_set_kinds))
    return NULL;
  if (self->has_new_sets) {
    CamTrack *old = base->track;
    base->track = make_track (self);
    cam_track_unref (old);
    self->has_new_sets = false;
  }
  return cam_track_ref (base->track);
}

static void
begin_picture (CamPictureAssembler *self, bool has_start)
{
  self->picture = (CamGrowingPicture){.is_all_intra = true, .has_start = has_start};
}

/* The unit is over its limit: it goes, and so does all until the next one begins. */
static void
drop_oversize (CamPictureAssembler *self)
{
  cam_unit_queue_cut (units_of (self), 0);
  self->base.counters.oversize++;
  self->is_passing_over = true;
  self->is_nal_open = false;
  self->is_loss_before = true;
  begin_picture (self, false);
}

/* Where parameter sets belong in the growing unit: at the front, behind a delimiter. */
static size_t
find_place_for_sets (CamPictureAssembler *self)
{
  const uint8_t *start = cam_unit_queue_growing_data (units_of (self));
  CamNalWalk walk = {start, cam_unit_queue_growing_size (units_of (self))};
  const uint8_t *nal;
  size_t size;
  if (!cam_nal_walk_next (&walk, &nal, &size) || self->syntax->inspect (nal, size).role != CAM_NAL_DELIMITER)
    return 0;
  return (size_t) (nal + size - start);
}

/* A key unit that lacks a kind gets all that there are, so that none comes before what it refers to. */
static void
complete_parameter_sets (CamPictureAssembler *self)
{
  unsigned all_kinds = (1u << self->syntax->n_set_kinds) - 1;
  size_t size = cam_parameter_sets_get_size (&self->sets);
  if (self->picture.set_kinds == all_kinds || size == 0)
    return;
  size_t place = find_place_for_sets (self);
  size_t behind = cam_unit_queue_growing_size (units_of (self)) - place;
  if (cam_unit_queue_extend (units_of (self), size) == NULL)
    return;
  uint8_t *at = cam_unit_queue_growing_data (units_of (self)) + place;
  memmove (at + size, at, behind);
  cam_parameter_sets_write (&self->sets, at);
}

/* Never without its first slice: the rest of one whose marker lied, or whose beginning is lost. */
static bool
is_key_picture (CamPictureAssembler *self)
{
  if (!self->picture.has_start)
    return false;
  if (self->picture.is_key || self->picture.is_recovery_point) {
    self->is_intra_key = false;
    return true;
  }
  if (!self->is_intra_key && self->arrival_us - self->last_key_us < KEYLESS_US)
    return false;
  self->is_intra_key = self->is_intra_key || self->picture.is_all_intra;
  return self->picture.is_all_intra;
}

/* All slices of the unit are lost, so that it is one of the units that are missing before the next. */
static void
give_up_unit (CamPictureAssembler *self)
{
  cam_unit_queue_cut (units_of (self), 0);
  self->is_loss_before = true;
  begin_picture (self, true);
}

/* A unit without a slice goes on growing: parameter sets with a time stamp of their own belong to what comes next. */
static void
finish_unit (CamPictureAssembler *self)
{
  cam_picture_assembler_end_nal (self);
  if (!self->picture.has_slice) {
    if (self->picture.is_damaged)
      give_up_unit (self);
    return;
  }
  bool is_key = is_key_picture (self);
  bool is_whole = !self->picture.is_damaged && (!self->is_loss_before || is_key);
  if (is_key) {
    self->last_key_us = self->arrival_us;
    complete_parameter_sets (self);
  }
  cam_unit_queue_finish (units_of (self), self->rtp_time, is_key, !is_whole);
  self->is_loss_before = false;
  begin_picture (self, true);
}

/* What is open is not whole any more and goes. */
static void
abandon_nal (CamPictureAssembler *self)
{
  self->is_nal_lost = true;
  if (!self->is_nal_open)
    return;
  cam_unit_queue_cut (units_of (self), self->nal_start);
  self->is_nal_open = false;
  self->picture.is_damaged = true;
}

/* Packets are missing before one that begins a picture or goes on with one. A unit that had its marker has lost nothing, and when one that
 * had not is followed by the beginning of another, then the loss is the first one's. */
static void
note_gap (CamPictureAssembler *self, bool begins_unit)
{
  abandon_nal (self);
  bool was_whole = self->is_behind_marker && self->marker_had_slice && begins_unit;
  bool is_growing = cam_unit_queue_growing_size (units_of (self)) > 0 || self->picture.is_damaged;
  if (is_growing && !was_whole)
    self->picture.is_damaged = true;
}

/* Whether packets are still to be passed over: until one that begins a picture, by what is in it or by its time stamp. */
static bool
pass_over (CamPictureAssembler *self, bool is_new_time, bool starts_picture)
{
  bool begins = starts_picture || (self->has_time && is_new_time);
  self->is_passing_over = !begins;
  if (begins)
    begin_picture (self, starts_picture);
  return !begins;
}

static bool
does_start_picture (CamPictureAssembler *self, const uint8_t *head, size_t size)
{
  size_t before = cam_nal_start_code_length (head, size);
  return size > before && self->syntax->inspect (head + before, size - before).starts_picture;
}

bool
cam_picture_assembler_begin_packet (
    CamPictureAssembler *self, const CamRtpPacket *packet, bool gap, int64_t arrival_us, const uint8_t *head, size_t head_size)
{
  if (self->last_key_us == 0)
    self->last_key_us = arrival_us;
  self->arrival_us = arrival_us;
  bool starts_picture = does_start_picture (self, head, head_size);
  bool is_new_time = !self->has_time || packet->time != self->rtp_time;
  bool begins_unit = is_new_time || (self->is_behind_marker && self->marker_had_slice && starts_picture);
  if (self->is_behind_marker && self->marker_had_slice && !self->is_passing_over)
    cam_marker_trust_note (&self->trust, begins_unit);
  if (gap)
    note_gap (self, begins_unit);
  bool was_damaged = self->picture.is_damaged;
  if (begins_unit)
    finish_unit (self);
  bool is_growing = cam_unit_queue_growing_size (units_of (self)) > 0;
  if (!is_growing && !starts_picture && (gap || !is_new_time))
    self->picture.has_start = false;
  if (gap && !(was_damaged && starts_picture))
    self->is_loss_before = true;
  bool is_passed_over = self->is_passing_over && pass_over (self, is_new_time, starts_picture);
  self->is_behind_marker = false;
  self->rtp_time = packet->time;
  self->has_time = true;
  return !is_passed_over;
}

static void
note_nal (CamPictureAssembler *self, const CamNalFacts *facts, const uint8_t *nal, size_t size)
{
  CamGrowingPicture *picture = &self->picture;
  if (facts->role == CAM_NAL_SLICE) {
    bool is_starving = self->is_intra_key || self->arrival_us - self->last_key_us >= KEYLESS_US;
    picture->has_slice = true;
    picture->is_key = picture->is_key || facts->is_key;
    picture->is_all_intra = picture->is_all_intra && is_starving && self->syntax->is_intra_slice (&self->sets, nal, size);
  } else if (facts->role == CAM_NAL_PARAMETER_SET) {
    picture->set_kinds |= 1u << facts->set_kind;
    keep_parameter_set (self, facts, nal, size);
  }
  picture->is_recovery_point = picture->is_recovery_point || facts->is_recovery_point;
}

/* The newest NAL unit stands at nal_start, its length still to be written: keeps it, or cuts it away. */
static void
settle_nal (CamPictureAssembler *self)
{
  CamUnitQueue *units = units_of (self);
  uint8_t *at = cam_unit_queue_growing_data (units) + self->nal_start;
  const uint8_t *nal = at + CAM_NAL_LENGTH_BYTES;
  size_t size = cam_unit_queue_growing_size (units) - self->nal_start - CAM_NAL_LENGTH_BYTES;
  CamNalFacts facts = self->syntax->inspect (nal, size);
  if (facts.role == CAM_NAL_BAD) {
    cam_unit_queue_cut (units, self->nal_start);
    self->base.counters.malformed++;
    return;
  }
  cam_nal_write_length (at, size);
  note_nal (self, &facts, nal, size);
}

static bool
open_nal (CamPictureAssembler *self)
{
  self->nal_start = cam_unit_queue_growing_size (units_of (self));
  self->is_nal_open = cam_unit_queue_extend (units_of (self), CAM_NAL_LENGTH_BYTES) != NULL;
  if (!self->is_nal_open)
    drop_oversize (self);
  return self->is_nal_open;
}

static void
extend_nal (CamPictureAssembler *self, const uint8_t *data, size_t size)
{
  if (self->is_nal_open && !cam_unit_queue_append (units_of (self), data, size))
    drop_oversize (self);
}

/* Cameras that send a run of NAL units with start codes between as if it were one (seen with parameter sets first). */
static void
add_split_nals (CamPictureAssembler *self, const uint8_t *data, size_t size)
{
  const uint8_t *end = data + size;
  while (data < end && !self->is_passing_over) {
    const uint8_t *next = memmem (data, (size_t) (end - data), start_code, sizeof start_code);
    const uint8_t *nal_end = next != NULL ? next : end;
    while (nal_end > data && nal_end[-1] == 0)
      nal_end--;
    if (nal_end > data && open_nal (self)) {
      extend_nal (self, data, (size_t) (nal_end - data));
      if (self->is_nal_open)
        settle_nal (self);
      self->is_nal_open = false;
    }
    data = next != NULL ? next + sizeof start_code : end;
  }
}

/* Start codes cannot be inside a NAL unit (H.264, 7.4.1); to look for them in slices would cost too much. */
static bool
needs_split (CamPictureAssembler *self, const uint8_t *nal, size_t size)
{
  return self->syntax->inspect (nal, size).role != CAM_NAL_SLICE && memmem (nal, size, start_code, sizeof start_code) != NULL;
}

void
cam_picture_assembler_end_nal (CamPictureAssembler *self)
{
  if (!self->is_nal_open)
    return;
  self->is_nal_open = false;
  CamUnitQueue *units = units_of (self);
  const uint8_t *nal = cam_unit_queue_growing_data (units) + self->nal_start + CAM_NAL_LENGTH_BYTES;
  size_t size = cam_unit_queue_growing_size (units) - self->nal_start - CAM_NAL_LENGTH_BYTES;
  if (!needs_split (self, nal, size)) {
    settle_nal (self);
    return;
  }
  g_autofree uint8_t *run = g_memdup2 (nal, size);
  cam_unit_queue_cut (units, self->nal_start);
  add_split_nals (self, run, size);
}

void
cam_picture_assembler_begin_nal (CamPictureAssembler *self, const uint8_t *header, size_t size)
{
  cam_picture_assembler_end_nal (self);
  self->is_nal_lost = false;
  if (!self->is_passing_over && open_nal (self))
    extend_nal (self, header, size);
}

void
cam_picture_assembler_append_nal (CamPictureAssembler *self, const uint8_t *data, size_t size)
{
  if (self->is_nal_open) {
    extend_nal (self, data, size);
  } else if (!self->is_passing_over) {
    self->base.counters.malformed += self->is_nal_lost ? 0 : 1;
    self->picture.is_damaged = true;
  }
}

void
cam_picture_assembler_add_nal (CamPictureAssembler *self, const uint8_t *nal, size_t size)
{
  if (size == 0) {
    self->base.counters.malformed++;
    return;
  }
  cam_picture_assembler_begin_nal (self, nal, size);
  cam_picture_assembler_end_nal (self);
}

void
cam_picture_assembler_end_packet (CamPictureAssembler *self, bool marker)
{
  if (!marker || self->is_passing_over)
    return;
  self->marker_had_slice = self->picture.has_slice || self->is_nal_open;
  self->is_behind_marker = true;
  if (cam_marker_trust_is_given (&self->trust))
    finish_unit (self);
}
