#include "daemon/crash-unwind.h"

#include <unwind.h>

#include "daemon/crash-modules.h"
#include "daemon/crash-registers.h"

enum { GUESSED_WORDS = 512 };

typedef struct {
  CamCrashStack *stack; /* borrowed */
  uint64_t start;       /* where the signal came; what is newer is the handler itself */
  CamCrashFrameKind kind_of_first;
  bool has_begun;
} Walk;

static _Unwind_Reason_Code
add_frame (struct _Unwind_Context *context, void *data)
{
  Walk *walk = data;
  CamCrashStack *stack = walk->stack;
  int is_before = 0;
  uint64_t pc = _Unwind_GetIPInfo (context, &is_before);
  bool is_first = !walk->has_begun && pc == walk->start && is_before;
  if (!walk->has_begun && !is_first)
    return _URC_NO_REASON;
  walk->has_begun = true;
  if (pc == 0 || stack->count >= CAM_CRASH_STACK_FRAMES)
    return _URC_END_OF_STACK;
  CamCrashFrameKind kind = is_before ? CAM_CRASH_FRAME_AT : CAM_CRASH_FRAME_AFTER;
  stack->frames[stack->count] = (CamCrashFrame){.pc = pc, .kind = is_first ? walk->kind_of_first : kind};
  stack->count++;
  return _URC_NO_REASON;
}

static _Unwind_Reason_Code
pass (struct _Unwind_Context *context, void *data)
{
  return _URC_NO_REASON;
}

void
cam_crash_unwind_warm_up (void)
{
  CamCrashModule module;
  cam_crash_modules_find ((uint64_t) cam_crash_unwind_warm_up, &module);
  _Unwind_Backtrace (pass, NULL);
}

static bool
is_in_module (uint64_t address)
{
  CamCrashModule module;
  return cam_crash_modules_find (address, &module) && cam_crash_modules_is_code (&module, address);
}

void
cam_crash_unwind (CamCrashStack *stack, ucontext_t *context)
{
  Walk walk = {.stack = stack, .start = cam_crash_registers_get_pc (context), .kind_of_first = CAM_CRASH_FRAME_AT};
  if (is_in_module (walk.start)) {
    _Unwind_Backtrace (add_frame, &walk);
    return;
  }
  /* A call through a pointer that leads nowhere. libgcc would read the instruction there and fault; its caller is as good a beginning. */
  CamCrashFrame nowhere = {.pc = walk.start, .kind = CAM_CRASH_FRAME_AT};
  stack->frames[0] = nowhere;
  stack->count = 1;
  walk.start = cam_crash_registers_get_return_address (context);
  if (!is_in_module (walk.start))
    return;
  cam_crash_registers_return (context);
  walk.kind_of_first = CAM_CRASH_FRAME_AFTER;
  _Unwind_Backtrace (add_frame, &walk);
}

void
cam_crash_unwind_living (CamCrashStack *stack, const ucontext_t *context)
{
  Walk walk = {.stack = stack, .start = cam_crash_registers_get_pc (context), .kind_of_first = CAM_CRASH_FRAME_AT};
  if (is_in_module (walk.start)) {
    _Unwind_Backtrace (add_frame, &walk);
    return;
  }
  stack->frames[0] = (CamCrashFrame){.pc = walk.start, .kind = CAM_CRASH_FRAME_AT};
  stack->count = 1;
}

void
cam_crash_unwind_guess (CamCrashStack *stack, ucontext_t *context)
{
  const uint64_t *words = (const uint64_t *) (cam_crash_registers_get_sp (context) & ~(uint64_t) (sizeof (uint64_t) - 1));
  unsigned guesses = 0;
  for (unsigned i = 0; i < GUESSED_WORDS && guesses < CAM_CRASH_STACK_GUESSES; i++) {
    uint64_t word = *(const volatile uint64_t *) &words[i];
    if (!is_in_module (word))
      continue;
    stack->frames[stack->count] = (CamCrashFrame){.pc = word, .kind = CAM_CRASH_FRAME_MAYBE};
    stack->count++;
    guesses++;
  }
}
