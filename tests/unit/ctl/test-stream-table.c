#include "ctl/stream-table.h"

#include <string.h>

static void
test_streams (void)
{
  g_autoptr (JsonNode) streams = json_from_string (
      "[{\"camera\":\"a\",\"stream\":\"main\",\"state\":\"connected\",\"reason\":\"none\",\"health\":\"degraded\",\"ailments\":[\"slow\",\"loss\"],"
      "\"since_unix_s\":900.0,\"last_unit_age_s\":0.2,\"fps\":12.5,\"bit_rate\":2500000.0,\"readers\":3},"
      "{\"camera\":\"b\",\"stream\":\"sub\",\"state\":\"disconnected\",\"reason\":\"timeout\",\"health\":\"failed\",\"last_unit_age_s\":null}]",
      NULL);
  g_autofree char *text = cam_stream_table_print (streams, 1000);
  g_assert_cmpstr (text, ==,
                   "CAMERA  STREAM  STATE         SINCE  HEALTH    LAST UNIT   FPS    BIT RATE  READERS  WHY\n"
                   "a       main    connected     100 s  degraded      0.2 s  12.5  2.5 Mbit/s        3  slow, loss\n"
                   "b       sub     disconnected  -      failed            -     -           -        0  timeout\n");
}

/* Cameras have theirs a level down. */
static void
test_cameras (void)
{
  g_autoptr (JsonNode) cameras = json_from_string ("[{\"name\":\"a\",\"streams\":[{\"camera\":\"a\",\"stream\":\"main\"},{\"camera\":\"a\",\"stream\":\"sub\"}]}]", NULL);
  g_autofree char *text = cam_stream_table_print (cameras, 0);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  g_assert_true (g_str_has_prefix (lines[2], "a       sub"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream-table/streams", test_streams);
  g_test_add_func ("/stream-table/cameras", test_cameras);
  return g_test_run ();
}
