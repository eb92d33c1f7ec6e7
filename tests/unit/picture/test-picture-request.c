#include "picture/picture-request.h"

#include <glib.h>
#include <string.h>

static const CamPictureRequestHead good = {
    .magic = CAM_PICTURE_REQUEST_MAGIC,
    .version = CAM_PICTURE_VERSION,
    .set_id = 31,
    .width = 640,
    .height = 360,
    .title_bytes = 5,
    .text_bytes = 4,
    .unit_bytes = 3,
};

/* @head and @tail in a block of exactly their size. */
static bool
read_request (const CamPictureRequestHead *head, size_t tail, CamPictureRequest *ret_request, uint8_t **ret_data)
{
  size_t size = sizeof *head + tail;
  uint8_t *data = g_malloc (size);
  memcpy (data, head, sizeof *head);
  for (size_t i = 0; i < tail; i++)
    data[sizeof *head + i] = "titletextABC"[i % 12];
  *ret_data = data;
  return cam_picture_request_read (data, size, ret_request);
}

static void
test_good (void)
{
  CamPictureRequest request;
  g_autofree uint8_t *data = NULL;
  g_assert_true (read_request (&good, 12, &request, &data));
  g_assert_cmpuint (request.set_id, ==, 31);
  g_assert_cmpuint (request.width, ==, 640);
  g_assert_cmpuint (request.height, ==, 360);
  g_assert_cmpmem (request.title, request.title_bytes, "title", 5);
  g_assert_cmpmem (request.text, request.text_bytes, "text", 4);
  g_assert_cmpmem (request.unit, request.unit_bytes, "ABC", 3);
}

static void
test_nothing_but_a_head (void)
{
  CamPictureRequestHead head = good;
  head.width = head.height = head.title_bytes = head.text_bytes = 0;
  head.unit_bytes = 0;
  CamPictureRequest request;
  g_autofree uint8_t *data = NULL;
  g_assert_true (read_request (&head, 0, &request, &data));
  g_assert_null (request.unit);
  g_assert_cmpuint (request.width, ==, 0);
}

static void
refuse (const CamPictureRequestHead *head, size_t tail)
{
  CamPictureRequest request = {.set_id = 4711};
  g_autofree uint8_t *data = NULL;
  g_assert_false (read_request (head, tail, &request, &data));
  g_assert_cmpuint (request.set_id, ==, 4711);
}

static void
test_bad (void)
{
  static const struct {
    uint32_t magic;
    uint16_t version, set_id, width, height, title_bytes, text_bytes;
    uint32_t unit_bytes;
    size_t tail;
  } rows[] = {
      {0x43505250, 1, 0, 640, 360, 5, 4, 3, 12},
      {CAM_PICTURE_REQUEST_MAGIC, 2, 0, 640, 360, 5, 4, 3, 12},
      {CAM_PICTURE_REQUEST_MAGIC, 1, 32, 640, 360, 5, 4, 3, 12},
      {CAM_PICTURE_REQUEST_MAGIC, 1, 0, 640, 0, 5, 4, 3, 12},
      {CAM_PICTURE_REQUEST_MAGIC, 1, 0, 0, 360, 5, 4, 3, 12},
      {CAM_PICTURE_REQUEST_MAGIC, 1, 0, 15, 360, 5, 4, 3, 12},
      {CAM_PICTURE_REQUEST_MAGIC, 1, 0, 640, 15, 5, 4, 3, 12},
      {CAM_PICTURE_REQUEST_MAGIC, 1, 0, 8193, 360, 5, 4, 3, 12},
      {CAM_PICTURE_REQUEST_MAGIC, 1, 0, 640, 8193, 5, 4, 3, 12},
      {CAM_PICTURE_REQUEST_MAGIC, 1, 0, 8192, 2049, 5, 4, 3, 12},
      {CAM_PICTURE_REQUEST_MAGIC, 1, 0, 640, 360, 65, 0, 0, 65},
      {CAM_PICTURE_REQUEST_MAGIC, 1, 0, 640, 360, 0, 513, 0, 513},
      {CAM_PICTURE_REQUEST_MAGIC, 1, 0, 640, 360, 0, 0, CAM_PICTURE_MAX_UNIT_BYTES + 1, CAM_PICTURE_MAX_UNIT_BYTES + 1},
      {CAM_PICTURE_REQUEST_MAGIC, 1, 0, 640, 360, 5, 4, 3, 11},
      {CAM_PICTURE_REQUEST_MAGIC, 1, 0, 640, 360, 5, 4, 3, 13},
      {CAM_PICTURE_REQUEST_MAGIC, 1, 0, 640, 360, 5, 4, 0xffffffff, 12},
      {CAM_PICTURE_REQUEST_MAGIC, 1, 0, 640, 360, 0xffff, 0xffff, 0xffffffff, 12},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamPictureRequestHead head = {
        .magic = rows[i].magic,
        .version = rows[i].version,
        .set_id = rows[i].set_id,
        .width = rows[i].width,
        .height = rows[i].height,
        .title_bytes = rows[i].title_bytes,
        .text_bytes = rows[i].text_bytes,
        .unit_bytes = rows[i].unit_bytes,
    };
    refuse (&head, rows[i].tail);
  }
}

static void
test_short (void)
{
  uint8_t bytes[sizeof (CamPictureRequestHead)];
  memcpy (bytes, &good, sizeof bytes);
  CamPictureRequest request = {.set_id = 4711};
  for (size_t size = 0; size < sizeof bytes; size++) {
    g_autofree uint8_t *exact = g_memdup2 (bytes, size);
    g_assert_false (cam_picture_request_read (exact, size, &request));
  }
  g_assert_cmpuint (request.set_id, ==, 4711);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/picture-request/good", test_good);
  g_test_add_func ("/picture-request/nothing-but-a-head", test_nothing_but_a_head);
  g_test_add_func ("/picture-request/bad", test_bad);
  g_test_add_func ("/picture-request/short", test_short);
  return g_test_run ();
}
