#include "ctl/command-table.h"

#include "ctl/command-camera.h"
#include "ctl/command-hash-password.h"
#include "ctl/command-log.h"
#include "ctl/command-order.h"
#include "ctl/command-readers.h"
#include "ctl/command-status.h"
#include "ctl/command-support-bundle.h"
#include "ctl/crash-report.h"

enum { ANY_WORDS = 100 };

static const CamCommandRow rows[] = {
    {"status", "[--json] [--watch]", "What the relay does, and each stream in short", 0, 0, cam_command_status, NULL},
    {"cameras", "[--json] [--watch]", "Every camera with its streams", 0, 0, cam_command_cameras, NULL},
    {"camera", "[--json] NAME", "All that is known of one camera", 1, 1, cam_command_camera, NULL},
    {"readers", "[--json] [CAMERA]", "Who watches, from where, and how far behind", 0, 1, cam_command_readers, NULL},
    {"kick", "ID", "Ends a reader's session; the first characters of its id are enough", 1, 1, cam_command_kick, NULL},
    {"retry", "NAME", "Dials a camera now that a dial is being waited for", 1, 1, cam_command_about_camera, NULL},
    {"enable", "NAME", "Sets Enabled=yes", 1, 1, cam_command_about_camera, NULL},
    {"disable", "NAME", "Sets Enabled=no: who wants to watch the camera is told to come later", 1, 1, cam_command_about_camera, NULL},
    {"add", "NAME URL [[Section.]Key=VALUE…]", "Adds a camera", 2, ANY_WORDS, cam_command_add, NULL},
    {"set", "NAME [Section.]Key=VALUE…", "Changes keys of a camera; \"Key=\" is its default, \"Key\" takes the change back", 2, ANY_WORDS, cam_command_set, NULL},
    {"remove", "NAME", "Removes a camera that was added in this way", 1, 1, cam_command_about_camera, NULL},
    {"check", "", "Says what is wrong with the configuration, or what a reload would change", 0, 0, cam_command_check, NULL},
    {"reload", "[--dry-run]", "Reads the configuration again and says what changes", 0, 0, cam_command_reload, NULL},
    {"log", "[--follow] [--level LEVEL]", "The last minutes of the log", 0, 0, cam_command_log, NULL},
    {"hash-password", "USER | --token [--new]", "Makes a line for the configuration out of a password or token", 0, 1, cam_command_hash_password, NULL},
    {"support-bundle", "[--output FILE]", "Writes all that somebody who helps wants to see, without secrets", 0, 0, cam_command_support_bundle, NULL},
    {"crash-report", "[FILE]", "Says where camrelayd crashed: functions, files and lines", 0, ANY_WORDS, NULL, cam_crash_report_run},
};

const CamCommandRow *
cam_command_find (const char *name)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (g_str_equal (rows[i].name, name))
      return &rows[i];
  }
  return NULL;
}

char *
cam_command_table_help (void)
{
  GString *text = g_string_new ("Usage: camrelayctl [--socket PATH] COMMAND …\n"
                                "Looks after a running camrelayd. \"camrelayctl COMMAND --help\" says more; camrelayctl(1) says it all.\n\n");
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
    g_string_append_printf (text, "  %s %s\n      %s.\n", rows[i].name, rows[i].arguments, rows[i].text);
  return g_string_free (text, FALSE);
}
