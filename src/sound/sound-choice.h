/* Which codec a stream's sound leaves in: what the configuration and the client say, what the way out can carry, what the source is.
 * Thread: pure. Owner: results belong to the caller. */
#pragma once

#include "config/camera-config.h"
#include "media/stream-description.h"

/* How the sound leaves. */
typedef enum
{
  CAM_SOUND_COPY, /* as it comes */
  CAM_SOUND_NONE, /* not at all */
  CAM_SOUND_OPUS,
  CAM_SOUND_AAC,
  CAM_SOUND_L16,  /* decoded */
  CAM_SOUND_FLAC,
  CAM_N_SOUND_CHOICES
} CamSoundChoice;

/* What a client asks for; when nothing is asked the configuration counts. */
typedef struct {
  bool is_asked;
  CamSoundChoice choice;
} CamSoundWish;

typedef enum
{
  CAM_SOUND_WAY_RTP,   /* all but FLAC */
  CAM_SOUND_WAY_TS,    /* AAC, MPEG audio, Opus, AC-3 */
  CAM_SOUND_WAY_FRAMED /* Opus; L16 and FLAC of 48 kHz stereo */
} CamSoundWay;

/* "opus", "aac", "copy", "none" of a client's ?audio= ("l16", "flac" on the framed way only); false: no such word. */
bool cam_sound_choice_parse (const char *word, CamSoundWay way, CamSoundChoice *ret_choice);
const char *cam_sound_choice_name (CamSoundChoice choice);
bool cam_sound_choice_is_encoded (CamSoundChoice choice); /* neither COPY nor NONE: a branch makes it */

/* @source: the camera's sound; NULL gives NONE. @asked: of the client, else (@has_asked false) @mode counts. COPY is given only where @way can carry
 * @source; what cannot be copied is transcoded: to AAC for TS, to L16 for RTP, to L16 or, when that is not 48 kHz stereo, Opus for the framed way. The codec that is there already is COPY, too. */
CamSoundChoice cam_sound_choose (CamAudioMode mode, bool has_asked, CamSoundChoice asked, CamSoundWay way, const CamTrack *source);

/* The track that @choice makes of @source; NULL for NONE. Known before any sample is encoded. (transfer full) */
CamTrack *cam_sound_choice_make_track (CamSoundChoice choice, const CamTrack *source);

/* @description with the sound that @choice makes; NULL when nothing is left. (transfer full) */
CamStreamDescription *cam_sound_choice_describe (CamSoundChoice choice, const CamStreamDescription *description);
