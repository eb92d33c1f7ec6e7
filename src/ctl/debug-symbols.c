#include "ctl/debug-symbols.h"

#include <dlfcn.h>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <stdlib.h>
#include <unistd.h>

struct CamDebugSymbols {
  Dwfl_Callbacks callbacks;
  char *folders;       /* owned; the callbacks' debuginfo_path points to it */
  Dwfl *dwfl;          /* owned */
  Dwfl_Module *module; /* borrowed from dwfl */
};

/* Where the line before is in the source: of the address itself, then of each call that was inlined. */
typedef struct {
  const char *file; /* borrowed from libdw; NULL: not known */
  int line;
} Position;

static void
free_place (gpointer data)
{
  CamDebugPlace *place = data;
  g_free (place->function);
  g_free (place->file);
  g_free (place);
}

CamDebugSymbols *
cam_debug_symbols_open (const char *file, int fd, const char *folders)
{
  g_autoptr (CamDebugSymbols) self = g_new0 (CamDebugSymbols, 1);
  self->folders = g_strconcat (":.debug:", folders, NULL);
  self->callbacks = (Dwfl_Callbacks){
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = dwfl_standard_find_debuginfo,
    .debuginfo_path = &self->folders,
  };
  self->dwfl = dwfl_begin (&self->callbacks);
  if (self->dwfl != NULL)
    self->module = dwfl_report_elf (self->dwfl, file, file, fd, 0, true);
  if (self->module == NULL) {
    close (fd); /* libdwfl takes it only with the module */
    return NULL;
  }
  dwfl_report_end (self->dwfl, NULL, NULL);
  return g_steal_pointer (&self);
}

void
cam_debug_symbols_close (CamDebugSymbols *self)
{
  if (self == NULL)
    return;
  if (self->dwfl != NULL)
    dwfl_end (self->dwfl);
  g_free (self->folders);
  g_free (self);
}

/* By the index of addresses, which clang does not write; else by looking at each unit. */
static Dwarf_Die *
find_unit (CamDebugSymbols *self, Dwarf_Addr address, Dwarf_Addr *ret_bias)
{
  Dwarf_Die *unit = dwfl_module_addrdie (self->module, address, ret_bias);
  if (unit != NULL)
    return unit;
  while ((unit = dwfl_module_nextcu (self->module, unit, ret_bias)) != NULL) {
    if (dwarf_haspc (unit, address - *ret_bias) > 0)
      return unit;
  }
  return NULL;
}

static void
add_place (GPtrArray *places, const char *function, const Position *position, bool is_inlined)
{
  CamDebugPlace *place = g_new0 (CamDebugPlace, 1);
  place->function = g_strdup (function);
  place->file = g_strdup (position->file);
  place->line = position->line;
  place->is_inlined = is_inlined;
  g_ptr_array_add (places, place);
}

/* Where the function that @inlined stands for was called. DWARF 5, 3.3.8.2 */
static Position
find_call (Dwarf_Die *unit, Dwarf_Die *inlined)
{
  Dwarf_Attribute attribute;
  Dwarf_Word value = 0;
  Dwarf_Files *files = NULL;
  size_t n_files = 0;
  Position position = {.file = NULL};
  if (dwarf_getsrcfiles (unit, &files, &n_files) == 0 &&
      dwarf_formudata (dwarf_attr (inlined, DW_AT_call_file, &attribute), &value) == 0 && value < n_files)
    position.file = dwarf_filesrc (files, value, NULL, NULL);
  if (dwarf_formudata (dwarf_attr (inlined, DW_AT_call_line, &attribute), &value) == 0)
    position.line = (int) value;
  return position;
}

static Position
find_line (Dwarf_Die *unit, Dwarf_Addr address)
{
  Position position = {.file = NULL};
  Dwarf_Line *line = dwarf_getsrc_die (unit, address);
  if (line != NULL) {
    position.file = dwarf_linesrc (line, NULL, NULL);
    dwarf_lineno (line, &position.line);
  }
  return position;
}

/* @scopes: from the innermost to the unit. */
static void
add_scopes (GPtrArray *places, Dwarf_Die *unit, Dwarf_Die *scopes, int n_scopes, Position position)
{
  for (int i = 0; i < n_scopes; i++) {
    int tag = dwarf_tag (&scopes[i]);
    if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram)
      continue;
    add_place (places, dwarf_diename (&scopes[i]), &position, tag == DW_TAG_inlined_subroutine);
    if (tag == DW_TAG_subprogram)
      return;
    position = find_call (unit, &scopes[i]);
  }
}

static void
look_into_debug_information (CamDebugSymbols *self, Dwarf_Addr address, GPtrArray *places)
{
  Dwarf_Addr bias = 0;
  Dwarf_Die *unit = find_unit (self, address, &bias);
  Dwarf_Die *scopes = NULL, *chain = NULL;
  if (unit == NULL || dwarf_getscopes (unit, address - bias, &scopes) <= 0)
    return;
  /* The first call follows the source, where an inlined function stands by itself; this one follows the code. */
  int n_chain = dwarf_getscopes_die (&scopes[0], &chain);
  if (n_chain > 0)
    add_scopes (places, unit, chain, n_chain, find_line (unit, address - bias));
  free (chain);
  free (scopes);
}

/* "srt::CRcvQueue::worker(void*)", where the C++ library is there; else @name. (transfer full) */
static char *
demangle (const char *name)
{
  typedef char *(*Demangle) (const char *name, char *buffer, size_t *length, int *ret_status);
  void *library = g_str_has_prefix (name, "_Z") ? dlopen ("libstdc++.so.6", RTLD_LAZY) : NULL;
  Demangle function = library != NULL ? (Demangle) dlsym (library, "__cxa_demangle") : NULL;
  int status = -1;
  char *plain = function != NULL ? function (name, NULL, NULL, &status) : NULL;
  char *copy = g_strdup (plain != NULL && status == 0 ? plain : name);
  free (plain);
  return copy;
}

static void
look_for_symbol (CamDebugSymbols *self, Dwarf_Addr address, uint64_t after, GPtrArray *places)
{
  CamDebugPlace *place = g_new0 (CamDebugPlace, 1);
  GElf_Off offset = 0;
  GElf_Sym symbol;
  const char *name = dwfl_module_addrinfo (self->module, address, &offset, &symbol, NULL, NULL, NULL);
  if (name != NULL) {
    place->function = demangle (name);
    place->offset = offset + after;
    place->has_offset = true;
  }
  g_ptr_array_add (places, place);
}

GPtrArray *
cam_debug_symbols_look_up (CamDebugSymbols *self, uint64_t address, bool is_after)
{
  GPtrArray *places = g_ptr_array_new_with_free_func (free_place);
  uint64_t after = is_after && address > 0 ? 1 : 0;
  look_into_debug_information (self, address - after, places);
  if (places->len == 0)
    look_for_symbol (self, address - after, after, places);
  return places;
}
