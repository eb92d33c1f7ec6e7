#include "wire/sdp-read.h"

#include <stdio.h>
#include <string.h>

#include "core/redact.h"
#include "wire/sdp-format.h"
#include "wire/sdp-text.h"

#define MAX_FORMATS 32
#define MAX_WORDS (3 + MAX_FORMATS)
#define MAX_PAYLOAD_TYPE 127
#define MAX_TOOL_BYTES 128
#define MAX_NAME_BYTES 32

G_DEFINE_QUARK (cam_sdp_error, cam_sdp_error)

/* The m= line, "video 0 RTP/AVP 96 97", and what its attributes say of the medium as a whole. */
typedef struct {
  CamSdpSection section;
  bool is_video;
  bool is_audio; /* neither: metadata and the like */
  bool is_encrypted;
  bool is_inactive;
  bool is_sendonly;
  bool is_recvonly;
  unsigned formats[MAX_FORMATS];
  unsigned n_formats;
} Medium;

/* Digits, then what stands behind them and blanks; false when there are none or the number is no payload type. */
static bool
read_payload_type (const char *text, unsigned *ret_type, const char **ret_rest)
{
  unsigned type = 0;
  const char *at = text;
  for (; g_ascii_isdigit (*at) && type <= MAX_PAYLOAD_TYPE; at++)
    type = type * 10 + (unsigned) (*at - '0');
  if (at == text || type > MAX_PAYLOAD_TYPE)
    return false;
  *ret_type = type;
  *ret_rest = at + strspn (at, " \t");
  return true;
}

/* The value of the first "a=NAME:TYPE value" of @type; NULL for none. */
static const char *
get_format_attribute (const CamSdpSection *section, const char *name, unsigned type)
{
  size_t at = 0;
  for (const char *value; (value = cam_sdp_section_next_attribute (section, name, &at)) != NULL;) {
    unsigned of;
    const char *rest;
    if (read_payload_type (value, &of, &rest) && of == type)
      return rest;
  }
  return NULL;
}

/* A payload type in front of anything. What is none is not there. */
static void
add_format (Medium *medium, const char *text)
{
  unsigned type;
  const char *rest;
  if (medium->n_formats < MAX_FORMATS && read_payload_type (text, &type, &rest))
    medium->formats[medium->n_formats++] = type;
}

/* An m= line without formats has those of its rtpmaps. */
static void
add_mapped_formats (Medium *medium)
{
  size_t at = 0;
  for (const char *value; (value = cam_sdp_section_next_attribute (&medium->section, "rtpmap", &at)) != NULL;)
    add_format (medium, value);
}

/* MIKEY or SDES keys (RFC 4567, RFC 4568). */
static bool
is_keyed (const CamSdpSection *section)
{
  return cam_sdp_section_has_attribute (section, "key-mgmt") || cam_sdp_section_has_attribute (section, "crypto");
}

/* Cuts @line in place. Returns how many words there are. */
static unsigned
split_words (char *line, const char **words)
{
  unsigned n = 0;
  char *rest = line;
  for (char *word; n < MAX_WORDS && (word = strsep (&rest, " \t")) != NULL;)
    if (*word != '\0')
      words[n++] = word;
  return n;
}

/* Words that are missing are simply not there. */
static void
read_medium_line (Medium *medium, const char *const *words, unsigned n)
{
  const char *protocol = n >= 3 ? words[2] : "RTP/AVP";
  bool is_rtp = strcasestr (protocol, "RTP") != NULL;
  medium->is_video = is_rtp && n > 0 && g_ascii_strcasecmp (words[0], "video") == 0;
  medium->is_audio = is_rtp && n > 0 && g_ascii_strcasecmp (words[0], "audio") == 0;
  medium->is_encrypted = strcasestr (protocol, "SAVP") != NULL;
  for (unsigned i = 3; i < n; i++)
    add_format (medium, words[i]);
  if (medium->n_formats == 0)
    add_mapped_formats (medium);
}

static Medium
read_medium (const CamSdpSection *section)
{
  Medium medium = {.section = *section};
  g_autofree char *line = g_strdup (section->lines[0] + strlen ("m="));
  const char *words[MAX_WORDS];
  read_medium_line (&medium, words, split_words (line, words));
  medium.is_encrypted = medium.is_encrypted || is_keyed (section);
  medium.is_inactive = cam_sdp_section_has_attribute (section, "inactive");
  medium.is_sendonly = cam_sdp_section_has_attribute (section, "sendonly");
  medium.is_recvonly = cam_sdp_section_has_attribute (section, "recvonly");
  return medium;
}

/* Sound for the camera to play (ONVIF Streaming, 5.3): marked as sendonly, beside others that are not. Cameras that mark all they send as
 * sendonly have no medium that is otherwise. */
static bool
is_back_channel (const Medium *media, size_t n_media, const Medium *medium)
{
  if (!medium->is_audio || !medium->is_sendonly)
    return false;
  for (size_t i = 0; i < n_media; i++)
    if (media[i].is_recvonly || (media[i].is_audio && !media[i].is_sendonly))
      return true;
  return false;
}

/* The first of its formats that can be carried; NULL when none can. (transfer full) */
static CamSdpMedia *
read_formats (const Medium *medium, CamTrackKind kind)
{
  for (unsigned i = 0; i < medium->n_formats; i++) {
    unsigned type = medium->formats[i];
    const char *rtpmap = get_format_attribute (&medium->section, "rtpmap", type);
    const char *fmtp = get_format_attribute (&medium->section, "fmtp", type);
    CamSdpMedia *media = cam_sdp_format_read (kind, type, rtpmap, fmtp);
    if (media != NULL)
      return media;
  }
  return NULL;
}

/* A control that could not stand in a request is as good as none. */
static char *
copy_control (const char *control)
{
  if (control == NULL || strlen (control) > CAM_LIMIT_URI_BYTES)
    return NULL;
  for (const char *at = control; *at != '\0'; at++)
    if ((uint8_t) *at <= ' ' || *at == 0x7f)
      return NULL;
  return g_strdup (control);
}

/* Picture size of JPEG pictures that are too big for RTP/JPEG's own fields: "a=x-dimensions:2560,1440", "a=framesize:26 2560-1440". */
static void
read_dimensions (CamTrack *track, const CamSdpSection *section, unsigned type)
{
  const char *text = cam_sdp_section_get_attribute (section, "x-dimensions");
  if (text == NULL)
    text = get_format_attribute (section, "framesize", type);
  unsigned width;
  unsigned height;
  if (text == NULL || track->width > 0 || sscanf (text, "%5u%*1[-,x ]%5u", &width, &height) != 2)
    return;
  if (width == 0 || height == 0 || width > UINT16_MAX || height > UINT16_MAX)
    return;
  track->width = (uint16_t) width;
  track->height = (uint16_t) height;
}

static bool
is_candidate (const Medium *media, size_t n_media, const Medium *medium, CamTrackKind kind)
{
  bool is_of_kind = kind == CAM_TRACK_VIDEO ? medium->is_video : medium->is_audio;
  return is_of_kind && !medium->is_inactive && !is_back_channel (media, n_media, medium);
}

/* The first medium of @kind that can be carried, or NULL. @ret_is_encrypted: it could, were it not encrypted. (transfer full) */
static CamSdpMedia *
choose (const Medium *media, size_t n_media, CamTrackKind kind, bool *ret_is_encrypted)
{
  for (size_t i = 0; i < n_media; i++) {
    const Medium *medium = &media[i];
    CamSdpMedia *result = is_candidate (media, n_media, medium, kind) ? read_formats (medium, kind) : NULL;
    if (result == NULL)
      continue;
    g_autofree char *control = copy_control (cam_sdp_section_get_attribute (&medium->section, "control"));
    result->control = control != NULL ? g_steal_pointer (&control) : g_strdup ("");
    read_dimensions (result->track, &medium->section, result->payload_type);
    *ret_is_encrypted = *ret_is_encrypted || medium->is_encrypted;
    return result;
  }
  return NULL;
}

/* "video VP8, application vnd.onvif.metadata" */
static char *
list_media (const Medium *media, size_t n_media)
{
  g_autoptr (GString) list = g_string_new (NULL);
  for (size_t i = 0; i < n_media; i++) {
    const char *line = media[i].section.lines[0] + strlen ("m=");
    g_autofree char *kind = cam_redact_text (line, (gssize) strcspn (line, " \t"), MAX_NAME_BYTES);
    const char *rtpmap = media[i].n_formats > 0 ? get_format_attribute (&media[i].section, "rtpmap", media[i].formats[0]) : NULL;
    g_autofree char *name = rtpmap != NULL ? cam_redact_text (rtpmap, (gssize) strcspn (rtpmap, "/ \t"), MAX_NAME_BYTES) : g_strdup ("?");
    g_string_append_printf (list, "%s%s %s", i > 0 ? ", " : "", kind, name);
  }
  return g_strdup (list->str);
}

static bool
check (const CamSdp *self, bool is_encrypted, const Medium *media, size_t n_media, GError **error)
{
  if (is_encrypted) {
    g_set_error_literal (error, CAM_SDP_ERROR, CAM_SDP_ERROR_ENCRYPTED, "the camera offers encrypted media (SRTP) only");
    return false;
  }
  if (self->media[CAM_TRACK_VIDEO] == NULL && self->media[CAM_TRACK_AUDIO] == NULL) {
    g_autofree char *list = list_media (media, n_media);
    g_set_error (error, CAM_SDP_ERROR, CAM_SDP_ERROR_UNSUPPORTED, "no medium that can be carried: %s", list);
    return false;
  }
  return true;
}

static CamSdp *
read_text (const CamSdpText *text, GError **error)
{
  Medium media[CAM_LIMIT_SDP_MEDIA];
  for (size_t i = 0; i < text->n_media; i++)
    media[i] = read_medium (&text->media[i]);
  g_autoptr (CamSdp) self = g_new0 (CamSdp, 1);
  bool is_encrypted = is_keyed (&text->session);
  self->media[CAM_TRACK_VIDEO] = choose (media, text->n_media, CAM_TRACK_VIDEO, &is_encrypted);
  self->media[CAM_TRACK_AUDIO] = choose (media, text->n_media, CAM_TRACK_AUDIO, &is_encrypted);
  if (!check (self, is_encrypted, media, text->n_media, error))
    return NULL;
  self->control = copy_control (cam_sdp_section_get_attribute (&text->session, "control"));
  const char *tool = cam_sdp_section_get_attribute (&text->session, "tool");
  self->tool = tool != NULL ? cam_redact_text (tool, -1, MAX_TOOL_BYTES) : NULL;
  return g_steal_pointer (&self);
}

CamSdp *
cam_sdp_read (const char *text, size_t length, GError **error)
{
  if (length > CAM_LIMIT_SDP_BYTES) {
    g_set_error (error, CAM_SDP_ERROR, CAM_SDP_ERROR_LIMIT, "%zu bytes of SDP, at most %d are read", length, CAM_LIMIT_SDP_BYTES);
    return NULL;
  }
  g_autoptr (CamSdpText) lines = cam_sdp_text_new (text, length);
  if (lines->n_media > CAM_LIMIT_SDP_MEDIA) {
    g_set_error (error, CAM_SDP_ERROR, CAM_SDP_ERROR_LIMIT, "%zu media in the SDP, at most %d are read", lines->n_media,
                 CAM_LIMIT_SDP_MEDIA);
    return NULL;
  }
  if (lines->n_media == 0) {
    g_set_error_literal (error, CAM_SDP_ERROR, CAM_SDP_ERROR_SYNTAX, "no SDP: it has no m= line");
    return NULL;
  }
  return read_text (lines, error);
}

void
cam_sdp_free (CamSdp *self)
{
  if (self == NULL)
    return;
  for (size_t i = 0; i < CAM_N_TRACKS; i++)
    cam_sdp_media_free (self->media[i]);
  g_free (self->control);
  g_free (self->tool);
  g_free (self);
}
