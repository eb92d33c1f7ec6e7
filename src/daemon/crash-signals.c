#include "daemon/crash-signals.h"

#include <stdbool.h>

const int cam_crash_signals[CAM_CRASH_SIGNALS] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP};

#define ANY_SIGNAL 0
#define CAUSE(number, code) {number, code, #code}

static const struct {
  int number;
  int code;
  const char *word;
} causes[] = {
    CAUSE (SIGSEGV, SEGV_MAPERR), CAUSE (SIGSEGV, SEGV_ACCERR), CAUSE (SIGBUS, BUS_ADRALN),  CAUSE (SIGBUS, BUS_ADRERR),
    CAUSE (SIGBUS, BUS_OBJERR),   CAUSE (SIGFPE, FPE_INTDIV),   CAUSE (SIGFPE, FPE_INTOVF),  CAUSE (SIGILL, ILL_ILLOPC),
    CAUSE (SIGILL, ILL_ILLOPN),   CAUSE (SIGILL, ILL_PRVOPC),   CAUSE (SIGTRAP, TRAP_BRKPT), CAUSE (SIGTRAP, TRAP_TRACE),
    CAUSE (ANY_SIGNAL, SI_USER),  CAUSE (ANY_SIGNAL, SI_TKILL), CAUSE (ANY_SIGNAL, SI_QUEUE), CAUSE (ANY_SIGNAL, SI_KERNEL),
};

const char *
cam_crash_signals_get_name (int number)
{
  switch (number) {
  case SIGSEGV:
    return "SIGSEGV";
  case SIGBUS:
    return "SIGBUS";
  case SIGFPE:
    return "SIGFPE";
  case SIGILL:
    return "SIGILL";
  case SIGABRT:
    return "SIGABRT";
  case SIGSYS:
    return "SIGSYS";
  case SIGTRAP:
    return "SIGTRAP";
  default:
    return "signal";
  }
}

const char *
cam_crash_signals_get_cause (int number, int code)
{
  for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
    bool is_its_own = causes[i].number == number || causes[i].number == ANY_SIGNAL;
    if (is_its_own && causes[i].code == code)
      return causes[i].word;
  }
  return NULL;
}
