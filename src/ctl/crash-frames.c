#include "ctl/crash-frames.h"

#include <inttypes.h>

#include "core/redact.h"
#include "ctl/debug-file.h"
#include "ctl/debug-symbols.h"

enum { LONGEST_PATH = 300 };

typedef struct {
  char *path;     /* owned; fit for a terminal */
  char *name;     /* owned; its last part */
  char *build_id; /* owned; NULL: none */
  char *file;     /* owned; what it was looked up in; NULL: nothing */
  CamDebugFileState state;
  CamDebugSymbols *symbols; /* owned; NULL: nothing was found */
} Module;

struct CamCrashFrames {
  const char *folders; /* borrowed */
  GHashTable *modules; /* of char * to Module, both owned; by build-id and path */
  GPtrArray *order;    /* of Module, borrowed; as they were met */
  unsigned n_lines;
};

static void
free_module (gpointer data)
{
  Module *module = data;
  cam_debug_symbols_close (module->symbols);
  g_free (module->path);
  g_free (module->name);
  g_free (module->build_id);
  g_free (module->file);
  g_free (module);
}

CamCrashFrames *
cam_crash_frames_new (const char *folders)
{
  CamCrashFrames *self = g_new0 (CamCrashFrames, 1);
  self->folders = folders;
  self->modules = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_module);
  self->order = g_ptr_array_new ();
  return self;
}

void
cam_crash_frames_free (CamCrashFrames *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->order);
  g_hash_table_unref (self->modules);
  g_free (self);
}

static Module *
open_module (CamCrashFrames *self, const CamCrashRecordFrame *frame)
{
  Module *module = g_new0 (Module, 1);
  g_autofree char *name = g_path_get_basename (frame->path);
  module->path = cam_redact_text (frame->path, -1, LONGEST_PATH);
  module->name = cam_redact_text (name, -1, LONGEST_PATH);
  module->build_id = g_strdup (frame->build_id);
  int fd = cam_debug_file_open (frame->path, frame->build_id, self->folders, &module->state, &module->file);
  if (fd >= 0)
    module->symbols = cam_debug_symbols_open (module->file, fd, self->folders);
  g_ptr_array_add (self->order, module);
  return module;
}

static Module *
find_module (CamCrashFrames *self, const CamCrashRecordFrame *frame)
{
  g_autofree char *key = g_strconcat (frame->build_id != NULL ? frame->build_id : "-", " ", frame->path, NULL);
  Module *module = g_hash_table_lookup (self->modules, key);
  if (module != NULL)
    return module;
  module = open_module (self, frame);
  g_hash_table_insert (self->modules, g_steal_pointer (&key), module);
  return module;
}

static void
begin_line (CamCrashFrames *self, const CamCrashRecordFrame *frame, GString *out)
{
  g_autofree char *number = g_strdup_printf ("#%u", self->n_lines++);
  g_string_append_printf (out, "%-4s%s", number, frame->kind == CAM_CRASH_RECORD_MAYBE ? "maybe " : "");
}

static void
add_build_id (const Module *module, GString *out)
{
  if (module->build_id != NULL)
    g_string_append_printf (out, " (build-id %s)", module->build_id);
}

static void
print_place (const Module *module, const CamDebugPlace *place, uint64_t offset, GString *out)
{
  if (place->function == NULL) {
    g_string_append_printf (out, "%s+0x%" PRIx64, module->name, offset);
    add_build_id (module, out);
    return;
  }
  g_string_append (out, place->function);
  if (place->has_offset)
    g_string_append_printf (out, "+0x%" PRIx64, place->offset);
  if (place->file != NULL)
    g_string_append_printf (out, " at %s:%d", place->file, place->line);
  g_string_append_printf (out, " in %s", module->name);
  if (place->is_inlined)
    g_string_append (out, ", inlined");
  if (place->file == NULL)
    add_build_id (module, out);
}

static void
print_frame (CamCrashFrames *self, const CamCrashRecordFrame *frame, GString *out)
{
  if (frame->path == NULL) {
    begin_line (self, frame, out);
    g_string_append_printf (out, "0x%016" PRIx64 ", which is in no program or library\n", frame->pc);
    return;
  }
  const Module *module = find_module (self, frame);
  static const CamDebugPlace nothing = {.function = NULL};
  g_autoptr (GPtrArray) places =
      module->symbols != NULL ? cam_debug_symbols_look_up (module->symbols, frame->offset, frame->kind != CAM_CRASH_RECORD_AT) : g_ptr_array_new ();
  for (unsigned i = 0; i < MAX (places->len, 1); i++) {
    begin_line (self, frame, out);
    print_place (module, places->len > 0 ? g_ptr_array_index (places, i) : &nothing, frame->offset, out);
    g_string_append_c (out, '\n');
  }
}

void
cam_crash_frames_print (CamCrashFrames *self, const CamCrashRecord *record, GString *out)
{
  for (unsigned i = 0; i < record->frames->len; i++)
    print_frame (self, g_ptr_array_index (record->frames, i), out);
}

static const char *
describe (CamDebugFileState state)
{
  switch (state) {
  case CAM_DEBUG_FILE_SAME:
    return "is what crashed";
  case CAM_DEBUG_FILE_UNPROVEN:
    return "had no build-id: its functions may be those of another version";
  case CAM_DEBUG_FILE_REPLACED:
    return "is another version by now";
  case CAM_DEBUG_FILE_GONE:
    return "is gone";
  }
  return "";
}

static void
print_note (const Module *module, GString *out)
{
  if (module->state == CAM_DEBUG_FILE_SAME)
    return;
  g_string_append_printf (out, "%s %s", module->path, describe (module->state));
  if (module->state != CAM_DEBUG_FILE_UNPROVEN && module->symbols != NULL)
    g_string_append_printf (out, "; looked up in %s", module->file);
  else if (module->symbols == NULL)
    g_string_append_printf (out, "; debug symbols of build-id %s would name its functions", module->build_id != NULL ? module->build_id : "unknown");
  g_string_append_c (out, '\n');
}

void
cam_crash_frames_print_notes (CamCrashFrames *self, GString *out)
{
  for (unsigned i = 0; i < self->order->len; i++)
    print_note (g_ptr_array_index (self->order, i), out);
}
