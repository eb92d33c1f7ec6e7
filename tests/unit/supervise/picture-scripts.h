/* Shell scripts that stand in for camrelay-picture, in a folder of the test's own. */
#pragma once

#include "camrelay/picture-protocol.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <stdint.h>

#define AWAIT_US (10 * G_USEC_PER_SEC)

/* Turns the main context until @condition holds, which may be about files: it is looked at each 5 ms, too. */
#define AWAIT(condition)                                                                                                                   \
  G_STMT_START                                                                                                                             \
  {                                                                                                                                        \
    int64_t until_us = g_get_monotonic_time () + AWAIT_US;                                                                                 \
    guint look = g_timeout_add (5, wake_up, NULL);                                                                                         \
    while (!(condition)) {                                                                                                                 \
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);                                                                              \
      g_main_context_iteration (NULL, TRUE);                                                                                               \
    }                                                                                                                                      \
    g_source_remove (look);                                                                                                                \
  }                                                                                                                                        \
  G_STMT_END

static gboolean
wake_up (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* A program that does what @commands say; its path. (transfer full) */
static char *
write_script (const char *folder, const char *commands)
{
  static const char name[] = "program";
  g_autofree char *text = g_strdup_printf ("#!/bin/sh\n%s\n", commands);
  char *path = g_build_filename (folder, name, NULL);
  g_assert_true (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0755, NULL));
  return path;
}

/* An answer's head and @unit_bytes of zeros behind it, in a file for scripts to print; its path. (transfer full) */
static char *
write_answer (const char *folder, CamPictureStatus status, uint32_t unit_bytes, size_t written_bytes)
{
  CamPictureAnswerHead head = {
      .magic = CAM_PICTURE_ANSWER_MAGIC,
      .version = CAM_PICTURE_VERSION,
      .status = (uint16_t) status,
      .unit_bytes = unit_bytes,
  };
  g_autoptr (GByteArray) answer = g_byte_array_new ();
  g_byte_array_append (answer, (const uint8_t *) &head, sizeof head);
  g_byte_array_set_size (answer, (unsigned) (sizeof head + written_bytes));
  char *path = g_build_filename (folder, "answer", NULL);
  g_assert_true (g_file_set_contents (path, (const char *) answer->data, answer->len, NULL));
  return path;
}

static void
remove_folder (const char *folder)
{
  static const char *const names[] = {"program", "answer", "log"};
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename (folder, names[i], NULL);
    g_unlink (path);
  }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}
