/* What the user typed: options and camera arguments, checked as far as one word alone can be checked.
 * Thread: pure. Owner: main. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "core/log.h"

typedef enum
{
  CAM_COMMAND_RUN,
  CAM_COMMAND_CHECK,
  CAM_COMMAND_VERSION,
  CAM_COMMAND_HELP
} CamCommand;

typedef struct {
  CamCommand command;
  char *config_file; /* owned; NULL: the default one */
  char *cameras_dir; /* owned; NULL: beside the configuration file */
  char *state_dir;   /* owned; NULL: the default one */
  char *allow;       /* owned; NULL: not given */
  CamLogLevel log_level;
  char **urls; /* owned; "[NAME=]URL", NULL-terminated, never NULL */
} CamCommandLine;

#define CAM_COMMAND_LINE_ERROR (cam_command_line_error_quark ())
GQuark cam_command_line_error_quark (void);
typedef enum
{
  CAM_COMMAND_LINE_ERROR_USAGE
} CamCommandLineError;

/* @argv: NULL-terminated, left as it is. Errors: CAM_COMMAND_LINE_ERROR_USAGE. */
CamCommandLine *cam_command_line_parse (const char *const *argv, GError **error);
void cam_command_line_free (CamCommandLine *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamCommandLine, cam_command_line_free)

/* The text of --help. (transfer full) */
char *cam_command_line_help (void);

/* Overwrites what is secret in URLs among argv[1…] in place, so that the process list does not show it. */
void cam_command_line_scrub (int argc, char **argv);
