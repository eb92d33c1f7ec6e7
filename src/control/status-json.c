#include "control/status-json.h"

#include "control/json-write.h"
#include "control/stream-json.h"
#include "version.h"

static JsonNode *
end (JsonBuilder *builder)
{
  return json_builder_get_root (builder);
}

/* ---- the relay ---- */

static void
add_process (JsonBuilder *builder, const CamStatus *status)
{
  cam_json_add_text (builder, "version", CAM_VERSION);
  cam_json_add_seconds (builder, "unix_s", status->unix_us);
  cam_json_add_seconds (builder, "start_unix_s", status->start_unix_us);
  cam_json_add_seconds (builder, "uptime_s", MAX (status->unix_us - status->start_unix_us, 0));
  cam_json_add_count (builder, "streams_connected", status->connected);
  cam_json_add_count (builder, "streams_total", status->total);
  cam_json_add_count (builder, "cameras_quarantined", status->quarantined);
  cam_json_add_count (builder, "threads", status->threads);
  cam_json_add_count (builder, "descriptors", status->descriptors);
  cam_json_add_count (builder, "descriptor_limit", status->descriptor_limit);
  cam_json_add_count (builder, "resident_bytes", status->resident_bytes);
  cam_json_add_number (builder, "cpu_s", status->cpu_s);
  cam_json_add_count (builder, "reloads", status->reloads);
  cam_json_add_count (builder, "reloads_failed", status->reloads_failed);
  cam_json_add_count (builder, "crashes", status->crashes);
  cam_json_add_count (builder, "shed_step", status->shed_step);
}

static void
add_server (JsonBuilder *builder, const CamServerCounters *server)
{
  cam_json_begin_object (builder, "server");
  cam_json_add_count (builder, "connections", server->connections);
  cam_json_add_count (builder, "readers", server->readers);
  cam_json_add_count (builder, "accepted", server->accepted);
  cam_json_add_count (builder, "refused", server->refused);
  cam_json_add_count (builder, "bytes_out", server->bytes_out);
  cam_json_add_count (builder, "units_left_out", server->units_skipped);
  cam_json_add_count (builder, "requests_over_20ms", server->requests_over_20ms);
  json_builder_end_object (builder);
}

static void
add_memory (JsonBuilder *builder, const CamMediaMemoryCounters *memory)
{
  cam_json_begin_object (builder, "media_memory");
  cam_json_add_count (builder, "limit_bytes", memory->limit);
  cam_json_add_count (builder, "used_bytes", memory->used);
  cam_json_add_count (builder, "most_used_bytes", memory->high);
  cam_json_add_count (builder, "refusals", memory->refusals);
  json_builder_end_object (builder);
}

static void
add_loops (JsonBuilder *builder, const CamStatus *status)
{
  cam_json_begin_array (builder, "loops");
  for (unsigned i = 0; i < status->n_loops; i++) {
    json_builder_begin_object (builder);
    cam_json_add_text (builder, "name", status->loops[i].name);
    cam_json_add_seconds (builder, "worst_turn_s", status->loops[i].worst_turn_us);
    cam_json_add_seconds (builder, "lag_s", status->loops[i].lag_us);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

JsonNode *
cam_status_json_relay (const CamStatus *status, int64_t now_us)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_object (builder);
  add_process (builder, status);
  cam_json_begin_array (builder, "listeners");
  for (unsigned i = 0; i < status->listeners->len; i++)
    cam_json_add_element (builder, status->listeners->pdata[i]);
  json_builder_end_array (builder);
  add_server (builder, &status->server);
  add_memory (builder, &status->memory);
  add_loops (builder, status);
  cam_json_begin_array (builder, "streams");
  for (unsigned i = 0; i < status->streams->len; i++)
    cam_stream_json_add (builder, status->streams->pdata[i], CAM_STREAM_JSON_SHORT, now_us);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return end (builder);
}

/* ---- cameras ---- */

static const char *
priority_word (CamPriority priority)
{
  switch (priority) {
  case CAM_PRIORITY_LOW:
    return "low";
  case CAM_PRIORITY_NORMAL:
    return "normal";
  case CAM_PRIORITY_HIGH:
    return "high";
  }
  g_assert_not_reached ();
}

static void
add_camera (JsonBuilder *builder, const CamStatus *status, const CamCameraConfig *camera, CamStreamJsonKind kind, int64_t now_us)
{
  json_builder_begin_object (builder);
  cam_json_add_text (builder, "name", camera->name);
  cam_json_add_text (builder, "description", camera->description);
  cam_json_add_truth (builder, "enabled", camera->enabled);
  cam_json_add_text (builder, "priority", priority_word (camera->priority));
  cam_json_begin_array (builder, "streams");
  for (unsigned i = 0; i < CAM_N_STREAMS; i++) {
    const CamStreamStatus *stream = cam_status_find (status, camera->name, i);
    if (stream != NULL)
      cam_stream_json_add (builder, stream, kind, now_us);
  }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

JsonNode *
cam_status_json_cameras (const CamStatus *status, int64_t now_us)
{
  const GPtrArray *cameras = status->config->cameras;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_array (builder);
  for (unsigned i = 0; i < cameras->len; i++)
    add_camera (builder, status, cameras->pdata[i], CAM_STREAM_JSON_SHORT, now_us);
  json_builder_end_array (builder);
  return end (builder);
}

JsonNode *
cam_status_json_camera (const CamStatus *status, const char *name, int64_t now_us)
{
  const CamCameraConfig *camera = cam_config_set_find_camera (status->config, name);
  if (camera == NULL)
    return NULL;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  add_camera (builder, status, camera, CAM_STREAM_JSON_FULL, now_us);
  return end (builder);
}

JsonNode *
cam_status_json_health (const CamStatus *status)
{
  CamHealth worst = CAM_HEALTH_OK;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_object (builder);
  cam_json_begin_array (builder, "streams");
  for (unsigned i = 0; i < status->streams->len; i++) {
    const CamStreamStatus *stream = status->streams->pdata[i];
    worst = MAX (worst, stream->health);
    cam_stream_json_add_health (builder, stream);
  }
  json_builder_end_array (builder);
  cam_json_add_text (builder, "health", cam_health_word (worst));
  json_builder_end_object (builder);
  return end (builder);
}

/* ---- readers ---- */

static void
add_reader (JsonBuilder *builder, const CamReaderView *view)
{
  json_builder_begin_object (builder);
  cam_json_add_text (builder, "id", view->id);
  cam_json_add_text (builder, "camera", view->camera);
  cam_json_add_text (builder, "stream", view->stream);
  cam_json_add_text (builder, "address", view->address);
  cam_json_add_text (builder, "transport", view->transport);
  cam_json_add_text (builder, "state", cam_reader_state_name (view->state));
  cam_json_add_seconds (builder, "since_unix_s", view->since_unix_us);
  cam_json_add_count (builder, "units", view->units);
  cam_json_add_count (builder, "bytes", view->bytes);
  cam_json_add_count (builder, "units_left_out", view->units_left_out);
  cam_json_begin_object (builder, "skips");
  for (unsigned i = 0; i < CAM_N_SKIP_REASONS; i++)
    cam_json_add_count (builder, cam_skip_reason_name ((CamSkipReason) i), view->skips[i]);
  json_builder_end_object (builder);
  cam_json_add_count (builder, "thinnings", view->thinnings);
  cam_json_add_count (builder, "sheds", view->sheds);
  cam_json_add_seconds (builder, "lag_s", view->lag_us);
  cam_json_add_seconds (builder, "worst_lag_s", view->worst_lag_us);
  cam_json_add_count (builder, "waiting_bytes", view->waiting_bytes);
  json_builder_end_object (builder);
}

JsonNode *
cam_status_json_readers (const GPtrArray *views)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_array (builder);
  for (unsigned i = 0; i < views->len; i++)
    add_reader (builder, views->pdata[i]);
  json_builder_end_array (builder);
  return end (builder);
}
