#include "supervise/login-guard.h"

typedef struct {
  CamSecret *password; /* ref; NULL for none */
  int64_t until_us;
} Refusal;

struct CamLoginGuard {
  GHashTable *refusals; /* of Refusal by host, port and user name, owned: no more than there are log-ins configured */
};

static void
refusal_free (gpointer data)
{
  Refusal *refusal = data;
  cam_secret_unref (refusal->password);
  g_free (refusal);
}

CamLoginGuard *
cam_login_guard_new (void)
{
  CamLoginGuard *self = g_new0 (CamLoginGuard, 1);
  self->refusals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, refusal_free);
  return self;
}

void
cam_login_guard_free (CamLoginGuard *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->refusals);
  g_free (self);
}

static char *
key_of (const CamLogin *login)
{
  g_autofree char *host = g_ascii_strdown (login->host, -1);
  return g_strdup_printf ("%s %u %s", host, login->port, login->username != NULL ? login->username : "");
}

void
cam_login_guard_refuse (CamLoginGuard *self, const CamLogin *login, int64_t until_us)
{
  if (login->username == NULL && login->password == NULL)
    return;
  Refusal *refusal = g_new (Refusal, 1);
  *refusal = (Refusal){.password = cam_secret_ref ((CamSecret *) login->password), .until_us = until_us};
  g_hash_table_replace (self->refusals, key_of (login), refusal);
}

bool
cam_login_guard_is_refused (const CamLoginGuard *self, const CamLogin *login, int64_t now_us)
{
  g_autofree char *key = key_of (login);
  const Refusal *refusal = g_hash_table_lookup (self->refusals, key);
  return refusal != NULL && now_us < refusal->until_us && cam_secret_equal (refusal->password, login->password);
}

void
cam_login_guard_forgive (CamLoginGuard *self, const CamLogin *login)
{
  g_autofree char *key = key_of (login);
  g_hash_table_remove (self->refusals, key);
}
