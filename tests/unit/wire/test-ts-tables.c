#include "wire/ts-tables.h"

#include "codec-fixture.h"

/* As libavformat writes them: program 1 at PID 0x1000 with H.264 at 0x100 and AAC at 0x101. */
#define PAT "00b00d0001c100000001f0002ab104b2"
#define PROGRAM "02b0170001c10000e100f0001be100f0000fe101f0002f44b99b"

/* A whole section out of @hex without its checksum, and with its length still to be put in. */
static GBytes *
make_section (const char *hex)
{
  g_autoptr (GBytes) bytes = codec_from_hex (hex);
  size_t size = g_bytes_get_size (bytes);
  uint8_t *section = g_malloc (size + CAM_TS_CHECKSUM_BYTES);
  memcpy (section, g_bytes_get_data (bytes, NULL), size);
  size_t length = size - 3 + CAM_TS_CHECKSUM_BYTES;
  section[1] = (uint8_t) ((section[1] & 0xf0) | length >> 8);
  section[2] = (uint8_t) length;
  uint32_t sum = GUINT32_TO_BE (cam_ts_checksum (section, size));
  memcpy (section + size, &sum, sizeof sum);
  return g_bytes_new_take (section, size + sizeof sum);
}

static void
test_pat (void)
{
  g_autoptr (GBytes) bytes = codec_from_hex (PAT);
  const uint8_t *data = g_bytes_get_data (bytes, NULL);
  g_assert_cmpuint (cam_ts_checksum (data, g_bytes_get_size (bytes)), ==, 0);
  CamTsPat pat;
  g_assert_true (cam_ts_pat_read (data, g_bytes_get_size (bytes), &pat));
  g_assert_cmpuint (pat.n_programs, ==, 1);
  g_assert_cmpuint (pat.programs[0].number, ==, 1);
  g_assert_cmpuint (pat.programs[0].pid, ==, 0x1000);
  uint8_t out[CAM_TS_SECTION_BYTES];
  g_assert_cmpmem (out, cam_ts_pat_write (&pat, out), data, g_bytes_get_size (bytes));

  /* A network's place, two programs, version 3, section 1. */
  g_autoptr (GBytes) several = make_section ("00b000 0001 c7 01 01 0000e010 0005e020 0006e021 00");
  g_assert_true (cam_ts_pat_read (g_bytes_get_data (several, NULL), g_bytes_get_size (several), &pat));
  g_assert_cmpuint (pat.version, ==, 3);
  g_assert_cmpuint (pat.section, ==, 1);
  g_assert_cmpuint (pat.n_programs, ==, 2);
  g_assert_cmpuint (pat.programs[1].number, ==, 6);
  g_assert_cmpuint (pat.programs[1].pid, ==, 0x21);

  GString *many = g_string_new ("00b000 0001 c1 00 00");
  for (unsigned i = 1; i <= 40; i++)
    g_string_append_printf (many, "%04xe100", i);
  g_autoptr (GBytes) crowd = make_section (many->str);
  g_string_free (many, TRUE);
  g_assert_true (cam_ts_pat_read (g_bytes_get_data (crowd, NULL), g_bytes_get_size (crowd), &pat));
  g_assert_cmpuint (pat.n_programs, ==, CAM_TS_MOST_PROGRAMS);
}

static void
test_refused (void)
{
  static const char *const rows[] = {
      "00b000 0001 c0 00 00 0001f000",  /* not in force yet */
      "003000 0001 c1 00 00 0001f000",  /* the short form */
      "02b000 0001 c1 00 00 e100",      /* a map that ends early */
      "02b000 0001 c1 00 00 e100 f001", /* descriptors beyond the end */
      "02b000 0001 c1 00 00 e100 f000 1b e100 f001",
      "42b000 0001 c1 00 00 e100 f000", /* another table */
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) section = make_section (rows[i]);
    const uint8_t *data = g_bytes_get_data (section, NULL);
    CamTsPat pat;
    CamTsProgram program;
    g_test_message ("%s", rows[i]);
    g_assert_false (cam_ts_pat_read (data, g_bytes_get_size (section), &pat));
    g_assert_false (cam_ts_program_read (data, g_bytes_get_size (section), &program));
  }
}

static void
test_program (void)
{
  g_autoptr (GBytes) bytes = codec_from_hex (PROGRAM);
  const uint8_t *data = g_bytes_get_data (bytes, NULL);
  g_assert_cmpuint (cam_ts_checksum (data, g_bytes_get_size (bytes)), ==, 0);
  CamTsProgram program;
  g_assert_true (cam_ts_program_read (data, g_bytes_get_size (bytes), &program));
  g_assert_cmpuint (program.number, ==, 1);
  g_assert_cmpuint (program.clock_pid, ==, 0x100);
  g_assert_cmpuint (program.n_streams, ==, 2);
  g_assert_cmpint (program.streams[0].codec, ==, CAM_CODEC_H264);
  g_assert_cmpint (program.streams[1].codec, ==, CAM_CODEC_AAC);
  g_assert_cmpuint (program.streams[1].pid, ==, 0x101);
  uint8_t out[CAM_TS_SECTION_BYTES];
  g_assert_cmpmem (out, cam_ts_program_write (&program, out), data, g_bytes_get_size (bytes));
}

/* One stream of a map: type, descriptors. */
static void
test_codecs (void)
{
  static const struct {
    const char *type, *descriptors;
    CamCodec codec;
    unsigned channels;
  } rows[] = {
      {"1b", "", CAM_CODEC_H264, 0},
      {"24", "", CAM_CODEC_H265, 0},
      {"24", "050448455643", CAM_CODEC_H265, 0},
      {"06", "050448455643", CAM_CODEC_H265, 0},
      {"0f", "0a04656e6700", CAM_CODEC_AAC, 0}, /* a language */
      {"11", "", CAM_CODEC_AAC, 0},
      {"03", "", CAM_CODEC_MPEG_AUDIO, 0},
      {"04", "", CAM_CODEC_MPEG_AUDIO, 0},
      {"06", "05044f707573 7f028002", CAM_CODEC_OPUS, 2},
      {"06", "05044f707573 7f028001", CAM_CODEC_OPUS, 1},
      {"06", "05044f707573 7f028000", CAM_CODEC_OPUS, 2}, /* two independent ones */
      {"06", "05044f707573", CAM_CODEC_OPUS, 2},
      {"06", "05044f707573 7f028006", CAM_CODEC_NONE, 6},
      {"81", "", CAM_CODEC_AC3, 0},
      {"81", "050441432d33", CAM_CODEC_AC3, 0},
      {"06", "050441432d33", CAM_CODEC_AC3, 0},
      {"06", "0a04656e6700 6a0100", CAM_CODEC_AC3, 0},
      {"06", "", CAM_CODEC_NONE, 0},
      {"06", "0502 4f70", CAM_CODEC_NONE, 0},
      {"06", "05ff4f707573", CAM_CODEC_NONE, 0}, /* a length that lies */
      {"02", "", CAM_CODEC_NONE, 0},             /* MPEG-2 video */
      {"87", "", CAM_CODEC_NONE, 0},             /* E-AC-3 */
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) descriptors = codec_from_hex (rows[i].descriptors);
    g_autofree char *hex = g_strdup_printf ("02b000 0001 c1 00 00 e100 f000 %s e123 f0%02x %s", rows[i].type,
                                            (unsigned) g_bytes_get_size (descriptors), rows[i].descriptors);
    g_autoptr (GBytes) section = make_section (hex);
    CamTsProgram program;
    g_test_message ("%s %s", rows[i].type, rows[i].descriptors);
    g_assert_true (cam_ts_program_read (g_bytes_get_data (section, NULL), g_bytes_get_size (section), &program));
    g_assert_cmpuint (program.n_streams, ==, 1);
    g_assert_cmpuint (program.streams[0].pid, ==, 0x123);
    g_assert_cmpint (program.streams[0].codec, ==, rows[i].codec);
    g_assert_cmpuint (program.streams[0].channels, ==, rows[i].channels);
  }
}

/* What we write we understand. */
static void
test_tracks (void)
{
  static const struct {
    CamCodec codec;
    uint32_t sample_rate;
    uint8_t type;
  } rows[] = {
      {CAM_CODEC_H264, 0, 0x1b},       {CAM_CODEC_H265, 0, 0x24},           {CAM_CODEC_AAC, 48000, 0x0f},
      {CAM_CODEC_MPEG_AUDIO, 0, 0x03}, {CAM_CODEC_MPEG_AUDIO, 48000, 0x03}, {CAM_CODEC_MPEG_AUDIO, 24000, 0x04},
      {CAM_CODEC_OPUS, 48000, 0x06},   {CAM_CODEC_AC3, 48000, 0x81},        {CAM_CODEC_PCMU, 8000, 0},
      {CAM_CODEC_MJPEG, 0, 0},         {CAM_CODEC_FLAC, 48000, 0},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (CamTrack) track = cam_track_new (rows[i].codec);
    track->sample_rate = rows[i].sample_rate;
    CamTsProgram program = {.n_streams = 1, .version = 31, .number = 7, .clock_pid = 0x1fff};
    g_assert_cmpint (cam_ts_stream_of_track (track, 0x321, &program.streams[0]), ==, rows[i].type > 0);
    if (rows[i].type == 0)
      continue;
    uint8_t out[CAM_TS_SECTION_BYTES];
    size_t size = cam_ts_program_write (&program, out);
    g_assert_cmpuint (cam_ts_checksum (out, size), ==, 0);
    CamTsProgram again;
    g_assert_true (cam_ts_program_read (out, size, &again));
    g_assert_cmpuint (again.version, ==, 31);
    g_assert_cmpuint (again.number, ==, 7);
    g_assert_cmpuint (again.clock_pid, ==, 0x1fff);
    g_assert_cmpuint (again.streams[0].pid, ==, 0x321);
    g_assert_cmpuint (again.streams[0].type, ==, rows[i].type);
    g_assert_cmpint (again.streams[0].codec, ==, rows[i].codec);
    g_assert_cmpuint (again.streams[0].channels, ==, rows[i].codec == CAM_CODEC_OPUS ? 2 : 0);
  }
}

typedef struct {
  CamTsSection section;
  unsigned taken;
  size_t bytes;
} Sections;

static void
note_section (const uint8_t *section, size_t size, gpointer data)
{
  Sections *self = data;
  g_assert_cmpuint (cam_ts_checksum (section, size), ==, 0);
  self->taken++;
  self->bytes += size;
}

static bool
push_payload (Sections *self, bool starts, bool is_hole, const char *hex)
{
  g_autoptr (GBytes) bytes = codec_from_hex (hex);
  size_t size = 0;
  const uint8_t *data = g_bytes_get_data (bytes, &size);
  CamTsPacket packet = {.starts = starts, .payload = data, .size = size};
  return cam_ts_section_take (&self->section, &packet, is_hole, note_section, self);
}

static void
test_sections (void)
{
  Sections self = {0};
  g_assert_true (push_payload (&self, true, false, "00" PAT "ffffff"));
  g_assert_cmpuint (self.taken, ==, 1);
  g_assert_true (push_payload (&self, true, false, "00" PAT PROGRAM PAT "ff"));
  g_assert_cmpuint (self.taken, ==, 4);
  g_assert_cmpuint (self.bytes, ==, 3 * 16 + 26);

  /* Over several packets, at any byte; the next begins behind its end. */
  g_assert_true (push_payload (&self, true, false, "0000"));
  g_assert_true (push_payload (&self, false, false, "b00d00"));
  g_assert_true (push_payload (&self, false, false, "01c100000001f0"));
  g_assert_true (push_payload (&self, true, false, "05 002ab104b2" PAT));
  g_assert_cmpuint (self.taken, ==, 6);

  /* Nothing has begun; a hole; a checksum that is wrong; too long; a pointer that lies; nothing at all. */
  g_assert_true (push_payload (&self, false, false, "c100000001f0002ab104b2"));
  g_assert_true (push_payload (&self, true, false, "00 00b00d00"));
  g_assert_true (push_payload (&self, false, true, "01c100000001f0002ab104b2"));
  g_assert_false (push_payload (&self, true, false, "00 00b00d0001c100000001f0002ab104b3"));
  g_assert_false (push_payload (&self, true, false, "00 00bfff0001c100000001f0002ab104b3"));
  g_assert_false (push_payload (&self, true, false, "05 00b00d"));
  g_assert_true (push_payload (&self, true, false, ""));
  g_assert_cmpuint (self.taken, ==, 6);
  g_assert_true (push_payload (&self, true, false, "00" PAT));
  g_assert_cmpuint (self.taken, ==, 7);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/ts-tables/pat", test_pat);
  g_test_add_func ("/wire/ts-tables/refused", test_refused);
  g_test_add_func ("/wire/ts-tables/program", test_program);
  g_test_add_func ("/wire/ts-tables/codecs", test_codecs);
  g_test_add_func ("/wire/ts-tables/tracks", test_tracks);
  g_test_add_func ("/wire/ts-tables/sections", test_sections);
  return g_test_run ();
}
