/* A table for a terminal: columns as wide as what is in them, two blanks between. Foreign text is made harmless: no control characters, no more than
 * 60 characters a cell.
 * Thread: pure. Owner: a command. */
#pragma once

#include <glib.h>

typedef struct CamTextTable CamTextTable;

/* @titles: one a column, NULL-terminated, constant; one that begins with '>' is of a column of numbers, which stand right. */
CamTextTable *cam_text_table_new (const char *const *titles);
void cam_text_table_free (CamTextTable *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamTextTable, cam_text_table_free)

/* The next cell, row by row, from left to right. */
void cam_text_table_add (CamTextTable *self, const char *text);
void cam_text_table_add_format (CamTextTable *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Titles and rows, a line each; the last row must be whole. (transfer full) */
char *cam_text_table_print (const CamTextTable *self);
