#include "wire/auth-header.h"

/* "scheme(name=value;name=value;)" for each statement, NULL for what is not readable. */
static char *
transcribe (const char *value, bool tolerant)
{
  g_autoptr (GPtrArray) statements = cam_auth_header_read (value, tolerant);
  if (statements == NULL)
    return NULL;
  GString *text = g_string_new (NULL);
  for (unsigned i = 0; i < statements->len; i++) {
    const CamAuthStatement *statement = statements->pdata[i];
    g_string_append_printf (text, "%s(", statement->scheme);
    for (unsigned j = 0; j < statement->names->len; j++)
      g_string_append_printf (text, "%s=%s;", (char *) statement->names->pdata[j], (char *) statement->values->pdata[j]);
    g_string_append_c (text, ')');
  }
  return g_string_free (text, FALSE);
}

typedef struct {
  const char *value;
  const char *strict;   /* NULL: not readable */
  const char *tolerant; /* never NULL */
} Row;

static const Row rows[] = {
    {"", "", ""},
    {" , ,", "", ""},
    {"Basic", "Basic()", "Basic()"},
    {"Digest realm=\"a\", nonce=\"b\",qop=auth", "Digest(realm=a;nonce=b;qop=auth;)", "Digest(realm=a;nonce=b;qop=auth;)"},
    {"Digest realm = \"a\"\t, nonce= b ", "Digest(realm=a;nonce=b;)", "Digest(realm=a;nonce=b;)"},
    {"Digest realm=\"\", x=\"a, b=\\\"c\\\\\"", "Digest(realm=;x=a, b=\"c\\;)", "Digest(realm=;x=a, b=\"c\\;)"},
    {"Digest a=\"1\" b=\"2\"c=\"3\"", "Digest(a=1;b=2;c=3;)", "Digest(a=1;b=2;c=3;)"},
    {"Basic realm=\"x\", Digest a=1, b=2,Third", "Basic(realm=x;)Digest(a=1;b=2;)Third()", "Basic(realm=x;)Digest(a=1;b=2;)Third()"},
    /* What only cameras may. */
    {"Digest realm=IP Camera(1, 2), nonce=a==", NULL, "Digest(realm=IP Camera(1;nonce=a==;)"},
    {"Digest realm=IP Camera, nonce=ab\", opaque=", NULL, "Digest(realm=IP Camera;nonce=ab;opaque=;)"},
    {"Digest algorithm=MD5 realm=\"a\" stale=FALSE", "Digest(algorithm=MD5;realm=a;stale=FALSE;)",
     "Digest(algorithm=MD5;realm=a;stale=FALSE;)"},
    {"Digest realm=\"a, b", NULL, "Digest(realm=a, b;)"},
    {"Digest realm=\"a\\", NULL, "Digest(realm=a\\;)"},
    {"Digest =\"a\"", NULL, ""},
    {"Digest \"a\" b=1", NULL, "Digest()a(b=1;)"},
    {"a=1", NULL, ""},
    {"Digest a=1, A=2", NULL, "Digest(a=1;A=2;)"},
    {"Basic dXNlcjpwdw==", NULL, "Basic(dXNlcjpwdw==;)"},
};

static void
test_rows (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("%s", rows[i].value);
    g_autofree char *strict = transcribe (rows[i].value, false);
    g_autofree char *tolerant = transcribe (rows[i].value, true);
    g_assert_cmpstr (strict, ==, rows[i].strict);
    g_assert_cmpstr (tolerant, ==, rows[i].tolerant);
  }
}

static void
test_get (void)
{
  g_autoptr (GPtrArray) statements = cam_auth_header_read ("Digest Realm=a, nonce=b, realm=c", true);
  g_assert_cmpuint (statements->len, ==, 1);
  g_assert_cmpstr (cam_auth_statement_get (statements->pdata[0], "rEALM"), ==, "a");
  g_assert_null (cam_auth_statement_get (statements->pdata[0], "qop"));
}

/* "Digest p0=v, p1=v, …", and so @statements times. */
static char *
make_value (unsigned statements, unsigned parameters)
{
  GString *text = g_string_new (NULL);
  for (unsigned i = 0; i < statements; i++) {
    g_string_append (text, i > 0 ? ", Digest" : "Digest");
    for (unsigned j = 0; j < parameters; j++)
      g_string_append_printf (text, "%s p%u=v", j > 0 ? "," : "", j);
  }
  return g_string_free (text, FALSE);
}

static bool
is_readable (const char *value, bool tolerant)
{
  g_autoptr (GPtrArray) statements = cam_auth_header_read (value, tolerant);
  return statements != NULL;
}

static void
test_limits (void)
{
  g_autofree char *most = make_value (8, 16);
  g_autofree char *statements = make_value (9, 1);
  g_autofree char *parameters = make_value (1, 17);
  g_autofree char *long_token = g_strnfill (4096, 'x');
  g_autofree char *longer_token = g_strnfill (4097, 'x');
  for (int tolerant = 0; tolerant < 2; tolerant++) {
    g_assert_true (is_readable (most, tolerant == 1));
    g_assert_false (is_readable (statements, tolerant == 1));
    g_assert_false (is_readable (parameters, tolerant == 1));
    g_assert_true (is_readable (long_token, tolerant == 1));
    g_assert_false (is_readable (longer_token, tolerant == 1));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/auth-header/rows", test_rows);
  g_test_add_func ("/auth-header/get", test_get);
  g_test_add_func ("/auth-header/limits", test_limits);
  return g_test_run ();
}
