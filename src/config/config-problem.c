#include "config/config-problem.h"

#define MAX_PROBLEMS 100

typedef struct {
  CamConfigPlace place;
  unsigned number; /* in the order of finding: the last criterion of the sort */
  GError *error;   /* owned */
} Problem;

struct CamConfigProblems {
  GArray *problems; /* of Problem */
  bool has_more;
};

CamConfigSource *
cam_config_source_new (const char *name, unsigned number)
{
  CamConfigSource *self = g_new0 (CamConfigSource, 1);
  self->name = g_strdup (name);
  self->number = number;
  return self;
}

void
cam_config_source_free (CamConfigSource *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_free (self);
}

char *
cam_config_place_format (CamConfigPlace place)
{
  if (place.source == NULL)
    return g_strdup ("configuration");
  if (place.line == 0)
    return g_strdup (place.source->name);
  return g_strdup_printf ("%s:%u", place.source->name, place.line);
}

static void
clear_problem (gpointer data)
{
  Problem *problem = data;
  g_clear_error (&problem->error);
}

CamConfigProblems *
cam_config_problems_new (void)
{
  CamConfigProblems *self = g_new0 (CamConfigProblems, 1);
  self->problems = g_array_new (FALSE, FALSE, sizeof (Problem));
  g_array_set_clear_func (self->problems, clear_problem);
  return self;
}

void
cam_config_problems_free (CamConfigProblems *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->problems);
  g_free (self);
}

static bool
is_known (const CamConfigProblems *self, const char *message)
{
  for (unsigned i = 0; i < self->problems->len; i++) {
    if (g_str_equal (g_array_index (self->problems, Problem, i).error->message, message))
      return true;
  }
  return false;
}

static void
add_message (CamConfigProblems *self, CamConfigPlace place, int code, const char *message)
{
  if (self->problems->len >= MAX_PROBLEMS) {
    self->has_more = true;
    return;
  }
  g_autofree char *where = cam_config_place_format (place);
  g_autofree char *text = g_strconcat (where, ": ", message, NULL);
  if (is_known (self, text))
    return;
  const Problem problem = {
      .place = place,
      .number = self->problems->len,
      .error = g_error_new_literal (CAM_CONFIG_ERROR, code, text),
  };
  g_array_append_val (self->problems, problem);
}

void
cam_config_problems_add (CamConfigProblems *self, CamConfigPlace place, CamConfigError code, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  add_message (self, place, code, message);
}

void
cam_config_problems_add_value (CamConfigProblems *self, CamConfigPlace place, const char *key, const GError *error)
{
  g_autofree char *message = g_strdup_printf ("%s=%s", key, error->message);
  add_message (self, place, error->code, message);
}

bool
cam_config_problems_is_empty (const CamConfigProblems *self)
{
  return self->problems->len == 0;
}

static int
compare_problems (gconstpointer a, gconstpointer b)
{
  const Problem *left = a;
  const Problem *right = b;
  const unsigned left_source = left->place.source != NULL ? left->place.source->number : G_MAXUINT;
  const unsigned right_source = right->place.source != NULL ? right->place.source->number : G_MAXUINT;
  if (left_source != right_source)
    return left_source < right_source ? -1 : 1;
  if (left->place.line != right->place.line)
    return left->place.line < right->place.line ? -1 : 1;
  return left->number < right->number ? -1 : 1;
}

void
cam_config_problems_move_to (CamConfigProblems *self, GPtrArray *errors)
{
  g_array_sort (self->problems, compare_problems);
  for (unsigned i = 0; i < self->problems->len; i++) {
    Problem *problem = &g_array_index (self->problems, Problem, i);
    g_ptr_array_add (errors, g_steal_pointer (&problem->error));
  }
  if (self->has_more)
    g_ptr_array_add (errors,
                     g_error_new (CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_SYNTAX, "more than %d errors: the rest is not shown", MAX_PROBLEMS));
  g_array_set_size (self->problems, 0);
  self->has_more = false;
}
