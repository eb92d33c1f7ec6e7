#include "wire/srt-stream-id.h"

#include <glib.h>
#include <string.h>

typedef struct {
  const char *text;
  CamSrtWish wish;
  const char *camera;
  unsigned stream;
  const char *username; /* NULL: none */
  const char *password; /* NULL: none */
  CamSrtForm form;
  const char *audio;
} Row;

static const Row good[] = {
    {"publish:cam1", CAM_SRT_WANTS_PUBLISH, "cam1", 0, NULL, NULL, CAM_SRT_FORM_AUTO, ""},
    {"publish:Cam1:ann:p:w=x", CAM_SRT_WANTS_PUBLISH, "cam1", 0, "ann", "p:w=x", CAM_SRT_FORM_AUTO, ""},
    {"read:cam1::", CAM_SRT_WANTS_READ, "cam1", 0, NULL, "", CAM_SRT_FORM_AUTO, ""},
    {"read:/door/sub", CAM_SRT_WANTS_READ, "door", 1, NULL, NULL, CAM_SRT_FORM_AUTO, ""},
    {"read:door/main?audio=opus", CAM_SRT_WANTS_READ, "door", 0, NULL, NULL, CAM_SRT_FORM_AUTO, "opus"},
    {"read:door?form=framed&audio=flac:ann:pw", CAM_SRT_WANTS_READ, "door", 0, "ann", "pw", CAM_SRT_FORM_FRAMED, "flac"},
    {"#!::m=publish,r=cam1,u=ann,s=pw", CAM_SRT_WANTS_PUBLISH, "cam1", 0, "ann", "pw", CAM_SRT_FORM_AUTO, ""},
    {"#!::r=cam1", CAM_SRT_WANTS_READ, "cam1", 0, NULL, NULL, CAM_SRT_FORM_AUTO, ""},
    {"#!::h=box,t=stream,m=request,r=cam1/sub,f=ts,a=aac", CAM_SRT_WANTS_READ, "cam1", 1, NULL, NULL, CAM_SRT_FORM_TS, "aac"},
    {"#!::u=,m=request,r=cam1", CAM_SRT_WANTS_READ, "cam1", 0, NULL, NULL, CAM_SRT_FORM_AUTO, ""},
    {"", CAM_SRT_WANTS_NOTHING, "", 0, NULL, NULL, CAM_SRT_FORM_AUTO, ""},
    {"live/stream", CAM_SRT_WANTS_NOTHING, "", 0, NULL, NULL, CAM_SRT_FORM_AUTO, ""},
};

static void
test_good (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (good); i++) {
    const Row *row = &good[i];
    g_autoptr (CamSrtStreamId) id = cam_srt_stream_id_parse (row->text);
    g_assert_nonnull (id);
    g_assert_cmpint (id->wish, ==, row->wish);
    g_assert_cmpstr (id->camera, ==, row->camera);
    g_assert_cmpuint (id->stream, ==, row->stream);
    g_assert_cmpstr (id->username, ==, row->username);
    g_assert_cmpstr (cam_secret_reveal (id->password), ==, row->password);
    g_assert_cmpint (id->form, ==, row->form);
    g_assert_cmpstr (id->audio, ==, row->audio);
  }
}

static void
test_bad (void)
{
  static const char *const rows[] = {
      "publish:",       "read:",          "read::ann:pw",     "read:a b",
      "read:-cam",      "read:cam/third", "read:cam?x=1",     "read:cam?audio=",
      "read:cam?form=", "#!::",           "#!::m=publish",    "#!::m=bidirectional,r=cam",
      "#!::r",          "#!::r=cam,f=x",  "#!::r=cam,a=a_word_that_is_too_long",
      "read:cam\n",     "read:\xff",      "read:abcdefghijklmnopqrstuvwxyz0123456789",
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_null (cam_srt_stream_id_parse (rows[i]));
}

static void
test_length (void)
{
  g_autofree char *padding = g_strnfill (600, 'x');
  g_autofree char *longest = g_strdup_printf ("read:cam:ann:%.*s", 512 - (int) strlen ("read:cam:ann:"), padding);
  g_autofree char *too_long = g_strconcat (longest, "x", NULL);
  g_autoptr (CamSrtStreamId) id = cam_srt_stream_id_parse (longest);
  g_assert_nonnull (id);
  g_assert_null (cam_srt_stream_id_parse (too_long));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/srt-stream-id/good", test_good);
  g_test_add_func ("/srt-stream-id/bad", test_bad);
  g_test_add_func ("/srt-stream-id/length", test_length);
  return g_test_run ();
}
