#include "wire/ts-programs.h"

static CamTsProgramEntry *
find_by_pid (CamTsPrograms *self, uint16_t pid)
{
  for (unsigned i = 0; i < self->n_entries; i++)
    if (self->entries[i].place.pid == pid)
      return &self->entries[i];
  return NULL;
}

static CamTsProgramEntry *
find_by_number (CamTsPrograms *self, uint16_t number)
{
  for (unsigned i = 0; i < self->n_entries; i++)
    if (self->entries[i].place.number == number)
      return &self->entries[i];
  return NULL;
}

bool
cam_ts_programs_want (const CamTsPrograms *self, uint16_t pid)
{
  return pid == CAM_TS_PAT_PID || find_by_pid ((CamTsPrograms *) self, pid) != NULL;
}

const CamTsStream *
cam_ts_program_find (const CamTsProgram *program, CamTrackKind kind)
{
  for (unsigned i = 0; i < program->n_streams; i++)
    if (program->streams[i].codec != CAM_CODEC_NONE && cam_codec_kind (program->streams[i].codec) == kind)
      return &program->streams[i];
  return NULL;
}

static bool
has_anything (const CamTsProgram *program)
{
  return cam_ts_program_find (program, CAM_TRACK_VIDEO) != NULL || cam_ts_program_find (program, CAM_TRACK_AUDIO) != NULL;
}

static void
drop_chosen (CamTsPrograms *self)
{
  self->has_chosen = false;
  self->is_changed = true;
}

/* A program that is known keeps what has come of its map. */
static void
add_program (CamTsPrograms *self, const CamTsProgramPlace *place)
{
  CamTsProgramEntry *entry = find_by_number (self, place->number);
  if (entry == NULL && self->n_entries < CAM_TS_MOST_PROGRAMS)
    entry = &self->entries[self->n_entries++];
  if (entry != NULL && (entry->place.number != place->number || entry->place.pid != place->pid))
    *entry = (CamTsProgramEntry){.place = *place};
}

static void
take_pat (const uint8_t *section, size_t size, gpointer data)
{
  CamTsPrograms *self = data;
  CamTsPat pat;
  if (!cam_ts_pat_read (section, size, &pat))
    return;
  if (!self->has_pat || self->pat_version != pat.version)
    self->n_entries = 0;
  self->has_pat = true;
  self->pat_version = pat.version;
  for (unsigned i = 0; i < pat.n_programs; i++)
    add_program (self, &pat.programs[i]);
  /* The association may be cut into sections: who is missing in the first may be in the next, and is chosen again by its map. */
  if (self->has_chosen && find_by_number (self, self->chosen.number) == NULL)
    drop_chosen (self);
}

static void
take_program (const uint8_t *section, size_t size, gpointer data)
{
  CamTsPrograms *self = data;
  CamTsProgram program;
  if (!cam_ts_program_read (section, size, &program) || find_by_number (self, program.number) == NULL)
    return;
  bool is_chosen = self->has_chosen && self->chosen.number == program.number;
  if (self->has_chosen && !is_chosen)
    return;
  if (!has_anything (&program)) {
    if (is_chosen)
      drop_chosen (self);
    return;
  }
  self->is_changed |= !is_chosen || self->chosen.version != program.version;
  self->has_chosen = true;
  self->chosen = program;
}

void
cam_ts_programs_take (CamTsPrograms *self, const CamTsPacket *packet, const uint8_t *data)
{
  CamTsProgramEntry *entry = packet->pid == CAM_TS_PAT_PID ? NULL : find_by_pid (self, packet->pid);
  CamTsContinuity *continuity = entry == NULL ? &self->continuity : &entry->continuity;
  CamTsSection *section = entry == NULL ? &self->section : &entry->section;
  CamTsContinuityVerdict verdict = cam_ts_continuity_note (continuity, packet, data);
  if (verdict == CAM_TS_REPEATED)
    return;
  self->holes += verdict == CAM_TS_HOLE;
  bool is_hole = verdict != CAM_TS_CONTINUES;
  if (!cam_ts_section_take (section, packet, is_hole, entry == NULL ? take_pat : take_program, self))
    self->malformed++;
}
