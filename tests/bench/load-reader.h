/* One RTSP reader of the load client, from connect to the end: OPTIONS, DESCRIBE, SETUP, PLAY, receiver reports.
 * When it starts and what its figures mean is the load client's business.
 * Thread: its loop. Owner: the load client. */
#pragma once

#include "load-tally.h"

#include "core/loop-thread.h"

typedef struct BenchReader BenchReader;

typedef enum {
  BENCH_READER_JOINED, /* the first whole key picture is here */
  BENCH_READER_LEFT,   /* TEARDOWN is answered, or it vanished */
  BENCH_READER_FAILED
} BenchReaderNews;

typedef struct {
  CamLoopThread *loop;
  BenchTally *tally;
  int64_t *newest_key_us; /* borrowed; when the newest key picture that any reader saw was sent: all houses share it */
  bool is_udp;
  bool is_plain; /* streams without stamps, of any codec: pictures are counted, not checked */
  void (*on_news) (BenchReader *reader, BenchReaderNews news, gpointer data); /* must not free the reader */
  gpointer data;
} BenchReaderHouse;

/* @house, @url ("rtsp://IPv4:PORT/…"): borrowed. Starts to connect; news may come before this returns. */
BenchReader *bench_reader_new (const BenchReaderHouse *house, const char *url);

/* Says TEARDOWN; the news will be LEFT, or FAILED. */
void bench_reader_leave (BenchReader *self);

/* Closes everything without a word; the news will be LEFT. */
void bench_reader_vanish (BenchReader *self);

/* Reads no byte from its TCP connection, and says nothing, until it is told to read again: like a program that hangs. What it counts then is
 * when it is back: at the newest group, and live. */
void bench_reader_hang (BenchReader *self);
void bench_reader_wake (BenchReader *self);

/* Closes whatever is open, and adds the losses to the tally. */
void bench_reader_free (BenchReader *self);

/* What went wrong, or NULL. */
const char *bench_reader_get_error (const BenchReader *self);
