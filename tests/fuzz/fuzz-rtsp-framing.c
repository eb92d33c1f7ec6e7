/* A stream must yield the same whole and in pieces, for a camera and for a client. */
#include "wire/rtsp-framing.h"

#include <string.h>

#define MAX_BODY 1024
#define SCRATCH_BYTES 512 /* less than some messages need */

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
note_message (GChecksum *checksum, const CamRtspMessage *message)
{
  g_autoptr (GBytes) bytes = cam_rtsp_message_serialise (message);
  size_t size = 0;
  const void *text = g_bytes_get_data (bytes, &size);
  g_assert_cmpuint (message->headers->len, <=, 64);
  g_assert_cmpuint (message->body->len, <=, MAX_BODY);
  g_assert_cmpint (message->body->data[message->body->len], ==, 0);
  g_checksum_update (checksum, text, (gssize) size);
}

/* False after an error. */
static bool
drain (CamRtspFraming *framing, GChecksum *checksum)
{
  CamFrame frame;
  while (cam_rtsp_framing_next (framing, &frame) != CAM_FRAME_NONE) {
    const uint8_t head[] = {frame.kind, frame.channel, frame.resynchronised, (uint8_t) frame.status};
    g_checksum_update (checksum, head, sizeof head);
    if (frame.kind == CAM_FRAME_ERROR) {
      g_assert_nonnull (frame.error);
      return false;
    }
    if (frame.kind == CAM_FRAME_MESSAGE)
      note_message (checksum, frame.message);
    if (frame.kind == CAM_FRAME_DATA)
      g_checksum_update (checksum, frame.data, (gssize) frame.size);
    cam_rtsp_message_free (frame.message);
  }
  return true;
}

/* A hash of all that comes out. @random: cuts the stream, NULL for one piece. @scratch: lent for each piece, NULL for none. */
static char *
run (const uint8_t *data, size_t size, bool tolerant, GRand *random, uint8_t *scratch)
{
  CamRtspFraming *framing = cam_rtsp_framing_new (MAX_BODY, tolerant);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  for (size_t at = 0, piece; at < size; at += piece) {
    size_t room = 0;
    if (scratch != NULL)
      cam_rtsp_framing_lend (framing, scratch, SCRATCH_BYTES);
    uint8_t *to = cam_rtsp_framing_get_room (framing, random == NULL ? size : 64, &room);
    piece = random == NULL ? size : (size_t) g_rand_int_range (random, 1, 65);
    piece = MIN (piece, size - at);
    g_assert_cmpuint (room, >=, piece);
    memcpy (to, data + at, piece);
    cam_rtsp_framing_commit (framing, piece);
    bool is_well = drain (framing, checksum);
    cam_rtsp_framing_settle (framing);
    if (!is_well)
      break;
    if (scratch != NULL)
      memset (scratch, '$', SCRATCH_BYTES); /* others use it in between */
  }
  cam_rtsp_framing_free (framing);
  return g_strdup (g_checksum_get_string (checksum));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((uint32_t) size);
  for (int tolerant = 0; tolerant < 2; tolerant++) {
    uint8_t scratch[SCRATCH_BYTES];
    g_autofree char *whole = run (data, size, tolerant == 1, NULL, NULL);
    g_autofree char *pieces = run (data, size, tolerant == 1, random, NULL);
    g_autofree char *lent = run (data, size, tolerant == 1, random, scratch);
    g_assert_cmpstr (whole, ==, pieces);
    g_assert_cmpstr (whole, ==, lent);
  }
  return 0;
}
