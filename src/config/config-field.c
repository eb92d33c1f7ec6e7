#include "config/config-field.h"

#include <string.h>

#include "config/access-words.h"
#include "config/camera-config.h"
#include "config/config-set.h"

typedef struct {
  const char *name;
  uint64_t factor;
} Unit;

/* NULL and an empty list are the same. */
static bool
lists_equal (char *const *a, char *const *b)
{
  static char *const none[] = {NULL};
  return g_strv_equal ((const char *const *) (a != NULL ? a : none), (const char *const *) (b != NULL ? b : none));
}

static bool
rules_equal (const GPtrArray *a, const GPtrArray *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  g_autofree char *left = cam_access_write (a);
  g_autofree char *right = cam_access_write (b);
  return strcmp (left, right) == 0;
}

static const void *
field_in (const CamConfigKey *key, const void *source)
{
  return (const char *) source + key->offset;
}

bool
cam_config_field_equal (const CamConfigKey *key, const void *a, const void *b)
{
  g_return_val_if_fail (key->has_field, true);
  const void *left = field_in (key, a);
  const void *right = field_in (key, b);
  switch (key->type) {
  case CAM_KEY_TYPE_STRING:
    return g_strcmp0 (*(char *const *) left, *(char *const *) right) == 0;
  case CAM_KEY_TYPE_BOOLEAN:
    return *(const bool *) left == *(const bool *) right;
  case CAM_KEY_TYPE_COUNT:
  case CAM_KEY_TYPE_ENUM:
    return *(const unsigned *) left == *(const unsigned *) right;
  case CAM_KEY_TYPE_DURATION:
    return *(const int64_t *) left == *(const int64_t *) right;
  case CAM_KEY_TYPE_BITRATE:
  case CAM_KEY_TYPE_BYTES:
    return *(const uint64_t *) left == *(const uint64_t *) right;
  case CAM_KEY_TYPE_COUNT_PAIR:
    return memcmp (left, right, sizeof (CamCountPair)) == 0;
  case CAM_KEY_TYPE_DURATION_RANGE:
    return memcmp (left, right, sizeof (CamDurationRange)) == 0;
  case CAM_KEY_TYPE_PORTS:
    return memcmp (left, right, sizeof (CamPortPair)) == 0;
  case CAM_KEY_TYPE_GROUPS:
    return memcmp (left, right, sizeof (CamMulticastRange)) == 0;
  case CAM_KEY_TYPE_ADDRESSES:
  case CAM_KEY_TYPE_WORDS:
    return lists_equal (*(char **const *) left, *(char **const *) right);
  case CAM_KEY_TYPE_ACCESS:
    return rules_equal (*(GPtrArray *const *) left, *(GPtrArray *const *) right);
  case CAM_KEY_TYPE_TEXT:
  case CAM_KEY_TYPE_RAW:
  case CAM_KEY_TYPE_SECRET:
    break;
  }
  g_return_val_if_reached (true);
}

/* With the largest of @units, from the largest down to that of factor 1, of which it is a whole number. */
static char *
write_with_unit (uint64_t number, const Unit *units)
{
  const Unit *unit = units;
  while (unit->factor > 1 && (number == 0 || number % unit->factor != 0))
    unit++;
  return g_strdup_printf ("%" G_GUINT64_FORMAT "%s", number / unit->factor, unit->name);
}

/* @us: what is no whole number of milliseconds is rounded down, and never comes from a file. */
static char *
write_duration (int64_t us)
{
  static const Unit units[] = {{"h", 3600 * 1000}, {"min", 60 * 1000}, {"s", 1000}, {"ms", 1}};
  return us == 0 ? g_strdup ("0s") : write_with_unit ((uint64_t) us / 1000, units);
}

static char *
write_bitrate (uint64_t bitrate)
{
  static const Unit units[] = {{"G", 1000 * 1000 * 1000}, {"M", 1000 * 1000}, {"K", 1000}, {"", 1}};
  return write_with_unit (bitrate, units);
}

static char *
write_bytes (uint64_t bytes)
{
  static const Unit units[] = {{"T", UINT64_C (1) << 40}, {"G", 1 << 30}, {"M", 1 << 20}, {"K", 1 << 10}, {"", 1}};
  return write_with_unit (bytes, units);
}

static char *
write_list (char **words)
{
  return words != NULL ? g_strjoinv (" ", words) : g_strdup ("");
}

static char *
write_groups (CamMulticastRange range)
{
  if (range.count == 0)
    return g_strdup ("");
  const uint32_t first = range.first;
  return g_strdup_printf ("%u.%u.%u.%u/%d", first >> 24, first >> 16 & 0xff, first >> 8 & 0xff, first & 0xff,
                          32 - g_bit_nth_msf (range.count, -1));
}

static char *
write_ports (CamPortPair ports)
{
  return ports.rtp == 0 ? g_strdup ("auto") : g_strdup_printf ("%u-%u", ports.rtp, ports.rtcp);
}

static char *
write_enum (const char *words, unsigned number)
{
  g_auto (GStrv) list = g_strsplit (words, " ", -1);
  g_return_val_if_fail (number < g_strv_length (list), NULL);
  return g_strdup (list[number]);
}

static char *
write_duration_range (CamDurationRange range)
{
  g_autofree char *shortest = write_duration (range.shortest_us);
  g_autofree char *longest = write_duration (range.longest_us);
  return g_strconcat (shortest, " ", longest, NULL);
}

/* The word that the row has for the field's special value, the first of its range: "none, or 1 64". NULL when that is not what the field holds. */
static const char *
special_word (const CamConfigKey *key, const void *field)
{
  static const struct {
    CamKeyType type;
    const char *word;
    uint64_t value;
  } specials[] = {
      {CAM_KEY_TYPE_COUNT, "none", 0},   {CAM_KEY_TYPE_DURATION, "off", 0}, {CAM_KEY_TYPE_DURATION, "infinity", INT64_MAX},
      {CAM_KEY_TYPE_BITRATE, "auto", 0}, {CAM_KEY_TYPE_BYTES, "auto", 0},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (specials); i++) {
    if (specials[i].type != key->type || !g_str_has_prefix (key->range, specials[i].word))
      continue;
    const uint64_t value = key->type == CAM_KEY_TYPE_COUNT ? *(const unsigned *) field : *(const uint64_t *) field;
    return value == specials[i].value ? specials[i].word : NULL;
  }
  return NULL;
}

char *
cam_config_field_write (const CamConfigKey *key, const void *source)
{
  g_return_val_if_fail (key->has_field, NULL);
  const void *field = field_in (key, source);
  const char *special = special_word (key, field);
  if (special != NULL)
    return g_strdup (special);
  switch (key->type) {
  case CAM_KEY_TYPE_STRING:
    return g_strdup (*(char *const *) field != NULL ? *(char *const *) field : "");
  case CAM_KEY_TYPE_BOOLEAN:
    return g_strdup (*(const bool *) field ? "yes" : "no");
  case CAM_KEY_TYPE_COUNT:
    return g_strdup_printf ("%u", *(const unsigned *) field);
  case CAM_KEY_TYPE_COUNT_PAIR:
    return g_strdup_printf ("%u %u", ((const CamCountPair *) field)->all, ((const CamCountPair *) field)->per_host);
  case CAM_KEY_TYPE_DURATION:
    return write_duration (*(const int64_t *) field);
  case CAM_KEY_TYPE_DURATION_RANGE:
    return write_duration_range (*(const CamDurationRange *) field);
  case CAM_KEY_TYPE_BITRATE:
    return write_bitrate (*(const uint64_t *) field);
  case CAM_KEY_TYPE_BYTES:
    return write_bytes (*(const uint64_t *) field);
  case CAM_KEY_TYPE_ADDRESSES:
  case CAM_KEY_TYPE_WORDS:
    return write_list (*(char **const *) field);
  case CAM_KEY_TYPE_PORTS:
    return write_ports (*(const CamPortPair *) field);
  case CAM_KEY_TYPE_GROUPS:
    return write_groups (*(const CamMulticastRange *) field);
  case CAM_KEY_TYPE_ACCESS:
    return *(GPtrArray *const *) field != NULL ? cam_access_write (*(GPtrArray *const *) field) : g_strdup ("");
  case CAM_KEY_TYPE_ENUM:
    return write_enum (key->range, *(const unsigned *) field);
  case CAM_KEY_TYPE_TEXT:
  case CAM_KEY_TYPE_RAW:
  case CAM_KEY_TYPE_SECRET:
    break;
  }
  g_return_val_if_reached (NULL);
}
