#include "daemon/crash-text.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { DAY_S = 24 * 60 * 60, DAYS_OF_400_YEARS = 146097, MARCH_1_OF_YEAR_0 = 719468 };

void
cam_crash_text_open (CamCrashText *self, int fd)
{
  self->fd = fd;
  self->length = 0;
  self->bytes[0] = '\0';
}

void
cam_crash_text_flush (CamCrashText *self)
{
  const char *rest = self->bytes;
  while (self->fd >= 0 && self->length > 0) {
    ssize_t written = write (self->fd, rest, self->length);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      break;
    rest += written;
    self->length -= (size_t) written;
  }
  self->length = 0;
  self->bytes[0] = '\0';
}

void
cam_crash_text_add_bytes (CamCrashText *self, const char *bytes, size_t size)
{
  while (size > 0) {
    size_t room = sizeof self->bytes - 1 - self->length;
    size_t part = size < room ? size : room;
    memcpy (self->bytes + self->length, bytes, part);
    self->length += part;
    self->bytes[self->length] = '\0';
    bytes += part;
    size -= part;
    if (size > 0 && self->fd < 0)
      return;
    if (size > 0)
      cam_crash_text_flush (self);
  }
}

void
cam_crash_text_add (CamCrashText *self, const char *text)
{
  cam_crash_text_add_bytes (self, text, strlen (text));
}

void
cam_crash_text_add_foreign (CamCrashText *self, const char *text)
{
  for (; *text != '\0'; text++) {
    char shown = (unsigned char) *text < 0x20 || *text == 0x7f ? '?' : *text;
    cam_crash_text_add_bytes (self, &shown, 1);
  }
}

/* At least @least_digits of @value to @base. */
static void
add_digits (CamCrashText *self, uint64_t value, unsigned base, unsigned least_digits)
{
  char digits[20]; /* of 2^64 - 1 */
  unsigned first = sizeof digits;
  while (first > 0 && (value > 0 || sizeof digits - first < least_digits)) {
    digits[--first] = "0123456789abcdef"[value % base];
    value /= base;
  }
  cam_crash_text_add_bytes (self, digits + first, sizeof digits - first);
}

void
cam_crash_text_add_number (CamCrashText *self, int64_t value)
{
  if (value < 0)
    cam_crash_text_add (self, "-");
  add_digits (self, value < 0 ? 0 - (uint64_t) value : (uint64_t) value, 10, 1);
}

void
cam_crash_text_add_hex (CamCrashText *self, uint64_t value, unsigned digits)
{
  cam_crash_text_add (self, "0x");
  add_digits (self, value, 16, digits);
}

void
cam_crash_text_add_hex_bytes (CamCrashText *self, const uint8_t *bytes, size_t size)
{
  for (size_t i = 0; i < size; i++)
    add_digits (self, bytes[i], 16, 2);
}

/* gmtime_r () may take a lock. Days are counted from the first of March of year 0, so that the day that is not always there comes last. */
void
cam_crash_text_add_time (CamCrashText *self, int64_t unix_s, bool is_compact)
{
  uint64_t day = (uint64_t) unix_s / DAY_S + MARCH_1_OF_YEAR_0;
  uint64_t second = (uint64_t) unix_s % DAY_S;
  uint64_t day_of_era = day % DAYS_OF_400_YEARS;
  uint64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  uint64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  uint64_t month_from_march = (5 * day_of_year + 2) / 153;
  uint64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  uint64_t year = year_of_era + day / DAYS_OF_400_YEARS * 400 + (month <= 2 ? 1 : 0);
  add_digits (self, year, 10, 4);
  cam_crash_text_add (self, is_compact ? "" : "-");
  add_digits (self, month, 10, 2);
  cam_crash_text_add (self, is_compact ? "" : "-");
  add_digits (self, day_of_year - (153 * month_from_march + 2) / 5 + 1, 10, 2);
  cam_crash_text_add (self, "T");
  add_digits (self, second / 3600, 10, 2);
  cam_crash_text_add (self, is_compact ? "" : ":");
  add_digits (self, second / 60 % 60, 10, 2);
  cam_crash_text_add (self, is_compact ? "" : ":");
  add_digits (self, second % 60, 10, 2);
  cam_crash_text_add (self, "Z");
}
