#include "daemon/crash-registers.h"

enum { LEAST_TEXT = 4 };

bool
cam_crash_registers_is_text (uint64_t value)
{
  unsigned length = 0;
  for (; value != 0; value >>= 8, length++) {
    unsigned character = value & 0xff;
    if (character < 0x20 || character > 0x7e)
      return false;
  }
  return length >= LEAST_TEXT;
}

#if defined(__x86_64__) || defined(__aarch64__)

static void
write_register (CamCrashText *text, const char *name, uint64_t value)
{
  cam_crash_text_add (text, name);
  cam_crash_text_add (text, " ");
  if (cam_crash_registers_is_text (value))
    cam_crash_text_add (text, "text");
  else
    cam_crash_text_add_hex (text, value, 16);
  cam_crash_text_add (text, "\n");
}

#endif

#if defined(__x86_64__)

static const struct {
  const char *name;
  int index;
} registers[] = {
    {"rip", REG_RIP}, {"rsp", REG_RSP}, {"rbp", REG_RBP}, {"rax", REG_RAX}, {"rbx", REG_RBX}, {"rcx", REG_RCX},
    {"rdx", REG_RDX}, {"rsi", REG_RSI}, {"rdi", REG_RDI}, {"r8", REG_R8},   {"r9", REG_R9},   {"r10", REG_R10},
    {"r11", REG_R11}, {"r12", REG_R12}, {"r13", REG_R13}, {"r14", REG_R14}, {"r15", REG_R15}, {"eflags", REG_EFL},
};

uint64_t
cam_crash_registers_get_pc (const ucontext_t *context)
{
  return (uint64_t) context->uc_mcontext.gregs[REG_RIP];
}

uint64_t
cam_crash_registers_get_sp (const ucontext_t *context)
{
  return (uint64_t) context->uc_mcontext.gregs[REG_RSP];
}

uint64_t
cam_crash_registers_get_return_address (const ucontext_t *context)
{
  return *(const uint64_t *) cam_crash_registers_get_sp (context);
}

void
cam_crash_registers_return (ucontext_t *context)
{
  context->uc_mcontext.gregs[REG_RIP] = (greg_t) cam_crash_registers_get_return_address (context);
  context->uc_mcontext.gregs[REG_RSP] += (greg_t) sizeof (uint64_t);
}

void
cam_crash_registers_write (const ucontext_t *context, CamCrashText *text)
{
  for (size_t i = 0; i < sizeof registers / sizeof registers[0]; i++)
    write_register (text, registers[i].name, (uint64_t) context->uc_mcontext.gregs[registers[i].index]);
}

#elif defined(__aarch64__)

enum { N_REGISTERS = 31, LINK_REGISTER = 30 };

uint64_t
cam_crash_registers_get_pc (const ucontext_t *context)
{
  return context->uc_mcontext.pc;
}

uint64_t
cam_crash_registers_get_sp (const ucontext_t *context)
{
  return context->uc_mcontext.sp;
}

uint64_t
cam_crash_registers_get_return_address (const ucontext_t *context)
{
  return context->uc_mcontext.regs[LINK_REGISTER];
}

void
cam_crash_registers_return (ucontext_t *context)
{
  context->uc_mcontext.pc = cam_crash_registers_get_return_address (context);
}

void
cam_crash_registers_write (const ucontext_t *context, CamCrashText *text)
{
  write_register (text, "pc", context->uc_mcontext.pc);
  write_register (text, "sp", context->uc_mcontext.sp);
  write_register (text, "pstate", context->uc_mcontext.pstate);
  for (int i = 0; i < N_REGISTERS; i++) {
    cam_crash_text_add (text, "x");
    cam_crash_text_add_number (text, i);
    write_register (text, "", context->uc_mcontext.regs[i]);
  }
}

#else

uint64_t
cam_crash_registers_get_pc (const ucontext_t *context)
{
  return 0;
}

uint64_t
cam_crash_registers_get_sp (const ucontext_t *context)
{
  return 0;
}

uint64_t
cam_crash_registers_get_return_address (const ucontext_t *context)
{
  return 0;
}

void
cam_crash_registers_return (ucontext_t *context)
{
}

void
cam_crash_registers_write (const ucontext_t *context, CamCrashText *text)
{
}

#endif
