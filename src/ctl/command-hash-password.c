#include "ctl/command-hash-password.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <termios.h>
#include <unistd.h>

#define REALM "camrelay"

enum { MOST_BYTES = 1024, TOKEN_BYTES = 32 };

char *
cam_command_make_digest_hash (const char *user, const char *password)
{
  g_autofree char *text = g_strconcat (user, ":" REALM ":", password, NULL);
  g_autofree char *md5 = g_compute_checksum_for_string (G_CHECKSUM_MD5, text, -1);
  g_autofree char *sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  explicit_bzero (text, strlen (text));
  return g_strdup_printf ("DigestHash=md5:%s sha256:%s", md5, sha256);
}

char *
cam_command_make_token_hash (const char *token)
{
  g_autofree char *sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, token, -1);
  return g_strdup_printf ("TokenHash=sha256:%s", sha256);
}

/* One line from standard input without its end; NULL: there is none, or it is too long. (transfer full) */
static char *
read_line (void)
{
  char line[MOST_BYTES + 2];
  char *text = NULL;
  if (fgets (line, sizeof line, stdin) != NULL && strlen (line) <= MOST_BYTES) {
    line[strcspn (line, "\r\n")] = '\0';
    text = line[0] != '\0' ? g_strdup (line) : NULL;
  }
  explicit_bzero (line, sizeof line);
  return text;
}

/* From the terminal, which shows nothing meanwhile. */
static char *
read_unseen (const char *prompt)
{
  struct termios before;
  bool is_terminal = tcgetattr (STDIN_FILENO, &before) == 0;
  struct termios silent = before;
  silent.c_lflag &= ~(tcflag_t) ECHO;
  if (is_terminal)
    tcsetattr (STDIN_FILENO, TCSAFLUSH, &silent);
  g_printerr ("%s: ", prompt);
  char *text = read_line ();
  if (is_terminal)
    tcsetattr (STDIN_FILENO, TCSAFLUSH, &before);
  g_printerr ("\n");
  return text;
}

static void
wipe (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

/* Asked for twice at a terminal; else the first line of standard input. NULL and an error. (transfer full; to be wiped) */
static char *
read_secret (const char *what, GError **error)
{
  bool is_terminal = isatty (STDIN_FILENO) != 0;
  char *secret = is_terminal ? read_unseen (what) : read_line ();
  if (secret == NULL) {
    g_set_error (error, CAM_CTL_ERROR, CAM_CTL_ERROR_USAGE, "no %s was given, or one of more than 1024 bytes", what);
    return NULL;
  }
  char *again = is_terminal ? read_unseen ("once more") : NULL;
  bool is_same = !is_terminal || g_strcmp0 (secret, again) == 0;
  wipe (again);
  if (is_same)
    return secret;
  wipe (secret);
  g_set_error (error, CAM_CTL_ERROR, CAM_CTL_ERROR_USAGE, "the two are not the same");
  return NULL;
}

/* 256 random bits in letters, digits, - and _ (RFC 4648, 5). (transfer full) */
static char *
make_token (GError **error)
{
  guchar bytes[TOKEN_BYTES];
  if (getrandom (bytes, sizeof bytes, 0) != (ssize_t) sizeof bytes) {
    g_set_error (error, CAM_CTL_ERROR, CAM_CTL_ERROR_SYSTEM, "no random bytes: %s", g_strerror (errno));
    return NULL;
  }
  char *token = g_strdelimit (g_base64_encode (bytes, sizeof bytes), "+", '-');
  g_strdelimit (token, "/", '_');
  token[strcspn (token, "=")] = '\0';
  return token;
}

static bool
hash_token (bool is_new, GError **error)
{
  char *token = is_new ? make_token (error) : read_secret ("token", error);
  if (token == NULL)
    return false;
  g_autofree char *line = cam_command_make_token_hash (token);
  if (is_new)
    g_print ("# the token, to be kept by who uses it: %s\n", token);
  g_print ("%s\n", line);
  wipe (token);
  return true;
}

static bool
hash_password (const char *user, GError **error)
{
  if (user == NULL || user[0] == '\0' || strpbrk (user, ":\n") != NULL) {
    g_set_error (error, CAM_CTL_ERROR, CAM_CTL_ERROR_USAGE, "the hash is one of name and password: expected a user's name");
    return false;
  }
  char *password = read_secret ("password", error);
  if (password == NULL)
    return false;
  g_autofree char *line = cam_command_make_digest_hash (user, password);
  g_print ("[User %s]\n%s\n", user, line);
  wipe (password);
  return true;
}

bool
cam_command_hash_password (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error)
{
  gboolean is_token = FALSE;
  gboolean is_new = FALSE;
  const GOptionEntry entries[] = {
      {"token", 't', 0, G_OPTION_ARG_NONE, &is_token, "Of a token of the HTTP API", NULL},
      {"new", 'n', 0, G_OPTION_ARG_NONE, &is_new, "With --token: make a new one, and print it", NULL},
      {NULL},
  };
  if (!cam_command_parse (row, setup, entries, words, error))
    return false;
  const char *user = (*words)[1];
  if (is_token ? user == NULL : !is_new)
    return is_token ? hash_token (is_new, error) : hash_password (user, error);
  g_set_error (error, CAM_CTL_ERROR, CAM_CTL_ERROR_USAGE, "expected: camrelayctl %s USER, or --token, or --token --new", row->name);
  return false;
}
