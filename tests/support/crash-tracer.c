/* A GStreamer plug-in that crashes in one of its functions when the first buffer passes a pad: GST_TRACERS=crashtracer, CRASH_TRACER=read|call|overflow|abort. The marks
 * are for the test, which finds the lines by them. */
#define GST_USE_UNSTABLE_API
#include <gst/gst.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  GstTracer parent;
} CrashTracer;
typedef GstTracerClass CrashTracerClass;
GType crash_tracer_get_type (void);
G_DEFINE_TYPE (CrashTracer, crash_tracer, GST_TYPE_TRACER)

/* Volatile, so that the compiler does not see the fault and make code of its own for it. */
static volatile uintptr_t nowhere;
static volatile int result;

static G_GNUC_NO_INLINE void
read_in_plugin (void)
{
  result = *(volatile int *) (nowhere + 8); /* mark: read */
}

static G_GNUC_NO_INLINE void
call_in_plugin (void)
{
  ((void (*) (void)) nowhere) (); /* mark: call */
  result = 0;
}

static G_GNUC_NO_INLINE int
recurse_in_plugin (int depth)
{
  volatile char much[512];
  much[0] = (char) depth; /* mark: overflow */
  return nowhere == 1 ? 0 : recurse_in_plugin (depth + 1) + much[0];
}

static G_GNUC_NO_INLINE void
abort_in_plugin (void)
{
  abort (); /* mark: abort */
}

static void
on_push (GObject *self, GstClockTime time, GstPad *pad, GstBuffer *buffer)
{
  const char *way = g_getenv ("CRASH_TRACER");
  if (g_strcmp0 (way, "read") == 0)
    read_in_plugin ();
  else if (g_strcmp0 (way, "call") == 0)
    call_in_plugin ();
  else if (g_strcmp0 (way, "overflow") == 0)
    result = recurse_in_plugin (0);
  else if (g_strcmp0 (way, "abort") == 0)
    abort_in_plugin ();
}

static void
crash_tracer_class_init (CrashTracerClass *klass)
{
}

static void
crash_tracer_init (CrashTracer *self)
{
  gst_tracing_register_hook (GST_TRACER (self), "pad-push-pre", G_CALLBACK (on_push));
}

static gboolean
plugin_init (GstPlugin *plugin)
{
  return gst_tracer_register (plugin, "crashtracer", crash_tracer_get_type ());
}

#define PACKAGE "camrelay"
GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, crashtracer, "Crashes, for tests", plugin_init, "1", GST_LICENSE_UNKNOWN, "camrelay", "https://camrelay.invalid")
