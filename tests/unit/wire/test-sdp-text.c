#include "wire/sdp-text.h"

#include <string.h>

static void
test_sections (void)
{
  const char *text = "v=0\r a=tool:x \n\n\r\n m=video 0\r\na=one\na=One: two \nm=audio 0";
  g_autoptr (CamSdpText) sdp = cam_sdp_text_new (text, strlen (text));
  g_assert_cmpuint (sdp->n_media, ==, 2);
  g_assert_cmpuint (sdp->session.n_lines, ==, 2);
  g_assert_cmpstr (sdp->session.lines[0], ==, "v=0");
  g_assert_cmpstr (sdp->session.lines[1], ==, "a=tool:x");
  g_assert_cmpuint (sdp->media[0].n_lines, ==, 3);
  g_assert_cmpstr (sdp->media[0].lines[0], ==, "m=video 0");
  g_assert_cmpuint (sdp->media[1].n_lines, ==, 1);
}

static void
test_attributes (void)
{
  const char *text = "m=\na=one\na=ONE:\t two\na=oneself:3\na:one\nb=one\na=\n";
  g_autoptr (CamSdpText) sdp = cam_sdp_text_new (text, strlen (text));
  const CamSdpSection *section = &sdp->media[0];
  size_t at = 0;
  g_assert_cmpstr (cam_sdp_section_next_attribute (section, "one", &at), ==, "");
  g_assert_cmpstr (cam_sdp_section_next_attribute (section, "one", &at), ==, "two");
  g_assert_null (cam_sdp_section_next_attribute (section, "one", &at));
  g_assert_cmpstr (cam_sdp_section_get_attribute (section, "OneSelf"), ==, "3");
  g_assert_true (cam_sdp_section_has_attribute (section, "one"));
  g_assert_false (cam_sdp_section_has_attribute (section, "two"));
  g_assert_false (cam_sdp_section_has_attribute (&sdp->session, "one"));
}

static void
test_edges (void)
{
  g_autoptr (CamSdpText) empty = cam_sdp_text_new ("", 0);
  g_assert_cmpuint (empty->n_media, ==, 0);
  g_assert_cmpuint (empty->session.n_lines, ==, 0);
  g_autoptr (CamSdpText) cut = cam_sdp_text_new ("m=a\nm=b\0m=c\n", 12);
  g_assert_cmpuint (cut->n_media, ==, 2);
  g_autoptr (GString) many = g_string_new (NULL);
  for (unsigned i = 0; i < CAM_LIMIT_SDP_MEDIA + 3; i++)
    g_string_append (many, "m=x\na=y\n");
  g_autoptr (CamSdpText) sdp = cam_sdp_text_new (many->str, many->len);
  g_assert_cmpuint (sdp->n_media, ==, CAM_LIMIT_SDP_MEDIA + 3);
  g_assert_cmpuint (sdp->media[CAM_LIMIT_SDP_MEDIA - 1].n_lines, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sdp-text/sections", test_sections);
  g_test_add_func ("/sdp-text/attributes", test_attributes);
  g_test_add_func ("/sdp-text/edges", test_edges);
  return g_test_run ();
}
