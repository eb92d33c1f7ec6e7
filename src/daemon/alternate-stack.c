#include "daemon/alternate-stack.h"

#include <dlfcn.h>
#include <errno.h>
#include <glib.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

/* A signal's frame takes up to 11 KiB (AVX-512, AMX), the handler and libgcc's unwinder 20 KiB. Pages that are not used cost nothing. */
#define STACK_BYTES ((size_t) 64 * 1024)

/* What leaves a thread less than three quarters of its stack for itself has none. */
#define LEAST_THREAD_BYTES (4 * STACK_BYTES)

static void
use (void *stack)
{
  sigaltstack (&(stack_t){.ss_sp = stack, .ss_size = STACK_BYTES}, NULL);
}

static void
use_for_main (void)
{
  static char stack[STACK_BYTES];
  use (stack);
}

#ifdef CAM_SANITIZED

void
cam_alternate_stack_open (void)
{
  use_for_main ();
}

#else

typedef int (*CreateThread) (pthread_t *, const pthread_attr_t *, void *(*) (void *), void *);

typedef struct {
  void *(*start) (void *argument);
  void *argument; /* borrowed */
} Errand;

/* Its frame is the outermost of the thread but for the C library's. */
static void *
run_with_alternate_stack (void *data)
{
  Errand errand = *(Errand *) data;
  g_free (data);
  char stack[STACK_BYTES];
  use (stack);
  void *result = errand.start (errand.argument);
  sigaltstack (&(stack_t){.ss_flags = SS_DISABLE}, NULL);
  return result;
}

static bool
has_room (const pthread_attr_t *attributes)
{
  size_t size = 0;
  return attributes == NULL || pthread_attr_getstacksize (attributes, &size) != 0 || size >= LEAST_THREAD_BYTES;
}

/* The C library's own, which the one below stands in front of. */
static CreateThread
find_create_thread (void)
{
  static CreateThread found; /* the same whoever writes it */
  CreateThread create = __atomic_load_n (&found, __ATOMIC_ACQUIRE);
  if (create == NULL) {
    create = (CreateThread) dlsym (RTLD_NEXT, "pthread_create");
    __atomic_store_n (&found, create, __ATOMIC_RELEASE);
  }
  return create;
}

/* The dynamic linker takes the program's for every library. */
__attribute__ ((visibility ("default"))) int
pthread_create (pthread_t *ret_thread, const pthread_attr_t *attributes, void *(*start) (void *), void *argument)
{
  CreateThread create = find_create_thread ();
  if (!has_room (attributes))
    return create (ret_thread, attributes, start, argument);
  Errand *errand = g_try_new (Errand, 1);
  if (errand == NULL)
    return EAGAIN;
  *errand = (Errand){.start = start, .argument = argument};
  int status = create (ret_thread, attributes, run_with_alternate_stack, errand);
  if (status != 0)
    g_free (errand);
  return status;
}

void
cam_alternate_stack_open (void)
{
  use_for_main ();
  find_create_thread ();
}

#endif
