#include "daemon/crash-modules.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>

enum { MAX_HEADERS = 64, MAX_BUILD_ID = 64, NOTE_ALIGNMENT = 4 };

/* The table of segments behind the file's header; NULL when that is not mapped where the module begins. */
static const ElfW (Phdr) *
get_segments (const CamCrashModule *module, unsigned *ret_count)
{
  const ElfW (Ehdr) *header = (const void *) module->start;
  if (module->end - module->start < sizeof *header || memcmp (header->e_ident, ELFMAG, SELFMAG) != 0)
    return NULL;
  uint64_t size = (uint64_t) header->e_phnum * sizeof (ElfW (Phdr));
  if (header->e_phnum > MAX_HEADERS || header->e_phoff > module->end - module->start - size)
    return NULL;
  *ret_count = header->e_phnum;
  return (const void *) (module->start + header->e_phoff);
}

static size_t
align_note (size_t size)
{
  return (size + NOTE_ALIGNMENT - 1) & ~(size_t) (NOTE_ALIGNMENT - 1);
}

/* elf(5), "Notes (Nhdr)". */
static void
find_build_id (CamCrashModule *module, const uint8_t *notes, size_t size)
{
  while (size >= sizeof (ElfW (Nhdr))) {
    const ElfW (Nhdr) *note = (const void *) notes;
    size_t rest = size - sizeof *note;
    if (note->n_namesz > rest || align_note (note->n_namesz) > rest || note->n_descsz > rest - align_note (note->n_namesz))
      return;
    const uint8_t *name = notes + sizeof *note;
    const uint8_t *content = name + align_note (note->n_namesz);
    bool is_ours = note->n_type == NT_GNU_BUILD_ID && note->n_namesz == sizeof ELF_NOTE_GNU && memcmp (name, ELF_NOTE_GNU, sizeof ELF_NOTE_GNU) == 0;
    if (is_ours && note->n_descsz <= MAX_BUILD_ID) {
      module->build_id = content;
      module->build_id_size = note->n_descsz;
      return;
    }
    size_t whole = sizeof *note + align_note (note->n_namesz) + align_note (note->n_descsz);
    if (whole > size)
      return;
    notes += whole;
    size -= whole;
  }
}

static bool
holds (const CamCrashModule *module, const ElfW (Phdr) *segment)
{
  uint64_t start = module->bias + segment->p_vaddr;
  return start >= module->start && start <= module->end && segment->p_memsz <= module->end - start;
}

bool
cam_crash_modules_find (uint64_t address, CamCrashModule *ret_module)
{
  struct dl_find_object found;
  if (_dl_find_object ((void *) address, &found) != 0 || found.dlfo_link_map == NULL)
    return false;
  *ret_module = (CamCrashModule){
    .path = found.dlfo_link_map->l_name != NULL ? found.dlfo_link_map->l_name : "",
    .start = (uint64_t) found.dlfo_map_start,
    .end = (uint64_t) found.dlfo_map_end,
    .bias = found.dlfo_link_map->l_addr,
  };
  unsigned count = 0;
  const ElfW (Phdr) *segments = get_segments (ret_module, &count);
  for (unsigned i = 0; segments != NULL && i < count && ret_module->build_id == NULL; i++) {
    if (segments[i].p_type == PT_NOTE && holds (ret_module, &segments[i]))
      find_build_id (ret_module, (const uint8_t *) (ret_module->bias + segments[i].p_vaddr), segments[i].p_memsz);
  }
  return true;
}

bool
cam_crash_modules_is_code (const CamCrashModule *module, uint64_t address)
{
  unsigned count = 0;
  const ElfW (Phdr) *segments = get_segments (module, &count);
  for (unsigned i = 0; segments != NULL && i < count; i++) {
    uint64_t start = module->bias + segments[i].p_vaddr;
    if (segments[i].p_type == PT_LOAD && (segments[i].p_flags & PF_X) != 0 && address >= start && address - start < segments[i].p_memsz)
      return true;
  }
  return false;
}
