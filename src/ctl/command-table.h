/* The commands of camrelayctl, a row each: a new one is a row here and a file of its own.
 * Thread: pure. Owner: none, constants. */
#pragma once

#include "ctl/command.h"

/* The row called @name; NULL: there is none. */
const CamCommandRow *cam_command_find (const char *name);

/* The text of --help. (transfer full) */
char *cam_command_table_help (void);
