#include "ctl/text-table.h"

#include <stdbool.h>

#include "ctl/plain-line.h"

enum { CELL_CHARACTERS = 60, GAP = 2 };

struct CamTextTable {
  const char *const *titles; /* borrowed: constant */
  unsigned n_columns;
  GPtrArray *cells; /* of char *, owned; row by row */
};

CamTextTable *
cam_text_table_new (const char *const *titles)
{
  CamTextTable *self = g_new (CamTextTable, 1);
  *self = (CamTextTable){
      .titles = titles,
      .n_columns = g_strv_length ((char **) titles),
      .cells = g_ptr_array_new_with_free_func (g_free),
  };
  return self;
}

void
cam_text_table_free (CamTextTable *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->cells);
  g_free (self);
}

void
cam_text_table_add (CamTextTable *self, const char *text)
{
  g_ptr_array_add (self->cells, cam_plain_line (text, CELL_CHARACTERS));
}

void
cam_text_table_add_format (CamTextTable *self, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  cam_text_table_add (self, text);
}

/* Places on a terminal. */
static unsigned
measure (const char *text)
{
  unsigned places = 0;
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar character = g_utf8_get_char (at);
    places += g_unichar_iszerowidth (character) ? 0 : g_unichar_iswide (character) ? 2 : 1;
  }
  return places;
}

static unsigned
measure_column (const CamTextTable *self, unsigned column)
{
  const char *title = self->titles[column];
  unsigned width = measure (title + (*title == '>'));
  for (unsigned i = column; i < self->cells->len; i += self->n_columns)
    width = MAX (width, measure (self->cells->pdata[i]));
  return width;
}

static void
print_cell (const CamTextTable *self, GString *out, unsigned column, unsigned width, const char *text)
{
  unsigned padding = width - measure (text);
  bool is_right = self->titles[column][0] == '>';
  bool is_last = column + 1 == self->n_columns;
  g_string_append_printf (out, "%*s", is_right ? (int) padding : 0, "");
  g_string_append (out, text);
  if (!is_last)
    g_string_append_printf (out, "%*s", (int) (is_right ? 0 : padding) + GAP, "");
}

/* A line ends with what is to be seen of it. */
static void
end_line (GString *out)
{
  while (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
  g_string_append_c (out, '\n');
}

char *
cam_text_table_print (const CamTextTable *self)
{
  g_assert (self->cells->len % self->n_columns == 0);
  g_autofree unsigned *widths = g_new (unsigned, self->n_columns);
  GString *out = g_string_new (NULL);
  for (unsigned column = 0; column < self->n_columns; column++) {
    const char *title = self->titles[column];
    widths[column] = measure_column (self, column);
    print_cell (self, out, column, widths[column], title + (*title == '>'));
  }
  end_line (out);
  for (unsigned i = 0; i < self->cells->len; i++) {
    unsigned column = i % self->n_columns;
    print_cell (self, out, column, widths[column], self->cells->pdata[i]);
    if (column + 1 == self->n_columns)
      end_line (out);
  }
  return g_string_free (out, FALSE);
}
