#include "control/reader-tally.h"

#include <string.h>

const char *const cam_reader_lag_bounds[CAM_READER_LAG_BOUNDS] = {"0.05", "0.1", "0.25", "0.5", "1", "2.5", "5"};
static const int64_t bounds_us[CAM_READER_LAG_BOUNDS] = {50000, 100000, 250000, 500000, 1000000, 2500000, 5000000};

/* NULL: there are more kinds than we know. */
static CamReaderKind *
find_kind (CamReaderTally *self, const char *transport)
{
  for (unsigned i = 0; i < self->n_kinds; i++) {
    if (strcmp (self->kinds[i].transport, transport) == 0)
      return &self->kinds[i];
  }
  if (self->n_kinds == CAM_READER_KINDS)
    return NULL;
  CamReaderKind *kind = &self->kinds[self->n_kinds++];
  kind->transport = transport;
  return kind;
}

static void
count_reader (CamReaderKind *kind, const CamReaderView *view)
{
  kind->states[view->state]++;
  for (unsigned i = 0; i < CAM_READER_LAG_BOUNDS && view->lag_us > bounds_us[i]; i++)
    kind->lagging[i]++;
  kind->worst_lag_us = MAX (kind->worst_lag_us, view->lag_us);
  kind->waiting_bytes += view->waiting_bytes;
}

void
cam_reader_tally_fill (CamReaderTally *self, const GPtrArray *readers)
{
  *self = (CamReaderTally){.n_kinds = 0};
  for (unsigned i = 0; i < readers->len; i++) {
    const CamReaderView *view = g_ptr_array_index (readers, i);
    CamReaderKind *kind = find_kind (self, view->transport != NULL ? view->transport : "none"); /* not set up yet */
    if (kind != NULL)
      count_reader (kind, view);
  }
}
