#include "ingest/test-pipeline.h"

#define PLUGINS_BASE "gstreamer1.0-plugins-base"
#define PLUGINS_GOOD "gstreamer1.0-plugins-good"
#define PLUGINS_BAD "gstreamer1.0-plugins-bad"
#define PLUGINS_UGLY "gstreamer1.0-plugins-ugly"
#define PLUGINS_LIBAV "gstreamer1.0-libav"

#define MOST_ELEMENTS 4

typedef struct {
  CamTestElement elements[MOST_ELEMENTS]; /* those after the source */
  const char *chain;                      /* from raw pictures or samples to what is carried */
} TestCodec;

/* "%u" in a chain is the key interval in frames: a group lasts two seconds. */
static const TestCodec videos[] = {
    [CAM_TEST_VIDEO_H264] = {{{"x264enc", PLUGINS_UGLY}, {"h264parse", PLUGINS_BAD}},
                             "x264enc tune=zerolatency speed-preset=ultrafast bframes=0 threads=1 bitrate=2048 key-int-max=%u "
                             "! video/x-h264,profile=constrained-baseline ! h264parse config-interval=-1 "
                             "! video/x-h264,stream-format=avc,alignment=au"},
    [CAM_TEST_VIDEO_H265] = {{{"x265enc", PLUGINS_BAD}, {"h265parse", PLUGINS_BAD}},
                             "x265enc tune=zerolatency speed-preset=ultrafast log-level=none bitrate=1024 key-int-max=%u "
                             "option-string=\"pools=1:frame-threads=1:bframes=0\" ! h265parse config-interval=-1 "
                             "! video/x-h265,stream-format=hvc1,alignment=au"},
    [CAM_TEST_VIDEO_MJPEG] = {{{"jpegenc", PLUGINS_GOOD}}, "jpegenc quality=75"},
};

static const TestCodec audios[] = {
    [CAM_TEST_AUDIO_PCMU] = {{{"mulawenc", PLUGINS_GOOD}}, "audio/x-raw,rate=8000,channels=1 ! mulawenc"},
    [CAM_TEST_AUDIO_PCMA] = {{{"alawenc", PLUGINS_GOOD}}, "audio/x-raw,rate=8000,channels=1 ! alawenc"},
    [CAM_TEST_AUDIO_G722] = {{{"avenc_g722", PLUGINS_LIBAV}}, "audio/x-raw,rate=16000,channels=1 ! avenc_g722"},
    [CAM_TEST_AUDIO_G726] = {{{"avenc_g726", PLUGINS_LIBAV}}, "audio/x-raw,rate=8000,channels=1 ! avenc_g726"},
    [CAM_TEST_AUDIO_L16] = {{{"audioconvert", PLUGINS_BASE}}, "audio/x-raw,format=S16BE,rate=16000,channels=1"},
    [CAM_TEST_AUDIO_AAC] = {{{"avenc_aac", PLUGINS_LIBAV}, {"aacparse", PLUGINS_GOOD}},
                            "audio/x-raw,rate=48000,channels=1 ! avenc_aac bitrate=64000 ! aacparse ! audio/mpeg,stream-format=raw"},
    [CAM_TEST_AUDIO_MP2] = {{{"twolamemp2enc", PLUGINS_GOOD}, {"mpegaudioparse", PLUGINS_GOOD}},
                            "audio/x-raw,rate=48000,channels=2 ! twolamemp2enc bitrate=128 ! mpegaudioparse"},
    [CAM_TEST_AUDIO_MP3] = {{{"lamemp3enc", PLUGINS_GOOD}, {"mpegaudioparse", PLUGINS_GOOD}},
                            "audio/x-raw,rate=48000,channels=2 ! lamemp3enc target=bitrate cbr=true bitrate=128 ! mpegaudioparse"},
    [CAM_TEST_AUDIO_OPUS] = {{{"opusenc", PLUGINS_BASE}, {"opusparse", PLUGINS_BAD}},
                             "audio/x-raw,rate=48000,channels=2 ! opusenc bitrate=64000 ! opusparse"},
};

static const CamTestElement video_source = {"videotestsrc", PLUGINS_BASE};
static const CamTestElement audio_source = {"audiotestsrc", PLUGINS_BASE};

static void
write_overlays (GString *text, const CamTestUrl *url, const char *name)
{
  g_autofree char *safe = g_strdup (name);
  g_strcanon (safe, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_", '-');
  unsigned points = MAX (url->height / 24, 8);
  g_string_append_printf (text, "textoverlay text=\"%s\" valignment=top halignment=left shaded-background=true font-desc=\"Sans %u\" ! ",
                          safe, points);
  g_string_append_printf (
      text, "clockoverlay time-format=\"%%H:%%M:%%S\" valignment=top halignment=right shaded-background=true font-desc=\"Sans %u\" ! ",
      points);
  g_string_append_printf (text,
                          "textoverlay name=" CAM_TEST_PIPELINE_COUNTER
                          " valignment=bottom halignment=left shaded-background=true font-desc=\"Sans %u\" ! ",
                          points);
}

/* The key interval is the only thing that a chain leaves open. */
static void
write_chain (GString *text, const char *chain, unsigned key_interval)
{
  g_auto (GStrv) parts = g_strsplit (chain, "%u", 2);
  g_string_append (text, parts[0]);
  if (parts[1] != NULL)
    g_string_append_printf (text, "%u%s", key_interval, parts[1]);
}

static void
write_video (GString *text, const CamTestUrl *url, const char *name, bool has_text)
{
  g_string_append_printf (text, "videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=%u,height=%u,framerate=%u/1 ! ",
                          url->width, url->height, url->fps);
  if (has_text)
    write_overlays (text, url, name);
  write_chain (text, videos[url->video].chain, 2 * url->fps);
  g_string_append (text, " ! appsink name=" CAM_TEST_PIPELINE_VIDEO_SINK " ");
}

char *
cam_test_pipeline_write (const CamTestUrl *url, const char *name, bool has_text)
{
  GString *text = g_string_new (NULL);
  if (url->video != CAM_TEST_VIDEO_NONE)
    write_video (text, url, name, has_text);
  if (url->audio != CAM_TEST_AUDIO_NONE) {
    g_string_append (text, "audiotestsrc is-live=true wave=sine freq=440 volume=0.2 samplesperbuffer=480 ! audioconvert ! ");
    write_chain (text, audios[url->audio].chain, 0);
    g_string_append (text, " ! appsink name=" CAM_TEST_PIPELINE_AUDIO_SINK);
  }
  return g_string_free (text, FALSE);
}

/* The nth element of a half of the pipeline; counts *@nth down by those it has. */
static const CamTestElement *
find_element (const CamTestElement *source, const TestCodec *codec, unsigned *nth)
{
  if ((*nth)-- == 0)
    return source;
  for (unsigned i = 0; i < MOST_ELEMENTS && codec->elements[i].element != NULL; i++)
    if ((*nth)-- == 0)
      return &codec->elements[i];
  return NULL;
}

const CamTestElement *
cam_test_pipeline_get_element (const CamTestUrl *url, unsigned nth)
{
  const CamTestElement *found = NULL;
  if (url->video != CAM_TEST_VIDEO_NONE)
    found = find_element (&video_source, &videos[url->video], &nth);
  if (found == NULL && url->audio != CAM_TEST_AUDIO_NONE)
    found = find_element (&audio_source, &audios[url->audio], &nth);
  return found;
}
