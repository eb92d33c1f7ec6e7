#include "control/tar-archive.h"

#include <string.h>

#define BLOCK ((size_t) 512)
#define END_BYTES (2 * BLOCK)
#define MAX_FOLDER_BYTES 64
#define MAX_NAME_BYTES 35

static const char cut_note[] = "\n(cut short: the bundle is full)\n";

struct CamTarArchive {
  GByteArray *bytes; /* owned; NULL once finished */
  char *folder;      /* owned */
  int64_t unix_s;
  size_t most_bytes;
};

/* POSIX.1-1988, 10.1.1: numbers are octal, each with a NUL behind. */
typedef struct {
  char name[100];
  char mode[8];
  char user[8];
  char group[8];
  char size[12];
  char time[12];
  char checksum[8];
  char type;
  char link[100];
  char magic[6];
  char version[2];
  char rest[247];
} Header;
G_STATIC_ASSERT (sizeof (Header) == 512);

CamTarArchive *
cam_tar_archive_new (const char *folder, int64_t unix_s, size_t most_bytes)
{
  g_assert (strlen (folder) <= MAX_FOLDER_BYTES && most_bytes >= END_BYTES);
  CamTarArchive *self = g_new0 (CamTarArchive, 1);
  self->bytes = g_byte_array_new ();
  self->folder = g_strdup (folder);
  self->unix_s = unix_s;
  self->most_bytes = most_bytes;
  return self;
}

void
cam_tar_archive_free (CamTarArchive *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->bytes, g_byte_array_unref);
  g_free (self->folder);
  g_free (self);
}

static void
write_number (char *field, size_t size, uint64_t number)
{
  g_snprintf (field, (gulong) size, "%0*" G_GINT64_MODIFIER "o", (int) size - 1, number);
}

static void
append_zeros (GByteArray *bytes, size_t count)
{
  guint before = bytes->len;
  g_byte_array_set_size (bytes, before + (guint) count);
  memset (bytes->data + before, 0, count);
}

static void
append_header (CamTarArchive *self, const char *name, size_t size)
{
  Header header = {.type = '0', .magic = "ustar", .version = {'0', '0'}};
  g_snprintf (header.name, sizeof header.name, "%s/%s", self->folder, name);
  write_number (header.mode, sizeof header.mode, 0600);
  write_number (header.user, sizeof header.user, 0);
  write_number (header.group, sizeof header.group, 0);
  write_number (header.size, sizeof header.size, size);
  write_number (header.time, sizeof header.time, (uint64_t) MAX (self->unix_s, 0));
  /* The sum of all bytes, its own field as blanks. */
  memset (header.checksum, ' ', sizeof header.checksum);
  unsigned sum = 0;
  for (size_t i = 0; i < sizeof header; i++)
    sum += ((const uint8_t *) &header)[i];
  write_number (header.checksum, sizeof header.checksum - 1, sum);
  g_byte_array_append (self->bytes, (const uint8_t *) &header, sizeof header);
}

bool
cam_tar_archive_add (CamTarArchive *self, const char *name, const char *data, size_t size)
{
  g_assert (strlen (name) <= MAX_NAME_BYTES);
  size_t taken = self->bytes->len + END_BYTES;
  size_t room = self->most_bytes > taken ? (self->most_bytes - taken) / BLOCK * BLOCK : 0;
  if (room < 2 * BLOCK)
    return false;
  room -= BLOCK;
  bool is_whole = size <= room;
  size_t kept = is_whole ? size : room - strlen (cut_note);
  size_t all = is_whole ? size : room;
  append_header (self, name, all);
  g_byte_array_append (self->bytes, (const uint8_t *) data, (guint) kept);
  if (!is_whole)
    g_byte_array_append (self->bytes, (const uint8_t *) cut_note, (guint) strlen (cut_note));
  append_zeros (self->bytes, (BLOCK - all % BLOCK) % BLOCK);
  return is_whole;
}

GBytes *
cam_tar_archive_finish (CamTarArchive *self)
{
  append_zeros (self->bytes, END_BYTES);
  return g_byte_array_free_to_bytes (g_steal_pointer (&self->bytes));
}
