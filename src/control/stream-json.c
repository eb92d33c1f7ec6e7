#include "control/stream-json.h"

#include "control/json-scan.h"
#include "control/json-write.h"

static void
add_ailments (JsonBuilder *builder, unsigned ailments)
{
  cam_json_begin_array (builder, "ailments");
  for (unsigned i = 0; i < CAM_N_AILMENTS; i++) {
    if ((ailments & 1U << i) != 0)
      json_builder_add_string_value (builder, cam_ailment_word ((CamAilment) (1U << i)));
  }
  json_builder_end_array (builder);
}

static void
add_condition (JsonBuilder *builder, const CamStreamStatus *stream)
{
  cam_json_add_text (builder, "camera", stream->camera->name);
  cam_json_add_text (builder, "stream", cam_stream_name (stream->stream));
  cam_json_add_text (builder, "state", cam_camera_state_word (stream->state));
  cam_json_add_text (builder, "reason", cam_reason_word (stream->reason));
  cam_json_add_text (builder, "health", cam_health_word (stream->health));
  add_ailments (builder, stream->ailments);
}

static void
add_short (JsonBuilder *builder, const CamStreamStatus *stream, int64_t now_us)
{
  add_condition (builder, stream);
  cam_json_add_seconds (builder, "since_unix_s", stream->since_unix_us);
  if (stream->last_unit_us > 0)
    cam_json_add_seconds (builder, "last_unit_age_s", MAX (now_us - stream->last_unit_us, 0));
  else
    cam_json_add_null (builder, "last_unit_age_s");
  cam_json_add_number (builder, "fps", stream->fps);
  cam_json_add_number (builder, "bit_rate", stream->bit_rate);
  cam_json_add_count (builder, "readers", stream->readers);
}

static void
add_track (JsonBuilder *builder, const char *name, const CamTrack *track)
{
  if (track == NULL) {
    cam_json_add_null (builder, name);
    return;
  }
  cam_json_begin_object (builder, name);
  cam_json_add_text (builder, "codec", cam_codec_name (track->codec));
  if (cam_codec_kind (track->codec) == CAM_TRACK_VIDEO) {
    cam_json_add_count (builder, "width", track->width);
    cam_json_add_count (builder, "height", track->height);
  } else {
    cam_json_add_count (builder, "sample_rate", track->sample_rate);
    cam_json_add_count (builder, "channels", track->channels);
  }
  json_builder_end_object (builder);
}

static void
add_media (JsonBuilder *builder, const CamStreamStatus *stream)
{
  CamTrack *const *tracks = stream->description != NULL ? stream->description->tracks : NULL;
  cam_json_add_text (builder, "peer", stream->peer);
  cam_json_add_text (builder, "transport", stream->transport);
  cam_json_add_text (builder, "detail", stream->detail);
  add_track (builder, "video", tracks != NULL ? tracks[CAM_TRACK_VIDEO] : NULL);
  add_track (builder, "audio", tracks != NULL ? tracks[CAM_TRACK_AUDIO] : NULL);
  cam_json_add_number (builder, "usual_fps", stream->usual_fps);
  cam_json_add_number (builder, "key_interval_s", stream->key_interval_s);
  cam_json_add_integer (builder, "drift_ppm", stream->drift_ppm);
}

/* Words that may all be there, as one object; zeros are left out. */
static void
add_ends (JsonBuilder *builder, const CamStreamStatus *stream)
{
  cam_json_begin_object (builder, "ends");
  for (unsigned i = 0; i < CAM_N_REASONS; i++) {
    if (stream->ends[i] > 0)
      cam_json_add_count (builder, cam_reason_word ((CamReason) i), stream->ends[i]);
  }
  json_builder_end_object (builder);
}

static void
add_drops (JsonBuilder *builder, const CamStreamStatus *stream)
{
  cam_json_begin_object (builder, "drops");
  for (unsigned i = 0; i < CAM_N_DROPS; i++)
    cam_json_add_count (builder, cam_drop_cause_word ((CamDropCause) i), stream->drops[i]);
  json_builder_end_object (builder);
}

static void
add_counters (JsonBuilder *builder, const CamStreamStatus *stream)
{
  cam_json_add_count (builder, "pictures", stream->in.units[CAM_TRACK_VIDEO]);
  cam_json_add_count (builder, "key_pictures", stream->in.keys);
  cam_json_add_count (builder, "sounds", stream->in.units[CAM_TRACK_AUDIO]);
  cam_json_add_count (builder, "bytes_in", stream->bytes_in);
  cam_json_add_count (builder, "bytes_out", stream->bytes_out);
  cam_json_add_count (builder, "units_out", stream->units_out);
  cam_json_add_count (builder, "units_left_out", stream->units_left_out);
  cam_json_add_count (builder, "packets_lost", stream->packets_lost);
  cam_json_add_count (builder, "malformed", stream->malformed);
  cam_json_add_count (builder, "connects", stream->connects);
  add_drops (builder, stream);
  add_ends (builder, stream);
  cam_json_add_seconds (builder, "slate_s", stream->slate_us);
  cam_json_add_count (builder, "memory_bytes", stream->memory_bytes);
  cam_json_add_count (builder, "shed_level", stream->shed_level);
}

static void
add_first_pictures (JsonBuilder *builder, const CamFirstPictures *pictures)
{
  cam_json_begin_object (builder, "first_pictures");
  cam_json_begin_array (builder, "bounds_s");
  for (unsigned i = 0; i < CAM_FIRST_PICTURE_BOUNDS; i++)
    json_builder_add_double_value (builder, cam_first_picture_bounds_s[i]);
  json_builder_end_array (builder);
  cam_json_begin_array (builder, "counts");
  for (unsigned i = 0; i < G_N_ELEMENTS (pictures->counts); i++)
    json_builder_add_int_value (builder, (gint64) pictures->counts[i]);
  json_builder_end_array (builder);
  cam_json_add_number (builder, "sum_s", pictures->sum_s);
  json_builder_end_object (builder);
}

static void
add_srt (JsonBuilder *builder, const CamStreamStatus *stream)
{
  const CamSrtStatistics *srt = &stream->srt;
  if (!stream->has_srt) {
    cam_json_add_null (builder, "srt");
    return;
  }
  cam_json_begin_object (builder, "srt");
  cam_json_add_number (builder, "rtt_ms", srt->rtt_ms);
  cam_json_add_number (builder, "bandwidth_mbit", srt->bandwidth_mbit);
  cam_json_add_number (builder, "receive_mbit", srt->receive_mbit);
  cam_json_add_count (builder, "packets_received", srt->packets_received);
  cam_json_add_count (builder, "packets_lost", srt->packets_lost);
  cam_json_add_count (builder, "packets_retransmitted", srt->packets_retransmitted);
  cam_json_add_count (builder, "packets_dropped", srt->packets_dropped);
  cam_json_add_count (builder, "packets_undecrypted", srt->packets_undecrypted);
  cam_json_add_count (builder, "receive_buffer_ms", srt->receive_buffer_ms);
  json_builder_end_object (builder);
}

/* What its sender says of it: an object of his, if it is one that can be passed on. */
static void
add_metadata (JsonBuilder *builder, GBytes *metadata)
{
  gsize length = 0;
  const char *text = metadata != NULL ? g_bytes_get_data (metadata, &length) : NULL;
  g_autoptr (JsonObject) object = text != NULL ? cam_json_read_object (text, length, NULL) : NULL;
  if (object == NULL) {
    cam_json_add_null (builder, "metadata");
    return;
  }
  json_builder_set_member_name (builder, "metadata");
  JsonNode *node = json_node_alloc ();
  json_builder_add_value (builder, json_node_init_object (node, object));
}

void
cam_stream_json_add (JsonBuilder *builder, const CamStreamStatus *stream, CamStreamJsonKind kind, int64_t now_us)
{
  json_builder_begin_object (builder);
  add_short (builder, stream, now_us);
  switch (kind) {
  case CAM_STREAM_JSON_SHORT:
    break;
  case CAM_STREAM_JSON_FULL:
    add_media (builder, stream);
    add_counters (builder, stream);
    add_first_pictures (builder, &stream->first_pictures);
    add_srt (builder, stream);
    add_metadata (builder, stream->metadata);
    break;
  }
  json_builder_end_object (builder);
}

void
cam_stream_json_add_health (JsonBuilder *builder, const CamStreamStatus *stream)
{
  json_builder_begin_object (builder);
  add_condition (builder, stream);
  json_builder_end_object (builder);
}
