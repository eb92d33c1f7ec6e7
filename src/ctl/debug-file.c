#include "ctl/debug-file.h"

#include <dlfcn.h>
#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* libdebuginfod is there where Debian's libdw1 is installed with what it recommends; debuginfod(8), debuginfod_find_debuginfo(3). */
#define DEBUGINFOD "libdebuginfod.so.1"

typedef void *(*Begin) (void);
typedef int (*Find) (void *client, const unsigned char *build_id, int build_id_size, char **ret_path);
typedef void (*End) (void *client);

/* -1: no regular file; a pipe is not waited for. */
static int
open_regular (const char *path)
{
  struct stat status;
  int fd = open (path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0)
    return -1;
  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode))
    return fd;
  close (fd);
  return -1;
}

/* NULL: it has none, or is no ELF file. (transfer full) */
static char *
read_build_id (int fd)
{
  elf_version (EV_CURRENT);
  Elf *elf = elf_begin (fd, ELF_C_READ_MMAP, NULL);
  const void *bytes = NULL;
  ssize_t size = elf != NULL ? dwelf_elf_gnu_build_id (elf, &bytes) : 0;
  g_autoptr (GString) text = g_string_new (NULL);
  for (ssize_t i = 0; i < size; i++)
    g_string_append_printf (text, "%02x", ((const uint8_t *) bytes)[i]);
  elf_end (elf);
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

/* The descriptor of @path if that has @build_id; -1. */
static int
open_proven (const char *path, const char *build_id)
{
  int fd = open_regular (path);
  if (fd < 0)
    return -1;
  g_autofree char *found = read_build_id (fd);
  if (g_strcmp0 (found, build_id) == 0)
    return fd;
  close (fd);
  return -1;
}

static int
open_installed (const char *build_id, const char *folders, char **ret_file)
{
  static const char *const endings[] = {".debug", ""};
  g_auto (GStrv) list = g_strsplit (folders, ":", -1);
  for (unsigned i = 0; list[i] != NULL; i++) {
    for (gsize j = 0; j < G_N_ELEMENTS (endings) && list[i][0] == '/'; j++) {
      g_autofree char *file = g_strdup_printf ("%s/.build-id/%.2s/%s%s", list[i], build_id, build_id + 2, endings[j]);
      int fd = open_proven (file, build_id);
      if (fd < 0)
        continue;
      *ret_file = g_steal_pointer (&file);
      return fd;
    }
  }
  return -1;
}

static int
ask (void *library, void *client, const char *question, const char *build_id, char **ret_file)
{
  Find find = (Find) dlsym (library, question);
  char *path = NULL;
  int fd = find != NULL ? find (client, (const unsigned char *) build_id, 0, &path) : -1;
  if (fd < 0)
    return -1;
  close (fd);
  fd = open_proven (path, build_id);
  if (fd >= 0)
    *ret_file = g_strdup (path);
  free (path);
  return fd;
}

static int
download (const char *build_id, char **ret_file)
{
  const char *servers = g_getenv ("DEBUGINFOD_URLS");
  void *library = servers != NULL && *servers != '\0' ? dlopen (DEBUGINFOD, RTLD_LAZY) : NULL;
  Begin begin = library != NULL ? (Begin) dlsym (library, "debuginfod_begin") : NULL;
  End end = library != NULL ? (End) dlsym (library, "debuginfod_end") : NULL;
  void *client = begin != NULL && end != NULL ? begin () : NULL;
  if (client == NULL)
    return -1;
  int fd = ask (library, client, "debuginfod_find_debuginfo", build_id, ret_file);
  if (fd < 0)
    fd = ask (library, client, "debuginfod_find_executable", build_id, ret_file);
  end (client);
  return fd;
}

int
cam_debug_file_open (const char *path, const char *build_id, const char *folders, CamDebugFileState *ret_state, char **ret_file)
{
  int fd = open_regular (path);
  g_autofree char *found = fd >= 0 ? read_build_id (fd) : NULL;
  if (fd >= 0 && (build_id == NULL || g_strcmp0 (found, build_id) == 0)) {
    *ret_state = build_id == NULL ? CAM_DEBUG_FILE_UNPROVEN : CAM_DEBUG_FILE_SAME;
    *ret_file = g_strdup (path);
    return fd;
  }
  *ret_state = fd >= 0 ? CAM_DEBUG_FILE_REPLACED : CAM_DEBUG_FILE_GONE;
  if (fd >= 0)
    close (fd);
  if (build_id == NULL)
    return -1;
  fd = open_installed (build_id, folders, ret_file);
  return fd >= 0 ? fd : download (build_id, ret_file);
}
