/* How many clients there are, where they come from and what they watch; what the limits of the configuration allow; the server's counters;
 * the list of readers.
 * Thread: any. Owner: rtsp-server. */
#pragma once

#include "config/config-set.h"
#include "serve/reader-record.h"

typedef struct CamClientRegistry CamClientRegistry;

CamClientRegistry *cam_client_registry_new (const CamServerConfig *limits); /* copies the limits */

/* Other limits for those to come; who is in stays. Copied. */
void cam_client_registry_set_limits (CamClientRegistry *self, const CamServerConfig *limits);
void cam_client_registry_free (CamClientRegistry *self);                    /* NULL is fine */

typedef enum
{
  CAM_ADMISSION_OK,
  CAM_ADMISSION_FULL,        /* MaxConnections */
  CAM_ADMISSION_ADDRESS_FULL /* MaxConnectionsPerAddress */
} CamAdmission;

/* Counts a connection from @address; to be dismissed when OK. Loopback addresses are exempt from the limit per address. */
CamAdmission cam_client_registry_admit (CamClientRegistry *self, GInetAddress *address);
/* Whether it would be, so that it can be refused early; only admitting it is sure. */
bool cam_client_registry_has_room (CamClientRegistry *self, GInetAddress *address);
void cam_client_registry_dismiss (CamClientRegistry *self, GInetAddress *address);
unsigned cam_client_registry_count_connections (CamClientRegistry *self);

typedef enum
{
  CAM_SEAT_TAKEN,
  CAM_SEAT_FULL,       /* MaxReaders of the server */
  CAM_SEAT_CAMERA_FULL /* MaxReaders of the camera */
} CamSeat;

/* Counts a session on a camera's stream; to be left when TAKEN. */
CamSeat cam_client_registry_seat (CamClientRegistry *self, const CamCameraConfig *camera, unsigned stream);
/* Whether a seat could be taken now, so that it can be refused early; only taking it is sure. */
bool cam_client_registry_has_seat (CamClientRegistry *self, const CamCameraConfig *camera);
void cam_client_registry_leave (CamClientRegistry *self, const char *camera, unsigned stream);
unsigned cam_client_registry_count_readers (CamClientRegistry *self, const char *camera, unsigned stream);

/* A record of a reader, on the list until it is struck off; its reader's loop. @identity is copied. */
CamReaderRecord *cam_client_registry_enrol (CamClientRegistry *self, const CamReaderIdentity *identity);
void cam_client_registry_strike (CamClientRegistry *self, CamReaderRecord *record); /* (transfer full); NULL is fine */

/* All readers now, or those of one @camera (nullable). Of CamReaderView, owned. (transfer full) */
GPtrArray *cam_client_registry_list (CamClientRegistry *self, const char *camera);

typedef enum
{
  CAM_CLIENT_COUNT_ACCEPTED,
  CAM_CLIENT_COUNT_REFUSED, /* by a limit */
  CAM_CLIENT_COUNT_BYTES_OUT,
  CAM_CLIENT_COUNT_UNITS_SKIPPED, /* left out of what readers got */
  CAM_CLIENT_COUNT_SLOW_REQUESTS, /* over 20 ms */
  CAM_N_CLIENT_COUNTS
} CamClientCount;

void cam_client_registry_add (CamClientRegistry *self, CamClientCount count, uint64_t n);
uint64_t cam_client_registry_get (const CamClientRegistry *self, CamClientCount count);
unsigned cam_client_registry_count_all_readers (CamClientRegistry *self);
