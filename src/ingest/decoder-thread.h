/* A sender's units decoded on a thread of their own, in order: units go in from a loop, bounded in number and bytes; samples come back, bounded by bytes.
 * Neither waits for the other: what finds no room is dropped.
 * Thread: L, all functions; the thread itself is nobody's business. Owner: framed-sound. */
#pragma once

#include "core/loop-thread.h"
#include "sound/sound-epochs.h"

typedef struct CamDecoderThread CamDecoderThread;

/* What came of one unit, in the order of units. */
typedef struct {
  bool is_decoded;
  bool is_overrun;    /* it was not even looked at: too much that was decoded waits already */
  uint64_t epochs;    /* so far */
  int64_t arrived_us; /* as given with the unit */
  CamPcm pcm;         /* borrowed; often no frames */
} CamDecoded;

/* May not free the thread. */
typedef void (*CamDecodedFunc) (const CamDecoded *decoded, gpointer data);

/* @epochs: (transfer full), also on failure. @func is called on @loop. NULL: the system gives no thread. */
CamDecoderThread *cam_decoder_thread_new (CamLoopThread *loop, CamSoundEpochs *epochs, CamDecodedFunc func, gpointer data);

/* @func is not called any more. Never waits: the thread ends behind the unit it is at and frees what is its own. NULL is fine. */
void cam_decoder_thread_free (CamDecoderThread *self);

/* False: there is no room. */
bool cam_decoder_thread_take (CamDecoderThread *self, CamTrack *track, const uint8_t *unit, size_t size, int64_t arrived_us);
