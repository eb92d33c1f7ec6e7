#include "ingest/file-branch.h"

#include <string.h>

#define SINK_NAME "sink"

/* Files interleave sound and pictures coarsely: what is not due yet of one must not keep the other away. */
#define QUEUE "queue max-size-buffers=0 max-size-time=3000000000 max-size-bytes=16777216"

typedef struct {
  const char *caps; /* what the parsed stream must be able to be */
  CamTrackKind kind;
  const char *chain;
} FileBranch;

/* The time-stampers give pictures of containers that know no decoding times (Matroska) theirs. */
static const FileBranch branches[] = {
    {"video/x-h264", CAM_TRACK_VIDEO, "h264parse config-interval=-1 ! video/x-h264,stream-format=avc,alignment=au ! h264timestamper"},
    {"video/x-h265", CAM_TRACK_VIDEO, "h265parse config-interval=-1 ! video/x-h265,stream-format=hvc1,alignment=au ! h265timestamper"},
    {"image/jpeg", CAM_TRACK_VIDEO, "jpegparse"},
    {"audio/mpeg,mpegversion=4", CAM_TRACK_AUDIO, "aacparse ! audio/mpeg,stream-format=raw"},
    {"audio/mpeg,mpegversion=2", CAM_TRACK_AUDIO, "aacparse ! audio/mpeg,stream-format=raw"},
    {"audio/mpeg,mpegversion=1", CAM_TRACK_AUDIO, "mpegaudioparse"},
    {"audio/x-opus", CAM_TRACK_AUDIO, "opusparse"},
    {"audio/x-ac3", CAM_TRACK_AUDIO, "ac3parse ! audio/x-ac3,alignment=frame"},
    {"audio/x-mulaw", CAM_TRACK_AUDIO, "identity"},
    {"audio/x-alaw", CAM_TRACK_AUDIO, "identity"},
    {"audio/G722", CAM_TRACK_AUDIO, "identity"},
    {"audio/x-raw", CAM_TRACK_AUDIO, "audioconvert ! audio/x-raw,format=S16BE"},
};

static const FileBranch *
find_branch (const GstCaps *caps)
{
  for (size_t i = 0; i < G_N_ELEMENTS (branches); i++) {
    g_autoptr (GstCaps) wanted = gst_caps_from_string (branches[i].caps);
    if (gst_caps_can_intersect (caps, wanted))
      return &branches[i];
  }
  return NULL;
}

bool
cam_file_branch_find (const GstCaps *caps, CamTrackKind *ret_kind)
{
  const FileBranch *branch = find_branch (caps);
  if (branch == NULL)
    return false;
  *ret_kind = branch->kind;
  return true;
}

GstElement *
cam_file_branch_new (const GstCaps *caps, GstElement **ret_sink, GError **error)
{
  const FileBranch *branch = find_branch (caps);
  g_return_val_if_fail (branch != NULL, NULL);
  g_autofree char *text = g_strdup_printf (QUEUE " ! %s ! appsink name=" SINK_NAME, branch->chain);
  GstElement *bin = gst_parse_bin_from_description (text, TRUE, error);
  if (bin == NULL)
    return NULL;
  GstElement *sink = gst_bin_get_by_name (GST_BIN (bin), SINK_NAME);
  *ret_sink = sink;
  gst_object_unref (sink); /* the bin holds it */
  return bin;
}
