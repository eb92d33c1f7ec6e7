/* That a stream's camera sends over UDP, remembered over a restart: a file STATE/streams/NAME.STREAM.udp, mode 0600, that says where it was learned.
 * Transport=auto only; TCP, which is tried first anyway, leaves no file.
 * Thread: M. Owner: stream-dialler. */
#pragma once

#include "config/camera-config.h"
#include "core/disk.h"

typedef struct CamTransportMemory CamTransportMemory;

/* @folder: the state folder; NULL: nothing is kept. @disk: borrowed. */
CamTransportMemory *cam_transport_memory_new (CamDisk *disk, const char *folder, const CamCameraConfig *camera, unsigned stream);
void cam_transport_memory_free (CamTransportMemory *self); /* NULL is fine */

/* What worked last at this URL, as far as it is known: UDP, or TCP. Read at new, small, at once. */
CamTransport cam_transport_memory_get (const CamTransportMemory *self);

/* Writes nothing that is kept already. */
void cam_transport_memory_keep (CamTransportMemory *self, CamTransport transport);
