#include "daemon/crash-facts.h"

#include <string.h>
#include <unistd.h>

#include "daemon/crash-modules.h"
#include "daemon/crash-registers.h"
#include "daemon/crash-signals.h"
#include "version.h"

enum { ADDRESS_DIGITS = 16, FRAMES_OF_LINE = 8, MAX_MAPS_BYTES = 1024 * 1024, MAPS_PIECE = 2048 };

#if defined(__x86_64__)
#define MACHINE "x86_64"
#elif defined(__aarch64__)
#define MACHINE "aarch64"
#else
#define MACHINE "unknown"
#endif

static void
add_entry (CamCrashText *text, const char *name, const char *value)
{
  cam_crash_text_add (text, name);
  cam_crash_text_add (text, ": ");
  cam_crash_text_add_foreign (text, value);
  cam_crash_text_add (text, "\n");
}

static void
add_number_entry (CamCrashText *text, const char *name, int64_t value)
{
  cam_crash_text_add (text, name);
  cam_crash_text_add (text, ": ");
  cam_crash_text_add_number (text, value);
  cam_crash_text_add (text, "\n");
}

/* By the system, which knows an address; not by somebody's kill (). */
static bool
is_fault (const siginfo_t *info)
{
  return info->si_code > 0 && info->si_code != SI_KERNEL && info->si_signo != SIGSYS;
}

static void
add_cause (const CamCrashFacts *self, CamCrashText *text)
{
  const char *cause = cam_crash_signals_get_cause (self->number, self->info->si_code);
  if (cause != NULL)
    cam_crash_text_add (text, cause);
  else
    cam_crash_text_add_number (text, self->info->si_code);
}

static void
add_origin (const CamCrashFacts *self, CamCrashText *text)
{
  if (is_fault (self->info)) {
    cam_crash_text_add (text, "address: ");
    cam_crash_text_add_hex (text, (uint64_t) self->info->si_addr, ADDRESS_DIGITS);
    cam_crash_text_add (text, "\n");
  } else if (self->info->si_code <= 0) {
    cam_crash_text_add (text, "sender: pid ");
    cam_crash_text_add_number (text, self->info->si_pid);
    cam_crash_text_add (text, " uid ");
    cam_crash_text_add_number (text, self->info->si_uid);
    cam_crash_text_add (text, "\n");
  } else if (self->number == SIGSYS) {
    add_number_entry (text, "system-call", self->info->si_syscall);
  }
}

void
cam_crash_facts_write_head (const CamCrashFacts *self, CamCrashText *text)
{
  cam_crash_text_add (text, "camrelay crash report, format 1\n");
  add_entry (text, "program", "camrelayd " CAM_VERSION);
  cam_crash_text_add (text, "time: ");
  cam_crash_text_add_time (text, self->unix_s, false);
  cam_crash_text_add (text, "\n");
  add_number_entry (text, "pid", self->pid);
  add_entry (text, "thread", self->thread);
  add_number_entry (text, "thread-id", self->thread_id);
  add_entry (text, "signal", cam_crash_signals_get_name (self->number));
  cam_crash_text_add (text, "code: ");
  add_cause (self, text);
  cam_crash_text_add (text, "\n");
  add_origin (self, text);
  add_entry (text, "machine", MACHINE);
  cam_crash_text_add (text, "registers:\n");
  cam_crash_registers_write (self->context, text);
}

/* "BUILD-ID PATH", each "-" if there is none. */
static void
add_module (const CamCrashFacts *self, const CamCrashModule *module, CamCrashText *text)
{
  if (module->build_id != NULL)
    cam_crash_text_add_hex_bytes (text, module->build_id, module->build_id_size);
  else
    cam_crash_text_add (text, "-");
  cam_crash_text_add (text, " ");
  cam_crash_text_add_foreign (text, module->path[0] != '\0' ? module->path : self->program);
  cam_crash_text_add (text, "\n");
}

static const char *
get_word (CamCrashFrameKind kind)
{
  switch (kind) {
  case CAM_CRASH_FRAME_AT:
    return "at";
  case CAM_CRASH_FRAME_AFTER:
    return "after";
  case CAM_CRASH_FRAME_MAYBE:
    return "maybe";
  }
  return "";
}

void
cam_crash_facts_write_frames (const CamCrashFacts *self, const CamCrashStack *stack, CamCrashText *text)
{
  cam_crash_text_add (text, "frames:\n");
  for (unsigned i = 0; i < stack->count; i++) {
    const CamCrashFrame *frame = &stack->frames[i];
    CamCrashModule module;
    cam_crash_text_add (text, get_word (frame->kind));
    cam_crash_text_add (text, " ");
    cam_crash_text_add_hex (text, frame->pc, ADDRESS_DIGITS);
    if (cam_crash_modules_find (frame->pc, &module)) {
      cam_crash_text_add (text, " +");
      cam_crash_text_add_hex (text, frame->pc - module.bias, 1);
      cam_crash_text_add (text, " ");
      add_module (self, &module, text);
    } else {
      cam_crash_text_add (text, " +0x0 - -\n");
    }
  }
}

/* Reads maps line by line, whatever pieces it comes in: proc(5), "START-END rwxp …". */
typedef struct {
  uint64_t start;
  bool is_past_start;
  uint64_t last_module; /* where the one listed last begins; 0: none */
} MapsWalk;

static int
value_of_digit (char digit)
{
  if (digit >= '0' && digit <= '9')
    return digit - '0';
  return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static void
list_module (const CamCrashFacts *self, MapsWalk *walk, CamCrashText *text)
{
  CamCrashModule module;
  if (!cam_crash_modules_find (walk->start, &module) || module.start == walk->last_module)
    return;
  walk->last_module = module.start;
  cam_crash_text_add_hex (text, module.start, ADDRESS_DIGITS);
  cam_crash_text_add (text, "-");
  cam_crash_text_add_hex (text, module.end, ADDRESS_DIGITS);
  cam_crash_text_add (text, " ");
  add_module (self, &module, text);
}

static void
take_character (const CamCrashFacts *self, MapsWalk *walk, char character, CamCrashText *text)
{
  int digit = value_of_digit (character);
  if (character == '\n') {
    walk->is_past_start = false;
    walk->start = 0;
  } else if (!walk->is_past_start && digit >= 0) {
    walk->start = walk->start * 16 + (uint64_t) digit;
  } else if (!walk->is_past_start) {
    walk->is_past_start = true;
    list_module (self, walk, text);
  }
}

void
cam_crash_facts_write_modules (const CamCrashFacts *self, int maps_fd, CamCrashText *text)
{
  char piece[MAPS_PIECE];
  MapsWalk walk = {.start = 0};
  ssize_t size = 0;
  cam_crash_text_add (text, "modules:\n");
  lseek (maps_fd, 0, SEEK_SET);
  for (size_t total = 0; total < MAX_MAPS_BYTES && (size = read (maps_fd, piece, sizeof piece)) > 0; total += (size_t) size) {
    for (ssize_t i = 0; i < size; i++)
      take_character (self, &walk, piece[i], text);
  }
}

void
cam_crash_facts_write_maps (int maps_fd, CamCrashText *text)
{
  char piece[MAPS_PIECE];
  ssize_t size = 0;
  cam_crash_text_add (text, "maps:\n");
  lseek (maps_fd, 0, SEEK_SET);
  for (size_t total = 0; total < MAX_MAPS_BYTES && (size = read (maps_fd, piece, sizeof piece)) > 0; total += (size_t) size)
    cam_crash_text_add_bytes (text, piece, (size_t) size);
}

static void
add_frame_of_line (const CamCrashFacts *self, uint64_t pc, CamCrashText *text)
{
  CamCrashModule module;
  cam_crash_text_add (text, " ");
  if (!cam_crash_modules_find (pc, &module)) {
    cam_crash_text_add_hex (text, pc, 1);
    return;
  }
  const char *path = module.path[0] != '\0' ? module.path : self->program;
  const char *slash = strrchr (path, '/');
  cam_crash_text_add_foreign (text, slash != NULL ? slash + 1 : path);
  cam_crash_text_add (text, "+");
  cam_crash_text_add_hex (text, pc - module.bias, 1);
}

void
cam_crash_facts_write_line (const CamCrashFacts *self, const CamCrashStack *stack, CamCrashText *text)
{
  cam_crash_text_add (text, "crashed: ");
  cam_crash_text_add (text, cam_crash_signals_get_name (self->number));
  cam_crash_text_add (text, " (");
  add_cause (self, text);
  cam_crash_text_add (text, ")");
  if (is_fault (self->info)) {
    cam_crash_text_add (text, " at ");
    cam_crash_text_add_hex (text, (uint64_t) self->info->si_addr, 1);
  }
  cam_crash_text_add (text, " in thread ");
  cam_crash_text_add_foreign (text, self->thread);
  cam_crash_text_add (text, ":");
  for (unsigned i = 0; i < stack->count && i < FRAMES_OF_LINE; i++)
    add_frame_of_line (self, stack->frames[i].pc, text);
}
