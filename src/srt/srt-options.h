/* What is set on a libsrt socket before it meets a peer, kept apart from the URL that said it.
 * Thread: any; immutable. Owner: a connection or a door. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "config/srt-url.h"

typedef struct CamSrtOptions CamSrtOptions;

/* Copies of @url what libsrt must know. */
CamSrtOptions *cam_srt_options_new (const CamSrtUrl *url);
void cam_srt_options_free (CamSrtOptions *self); /* NULL is fine */

bool cam_srt_options_is_rendezvous (const CamSrtOptions *self);

/* Makes @socket one that never blocks, in live mode, with latency, buffers and filter. Errors: CAM_SRT_ERROR_OPTION, naming what libsrt refuses. */
bool cam_srt_options_apply (const CamSrtOptions *self, int socket, GError **error);

/* And one that calls: passphrase, key length, stream id, the time for the handshake, rendezvous. Errors: as apply. */
bool cam_srt_options_apply_caller (const CamSrtOptions *self, int socket, GError **error);

/* Room for what @socket receives, for one that brings media and has not met its peer yet: libsrt 1.5.1 never receives anything again once its buffer has been full (Haivision/srt
 * #2745), and it holds all that comes within the latency. Nothing where the URL says rcvbuf=. */
void cam_srt_options_make_room (const CamSrtOptions *self, int socket);

/* @passphrase (nullable: no encryption) for @socket, which has not met its peer yet. False: libsrt refuses it. */
bool cam_srt_options_set_passphrase (int socket, const CamSecret *passphrase);
