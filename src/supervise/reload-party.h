/* Who else has a say in a reload: what the daemon has above supervise takes part in the transaction, as listeners and doors do.
 * Thread: fit a short one of the reload's, the rest M. Owner: a value; who gives it outlives the reload. */
#pragma once

#include "config/config-set.h"

typedef struct {
  /* Whether the system can carry @config, which nobody else has seen yet: it may be fitted to that. May block. Errors: any, saying what cannot be. */
  bool (*fit) (CamConfigSet *config, gpointer data, GError **error);

  /* Does what can fail and nobody notices; then commit or abandon, within a second or so. Errors: any, naming what; nothing has changed then, and abandon may follow. */
  bool (*prepare) (CamConfigSet *config, gpointer data, GError **error);
  void (*commit) (gpointer data);
  void (*abandon) (gpointer data);
  gpointer data; /* borrowed */
} CamReloadParty;
