/* What the daemon's exit status means (sysexits.h's numbers). */
#pragma once

#define CAM_EXIT_OK 0
#define CAM_EXIT_USAGE 64       /* an option or argument is wrong */
#define CAM_EXIT_UNAVAILABLE 69 /* an address could not be bound; it is named */
#define CAM_EXIT_INTERNAL 70    /* an error inside camrelay */
#define CAM_EXIT_SYSTEM 71      /* the system refused a thread, a descriptor, memory */
#define CAM_EXIT_PERMISSION 77
#define CAM_EXIT_CONFIG 78      /* the configuration; each error was printed with file and line */
