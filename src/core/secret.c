#include "core/secret.h"

#include <string.h>

struct CamSecret {
  gatomicrefcount references;
  size_t length; /* without the NUL */
  char bytes[];
};

CamSecret *
cam_secret_new (const char *text, gssize length)
{
  size_t size = length < 0 ? strlen (text) : (size_t) length;
  CamSecret *self = g_malloc (sizeof *self + size + 1);
  g_atomic_ref_count_init (&self->references);
  self->length = size;
  memcpy (self->bytes, text, size);
  self->bytes[size] = '\0';
  return self;
}

CamSecret *
cam_secret_ref (CamSecret *self)
{
  if (self != NULL)
    g_atomic_ref_count_inc (&self->references);
  return self;
}

void
cam_secret_unref (CamSecret *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  explicit_bzero (self->bytes, self->length);
  g_free (self);
}

const char *
cam_secret_reveal (const CamSecret *self)
{
  return self == NULL ? NULL : self->bytes;
}

bool
cam_secret_equal (const CamSecret *a, const CamSecret *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  if (a->length != b->length)
    return false;
  unsigned char difference = 0;
  for (size_t i = 0; i < a->length; i++)
    difference |= (unsigned char) (a->bytes[i] ^ b->bytes[i]);
  return difference == 0;
}
