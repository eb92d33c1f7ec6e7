/* One request and its answer: who asks, what for, may he, and the answer as JSON, which of verbs may come later.
 * Thread: H. Owner: itself, until the answer has gone and the verb, if there is one, has answered. */
#pragma once

#include "control/control-desk.h"
#include "control/http-connection.h"
#include "serve/wrong-logins.h"

#include <libsoup/soup.h>

/* What exchanges work with. All borrowed. */
typedef struct {
  CamLoopThread *loop;
  CamControlDesk *desk;
  CamConfigSet *config;       /* what holds until there is a status */
  CamWrongLogins *wrong;
  GBytes *openapi;
  const gint *is_ready;       /* atomic */
} CamHttpOffice;

/* @connection has asked; libsoup's @message is its answer to be. */
void cam_http_exchange_begin (const CamHttpOffice *office, CamHttpConnection *connection, SoupServerMessage *message);
