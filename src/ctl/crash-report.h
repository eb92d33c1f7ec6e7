/* camrelayctl crash-report [--state DIR] [--debug-folders DIRS] [FILE]: what a crash of the daemon was, in functions, files and lines. It reads
 * files and asks no daemon.
 * Thread: M. Owner: the process. */
#pragma once

/* @argv: of the verb, "crash-report" first. Prints to stdout, errors to stderr, and returns the exit status (camrelay/exit-codes.h). */
int cam_crash_report_run (int argc, char **argv);
