#include "serve/multicast-plan.h"

#include "config/multicast-range.h"

struct CamMulticastPlan {
  CamMulticastRange range;
  GHashTable *offsets; /* owned; "camera/stream", owned, to its place in the range */
};

static char *
name_stream (const char *camera, unsigned stream)
{
  return g_strdup_printf ("%s/%s", camera, cam_stream_name (stream));
}

/* FNV-1a, because it must be the same in each version of this program. */
static uint32_t
hash_name (const char *name)
{
  uint32_t hash = 2166136261u;
  for (const char *at = name; *at != '\0'; at++)
    hash = (hash ^ (uint8_t) *at) * 16777619u;
  return hash;
}

/* The first that is free from the hash on; there is room for all, or the configuration was refused. */
static void
place_stream (CamMulticastPlan *self, const char *camera, unsigned stream, bool *taken)
{
  g_autofree char *name = name_stream (camera, stream);
  const unsigned count = self->range.count;
  const unsigned first = hash_name (name) % count;
  for (unsigned i = 0; i < count; i++) {
    const unsigned offset = (first + i) % count;
    if (taken[offset])
      continue;
    taken[offset] = true;
    g_hash_table_insert (self->offsets, g_steal_pointer (&name), GUINT_TO_POINTER (offset));
    return;
  }
}

/* A stream that goes on keeps its place. */
static void
keep_place (CamMulticastPlan *self, const CamMulticastPlan *before, const char *camera, unsigned stream, bool *taken)
{
  g_autofree char *name = name_stream (camera, stream);
  gpointer offset;
  if (before == NULL || !g_hash_table_lookup_extended (before->offsets, name, NULL, &offset))
    return;
  taken[GPOINTER_TO_UINT (offset)] = true;
  g_hash_table_insert (self->offsets, g_steal_pointer (&name), offset);
}

static bool
has_place (const CamMulticastPlan *self, const char *camera, unsigned stream)
{
  g_autofree char *name = name_stream (camera, stream);
  return g_hash_table_contains (self->offsets, name);
}

static CamMulticastPlan *
new_plan (CamMulticastRange range, const CamMulticastPlan *before, const CamConfigSet *config)
{
  CamMulticastPlan *self = g_new0 (CamMulticastPlan, 1);
  self->range = range;
  self->offsets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree bool *taken = g_new0 (bool, self->range.count);
  for (unsigned round = 0; self->range.count > 0 && round < 2 * config->cameras->len; round++) {
    bool is_first = round < config->cameras->len; /* those that stay come first */
    const CamCameraConfig *camera = g_ptr_array_index (config->cameras, round % config->cameras->len);
    for (unsigned stream = 0; stream < CAM_N_STREAMS; stream++) {
      if (camera->streams[stream].url == NULL)
        continue;
      if (is_first)
        keep_place (self, before, camera->name, stream, taken);
      else if (!has_place (self, camera->name, stream))
        place_stream (self, camera->name, stream, taken);
    }
  }
  return self;
}

CamMulticastPlan *
cam_multicast_plan_new (const CamConfigSet *config)
{
  return new_plan (config->server.multicast_range, NULL, config);
}

CamMulticastPlan *
cam_multicast_plan_new_after (const CamMulticastPlan *before, const CamConfigSet *config)
{
  return new_plan (before->range, before, config);
}

void
cam_multicast_plan_free (CamMulticastPlan *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->offsets);
  g_free (self);
}

bool
cam_multicast_plan_find (const CamMulticastPlan *self, const char *camera, unsigned stream, CamMulticastPlace *ret_place)
{
  g_autofree char *name = name_stream (camera, stream);
  gpointer value = NULL;
  if (!g_hash_table_lookup_extended (self->offsets, name, NULL, &value))
    return false;
  const unsigned offset = GPOINTER_TO_UINT (value);
  const unsigned first_port = CAM_MULTICAST_FIRST_PORT + offset * CAM_MULTICAST_PORTS_A_GROUP;
  *ret_place = (CamMulticastPlace){.group = {htonl (self->range.first + offset)}};
  for (unsigned track = 0; track < CAM_N_TRACKS; track++)
    ret_place->rtp_ports[track] = (uint16_t) (first_port + 2 * track);
  return true;
}
