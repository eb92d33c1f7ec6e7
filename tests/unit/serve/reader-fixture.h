/* A reader with an outlet that is drained by hand, for its tests: bursts, joins, what was sent and told.
 * Thread: the test's. Owner: the test. */
#pragma once

#include <string.h>

#include "fake-outlet.h"
#include "serve/reader.h"

#define LAG_US (3 * G_USEC_PER_SEC)

typedef struct {
  FakeOutlet fake;
  CamReader *reader;
  GString *news; /* a letter each */
  atomic_bool shed;
  CamSkipReason why;
  uint16_t next_video;
  uint16_t next_audio;
} Fixture;

static inline void
on_news (CamReaderNews news, CamSkipReason why, int64_t now_us, gpointer data)
{
  Fixture *fixture = data;
  g_string_append_c (fixture->news, "SBTW"[news]);
  fixture->why = why;
}

static inline CamReader *
make_reader (Fixture *fixture)
{
  return cam_reader_new (&(CamReaderSetup){.outlet = &fixture->fake.outlet,
                                           .lag_us = LAG_US,
                                           .thins = true,
                                           .shed = &fixture->shed,
                                           .record = fixture->fake.record,
                                           .tell = on_news,
                                           .data = fixture});
}

static inline void
set_up (Fixture *fixture, gconstpointer data)
{
  fake_outlet_init (&fixture->fake, true);
  fixture->news = g_string_new (NULL);
  fixture->reader = make_reader (fixture);
  cam_reader_select (fixture->reader, CAM_TRACK_VIDEO, 0, 1);
  cam_reader_select (fixture->reader, CAM_TRACK_AUDIO, 6, 7);
  fixture->next_video = 65530;
  fixture->next_audio = 100;
}

static inline void
tear_down (Fixture *fixture, gconstpointer data)
{
  cam_reader_free (fixture->reader);
  g_string_free (fixture->news, TRUE);
  fake_outlet_clear (&fixture->fake);
}

static inline CamBurst *
make_burst (CamTrackKind track, uint16_t sequence, unsigned packets, int64_t time_us)
{
  enum { BYTES = 16 };
  CamBurst *burst = cam_burst_new (packets * BYTES);
  for (unsigned i = 0; i < packets; i++) {
    uint16_t number = (uint16_t) (sequence + i);
    memcpy (burst->data + i * BYTES, (uint8_t[BYTES]){'$', 0, 0, 12, 0x80, 96, (uint8_t) (number >> 8), (uint8_t) number}, BYTES);
  }
  burst->track = track;
  burst->channel = (uint8_t) (track * 2);
  burst->sequence = sequence;
  burst->packets = (uint16_t) packets;
  burst->rtp_time = (uint32_t) (time_us * 9 / 100);
  burst->created_us = time_us;
  burst->size = packets * BYTES;
  return burst;
}

static inline CamBurst *
next_unit (Fixture *fixture, CamTrackKind track, unsigned packets, bool is_key, int64_t time_us)
{
  uint16_t *next = track == CAM_TRACK_VIDEO ? &fixture->next_video : &fixture->next_audio;
  CamBurst *burst = make_burst (track, *next, packets, time_us);
  *next = (uint16_t) (*next + packets);
  burst->is_key = is_key;
  return burst;
}

static inline CamReaderVerdict
offer (Fixture *fixture, CamTrackKind track, unsigned packets, bool is_key, int64_t time_us)
{
  g_autoptr (CamBurst) burst = next_unit (fixture, track, packets, is_key, time_us);
  return cam_reader_offer (fixture->reader, burst, time_us);
}

/* A join with @pictures of 3 packets each that end before the next live one, 1 ms apart up to @time_us. */
static inline CamJoin *
make_join (Fixture *fixture, unsigned pictures, int64_t time_us)
{
  CamJoin *join = g_new0 (CamJoin, 1);
  join->room_bytes = 100000;
  join->next_sequence[CAM_TRACK_VIDEO] = fixture->next_video;
  join->next_sequence[CAM_TRACK_AUDIO] = fixture->next_audio;
  for (unsigned i = 0; i < CAM_N_TRACKS; i++) {
    join->reports[i] = make_burst (i, 0, 1, time_us);
    join->reports[i]->is_control = true;
    join->reports[i]->channel = (uint8_t) (i * 2 + 1);
  }
  if (pictures == 0)
    return join;
  join->head = g_ptr_array_new_with_free_func ((GDestroyNotify) cam_burst_unref);
  for (unsigned i = 0; i < pictures; i++) {
    uint16_t sequence = (uint16_t) (fixture->next_video - 3 * (pictures - i));
    g_ptr_array_add (join->head, make_burst (CAM_TRACK_VIDEO, sequence, 3, time_us - 1000 * (pictures - 1 - i)));
  }
  join->audio = make_burst (CAM_TRACK_AUDIO, (uint16_t) (fixture->next_audio - 1), 1, time_us - 5000);
  return join;
}

static inline void
begin (Fixture *fixture, unsigned pictures, int64_t time_us)
{
  g_autoptr (CamJoin) join = make_join (fixture, pictures, time_us);
  cam_reader_begin (fixture->reader, join, time_us);
}

static inline CamReaderView *
view (Fixture *fixture)
{
  return cam_reader_record_view (fixture->fake.record);
}

/* All that was sent of @track is numbered without a gap, on its channel, and goes forward in time. */
static inline unsigned
assert_contiguous (Fixture *fixture, CamTrackKind track, uint8_t channel)
{
  unsigned packets = 0;
  uint16_t expected = 0;
  uint32_t rtp_time = 0;
  for (unsigned i = 0; i < fixture->fake.sent->len; i++) {
    const CamBurst *burst = fixture->fake.sent->pdata[i];
    if (burst->track != track || burst->is_control)
      continue;
    g_assert_cmpuint (burst->channel, ==, channel);
    if (packets > 0) {
      g_assert_cmpuint (burst->sequence, ==, expected);
      g_assert_cmpint ((int32_t) (burst->rtp_time - rtp_time), >, 0);
    }
    expected = (uint16_t) (burst->sequence + burst->packets);
    rtp_time = burst->rtp_time;
    packets += burst->packets;
  }
  return packets;
}
