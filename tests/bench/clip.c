#include "clip.h"

#include <string.h>

#include "wire/h264.h"

/* The picture that grows while the file is read. */
typedef struct {
  GByteArray *payload; /* owned */
  size_t stamp_offset; /* 0: no slice yet */
  size_t slice_bytes;
  bool is_key;
} Draft;

static void
clear_picture (gpointer data)
{
  BenchPicture *picture = data;
  g_free (picture->payload);
}

static BenchClip *
new_clip (void)
{
  BenchClip *self = g_new0 (BenchClip, 1);
  self->track = cam_track_new (CAM_CODEC_H264);
  self->pictures = g_array_new (FALSE, FALSE, sizeof (BenchPicture));
  g_array_set_clear_func (self->pictures, clear_picture);
  return self;
}

void
bench_clip_free (BenchClip *self)
{
  if (self == NULL)
    return;
  cam_track_unref (self->track);
  g_array_unref (self->pictures);
  g_free (self);
}

static void
append_nal (GByteArray *payload, const uint8_t *nal, size_t size)
{
  uint8_t length[CAM_NAL_LENGTH_BYTES];
  cam_nal_write_length (length, size);
  g_byte_array_append (payload, length, sizeof length);
  g_byte_array_append (payload, nal, (guint) size);
}

static void
finish_picture (BenchClip *self, Draft *draft)
{
  bool has_slice = draft->stamp_offset > 0;
  if (has_slice && (draft->is_key || self->pictures->len > 0)) {
    BenchPicture picture = {
        .size = draft->payload->len,
        .payload = g_memdup2 (draft->payload->data, draft->payload->len),
        .stamp_offset = draft->stamp_offset,
        .slice_bytes = (uint32_t) draft->slice_bytes,
        .is_key = draft->is_key,
    };
    bench_picture_stamp (&picture, 0, 0);
    g_array_append_val (self->pictures, picture);
  }
  g_byte_array_set_size (draft->payload, 0);
  *draft = (Draft){.payload = draft->payload};
}

static void
add_nal (BenchClip *self, Draft *draft, const uint8_t *nal, size_t size)
{
  CamNalFacts facts = cam_h264_inspect (nal, size);
  if (facts.starts_picture && draft->stamp_offset > 0)
    finish_picture (self, draft);
  if (facts.role == CAM_NAL_PARAMETER_SET && self->track->parameter_sets->len < CAM_H264_SET_KINDS)
    g_ptr_array_add (self->track->parameter_sets, g_bytes_new (nal, size));
  if (facts.role == CAM_NAL_SLICE) {
    if (draft->stamp_offset == 0) {
      static const uint8_t room[BENCH_STAMP_NAL_BYTES];
      append_nal (draft->payload, room, sizeof room);
      draft->stamp_offset = draft->payload->len - sizeof room;
    }
    draft->slice_bytes += size;
    draft->is_key |= facts.is_key;
  }
  append_nal (draft->payload, nal, size);
}

/* Behind the next start code, and in @ret_code where that begins; NULL with @ret_code at the end: there is none. */
static const uint8_t *
find_nal (const uint8_t *at, const uint8_t *end, const uint8_t **ret_code)
{
  static const uint8_t start_code[] = {0, 0, 1};
  const uint8_t *code = memmem (at, (size_t) (end - at), start_code, sizeof start_code);
  *ret_code = code != NULL ? code : end;
  return code != NULL ? code + sizeof start_code : NULL;
}

BenchClip *
bench_clip_parse (const uint8_t *data, size_t size, GError **error)
{
  g_autoptr (BenchClip) self = new_clip ();
  g_autoptr (GByteArray) payload = g_byte_array_new ();
  Draft draft = {.payload = payload};
  const uint8_t *end = data + size;
  const uint8_t *nal_end;
  for (const uint8_t *nal = find_nal (data, end, &nal_end); nal != NULL;) {
    const uint8_t *next = find_nal (nal, end, &nal_end);
    while (nal_end > nal && nal_end[-1] == 0)
      nal_end--;
    if (nal_end > nal)
      add_nal (self, &draft, nal, (size_t) (nal_end - nal));
    nal = next;
  }
  finish_picture (self, &draft);
  if (self->pictures->len == 0 || self->track->parameter_sets->len < CAM_H264_SET_KINDS) {
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "no H.264 key picture with its parameter sets in it");
    return NULL;
  }
  return g_steal_pointer (&self);
}

BenchClip *
bench_clip_read (const char *path, GError **error)
{
  g_autofree char *data = NULL;
  size_t size;
  if (!g_file_get_contents (path, &data, &size, error))
    return NULL;
  BenchClip *self = bench_clip_parse ((const uint8_t *) data, size, error);
  if (self == NULL)
    g_prefix_error (error, "%s: ", path);
  return self;
}

void
bench_picture_stamp (BenchPicture *self, int64_t sent_ns, uint32_t number)
{
  BenchStamp stamp = {.sent_ns = sent_ns, .number = number, .slice_bytes = self->slice_bytes};
  bench_stamp_write (&stamp, self->payload + self->stamp_offset);
}
