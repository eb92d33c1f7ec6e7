#include "ctl/debug-symbols.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <unistd.h>

#include "ctl/debug-file.h"

/* This program looks itself up: function, file and line are known here. */
static volatile int line_of_mark;

static inline __attribute__ ((always_inline)) void
mark (void)
{
  line_of_mark = __LINE__;
}

static G_GNUC_NO_INLINE void
surround (void)
{
  mark ();
}

static uint64_t
offset_of (const void *address)
{
  struct dl_find_object found;
  g_assert_cmpint (_dl_find_object ((void *) (uintptr_t) address, &found), ==, 0);
  return (uint64_t) address - found.dlfo_link_map->l_addr;
}

static CamDebugSymbols *
open_symbols (const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  return cam_debug_symbols_open (path, fd, "/nowhere");
}

static void
test_function (void)
{
  g_autoptr (CamDebugSymbols) symbols = open_symbols ("/proc/self/exe");
  g_assert_nonnull (symbols);
  g_autoptr (GPtrArray) places = cam_debug_symbols_look_up (symbols, offset_of ((const void *) test_function), false);
  const CamDebugPlace *place = g_ptr_array_index (places, 0);
  g_assert_cmpuint (places->len, ==, 1);
  g_assert_cmpstr (place->function, ==, "test_function");
  g_assert_true (g_str_has_suffix (place->file, "tests/unit/ctl/test-debug-symbols.c"));
  g_assert_cmpint (place->line, >, 30);
  g_assert_false (place->is_inlined);
}

/* Behind a call the line is the call's, not the next one's: the first byte of a function, taken for a return address, is in the one before. */
static void
test_after (void)
{
  g_autoptr (CamDebugSymbols) symbols = open_symbols ("/proc/self/exe");
  g_autoptr (GPtrArray) places = cam_debug_symbols_look_up (symbols, offset_of ((const void *) test_after), true);
  g_assert_cmpstr (((const CamDebugPlace *) g_ptr_array_index (places, 0))->function, !=, "test_after");
}

static void
test_inlined (void)
{
  g_autoptr (CamDebugSymbols) symbols = open_symbols ("/proc/self/exe");
  uint64_t start = offset_of ((const void *) surround);
  bool is_found = false;
  surround ();
  g_assert_cmpint (line_of_mark, >, 0);
  for (uint64_t at = start; at < start + 64 && !is_found; at++) {
    g_autoptr (GPtrArray) places = cam_debug_symbols_look_up (symbols, at, false);
    const CamDebugPlace *inner = g_ptr_array_index (places, 0);
    const CamDebugPlace *outer = places->len == 2 ? g_ptr_array_index (places, 1) : NULL;
    is_found = outer != NULL && inner->is_inlined && g_strcmp0 (inner->function, "mark") == 0 && g_strcmp0 (outer->function, "surround") == 0 &&
               !outer->is_inlined && outer->line > line_of_mark;
  }
  g_assert_true (is_found);
}

/* GLib as Debian ships it: no debug information, but the symbols that programs link with. */
static void
test_symbol (void)
{
  Dl_info info;
  g_assert_cmpint (dladdr ((const void *) g_strdup, &info), !=, 0);
  g_autoptr (CamDebugSymbols) symbols = open_symbols (info.dli_fname);
  g_autoptr (GPtrArray) places = cam_debug_symbols_look_up (symbols, offset_of ((const void *) g_strdup) + 4, true);
  const CamDebugPlace *place = g_ptr_array_index (places, 0);
  g_assert_cmpstr (place->function, ==, "g_strdup");
  g_assert_true (place->file != NULL || (place->has_offset && place->offset == 4));
}

static void
test_nothing_there (void)
{
  g_autoptr (CamDebugSymbols) symbols = open_symbols ("/proc/self/exe");
  const uint64_t addresses[] = {0, 1, UINT64_MAX};
  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++) {
    g_autoptr (GPtrArray) places = cam_debug_symbols_look_up (symbols, addresses[i], true);
    g_assert_cmpuint (places->len, ==, 1);
    g_assert_null (((const CamDebugPlace *) g_ptr_array_index (places, 0))->file);
  }
}

static void
test_no_program (void)
{
  g_assert_null (open_symbols ("/proc/self/maps"));
  g_assert_null (open_symbols ("/dev/null"));
}

/* A module is known by its build-id; what is under its path is not enough. */
static void
test_files (void)
{
  static const struct {
    const char *path;
    const char *build_id;
    bool is_there;
    CamDebugFileState state;
  } rows[] = {
    {"/proc/self/exe", NULL, true, CAM_DEBUG_FILE_UNPROVEN},
    {"/proc/self/exe", "00112233", false, CAM_DEBUG_FILE_REPLACED},
    {"/does/not/exist", "00112233", false, CAM_DEBUG_FILE_GONE},
    {"/does/not/exist", NULL, false, CAM_DEBUG_FILE_GONE},
    {"/dev/zero", "00112233", false, CAM_DEBUG_FILE_GONE},
    {"/", NULL, false, CAM_DEBUG_FILE_GONE},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamDebugFileState state;
    g_autofree char *file = NULL;
    int fd = cam_debug_file_open (rows[i].path, rows[i].build_id, "/nowhere:relative", &state, &file);
    g_assert_true ((fd >= 0) == rows[i].is_there);
    g_assert_cmpint (state, ==, rows[i].state);
    g_assert_true ((file != NULL) == rows[i].is_there);
    if (fd >= 0)
      close (fd);
  }
}

int
main (int argc, char **argv)
{
  g_unsetenv ("DEBUGINFOD_URLS");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/debug-symbols/function", test_function);
  g_test_add_func ("/debug-symbols/after", test_after);
  g_test_add_func ("/debug-symbols/inlined", test_inlined);
  g_test_add_func ("/debug-symbols/symbol", test_symbol);
  g_test_add_func ("/debug-symbols/nothing-there", test_nothing_there);
  g_test_add_func ("/debug-symbols/no-program", test_no_program);
  g_test_add_func ("/debug-symbols/files", test_files);
  return g_test_run ();
}
