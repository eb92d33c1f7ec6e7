#include "ctl/crash-record.h"

#include <string.h>

enum { MAX_REGISTERS = 64, NEAR_STACK_BYTES = 64 * 1024, N_FRAME_WORDS = 5, LONGEST_BUILD_ID = 128 };

#define FIRST_LINE "camrelay crash report, format 1"
#define LAST_LINE "end of report"

typedef enum
{
  PART_HEAD,
  PART_REGISTERS,
  PART_FRAMES,
  PART_MODULES,
  PART_MAPS
} Part;

typedef struct {
  CamCrashRecord *record; /* borrowed */
  Part part;
  uint64_t stack_pointer;
  uint64_t address;
  bool is_address_readable; /* some mapping that can be read holds it */
} Reading;

static void
free_frame (gpointer data)
{
  CamCrashRecordFrame *frame = data;
  g_free (frame->build_id);
  g_free (frame->path);
  g_free (frame);
}

/* (transfer full) */
static char *
make_printable (const char *text)
{
  char *valid = g_utf8_make_valid (text, -1);
  for (char *at = valid; *at != '\0'; at++) {
    if (g_ascii_iscntrl (*at))
      *at = '?';
  }
  return valid;
}

/* "0x" and hexadecimal digits, up to a character that is none. */
static bool
read_hex (const char *text, uint64_t *ret_value)
{
  if (!g_str_has_prefix (text, "0x") || !g_ascii_isxdigit (text[2]))
    return false;
  *ret_value = g_ascii_strtoull (text + 2, NULL, 16);
  return true;
}

static void
take_head (Reading *reading, const char *line)
{
  CamCrashRecord *record = reading->record;
  const struct {
    const char *name;
    char **field;
  } entries[] = {
    {"program: ", &record->program}, {"time: ", &record->time},           {"pid: ", &record->pid},         {"thread: ", &record->thread},
    {"thread-id: ", &record->thread_id}, {"signal: ", &record->signal},   {"code: ", &record->code},       {"address: ", &record->address},
    {"sender: ", &record->sender},   {"system-call: ", &record->system_call},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (entries); i++) {
    if (!g_str_has_prefix (line, entries[i].name))
      continue;
    g_free (*entries[i].field);
    *entries[i].field = make_printable (line + strlen (entries[i].name));
  }
}

#define STALL "stall: "

static void
take_register (Reading *reading, const char *line)
{
  if (g_str_has_prefix (line, STALL)) {
    g_free (reading->record->stall);
    reading->record->stall = make_printable (line + strlen (STALL));
    return;
  }
  if (reading->record->registers->len < MAX_REGISTERS)
    g_ptr_array_add (reading->record->registers, make_printable (line));
  if (g_str_has_prefix (line, "rsp ") || g_str_has_prefix (line, "sp "))
    read_hex (strchr (line, ' ') + 1, &reading->stack_pointer);
}

static bool
read_kind (const char *word, CamCrashRecordKind *ret_kind)
{
  static const char *const words[] = {[CAM_CRASH_RECORD_AT] = "at", [CAM_CRASH_RECORD_AFTER] = "after", [CAM_CRASH_RECORD_MAYBE] = "maybe"};
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    if (strcmp (word, words[i]) != 0)
      continue;
    *ret_kind = (CamCrashRecordKind) i;
    return true;
  }
  return false;
}

static bool
is_build_id (const char *word)
{
  size_t length = strspn (word, "0123456789abcdef");
  return word[length] == '\0' && length >= 4 && length <= LONGEST_BUILD_ID && length % 2 == 0;
}

/* "after 0x7f… +0x1234 BUILD-ID PATH": the path may hold spaces. */
static void
take_frame (Reading *reading, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", N_FRAME_WORDS);
  CamCrashRecordFrame frame = {.pc = 0};
  if (reading->record->frames->len >= CAM_CRASH_RECORD_MAX_FRAMES || g_strv_length (words) != N_FRAME_WORDS)
    return;
  if (!read_kind (words[0], &frame.kind) || !read_hex (words[1], &frame.pc) || words[2][0] != '+' || !read_hex (words[2] + 1, &frame.offset))
    return;
  frame.build_id = is_build_id (words[3]) ? g_strdup (words[3]) : NULL;
  frame.path = strcmp (words[4], "-") != 0 ? g_strdup (words[4]) : NULL;
  g_ptr_array_add (reading->record->frames, g_memdup2 (&frame, sizeof frame));
}

/* proc(5): "7f00-7f10 rw-p …". */
static void
take_mapping (Reading *reading, const char *line)
{
  char *end = NULL;
  uint64_t first = g_ascii_strtoull (line, &end, 16);
  if (*end != '-')
    return;
  uint64_t behind = g_ascii_strtoull (end + 1, &end, 16);
  if (reading->address >= first && reading->address < behind && g_str_has_prefix (end, " r"))
    reading->is_address_readable = true;
}

static bool
find_part (const char *line, Part *part)
{
  static const char *const titles[] = {
    [PART_REGISTERS] = "registers:", [PART_FRAMES] = "frames:", [PART_MODULES] = "modules:", [PART_MAPS] = "maps:"};
  for (gsize i = PART_REGISTERS; i < G_N_ELEMENTS (titles); i++) {
    if (strcmp (line, titles[i]) != 0)
      continue;
    *part = (Part) i;
    return true;
  }
  return false;
}

static void
take_line (Reading *reading, const char *line)
{
  if (find_part (line, &reading->part))
    return;
  if (strcmp (line, LAST_LINE) == 0)
    reading->record->is_whole = true;
  switch (reading->part) {
  case PART_HEAD:
    take_head (reading, line);
    break;
  case PART_REGISTERS:
    take_register (reading, line);
    break;
  case PART_FRAMES:
    take_frame (reading, line);
    break;
  case PART_MODULES:
    break;
  case PART_MAPS:
    take_mapping (reading, line);
    break;
  }
}

/* A fault close to the top of the stack where nothing may be read: the page that guards its end, or what lies behind that. */
static bool
is_overflow (const Reading *reading)
{
  uint64_t distance = MAX (reading->address, reading->stack_pointer) - MIN (reading->address, reading->stack_pointer);
  return g_strcmp0 (reading->record->signal, "SIGSEGV") == 0 && reading->record->address != NULL && reading->record->is_whole &&
         reading->stack_pointer != 0 && distance <= NEAR_STACK_BYTES && !reading->is_address_readable;
}

static void
fill_gaps (CamCrashRecord *self)
{
  char **const fields[] = {&self->program, &self->time, &self->pid, &self->thread, &self->thread_id, &self->signal, &self->code};
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++) {
    if (*fields[i] == NULL)
      *fields[i] = g_strdup ("?");
  }
}

CamCrashRecord *
cam_crash_record_parse (const char *text, size_t size)
{
  g_autofree char *copy = g_strndup (text, size);
  g_auto (GStrv) lines = g_strsplit (copy, "\n", -1);
  if (lines[0] == NULL || strcmp (lines[0], FIRST_LINE) != 0)
    return NULL;
  g_autoptr (CamCrashRecord) self = g_new0 (CamCrashRecord, 1);
  self->registers = g_ptr_array_new_with_free_func (g_free);
  self->frames = g_ptr_array_new_with_free_func (free_frame);
  Reading reading = {.record = self, .part = PART_HEAD};
  for (unsigned i = 1; lines[i] != NULL; i++) {
    take_line (&reading, lines[i]);
    if (reading.part == PART_REGISTERS && self->address != NULL)
      read_hex (self->address, &reading.address);
  }
  self->is_overflow = is_overflow (&reading);
  fill_gaps (self);
  return g_steal_pointer (&self);
}

void
cam_crash_record_free (CamCrashRecord *self)
{
  if (self == NULL)
    return;
  char *const fields[] = {self->program, self->time,    self->pid,    self->thread,     self->thread_id,
                          self->signal,  self->code,    self->address, self->sender, self->system_call, self->stall};
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    g_free (fields[i]);
  g_ptr_array_unref (self->registers);
  g_ptr_array_unref (self->frames);
  g_free (self);
}
