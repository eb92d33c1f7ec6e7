/* Samples as they come to units of L16 on a time line: the first ones make the description, the count of samples makes the times, so that the jitter of
 * their arrival is not heard; after a gap arrival counts again.
 * Thread: L. Owner: framed-sound. */
#pragma once

#include "ingest/ingest-source.h"
#include "sound/sound-decoder.h"

#define CAM_L16_UNITS_GAP_US INT64_C (250000) /* later than this is not jitter: samples are missing */

typedef struct CamL16Units CamL16Units;

CamL16Units *cam_l16_units_new (CamIngestSink *sink); /* borrowed */
void cam_l16_units_free (CamL16Units *self);          /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamL16Units, cam_l16_units_free)

/* What is taken from now on came at @arrived_us. */
void cam_l16_units_begin (CamL16Units *self, int64_t arrived_us);

/* Times from now on are above it. */
void cam_l16_units_raise_floor (CamL16Units *self, int64_t floor_ns);

/* Always of one rate and as many channels. Units of 5 to 20 ms leave; what is less waits for the next samples. */
void cam_l16_units_take (CamL16Units *self, const CamPcm *pcm);
