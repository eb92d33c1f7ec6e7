/* Text that anybody may send as JSON: what the scan lets through, json-glib takes too, in bounded depth. */
#include "control/json-scan.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_memdup2 (data, MAX (size, 1));
  bool is_good = cam_json_scan (text, size, NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  if (is_good)
    g_assert (json_parser_load_from_data (parser, text, (gssize) size, NULL));
  g_autoptr (JsonObject) object = cam_json_read_object (text, size, NULL);
  g_assert (object == NULL || is_good);
  return 0;
}
