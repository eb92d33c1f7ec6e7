/* The media half of an RTSP camera's connection: interleaved packets in, access units out to the sink; reports for the camera; the stream's pulse.
 * Sockets and requests are not known here; times are arguments.
 * Thread: pure but for the sink's calls. Owner: an rtsp-client-source, or an rtspsrc-source. */
#pragma once

#include "ingest/ingest-source.h"
#include "ingest/camera-dialogue.h"

typedef struct CamRtspTracks CamRtspTracks;

/* @ssrc: ours, random, for receiver reports; 0: somebody else writes them. The sink is borrowed. @memory: nullable. */
CamRtspTracks *cam_rtsp_tracks_new (CamIngestSink *sink, CamMediaMemory *memory, uint32_t ssrc);
void cam_rtsp_tracks_free (CamRtspTracks *self); /* NULL is fine */

/* Before begin: a medium that the camera set up. False: there is no depacketizer for it. */
bool cam_rtsp_tracks_add (CamRtspTracks *self, CamTrackKind kind, const CamRtspGrant *grant);

/* PLAY goes out: the pulse is felt from now on. @frozen_timeout_us: 0 for never frozen. */
void cam_rtsp_tracks_begin (CamRtspTracks *self, int64_t stall_timeout_us, int64_t frozen_timeout_us, int64_t now_us);

/* Before begin: nobody knows yet what this stream is, and clients are told to come back until somebody does. So it is described with the first
 * whole picture when the camera's SDP says all of it; else, and always without this, with the first key picture, which can be shown. */
void cam_rtsp_tracks_hasten (CamRtspTracks *self);

/* One interleaved frame. Calls the sink's describe and unit. */
void cam_rtsp_tracks_take (CamRtspTracks *self, uint8_t channel, const uint8_t *data, size_t size, int64_t now_us);

/* Appends the receiver reports that are due, each behind its interleaved header (RFC 2326, 10.12). */
void cam_rtsp_tracks_report (CamRtspTracks *self, int64_t now_us, GByteArray *output);

/* CAM_REASON_NONE, or CAM_REASON_STALL, CAM_REASON_NO_KEY, CAM_REASON_FROZEN or CAM_REASON_UNSUPPORTED with what was seen in @ret_detail. (transfer full) */
CamReason cam_rtsp_tracks_check (const CamRtspTracks *self, int64_t now_us, char **ret_detail);

/* When report or check have something to do at the earliest. */
int64_t cam_rtsp_tracks_get_due_us (const CamRtspTracks *self);

uint64_t cam_rtsp_tracks_get_lost (const CamRtspTracks *self);
uint64_t cam_rtsp_tracks_get_malformed (const CamRtspTracks *self);

/* Of the camera's clock against ours, smoothed; 0 while not known. */
int cam_rtsp_tracks_get_drift_ppm (const CamRtspTracks *self);
