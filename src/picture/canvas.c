#include "picture/canvas.h"

#include "camrelay/picture-protocol.h"

#include <gst/video/video.h>
#include <string.h>

#define REMAINING_PERCENT 40 /* of the brightness that is left, so that white letters stand out */
#define PLAIN_LUMA 40
#define NO_CHROMA 128
#define VIDEO_BLACK 16

static GstSample *
wrap (GstBuffer *buffer, const GstVideoInfo *info)
{
  g_autoptr (GstCaps) caps = gst_video_info_to_caps (info);
  GstSample *sample = gst_sample_new (buffer, caps, NULL, NULL);
  gst_buffer_unref (buffer);
  return sample;
}

/* The frame rate stands in parameter sets only: no time is made of it. */
static bool
describe (GstVideoInfo *info, unsigned width, unsigned height)
{
  if ((size_t) width * height > CAM_PICTURE_MAX_DRAWN_PIXELS) {
    width /= 2;
    height /= 2;
  }
  if (!gst_video_info_set_format (info, GST_VIDEO_FORMAT_I420, (width + 1) & ~1u, (height + 1) & ~1u))
    return false;
  info->fps_n = 25;
  info->fps_d = 1;
  return true;
}

GstSample *
cam_canvas_new_plain (unsigned width, unsigned height)
{
  GstVideoInfo info;
  if (!describe (&info, width, height))
    return NULL;
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
  gst_buffer_memset (buffer, 0, NO_CHROMA, info.size);
  gst_buffer_memset (buffer, 0, PLAIN_LUMA, info.offset[1]);
  return wrap (buffer, &info);
}

/* Brings all samples of a plane nearer to @zero. */
static void
fade (GstVideoFrame *frame, unsigned plane, int zero)
{
  uint8_t shade[256];
  for (int i = 0; i < (int) G_N_ELEMENTS (shade); i++)
    shade[i] = (uint8_t) (zero + (i - zero) * REMAINING_PERCENT / 100);
  int width = GST_VIDEO_FRAME_COMP_WIDTH (frame, plane);
  int height = GST_VIDEO_FRAME_COMP_HEIGHT (frame, plane);
  uint8_t *line = GST_VIDEO_FRAME_PLANE_DATA (frame, plane);
  for (int y = 0; y < height; y++, line += GST_VIDEO_FRAME_PLANE_STRIDE (frame, plane)) {
    for (int x = 0; x < width; x++)
      line[x] = shade[line[x]];
  }
}

static void
darken (GstVideoFrame *frame)
{
  fade (frame, 0, frame->info.colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255 ? 0 : VIDEO_BLACK);
  fade (frame, 1, NO_CHROMA);
  fade (frame, 2, NO_CHROMA);
}

/* One picture has neither a rate nor fields that move, and the converter wants both sides to agree on these. */
static bool
convert (GstVideoFrame *source, GstVideoFrame *target)
{
  source->info.fps_n = target->info.fps_n;
  source->info.fps_d = target->info.fps_d;
  source->info.interlace_mode = target->info.interlace_mode;
  GstVideoConverter *converter = gst_video_converter_new (&source->info, &target->info, NULL);
  if (converter == NULL)
    return false;
  gst_video_converter_frame (converter, source, target);
  gst_video_converter_free (converter);
  return true;
}

/* One of the same colours as @from, @width x @height. */
static GstSample *
draw (GstVideoFrame *source, unsigned width, unsigned height)
{
  GstVideoInfo info;
  if (!describe (&info, width, height))
    return NULL;
  info.colorimetry = source->info.colorimetry;
  info.chroma_site = GST_VIDEO_INFO_IS_YUV (&source->info) ? source->info.chroma_site : info.chroma_site;
  info.par_n = source->info.par_n;
  info.par_d = source->info.par_d;
  g_autoptr (GstBuffer) buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
  GstVideoFrame target;
  if (!gst_video_frame_map (&target, &info, buffer, GST_MAP_READWRITE))
    return NULL;
  bool is_drawn = convert (source, &target);
  if (is_drawn)
    darken (&target);
  gst_video_frame_unmap (&target);
  return is_drawn ? wrap (g_steal_pointer (&buffer), &info) : NULL;
}

GstSample *
cam_canvas_new_from_picture (GstSample *decoded, unsigned width, unsigned height)
{
  GstVideoInfo info;
  GstCaps *caps = gst_sample_get_caps (decoded);
  if (caps == NULL || !gst_video_info_from_caps (&info, caps) || info.interlace_mode == GST_VIDEO_INTERLACE_MODE_ALTERNATE)
    return NULL;
  unsigned own_width = (unsigned) info.width;
  unsigned own_height = (unsigned) info.height;
  if (own_width > CAM_PICTURE_MAX_SIDE || own_height > CAM_PICTURE_MAX_SIDE || (size_t) own_width * own_height > CAM_PICTURE_MAX_PIXELS)
    return NULL;
  GstVideoFrame source;
  if (!gst_video_frame_map (&source, &info, gst_sample_get_buffer (decoded), GST_MAP_READ))
    return NULL;
  GstSample *canvas = draw (&source, width > 0 ? width : own_width, height > 0 ? height : own_height);
  gst_video_frame_unmap (&source);
  return canvas;
}
