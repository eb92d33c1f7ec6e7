/* What libavformat writes as MPEG-TS is taken apart and put together again: the decoder must see the same pictures and the same sound at
 * the same times, and have nothing to say about it. */
#include "wire/ts-demux.h"
#include "wire/ts-mux.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "wire/ts-pes.h"

#define PICTURES "-f lavfi -i testsrc=size=192x128:rate=25:duration=2"
#define SOUND "-f lavfi -i sine=frequency=440:duration=2:sample_rate=48000"

typedef struct {
  char *folder; /* owned */
  CamTsDemux *demux;
  CamTsMux *mux;
  CamStreamDescription *description; /* ref */
  GByteArray *out;                   /* owned */
  unsigned units[CAM_N_TRACKS];
  unsigned keys;
} Trip;

/* (transfer full): what it printed; NULL: it failed. */
static char *
run (const char *command)
{
  char *output = NULL;
  g_autofree char *errors = NULL;
  g_autoptr (GError) error = NULL;
  int status = 0;
  bool is_run = g_spawn_command_line_sync (command, &output, &errors, &status, &error);
  if (is_run && status == 0 && (errors == NULL || *errors == '\0'))
    return output;
  g_test_message ("%s: %s%s", command, error != NULL ? error->message : "", errors != NULL ? errors : "");
  g_free (output);
  return NULL;
}

static void
on_described (CamStreamDescription *description, gpointer data)
{
  Trip *self = data;
  cam_stream_description_unref (self->description);
  self->description = cam_stream_description_ref (description);
  if (self->mux != NULL)
    cam_ts_mux_set_description (self->mux, description);
}

/* The first time that is not below the tick. */
static int64_t
to_ns (uint64_t ticks)
{
  return (int64_t) ((ticks * 100000 + 8) / 9);
}

static void
on_unit (CamTrackKind track, const uint8_t *data, size_t size, bool is_key, bool is_damaged, uint64_t pts, uint64_t dts, gpointer user_data)
{
  Trip *self = user_data;
  g_assert_false (is_damaged);
  if (self->mux == NULL)
    self->mux = cam_ts_mux_new (self->description);
  g_assert_nonnull (self->mux);
  self->units[track]++;
  self->keys += track == CAM_TRACK_VIDEO && is_key;
  g_autofree uint8_t *copy = g_memdup2 (data, size);
  CamPayload payload = {.data = copy, .size = size};
  CamAccessUnit unit = {.track = track, .is_key = is_key, .payload = &payload};
  g_autofree uint8_t *out = g_malloc (cam_ts_mux_bound (self->mux, size));
  size_t bytes = cam_ts_mux_write (self->mux, &unit, to_ns (pts), to_ns (dts), out);
  g_assert_cmpuint (bytes, >, 0);
  g_byte_array_append (self->out, out, (guint) bytes);
}

static const CamTsDemuxSink sink = {.described = on_described, .unit = on_unit};

/* In pieces of many sizes. */
static void
take_file (Trip *self, const char *path)
{
  g_autofree char *text = NULL;
  size_t size = 0;
  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  const uint8_t *data = (const uint8_t *) text;
  g_autoptr (GRand) random = g_rand_new_with_seed (20261121);
  for (size_t offset = 0; offset < size;) {
    size_t wanted = (size_t) g_rand_int_range (random, 1, 3000);
    size_t piece = MIN (size - offset, wanted);
    g_autofree uint8_t *exact = g_memdup2 (data + offset, piece);
    cam_ts_demux_take (self->demux, exact, piece);
    offset += piece;
  }
  cam_ts_demux_flush (self->demux);
  CamTsDemuxCounters counters = cam_ts_demux_get_counters (self->demux);
  g_assert_cmpuint (counters.packets, ==, size / CAM_TS_PACKET_BYTES);
  g_assert_cmpuint (counters.out_of_sync + counters.discontinuities + counters.malformed + counters.scrambled, ==, 0);
}

/* What a decoder makes of a file: a line a picture and a piece of sound, with its time and its sum. */
static char *
decode (const char *path)
{
  g_autofree char *command = g_strdup_printf ("ffmpeg -v warning -xerror -i %s -map 0 -f framemd5 -", path);
  return run (command);
}

static void
trip_open (Trip *self)
{
  *self = (Trip){.folder = g_dir_make_tmp ("camrelay-ts-XXXXXX", NULL), .out = g_byte_array_new ()};
  self->demux = cam_ts_demux_new (&sink, self);
}

static void
trip_close (Trip *self)
{
  cam_ts_demux_free (self->demux);
  cam_ts_mux_free (self->mux);
  cam_stream_description_unref (self->description);
  g_byte_array_unref (self->out);
  g_rmdir (self->folder);
  g_free (self->folder);
}

typedef struct {
  const char *name;
  const char *options;
  CamCodec video, audio;
  unsigned pictures, keys, frames; /* frames 0: not counted */
  bool is_rounded;                 /* frames whose times are no whole ticks of 90 kHz: only the sums are compared */
} TripRow;

/* Only what is behind the last comma of each line. (transfer full) */
static char *
cut_times (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *sums = g_string_new (NULL);
  for (char **line = lines; *line != NULL; line++) {
    const char *comma = strrchr (*line, ',');
    g_string_append_printf (sums, "%s\n", comma != NULL ? comma + 1 : *line);
  }
  return g_string_free (sums, FALSE);
}

static void
assert_decoded_same (const char *a, const char *b, bool is_rounded)
{
  g_assert_nonnull (a);
  g_assert_nonnull (b);
  g_autofree char *sums_a = cut_times (a);
  g_autofree char *sums_b = cut_times (b);
  g_assert_cmpstr (sums_a, ==, sums_b);
  if (!is_rounded)
    g_assert_cmpstr (a, ==, b);
}

static void
test_trip (gconstpointer data)
{
  const TripRow *row = data;
  g_autofree char *ffmpeg = g_find_program_in_path ("ffmpeg");
  if (ffmpeg == NULL) {
    g_test_skip ("no ffmpeg");
    return;
  }
  Trip trip;
  trip_open (&trip);
  g_autofree char *first = g_build_filename (trip.folder, "first.ts", NULL);
  g_autofree char *second = g_build_filename (trip.folder, "second.ts", NULL);
  g_autofree char *command = g_strdup_printf ("ffmpeg -v error %s -f mpegts %s", row->options, first);
  g_autofree char *made = run (command);
  g_assert_nonnull (made);
  take_file (&trip, first);
  g_assert_true (g_file_set_contents (second, (const char *) trip.out->data, (gssize) trip.out->len, NULL));
  CamTrack *const *tracks = trip.description->tracks;
  g_assert_cmpint (tracks[CAM_TRACK_VIDEO] != NULL ? tracks[CAM_TRACK_VIDEO]->codec : CAM_CODEC_NONE, ==, row->video);
  g_assert_cmpint (tracks[CAM_TRACK_AUDIO] != NULL ? tracks[CAM_TRACK_AUDIO]->codec : CAM_CODEC_NONE, ==, row->audio);
  g_assert_cmpuint (trip.units[CAM_TRACK_VIDEO], ==, row->pictures);
  g_assert_cmpuint (trip.keys, ==, row->keys);
  if (row->frames > 0)
    g_assert_cmpuint (trip.units[CAM_TRACK_AUDIO], ==, row->frames);
  g_autofree char *expected = decode (first);
  g_autofree char *again = decode (second);
  assert_decoded_same (again, expected, row->is_rounded);
  g_unlink (first);
  g_unlink (second);
  trip_close (&trip);
}

static const TripRow rows[] = {
    {"h264-aac", PICTURES " " SOUND " -c:v libx264 -preset ultrafast -bf 2 -g 20 -c:a aac", CAM_CODEC_H264, CAM_CODEC_AAC, 50, 3, 95},
    {"h264-slices-mp2", PICTURES " " SOUND " -c:v libx264 -preset ultrafast -tune zerolatency -slices 4 -g 25 -c:a mp2", CAM_CODEC_H264,
     CAM_CODEC_MPEG_AUDIO, 50, 2, 84},
    {"h264-interlaced-mp3", PICTURES " " SOUND " -c:v libx264 -preset ultrafast -flags +ilme+ildct -g 25 -c:a libmp3lame", CAM_CODEC_H264,
     CAM_CODEC_MPEG_AUDIO, 50, 2, 0},
    {"h264-no-delimiters", PICTURES " -c:v libx264 -preset ultrafast -g 25 -bsf:v h264_metadata=aud=remove", CAM_CODEC_H264, CAM_CODEC_NONE,
     50, 2, 0},
    {"h265-ac3", PICTURES " " SOUND " -c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=25 -c:a ac3 -ac 2", CAM_CODEC_H265,
     CAM_CODEC_AC3, 50, 2, 63},
    {"h265-opus", PICTURES " " SOUND " -c:v libx265 -preset ultrafast -x265-params log-level=none:bframes=3 -c:a libopus -ac 2",
     CAM_CODEC_H265, CAM_CODEC_OPUS, 50, 1, 101},
    {"opus-mono", SOUND " -c:a libopus -frame_duration 60 -b:a 256k", CAM_CODEC_NONE, CAM_CODEC_OPUS, 0, 0, 34},
    {"aac-latm", SOUND " -c:a aac -mpegts_flags latm", CAM_CODEC_NONE, CAM_CODEC_AAC, 0, 0, 95},
    {"aac-44100", SOUND " -c:a aac -ar 44100 -ac 2", CAM_CODEC_NONE, CAM_CODEC_AAC, 0, 0, 88, true},
    {"ac3-5.1", SOUND " -c:a ac3 -ac 6", CAM_CODEC_NONE, CAM_CODEC_AC3, 0, 0, 63},
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strdup_printf ("/wire/ts-files/%s", rows[i].name);
    g_test_add_data_func (path, &rows[i], test_trip);
  }
  return g_test_run ();
}
