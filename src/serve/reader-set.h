/* The readers of one stream, and what is on its way to them: all that a turn of the loop brings, with the sound and the reports that waited for
 * it, is handed to each reader in one visit, because to come by hundreds of readers costs more than what is to be done for each.
 * What is sent the stream-task makes; what is left out each reader decides.
 * Thread: its media loop. Owner: stream-task. */
#pragma once

#include "core/loop-thread.h"
#include "serve/reader.h"

typedef struct CamReaderSet CamReaderSet;

/* What a reader that had fallen behind can begin with, all that was offered included. (transfer full) */
typedef CamJoin *(*CamReaderSetJoinFunc) (gpointer data);

/* @join, @data: borrowed, called in visits. */
CamReaderSet *cam_reader_set_new (CamLoopThread *loop, CamReaderSetJoinFunc join, gpointer data);
void cam_reader_set_free (CamReaderSet *self); /* NULL is fine. Its readers have been removed. */

/* @reader: borrowed until it is removed; it has begun with all that was offered until now, or is about to. Twice is fine. */
void cam_reader_set_add (CamReaderSet *self, CamReader *reader);
void cam_reader_set_remove (CamReaderSet *self, CamReader *reader); /* not within a visit; nothing happens when it is not there */
void cam_reader_set_clear (CamReaderSet *self);                     /* what waits goes, too */
unsigned cam_reader_set_count (const CamReaderSet *self);

/* The next unit, report or BYE for all (own reference). It leaves with the next flush. */
void cam_reader_set_offer (CamReaderSet *self, CamBurst *burst);

/* Who watches pictures waits for the next flush, until @due_us at most; who only listens has at once what was offered. */
void cam_reader_set_hold_until (CamReaderSet *self, int64_t due_us);

/* Others need the memory of what waits: those who have waited longest, and half as long, give it up. False: nobody has waited for more than what
 * is usual, so that nothing is gained. */
bool cam_reader_set_shed (CamReaderSet *self);

/* Charges @burst to @share; while there is no memory for it, others give theirs up. False: there is none whatever they give up; counted. */
bool cam_reader_set_charge (CamReaderSet *self, CamBurst *burst, CamMediaShare *share);

/* Hands over and sends all that was offered. */
void cam_reader_set_flush (CamReaderSet *self);
