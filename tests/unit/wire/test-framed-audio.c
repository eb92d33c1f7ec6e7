#include "wire/framed-audio.h"

#include <string.h>

typedef struct {
  uint8_t type;
  uint8_t format;
  size_t length;
  size_t here;
  bool is_whole; /* this message completes a payload */
} Row;

typedef struct {
  const char *name;
  Row rows[6]; /* up to the first of type 0 and length 0 */
  uint64_t malformed;
  uint64_t broken;
  uint64_t oversize;
} Story;

enum {
  MORE = CAM_FRAMED_MORE,
  AUDIO = CAM_FRAMED_AUDIO,
  JSON = CAM_FRAMED_METADATA,
  L16 = CAM_FRAMED_L16,
  OPUS = CAM_FRAMED_OPUS,
  FLAC = CAM_FRAMED_FLAC
};

static const Story stories[] = {
    {"each-codec",
     {{AUDIO, L16, 960, 960, true}, {AUDIO, OPUS, 7, 7, true}, {AUDIO, CAM_FRAMED_MP2, 576, 576, true}, {AUDIO, FLAC, 1312, 1312, true}},
     0,
     0,
     0},
    {"metadata", {{JSON, 0, 30, 30, true}, {JSON, 200, 1, 1, true}}, 0, 0, 0},
    {"pieces",
     {{AUDIO, FLAC, 3000, 1312, false}, {MORE, FLAC, 1312, 1312, false}, {MORE, FLAC, 376, 376, true}, {AUDIO, FLAC, 5, 5, true}},
     0,
     0,
     0},
    {"pieces-of-metadata", {{JSON, 0, 1400, 1312, false}, {MORE, 0, 88, 88, true}}, 0, 0, 0},
    {"the-most", {{AUDIO, FLAC, CAM_FRAMED_MOST_BYTES, 8192, false}, {MORE, FLAC, 8192, 8192, true}}, 0, 0, 0},
    {"unknown-type", {{0x00, L16, 4, 4, false}, {0x04, L16, 4, 4, false}, {0xff, L16, 4, 4, false}}, 3, 0, 0},
    {"unknown-format", {{AUDIO, 4, 4, 4, false}, {AUDIO, 255, 4, 4, false}}, 2, 0, 0},
    {"length-too-short", {{AUDIO, L16, 3, 4, false}, {JSON, 0, 0, 4, false}, {MORE, 0, 3, 4, false}}, 3, 0, 0},
    {"length-of-a-piece-too-long", {{AUDIO, FLAC, 9, 4, false}, {MORE, FLAC, 6, 5, false}, {MORE, FLAC, 5, 5, true}}, 1, 0, 0},
    {"nothing-in-it", {{AUDIO, L16, 0, 0, false}, {AUDIO, L16, 7, 0, false}}, 2, 0, 0},
    {"piece-of-nothing", {{MORE, FLAC, 4, 4, false}, {AUDIO, L16, 4, 4, true}, {MORE, L16, 4, 4, false}}, 0, 2, 0},
    {"never-whole", {{AUDIO, FLAC, 9, 4, false}, {AUDIO, L16, 4, 4, true}, {JSON, 0, 9, 4, false}, {JSON, 0, 4, 4, true}}, 0, 2, 0},
    {"piece-of-another-codec", {{AUDIO, FLAC, 9, 4, false}, {MORE, OPUS, 5, 5, false}, {MORE, FLAC, 5, 5, false}}, 0, 2, 0},
    {"piece-too-large", {{AUDIO, FLAC, 9, 4, false}, {MORE, FLAC, 6, 6, false}, {AUDIO, FLAC, 4, 4, true}}, 0, 1, 0},
    {"oversize",
     {{AUDIO, FLAC, CAM_FRAMED_MOST_BYTES + 1, 9, false},
      {MORE, FLAC, 9, 9, false},
      {MORE, FLAC, 9, 9, false},
      {AUDIO, FLAC, 4, 4, true},
      {MORE, FLAC, 9, 9, false}},
     0,
     1,
     1},
    {"oversize-metadata", {{JSON, 0, CAM_FRAMED_METADATA_BYTES + 1, 9, false}, {JSON, 0, CAM_FRAMED_METADATA_BYTES, 9, false}}, 0, 0, 1},
    {"oversize-in-one", {{JSON, 0, CAM_FRAMED_METADATA_BYTES + 1, CAM_FRAMED_METADATA_BYTES + 1, false}}, 0, 0, 1},
};

/* A message whose payload counts up from @first, of exactly its size. */
static uint8_t *
write_message (const Row *row, uint8_t first)
{
  uint8_t *message = g_malloc (CAM_FRAMED_HEADER_BYTES + row->here);
  message[0] = row->type;
  message[1] = row->format;
  message[2] = (uint8_t) (row->length & 0xff);
  message[3] = (uint8_t) (row->length >> 8);
  for (size_t i = 0; i < row->here; i++)
    message[CAM_FRAMED_HEADER_BYTES + i] = (uint8_t) (first + i);
  return message;
}

static void
check_payload (const uint8_t *payload, size_t size, uint8_t first)
{
  for (size_t i = 0; i < size; i++)
    g_assert_cmpuint (payload[i], ==, (uint8_t) (first + i));
}

static void
test_story (gconstpointer data)
{
  const Story *story = data;
  g_autoptr (CamDeframer) deframer = cam_deframer_new ();
  unsigned taken = 0;
  size_t before = 0; /* bytes of the payload in the messages before */
  Row first = {0};
  for (; taken < G_N_ELEMENTS (story->rows) && (story->rows[taken].type != 0 || story->rows[taken].length != 0); taken++) {
    const Row *row = &story->rows[taken];
    if (row->type != MORE) {
      before = 0;
      first = *row;
    }
    g_autofree uint8_t *message = write_message (row, (uint8_t) before);
    CamFramedType type = CAM_FRAMED_MORE;
    CamFramedFormat format = CAM_FRAMED_L16;
    const uint8_t *payload = NULL;
    size_t size = 0;
    bool is_whole = cam_deframer_take (deframer, message, CAM_FRAMED_HEADER_BYTES + row->here, &type, &format, &payload, &size);
    g_assert_cmpint (is_whole, ==, row->is_whole);
    if (is_whole) {
      g_assert_cmpint (type, ==, first.type);
      g_assert_cmpint (format, ==, first.format);
      g_assert_cmpuint (size, ==, first.length);
      check_payload (payload, size, 0);
    }
    if (row->length == row->here || row->type != MORE)
      before += row->here;
  }
  CamFramedCounters counters = cam_deframer_get_counters (deframer);
  g_assert_cmpuint (counters.messages, ==, taken);
  g_assert_cmpuint (counters.malformed, ==, story->malformed);
  g_assert_cmpuint (counters.broken, ==, story->broken);
  g_assert_cmpuint (counters.oversize, ==, story->oversize);
}

static void
test_short_messages (void)
{
  g_autoptr (CamDeframer) deframer = cam_deframer_new ();
  static const uint8_t header[CAM_FRAMED_HEADER_BYTES] = {AUDIO, L16, 0, 0};
  for (size_t size = 0; size <= sizeof header; size++) {
    g_autofree uint8_t *exact = g_memdup2 (header, size);
    CamFramedType type;
    CamFramedFormat format;
    const uint8_t *payload;
    size_t payload_size;
    g_assert_false (cam_deframer_take (deframer, exact, size, &type, &format, &payload, &payload_size));
    g_assert_false (cam_framed_looks_like (exact, size));
  }
  g_assert_cmpuint (cam_deframer_get_counters (deframer).malformed, ==, sizeof header + 1);
}

static void
test_looks_like (void)
{
  static const struct {
    Row row;
    bool expected;
  } rows[] = {
      {{AUDIO, L16, 960, 960, false}, true},
      {{AUDIO, FLAC, 1312, 1312, false}, true},
      {{JSON, 9, 2, 2, false}, true},
      {{MORE, FLAC, 9, 9, false}, true},
      {{AUDIO, FLAC, 4000, 1312, false}, true},
      {{AUDIO, FLAC, 4000, 1311, false}, false}, /* not full, and yet it goes on */
      {{AUDIO, FLAC, CAM_FRAMED_MOST_BYTES + 1, 1312, false}, false},
      {{JSON, 0, CAM_FRAMED_METADATA_BYTES + 1, 1312, false}, false},
      {{AUDIO, 4, 9, 9, false}, false},
      {{AUDIO, L16, 8, 9, false}, false},
      {{MORE, FLAC, 8, 9, false}, false},
      {{0x00, 0x00, 1312, 1312, false}, false},
      {{0x47, 0x40, 0x1000, 1312, false}, false}, /* MPEG-TS */
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree uint8_t *message = write_message (&rows[i].row, 0);
    g_assert_cmpint (cam_framed_looks_like (message, CAM_FRAMED_HEADER_BYTES + rows[i].row.here), ==, rows[i].expected);
  }
}

static void
test_headers (void)
{
  uint8_t header[CAM_FRAMED_HEADER_BYTES];
  cam_framed_write_header (header, CAM_FRAMED_AUDIO, CAM_FRAMED_OPUS, 0x0123, 0x0123, false);
  g_assert_cmpmem (header, sizeof header, ((uint8_t[]){0x01, 0x01, 0x23, 0x01}), 4);
  cam_framed_write_header (header, CAM_FRAMED_AUDIO, CAM_FRAMED_FLAC, 4608, 1312, false);
  g_assert_cmpmem (header, sizeof header, ((uint8_t[]){0x01, 0x03, 0x00, 0x12}), 4);
  cam_framed_write_header (header, CAM_FRAMED_AUDIO, CAM_FRAMED_FLAC, 4608, 672, true);
  g_assert_cmpmem (header, sizeof header, ((uint8_t[]){0x03, 0x03, 0xa0, 0x02}), 4);
  cam_framed_write_header (header, CAM_FRAMED_METADATA, CAM_FRAMED_L16, 2, 2, false);
  g_assert_cmpmem (header, sizeof header, ((uint8_t[]){0x02, 0x00, 0x02, 0x00}), 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (stories); i++) {
    g_autofree char *path = g_strconcat ("/framed-audio/", stories[i].name, NULL);
    g_test_add_data_func (path, &stories[i], test_story);
  }
  g_test_add_func ("/framed-audio/short-messages", test_short_messages);
  g_test_add_func ("/framed-audio/looks-like", test_looks_like);
  g_test_add_func ("/framed-audio/headers", test_headers);
  return g_test_run ();
}
