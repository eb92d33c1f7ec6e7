#include "ingest/ingest-tally.h"

void
cam_ingest_tally_init (CamIngestTally *self)
{
  g_mutex_init (&self->mutex);
}

void
cam_ingest_tally_clear (CamIngestTally *self)
{
  g_mutex_clear (&self->mutex);
}

void
cam_ingest_tally_note_totals (CamIngestTally *self, const CamIngestTotals *totals)
{
  atomic_store_explicit (&self->bytes, totals->bytes, memory_order_relaxed);
  atomic_store_explicit (&self->packets_lost, totals->packets_lost, memory_order_relaxed);
  atomic_store_explicit (&self->malformed, totals->malformed, memory_order_relaxed);
  atomic_store_explicit (&self->drift_ppm, totals->drift_ppm, memory_order_relaxed);
  if (totals->srt == NULL)
    return;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  self->has_srt = true;
  self->srt = *totals->srt;
}

void
cam_ingest_tally_note_drop (CamIngestTally *self, CamDropCause cause)
{
  atomic_fetch_add_explicit (&self->drops[cause], 1, memory_order_relaxed);
}

CamIngestCounters
cam_ingest_tally_copy (const CamIngestTally *self)
{
  CamIngestCounters counters = {
      .bytes = atomic_load_explicit (&self->bytes, memory_order_relaxed),
      .packets_lost = atomic_load_explicit (&self->packets_lost, memory_order_relaxed),
      .malformed = atomic_load_explicit (&self->malformed, memory_order_relaxed),
      .drift_ppm = atomic_load_explicit (&self->drift_ppm, memory_order_relaxed),
  };
  for (unsigned cause = 0; cause < CAM_N_DROPS; cause++)
    counters.drops[cause] = atomic_load_explicit (&self->drops[cause], memory_order_relaxed);
  /* Reading is const to the caller; the mutex is not part of what is read. */
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&((CamIngestTally *) self)->mutex);
  counters.has_srt = self->has_srt;
  counters.srt = self->srt;
  return counters;
}
