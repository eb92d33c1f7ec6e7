/* Which transport the next dial of a stream asks for, when Transport=auto leaves it open: TCP first; UDP once the camera has refused TCP; the one that
 * worked last as long as it does.
 * Thread: pure. Owner: embedded by value in stream-dialler. */
#pragma once

#include "config/camera-config.h"
#include "ingest/ingest-worker.h"

typedef struct {
  bool is_open; /* auto */
  CamTransport present;
  bool is_live;
} CamTransportChoice;

void cam_transport_choice_init (CamTransportChoice *self, CamTransport configured);

/* What worked at an earlier time. Only when it is open, and before the first dial. */
void cam_transport_choice_recall (CamTransportChoice *self, CamTransport proven);

/* For the next dial; not auto. */
CamTransport cam_transport_choice_get (const CamTransportChoice *self);

void cam_transport_choice_live (CamTransportChoice *self);

/* The dial with the present transport is over. True: the camera refused it and another one is next, which need not wait. */
bool cam_transport_choice_ended (CamTransportChoice *self, const CamIngestEnd *end);
