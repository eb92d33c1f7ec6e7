/* Runs a fuzz target once over each file of its corpus, over each of their prefixes and over a few thousand seeded mutations of them,
 * so that what a fuzzer found stays found without a fuzzer.
 * Thread: one. Owner: none. */
#include <glib.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#define MUTATIONS 2000
#define PREFIXES 512

/* The copy has exactly @size bytes, so that a sanitizer or valgrind sees the first read beyond. */
static void
run_exact (const uint8_t *data, size_t size)
{
  g_autofree uint8_t *copy = g_malloc (size + (size == 0));
  if (size > 0)
    memcpy (copy, data, size);
  g_assert_cmpint (LLVMFuzzerTestOneInput (copy, size), ==, 0);
}

static void
mutate (GRand *random, const uint8_t *data, size_t size)
{
  g_autofree uint8_t *copy = g_memdup2 (data, size);
  for (int changes = g_rand_int_range (random, 1, 6); changes > 0; changes--)
    copy[g_rand_int_range (random, 0, (int) size)] = (uint8_t) g_rand_int (random);
  run_exact (copy, g_rand_boolean (random) ? size : (size_t) g_rand_int_range (random, 0, (int) size) + 1);
}

static void
run_file (const char *path)
{
  g_autofree char *text = NULL;
  size_t size = 0;
  g_autoptr (GError) error = NULL;
  g_file_get_contents (path, &text, &size, &error);
  g_assert_no_error (error);
  const uint8_t *data = (const uint8_t *) text;
  run_exact (data, size);
  for (size_t length = 0; length < MIN (size, PREFIXES); length++)
    run_exact (data, length);
  if (size == 0)
    return;
  g_autoptr (GRand) random = g_rand_new_with_seed (20260821);
  for (int i = 0; i < MUTATIONS; i++)
    mutate (random, data, size);
}

int
main (int argc, char **argv)
{
  g_assert_cmpint (argc, ==, 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) corpus = g_dir_open (argv[1], 0, &error);
  g_assert_no_error (error);
  unsigned files = 0;
  for (const char *name = g_dir_read_name (corpus); name != NULL; name = g_dir_read_name (corpus)) {
    g_autofree char *path = g_build_filename (argv[1], name, NULL);
    run_file (path);
    files++;
  }
  g_assert_cmpuint (files, >, 0);
  printf ("%u corpus files, each with its prefixes and %d mutations\n", files, MUTATIONS);
  return 0;
}
