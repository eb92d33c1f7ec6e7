/* One client that reads a camera over SRT: its connection, its seat, its reader on the mount's stream as MPEG-TS, or the stream's sound alone
 * behind 4-byte headers. It waits for a camera that is dialled because of it, and ends when its client, its mount or the server does.
 * Thread: the mount's media loop. Owner: itself. */
#pragma once

#include "serve/serve-loop.h"
#include "srt/srt-connection.h"
#include "wire/srt-stream-id.h"

/* Borrowed for the call, but for what says otherwise. */
typedef struct {
  CamServeLoop *home;     /* the mount's; outlives it */
  CamRtspFactory *mount;  /* takes its own reference */
  CamSrtPoller *poller;   /* outlives it */
  GInetAddress *address;
  unsigned port;
  CamSrtForm form;
  const char *audio; /* what the client asks for; "": nothing */
  const char *user;  /* whose log-in was good; NULL: nobody's */
} CamSrtReaderSetup;

/* @socket: an accepted SRT socket (transfer full). A client that finds no seat is closed at once, with a line in the log. */
void cam_srt_reader_start (const CamSrtReaderSetup *setup, int socket);
