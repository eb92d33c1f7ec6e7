#include "unit-stamp.h"

#include <glib.h>
#include <string.h>

#define TIME_DIGITS 16
#define NUMBER_DIGITS 8
#define BYTES_DIGITS 8
#define TEXT_BYTES (TIME_DIGITS + NUMBER_DIGITS + BYTES_DIGITS)
#define UUID_BYTES 16

/* SEI, payload type 5, its size, the UUID. */
static const uint8_t head[] = {
    0x06, 0x05, UUID_BYTES + TEXT_BYTES, 0xca, 0x3e, 0x7a, 0x11, 0x5b, 0xe9, 0x4c, 0x2d, 0x9f, 0x61, 0x83, 0xd4, 0x17, 0xa8, 0x6e, 0x52};
static const uint8_t trailing_bits = 0x80;

G_STATIC_ASSERT (sizeof head + TEXT_BYTES + 1 == BENCH_STAMP_NAL_BYTES);

static uint8_t *
write_digits (uint8_t *out, unsigned digits, uint64_t value)
{
  for (unsigned i = digits; i-- > 0; value >>= 4)
    out[i] = (uint8_t) "0123456789abcdef"[value & 0xf];
  return out + digits;
}

static bool
read_digits (const uint8_t **text, unsigned digits, uint64_t *ret_value)
{
  uint64_t value = 0;
  for (unsigned i = 0; i < digits; i++) {
    int digit = g_ascii_xdigit_value ((char) *(*text)++);
    if (digit < 0)
      return false;
    value = value << 4 | (unsigned) digit;
  }
  *ret_value = value;
  return true;
}

void
bench_stamp_write (const BenchStamp *self, uint8_t out[BENCH_STAMP_NAL_BYTES])
{
  memcpy (out, head, sizeof head);
  uint8_t *at = write_digits (out + sizeof head, TIME_DIGITS, (uint64_t) self->sent_ns);
  at = write_digits (at, NUMBER_DIGITS, self->number);
  at = write_digits (at, BYTES_DIGITS, self->slice_bytes);
  *at = trailing_bits;
}

bool
bench_stamp_read (const uint8_t *nal, size_t size, BenchStamp *ret_stamp)
{
  if (size < BENCH_STAMP_NAL_BYTES || memcmp (nal, head, sizeof head) != 0)
    return false;
  const uint8_t *text = nal + sizeof head;
  uint64_t sent_ns, number, slice_bytes;
  if (!read_digits (&text, TIME_DIGITS, &sent_ns) || !read_digits (&text, NUMBER_DIGITS, &number) ||
      !read_digits (&text, BYTES_DIGITS, &slice_bytes))
    return false;
  *ret_stamp = (BenchStamp){.sent_ns = (int64_t) sent_ns, .number = (uint32_t) number, .slice_bytes = (uint32_t) slice_bytes};
  return true;
}
