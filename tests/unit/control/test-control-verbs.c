#include "control/control-verbs.h"

#include <glib.h>

static void
test_words (void)
{
  for (int i = 0; i < CAM_N_VERBS; i++) {
    g_assert_cmpint (cam_verb_find (cam_verbs[i].word), ==, i);
    g_assert_true (cam_verbs[i].path[0] == '/');
  }
  g_assert_cmpint (cam_verb_find ("no-such-verb"), ==, -1);
  g_assert_cmpint (cam_verb_find (""), ==, -1);
}

/* A request by HTTP means one verb. */
static void
test_routes (void)
{
  for (int i = 0; i < CAM_N_VERBS; i++) {
    for (int k = i + 1; k < CAM_N_VERBS; k++)
      g_assert_false (g_str_equal (cam_verbs[i].method, cam_verbs[k].method) && g_str_equal (cam_verbs[i].path, cam_verbs[k].path));
  }
}

/* What only looks needs no more than a look; what changes needs more. */
static void
test_roles (void)
{
  for (int i = 0; i < CAM_N_VERBS; i++)
    g_assert_true (cam_verbs[i].role > CAM_ROLE_VIEWER || g_str_equal (cam_verbs[i].method, "GET"));
}

static void
test_answers (void)
{
  for (int i = 0; i < CAM_N_ANSWERS; i++) {
    unsigned status = cam_answer_http_status ((CamAnswerKind) i);
    g_assert_true (i == CAM_ANSWER_OK ? status == 200 : status >= 400 && status < 600);
    for (int k = i + 1; k < CAM_N_ANSWERS; k++)
      g_assert_cmpstr (cam_answer_word ((CamAnswerKind) i), !=, cam_answer_word ((CamAnswerKind) k));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/control/verbs/words", test_words);
  g_test_add_func ("/control/verbs/routes", test_routes);
  g_test_add_func ("/control/verbs/roles", test_roles);
  g_test_add_func ("/control/verbs/answers", test_answers);
  return g_test_run ();
}
