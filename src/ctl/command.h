/* What every command of camrelayctl has: a row of the table and a function, in a file of its own; and the words it was given.
 * Thread: the program's only one. Owner: main. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "ctl/daemon-link.h"

/* What was said before the command, or among its words. */
typedef struct {
  char *socket_path; /* owned; --socket; NULL: not named */
} CamCtlSetup;

typedef struct CamCommandRow CamCommandRow;

/* Runs with the words behind the command's name (NULL-terminated, changed as options are taken out). False with an error of any domain; what
 * cam_ctl_exit_status () makes of it is the exit status. */
typedef bool (*CamCommandFunc) (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error);

struct CamCommandRow {
  const char *name;      /* "camera" */
  const char *arguments; /* "NAME" */
  const char *text;      /* a sentence without its full stop */
  unsigned min_words, max_words; /* how many there are behind the options */
  CamCommandFunc run;
  int (*run_alone) (int argc, char **argv); /* in its place, of what needs no daemon and says everything itself; the exit status */
};

/* Takes options out of @words: @entries (nullable) and those that every command has (--socket, --help: which prints and ends the program), and checks
 * how many are left. Errors: CAM_CTL_ERROR_USAGE. */
bool cam_command_parse (const CamCommandRow *row, CamCtlSetup *setup, const GOptionEntry *entries, char ***words, GError **error);

/* A link to the daemon that @setup means. */
CamDaemonLink *cam_command_connect (const CamCtlSetup *setup, GError **error);

/* One question, one answer: connects and asks. @arguments: (transfer full), nullable. */
JsonNode *cam_command_ask (const CamCtlSetup *setup, const char *verb, JsonObject *arguments, GError **error);

/* An object with the one member @name: for commands about one thing. (transfer full) */
JsonObject *cam_command_argument (const char *name, const char *value);

/* Prints an answer as indented JSON. */
void cam_command_print_json (JsonNode *answer);
