/* A password or key that no format string can print: it has no conversion to text but the one that says so.
 * Thread: any, immutable. Owner: last reference; the bytes are wiped before they are freed. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct CamSecret CamSecret;

/* Copies @length bytes of @text (-1: up to NUL). */
CamSecret *cam_secret_new (const char *text, gssize length);
CamSecret *cam_secret_ref (CamSecret *self);   /* NULL is fine */
void cam_secret_unref (CamSecret *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamSecret, cam_secret_unref)

/* The bytes, NUL-terminated, valid while @self lives; NULL for NULL. Call it only where the secret meets a hash or the wire. */
const char *cam_secret_reveal (const CamSecret *self);

/* Compares in a time that depends on the lengths only. NULL equals NULL. */
bool cam_secret_equal (const CamSecret *a, const CamSecret *b);
