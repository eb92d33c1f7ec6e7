/* The three codecs of pictures, and which of GStreamer's elements do what for each.
 * Thread: any. Owner: constants. */
#pragma once

#include <gst/gst.h>
#include <stdbool.h>

typedef enum { CAM_PICTURE_H264, CAM_PICTURE_H265, CAM_PICTURE_JPEG, CAM_N_PICTURE_CODECS } CamPictureCodec;

/* "h264", "h265", "jpeg". */
bool cam_picture_codec_from_word (const char *word, CamPictureCodec *ret_codec);

/* Of whole pictures, NAL units with start codes: as a decoder takes them, and as the encoder shall give them. (transfer full) */
GstCaps *cam_picture_codec_caps (CamPictureCodec codec);
GstCaps *cam_picture_codec_output_caps (CamPictureCodec codec);

/* The first that is installed, set up to work on one thread and for one picture; its plug-in is loaded. NULL: none is. (transfer floating)
 */
GstElement *cam_picture_codec_make_decoder (CamPictureCodec codec);
GstElement *cam_picture_codec_make_encoder (CamPictureCodec codec);

/* H.264: the id of the parameter sets that the encoder makes; nothing for the other codecs. */
void cam_picture_codec_set_id (CamPictureCodec codec, GstElement *encoder, unsigned set_id);
