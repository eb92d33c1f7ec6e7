/* One mount: gst-rtsp-server's media factory for a stream of a camera, and what lives behind it on the camera's media loop: the stream-task,
 * which it makes and subscribes to the hub, and the audience.
 * Thread: any, immutable but for the camera; what is marked so belongs to its loop. Owner: rtsp-mounts and, while they need it, sessions (references). */
#pragma once

#include <gst/rtsp-server/rtsp-server.h>

#include "config/camera-config.h"
#include "serve/audience.h"
#include "serve/multicast-group.h"
#include "serve/stream-tasks.h"
#include "serve/ts-task.h"

#define CAM_TYPE_RTSP_FACTORY (cam_rtsp_factory_get_type ())
G_DECLARE_FINAL_TYPE (CamRtspFactory, cam_rtsp_factory, CAM, RTSP_FACTORY, GstRTSPMediaFactory)

/* Takes its own references; @loop outlives it. Also brings the library up (gst_init) when nobody has yet. */
CamRtspFactory *cam_rtsp_factory_new (CamCameraConfig *camera, unsigned stream, CamStreamHub *hub, CamLoopThread *loop);

const char *cam_rtsp_factory_get_camera_name (const CamRtspFactory *self);

/* What holds of the camera now; another one that what is told to clients does not depend on (REMOUNTS). (transfer full) */
CamCameraConfig *cam_rtsp_factory_ref_camera (CamRtspFactory *self);
void cam_rtsp_factory_set_camera (CamRtspFactory *self, CamCameraConfig *camera);

CamAudioMode cam_rtsp_factory_get_audio_mode (const CamRtspFactory *self);
unsigned cam_rtsp_factory_get_stream (const CamRtspFactory *self);
const char *cam_rtsp_factory_get_path (const CamRtspFactory *self); /* "/NAME", "/NAME/sub" */
CamStreamHub *cam_rtsp_factory_get_hub (const CamRtspFactory *self); /* (transfer none) */
CamLoopThread *cam_rtsp_factory_get_loop (const CamRtspFactory *self);
uint32_t cam_rtsp_factory_get_ssrc (const CamRtspFactory *self, CamTrackKind kind);
uint64_t cam_rtsp_factory_get_session_number (const CamRtspFactory *self); /* of the SDP's o= line */
int64_t cam_rtsp_factory_get_published_us (const CamRtspFactory *self);
/* Any thread. Whether the mount's readers get key pictures only, for the machine's sake; and what readers look at (borrowed from the mount). */
void cam_rtsp_factory_set_shed (CamRtspFactory *self, bool is_shed);
const atomic_bool *cam_rtsp_factory_get_shed (const CamRtspFactory *self);
CamMountCounters *cam_rtsp_factory_get_counters (CamRtspFactory *self); /* notes on the loop; what it points to lives as long as the mount */
CamSoundBranches *cam_rtsp_factory_get_branches (const CamRtspFactory *self); /* of the stream's sound in other codecs. (transfer none) */

/* How the sound of the stream as it is now leaves by @way for clients who ask for @wish; NONE while that is not known. */
CamSoundChoice cam_rtsp_factory_choose (const CamRtspFactory *self, CamSoundWish wish, CamSoundWay way);

/* What leaves then. False: the stream is not known yet. @ret_description: NULL when nothing is left of it. (transfer full) */
bool cam_rtsp_factory_describe (const CamRtspFactory *self, CamSoundWish wish, CamSoundWay way, CamStreamDescription **ret_description);

/* The path, and behind it "?audio=…" when something is asked for: what the library is asked for. (transfer full) */
char *cam_rtsp_factory_get_path_for (const CamRtspFactory *self, CamSoundWish wish);

/* @wanted: called on the loop, while the mount is open and not retired, for each cam_rtsp_factory_tell_wanted (); NULL: nobody needs to know. Before it is published. */
void cam_rtsp_factory_set_wanted (CamRtspFactory *self, void (*wanted) (gpointer data), gpointer data);
void cam_rtsp_factory_tell_wanted (CamRtspFactory *self); /* any thread */

/* The stream may go to the group at @place, as the server's part of @config says. Before it is published. */
void cam_rtsp_factory_set_multicast (CamRtspFactory *self, CamConfigSet *config, const CamMulticastPlace *place);

/* Any thread: as @config says from the next first client of the group on. Nothing happens where there is none. */
void cam_rtsp_factory_change_multicast (CamRtspFactory *self, CamConfigSet *config);

/* On the loop. Makes the stream-task and the audience; close ends the task again (the audience is empty by now). @registry: borrowed until then. */
void cam_rtsp_factory_open (CamRtspFactory *self, CamAudienceLeaveFunc ask_to_leave, CamClientRegistry *registry);
void cam_rtsp_factory_close (CamRtspFactory *self);

/* On the loop. It is about to be closed, as soon as its readers are gone: nobody is told any more that it is wanted. */
void cam_rtsp_factory_retire (CamRtspFactory *self);

CamStreamTasks *cam_rtsp_factory_get_tasks (CamRtspFactory *self); /* NULL while it is not open */
/* The stream as MPEG-TS with the sound that @choice makes (cam_sound_choose () for CAM_SOUND_WAY_TS), made when nobody had it; it goes a while after
 * the last reference but one. NULL while the mount is not open. Readers give theirs back before the mount is closed. (transfer full) */
CamTsTask *cam_rtsp_factory_ref_ts_task (CamRtspFactory *self, CamSoundChoice choice);
CamMulticastGroup *cam_rtsp_factory_get_multicast (CamRtspFactory *self); /* NULL: no multicast, or not open */
CamAudience *cam_rtsp_factory_get_audience (CamRtspFactory *self); /* NULL while it is not open */
