/* camrelay-picture: decodes one key picture, darkens it, writes on it and encodes it again, in a sandbox (camrelay/picture-protocol.h).
 * Thread: the only one, but for what encoders start. Owner: the process. */
#include <errno.h>
#include <gst/gst.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "camrelay/exit-codes.h"
#include "picture/annex-b.h"
#include "picture/canvas.h"
#include "picture/element-run.h"
#include "picture/lettering.h"
#include "picture/picture-codec.h"
#include "picture/picture-request.h"
#include "picture/sandbox.h"

#define PLAIN_WIDTH 1280
#define PLAIN_HEIGHT 720

/* All that has to be loaded from files, made before the walls close. */
typedef struct {
  CamPictureCodec codec;
  CamElementRun *decoder;  /* owned; NULL: none is installed */
  GstElement *encoder;     /* owned; NULL: none is installed */
  CamLettering *lettering; /* owned; NULL: none is installed */
} Desk;

static bool
read_all (uint8_t *data, size_t room, size_t *ret_size)
{
  size_t size = 0;
  while (size < room) {
    ssize_t n = read (STDIN_FILENO, data + size, room - size);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return false;
    if (n == 0)
      break;
    size += (size_t) n;
  }
  *ret_size = size;
  return true;
}

static bool
write_all (const void *data, size_t size)
{
  const uint8_t *at = data;
  while (size > 0) {
    ssize_t n = write (STDOUT_FILENO, at, size);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    at += n;
    size -= (size_t) n;
  }
  return true;
}

static int
answer (CamPictureStatus status, GBytes *unit)
{
  size_t size = 0;
  const void *data = unit != NULL ? g_bytes_get_data (unit, &size) : NULL;
  CamPictureAnswerHead head = {
      .magic = CAM_PICTURE_ANSWER_MAGIC,
      .version = CAM_PICTURE_VERSION,
      .status = (uint16_t) status,
      .unit_bytes = (uint32_t) size,
  };
  return write_all (&head, sizeof head) && write_all (data, size) ? CAM_EXIT_OK : CAM_EXIT_SYSTEM;
}

static void
open_desk (Desk *desk)
{
  GstElement *decoder = cam_picture_codec_make_decoder (desk->codec);
  g_autoptr (GstCaps) raw = gst_caps_new_empty_simple ("video/x-raw");
  desk->decoder = decoder != NULL ? cam_element_run_new (decoder, raw) : NULL;
  desk->encoder = cam_picture_codec_make_encoder (desk->codec);
  if (desk->encoder != NULL)
    gst_object_ref_sink (desk->encoder);
  desk->lettering = cam_lettering_new ();
}

/* The picture asked with as raw video; NULL: there is none, or it cannot be decoded. */
static GstSample *
decode (Desk *desk, const CamPictureRequest *request)
{
  if (desk->decoder == NULL || request->unit == NULL)
    return NULL;
  g_autoptr (GBytes) stream = desk->codec == CAM_PICTURE_JPEG ? g_bytes_new_static (request->unit, request->unit_bytes)
                                                              : cam_annex_b_from_lengths (request->unit, request->unit_bytes);
  if (stream == NULL)
    return NULL;
  g_autoptr (GstCaps) caps = cam_picture_codec_caps (desk->codec);
  if (!cam_element_run_push (desk->decoder, caps, gst_buffer_new_wrapped_bytes (stream)))
    return NULL;
  cam_element_run_finish (desk->decoder);
  return cam_element_run_take (desk->decoder);
}

/* What is not needed any more goes before the next step begins: an 8K picture three times over is all the memory there is. */
static GstSample *
prepare_canvas (Desk *desk, const CamPictureRequest *request)
{
  g_autoptr (GstSample) decoded = decode (desk, request);
  g_clear_pointer (&desk->decoder, cam_element_run_free);
  GstSample *canvas = decoded != NULL ? cam_canvas_new_from_picture (decoded, request->width, request->height) : NULL;
  if (canvas != NULL)
    return canvas;
  return cam_canvas_new_plain (request->width > 0 ? request->width : PLAIN_WIDTH, request->height > 0 ? request->height : PLAIN_HEIGHT);
}

static GstSample *
draw (Desk *desk, const CamPictureRequest *request)
{
  g_autoptr (GstSample) canvas = prepare_canvas (desk, request);
  if (canvas == NULL || desk->lettering == NULL)
    return g_steal_pointer (&canvas);
  GstSample *lettered =
      cam_lettering_draw (desk->lettering, canvas, request->title, request->title_bytes, request->text, request->text_bytes);
  return lettered != NULL ? lettered : g_steal_pointer (&canvas);
}

static GBytes *
encode (Desk *desk, const CamPictureRequest *request, GstSample *picture)
{
  cam_picture_codec_set_id (desk->codec, desk->encoder, request->set_id);
  g_autoptr (GstCaps) wanted = cam_picture_codec_output_caps (desk->codec);
  g_autoptr (CamElementRun) run = cam_element_run_new (desk->encoder, wanted);
  if (run == NULL || !cam_element_run_push (run, gst_sample_get_caps (picture), gst_buffer_ref (gst_sample_get_buffer (picture))))
    return NULL;
  cam_element_run_finish (run);
  g_autoptr (GstSample) coded = cam_element_run_take (run);
  if (coded == NULL)
    return NULL;
  GstMapInfo map;
  if (!gst_buffer_map (gst_sample_get_buffer (coded), &map, GST_MAP_READ))
    return NULL;
  GBytes *unit = NULL;
  if (map.size <= CAM_PICTURE_MAX_UNIT_BYTES)
    unit = desk->codec == CAM_PICTURE_JPEG ? g_bytes_new (map.data, map.size) : cam_annex_b_to_lengths (desk->codec, map.data, map.size);
  gst_buffer_unmap (gst_sample_get_buffer (coded), &map);
  return unit;
}

static int
serve (Desk *desk)
{
  g_autofree uint8_t *data = g_malloc (CAM_PICTURE_MAX_REQUEST_BYTES + 1);
  size_t size;
  if (!read_all (data, CAM_PICTURE_MAX_REQUEST_BYTES + 1, &size))
    return CAM_EXIT_SYSTEM;
  CamPictureRequest request;
  if (!cam_picture_request_read (data, size, &request))
    return answer (CAM_PICTURE_BAD_REQUEST, NULL);
  if (desk->encoder == NULL)
    return answer (CAM_PICTURE_NO_ENCODER, NULL);
  g_autoptr (GstSample) picture = draw (desk, &request);
  g_autoptr (GBytes) unit = picture != NULL ? encode (desk, &request, picture) : NULL;
  return answer (unit != NULL ? CAM_PICTURE_DRAWN : CAM_PICTURE_FAILED, unit);
}

/* Before any thread: this changes the environment and the allocator. */
static void
prepare_process (void)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  setenv ("ORC_CODE", "backup", 1);        /* it would write code at run time, which the walls forbid */
  setenv ("GST_REGISTRY_UPDATE", "no", 0); /* the daemon keeps the registry; looking at all plug-ins takes longer than drawing */
  mallopt (M_ARENA_MAX, 1);
}

int
main (int argc, char **argv)
{
  Desk desk = {0};
  if (argc != 2 || !cam_picture_codec_from_word (argv[1], &desk.codec)) {
    fprintf (stderr, "usage: camrelay-picture h264|h265|jpeg\n"
                     "Draws one picture, a request on stdin, an answer on stdout. camrelayd starts it; it is of no use by hand.\n");
    return CAM_EXIT_USAGE;
  }
  prepare_process ();
  gst_init (NULL, NULL);
  open_desk (&desk);
  const CamSandboxLimits limits = {.memory_bytes = CAM_PICTURE_MEMORY_BYTES, .cpu_seconds = CAM_PICTURE_SECONDS};
  const char *why;
  int status;
  if (cam_sandbox_enter (&limits, &why)) {
    status = serve (&desk);
  } else {
    fprintf (stderr, "camrelay-picture: %s\n", why);
    status = answer (CAM_PICTURE_NO_SANDBOX, NULL);
  }
  _exit (status); /* a decoder that may have been taken over is not asked to tidy up */
}
