/* One RTSP reader of the load client, from connect to the end: OPTIONS, DESCRIBE, SETUP, PLAY, receiver reports.
 * When it starts and what its figures mean is the load client's business.
 * Thread: its loop. Owner: the load client. */
#pragma once

#include "load-tally.h"

#include "core/loop-thread.h"

typedef struct BenchReader BenchReader;

typedef enum {
  BENCH_READER_JOINED, /* the first whole key picture is here */
  BENCH_READER_LEFT,   /* TEARDOWN is answered */
  BENCH_READER_FAILED
} BenchReaderNews;

typedef struct {
  CamLoopThread *loop;
  BenchTally *tally;
  bool is_udp;
  bool is_plain; /* streams without stamps, of any codec: pictures are counted, not checked */
  void (*on_news) (BenchReader *reader, BenchReaderNews news, gpointer data); /* must not free the reader */
  gpointer data;
} BenchReaderHouse;

/* @house, @url ("rtsp://IPv4:PORT/…"): borrowed. Starts to connect; news may come before this returns. */
BenchReader *bench_reader_new (const BenchReaderHouse *house, const char *url);

/* Says TEARDOWN; the news will be LEFT, or FAILED. */
void bench_reader_leave (BenchReader *self);

/* Closes whatever is open, and adds the losses to the tally. */
void bench_reader_free (BenchReader *self);

/* What went wrong, or NULL. */
const char *bench_reader_get_error (const BenchReader *self);
