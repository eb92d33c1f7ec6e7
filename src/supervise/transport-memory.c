#include "supervise/transport-memory.h"

#include <string.h>

#include "core/disk-file.h"

#define MAX_BYTES 128 /* a digest in hexadecimal and the end of its line */

struct CamTransportMemory {
  CamDisk *disk; /* borrowed */
  char *path;    /* owned; NULL: nothing is kept */
  char *origin;  /* owned; the file's whole content: digest of the URL */
  CamTransport kept;
};

CamTransportMemory *
cam_transport_memory_new (CamDisk *disk, const char *folder, const CamCameraConfig *camera, unsigned stream)
{
  CamTransportMemory *self = g_new0 (CamTransportMemory, 1);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, camera->streams[stream].url, -1);
  self->disk = disk;
  self->origin = g_strconcat (digest, "\n", NULL);
  self->kept = CAM_TRANSPORT_TCP;
  if (folder == NULL)
    return self;
  g_autofree char *name = g_strconcat (camera->name, ".", cam_stream_name (stream), ".udp", NULL);
  self->path = g_build_filename (folder, "streams", name, NULL);
  g_autoptr (GBytes) content = cam_disk_file_read (self->path, MAX_BYTES, NULL);
  g_autoptr (GBytes) expected = g_bytes_new (self->origin, strlen (self->origin));
  if (content != NULL && g_bytes_equal (content, expected))
    self->kept = CAM_TRANSPORT_UDP;
  return self;
}

void
cam_transport_memory_free (CamTransportMemory *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  g_free (self->origin);
  g_free (self);
}

CamTransport
cam_transport_memory_get (const CamTransportMemory *self)
{
  return self->kept;
}

void
cam_transport_memory_keep (CamTransportMemory *self, CamTransport transport)
{
  if (transport == self->kept)
    return;
  self->kept = transport;
  if (self->path == NULL)
    return;
  g_autoptr (GBytes) content = g_bytes_new (self->origin, strlen (self->origin));
  if (transport == CAM_TRANSPORT_UDP)
    cam_disk_write (self->disk, self->path, content);
  else
    cam_disk_remove (self->disk, self->path);
}
