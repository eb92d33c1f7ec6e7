/* Message ids of the journal: one for each kind of event that an operator may want to filter for. Never renamed.
 * "journalctl MESSAGE_ID=…". Fields: CAMERA STREAM READER CAUSE ADDRESS USER. */
#pragma once

#define CAM_MSG_READY "5b1b4c0ff6d34a4f9c4a3b6f4c1d0a01"
#define CAM_MSG_STOPPING "5b1b4c0ff6d34a4f9c4a3b6f4c1d0a02"
#define CAM_MSG_CAMERA_CONNECTED "5b1b4c0ff6d34a4f9c4a3b6f4c1d0a03"
#define CAM_MSG_CAMERA_LOST "5b1b4c0ff6d34a4f9c4a3b6f4c1d0a04"
#define CAM_MSG_CAMERA_FAILED "5b1b4c0ff6d34a4f9c4a3b6f4c1d0a05"
#define CAM_MSG_READER_JOINED "5b1b4c0ff6d34a4f9c4a3b6f4c1d0a06"
#define CAM_MSG_READER_LEFT "5b1b4c0ff6d34a4f9c4a3b6f4c1d0a07"
#define CAM_MSG_LOGIN_FAILED "5b1b4c0ff6d34a4f9c4a3b6f4c1d0a08"
#define CAM_MSG_READER_REFUSED "5b1b4c0ff6d34a4f9c4a3b6f4c1d0a09"
#define CAM_MSG_CONFIG_ERROR "5b1b4c0ff6d34a4f9c4a3b6f4c1d0a0a"
#define CAM_MSG_LISTENER "5b1b4c0ff6d34a4f9c4a3b6f4c1d0a0b"
#define CAM_MSG_MEDIA_MEMORY "5b1b4c0ff6d34a4f9c4a3b6f4c1d0a0c"
#define CAM_MSG_READER_SLOW "5b1b4c0ff6d34a4f9c4a3b6f4c1d0a0d"
#define CAM_MSG_STALLED "5b1b4c0ff6d34a4f9c4a3b6f4c1d0a10"
#define CAM_MSG_LIMITS "5b1b4c0ff6d34a4f9c4a3b6f4c1d0a11"
#define CAM_MSG_RELOADED "5b1b4c0ff6d34a4f9c4a3b6f4c1d0a0e"
#define CAM_MSG_NOT_RELOADED "5b1b4c0ff6d34a4f9c4a3b6f4c1d0a0f"
#define CAM_MSG_CRASHED "5b1b4c0ff6d34a4f9c4a3b6f4c1d0a18"
#define CAM_MSG_LAST_CRASH "5b1b4c0ff6d34a4f9c4a3b6f4c1d0a19"
#define CAM_MSG_SHEDDING "5b1b4c0ff6d34a4f9c4a3b6f4c1d0a20"
