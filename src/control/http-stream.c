#include "control/http-stream.h"

#include <string.h>

struct _CamHttpStream {
  GIOStream parent;
  GInputStream *input;   /* ref */
  GOutputStream *output; /* ref */
  void (*closed) (gpointer data); /* NULL: was called, or nobody wants to know */
  gpointer data;         /* borrowed: outlived, or forgotten */
};

G_DEFINE_FINAL_TYPE (CamHttpStream, cam_http_stream, G_TYPE_IO_STREAM)

static GInputStream *
get_input (GIOStream *stream)
{
  return CAM_HTTP_STREAM (stream)->input;
}

static GOutputStream *
get_output (GIOStream *stream)
{
  return CAM_HTTP_STREAM (stream)->output;
}

/* The socket is the connection's: it may have to listen to the client for a while yet. */
static gboolean
close_stream (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  CamHttpStream *self = CAM_HTTP_STREAM (stream);
  void (*closed) (gpointer data) = g_steal_pointer (&self->closed);
  if (closed != NULL)
    closed (self->data);
  return TRUE;
}

static void
finalize (GObject *object)
{
  CamHttpStream *self = CAM_HTTP_STREAM (object);
  g_object_unref (self->input);
  g_object_unref (self->output);
  G_OBJECT_CLASS (cam_http_stream_parent_class)->finalize (object);
}

static void
cam_http_stream_class_init (CamHttpStreamClass *class)
{
  G_OBJECT_CLASS (class)->finalize = finalize;
  G_IO_STREAM_CLASS (class)->get_input_stream = get_input;
  G_IO_STREAM_CLASS (class)->get_output_stream = get_output;
  G_IO_STREAM_CLASS (class)->close_fn = close_stream;
}

static void
cam_http_stream_init (CamHttpStream *self)
{
}

CamHttpStream *
cam_http_stream_new (bool is_head, GOutputStream *output, void (*closed) (gpointer data), gpointer data)
{
  static const char get[] = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  static const char head[] = "HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  CamHttpStream *self = g_object_new (CAM_TYPE_HTTP_STREAM, NULL);
  const char *request = is_head ? head : get;
  self->input = g_memory_input_stream_new_from_data (request, (gssize) strlen (request), NULL);
  self->output = g_object_ref (output);
  self->closed = closed;
  self->data = data;
  return self;
}

void
cam_http_stream_forget (CamHttpStream *self)
{
  self->closed = NULL;
}
