#include "media/stream-description.h"

CamStreamDescription *
cam_stream_description_new (CamTrack *video, CamTrack *audio)
{
  g_assert (video != NULL || audio != NULL);
  g_assert (video == NULL || cam_codec_kind (video->codec) == CAM_TRACK_VIDEO);
  g_assert (audio == NULL || cam_codec_kind (audio->codec) == CAM_TRACK_AUDIO);
  CamStreamDescription *self = g_new0 (CamStreamDescription, 1);
  self->refs = 1;
  self->tracks[CAM_TRACK_VIDEO] = cam_track_ref (video);
  self->tracks[CAM_TRACK_AUDIO] = cam_track_ref (audio);
  return self;
}

CamStreamDescription *
cam_stream_description_ref (CamStreamDescription *self)
{
  if (self != NULL)
    g_atomic_int_inc (&self->refs);
  return self;
}

void
cam_stream_description_unref (CamStreamDescription *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->refs))
    return;
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++)
    cam_track_unref (self->tracks[kind]);
  g_free (self);
}

bool
cam_stream_description_same_enough (const CamStreamDescription *a, const CamStreamDescription *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++)
    if (!cam_track_same_enough (a->tracks[kind], b->tracks[kind]))
      return false;
  return true;
}

static void
append_rate (GString *text, uint32_t rate)
{
  if (rate == 0)
    return;
  if (rate % 1000 == 0)
    g_string_append_printf (text, " %u kHz", rate / 1000);
  else
    g_string_append_printf (text, " %g kHz", rate / 1000.0);
}

static void
append_channels (GString *text, unsigned channels)
{
  if (channels == 1)
    g_string_append (text, " mono");
  else if (channels == 2)
    g_string_append (text, " stereo");
  else if (channels > 2)
    g_string_append_printf (text, " %u channels", channels);
}

char *
cam_stream_description_to_string (const CamStreamDescription *self)
{
  const CamTrack *video = self->tracks[CAM_TRACK_VIDEO];
  const CamTrack *audio = self->tracks[CAM_TRACK_AUDIO];
  GString *text = g_string_new (NULL);
  if (video != NULL) {
    g_string_append (text, cam_codec_name (video->codec));
    if (video->width > 0 && video->height > 0)
      g_string_append_printf (text, " %ux%u", video->width, video->height);
  }
  if (video != NULL && audio != NULL)
    g_string_append (text, ", ");
  if (audio != NULL) {
    g_string_append (text, cam_codec_name (audio->codec));
    append_rate (text, audio->sample_rate);
    append_channels (text, audio->channels);
  }
  return g_string_free (text, FALSE);
}
