/* The lines of an SDP (RFC 8866, 5) and its sections, whatever ends a line and whatever stands around it.
 * What lines mean does not belong here.
 * Thread: pure. Owner: the caller. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "camrelay/limits.h"

/* A run of lines: those before the first m= or those of one medium, its m= line first. */
typedef struct {
  const char *const *lines; /* borrowed from the text */
  size_t n_lines;
} CamSdpSection;

typedef struct {
  char *copy;         /* owned; NULs where lines end */
  const char **lines; /* owned; into the copy, trimmed, none of them empty */
  CamSdpSection session;
  CamSdpSection media[CAM_LIMIT_SDP_MEDIA];
  size_t n_media; /* all there are; those beyond the limit are not in the array */
} CamSdpText;

CamSdpText *cam_sdp_text_new (const char *text, size_t length); /* a NUL inside ends it */
void cam_sdp_text_free (CamSdpText *self);                      /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamSdpText, cam_sdp_text_free)

/* What stands behind "a=NAME:" of the first such line from *@at on, "" for a bare "a=NAME"; *@at then is behind it, so that the next call
 * finds the next. NULL when there is none. Names in any case. */
const char *cam_sdp_section_next_attribute (const CamSdpSection *self, const char *name, size_t *at);
const char *cam_sdp_section_get_attribute (const CamSdpSection *self, const char *name); /* the first */
bool cam_sdp_section_has_attribute (const CamSdpSection *self, const char *name);
