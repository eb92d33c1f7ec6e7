#include "picture/picture-codec.h"

#define MAX_ELEMENTS 2

typedef struct {
  const char *word;
  const char *caps;
  const char *profile; /* NULL: it has none */
  const char *decoders[MAX_ELEMENTS]; /* the one to be preferred first */
  const char *encoder;
} Codec;

/* Baseline H.264 and Main H.265 are what every decoder can. */
static const Codec codecs[CAM_N_PICTURE_CODECS] = {
  [CAM_PICTURE_H264] = {
    .word = "h264",
    .caps = "video/x-h264, stream-format=(string)byte-stream, alignment=(string)au",
    .profile = "constrained-baseline",
    .decoders = { "avdec_h264", "openh264dec" },
    .encoder = "x264enc",
  },
  [CAM_PICTURE_H265] = {
    .word = "h265",
    .caps = "video/x-h265, stream-format=(string)byte-stream, alignment=(string)au",
    .profile = "main",
    .decoders = { "avdec_h265", "libde265dec" },
    .encoder = "x265enc",
  },
  [CAM_PICTURE_JPEG] = {
    .word = "jpeg",
    .caps = "image/jpeg",
    .decoders = { "jpegdec", "avdec_mjpeg" },
    .encoder = "jpegenc",
  },
};

bool
cam_picture_codec_from_word (const char *word, CamPictureCodec *ret_codec)
{
  for (unsigned i = 0; i < CAM_N_PICTURE_CODECS; i++) {
    if (g_str_equal (codecs[i].word, word)) {
      *ret_codec = (CamPictureCodec) i;
      return true;
    }
  }
  return false;
}

GstCaps *
cam_picture_codec_caps (CamPictureCodec codec)
{
  return gst_caps_from_string (codecs[codec].caps);
}

GstCaps *
cam_picture_codec_output_caps (CamPictureCodec codec)
{
  GstCaps *caps = cam_picture_codec_caps (codec);
  if (codecs[codec].profile != NULL)
    gst_caps_set_simple (caps, "profile", G_TYPE_STRING, codecs[codec].profile, NULL);
  return caps;
}

static void
set_if_known (GstElement *element, const char *property, const char *value)
{
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), property) != NULL)
    gst_util_set_object_arg (G_OBJECT (element), property, value);
}

GstElement *
cam_picture_codec_make_decoder (CamPictureCodec codec)
{
  for (unsigned i = 0; i < MAX_ELEMENTS; i++) {
    GstElement *decoder = gst_element_factory_make (codecs[codec].decoders[i], NULL);
    if (decoder != NULL) {
      set_if_known (decoder, "max-threads", "1");
      return decoder;
    }
  }
  return NULL;
}

GstElement *
cam_picture_codec_make_encoder (CamPictureCodec codec)
{
  GstElement *encoder = gst_element_factory_make (codecs[codec].encoder, NULL);
  if (encoder == NULL)
    return NULL;
  switch (codec) {
  case CAM_PICTURE_H264:
    g_object_set (encoder, "threads", 1, "sliced-threads", FALSE, NULL);
    set_if_known (encoder, "tune", "zerolatency");
    set_if_known (encoder, "speed-preset", "ultrafast");
    set_if_known (encoder, "pass", "qual");
    set_if_known (encoder, "quantizer", "26");
    break;
  case CAM_PICTURE_H265:
    /* One thread, nothing looked ahead at, nothing kept: memory is what there is least of. With a key-int-max of 1 it would take a profile of its own
     * for intra pictures, which few decoders know. */
    set_if_known (encoder, "speed-preset", "ultrafast");
    set_if_known (encoder, "tune", "zerolatency");
    set_if_known (encoder, "key-int-max", "2");
    set_if_known (encoder, "option-string",
                  "frame-threads=1:pools=none:wpp=0:info=0:qp=28:log-level=none:ref=1:bframes=0:rc-lookahead=0:lookahead-slices=0:scenecut=0:"
                  "aq-mode=0:cutree=0");
    break;
  case CAM_PICTURE_JPEG:
    set_if_known (encoder, "quality", "75");
    break;
  case CAM_N_PICTURE_CODECS:
    break;
  }
  return encoder;
}

void
cam_picture_codec_set_id (CamPictureCodec codec, GstElement *encoder, unsigned set_id)
{
  if (codec != CAM_PICTURE_H264)
    return;
  g_autofree char *option = g_strdup_printf ("sps-id=%u", set_id);
  g_object_set (encoder, "option-string", option, NULL);
}
