/* What libsoup takes for a client's connection: it reads one request of ours, written anew from what was understood, and the end; it writes to the client's socket.
 * So nothing that a client sends is read by libsoup, and closing the stream only says so.
 * Thread: H. Owner: the connection; libsoup holds references. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

#define CAM_TYPE_HTTP_STREAM (cam_http_stream_get_type ())
G_DECLARE_FINAL_TYPE (CamHttpStream, cam_http_stream, CAM, HTTP_STREAM, GIOStream)

/* @output: pollable, a reference is taken. @closed is called once, when libsoup is done with it. */
CamHttpStream *cam_http_stream_new (bool is_head, GOutputStream *output, void (*closed) (gpointer data), gpointer data);

/* Whoever waits for @closed is gone. */
void cam_http_stream_forget (CamHttpStream *self);
