/* Lets clients of HTTP in: accepts, keeps their number within bounds, rests when descriptors run out. When there are too many, who has not asked yet gives
 * way: slow clients cannot keep quick ones out. Answers are begun one a turn of the loop, the oldest first: hundreds at once cannot hold it.
 * Thread: H, but for new and free (M). Owner: http-server. */
#pragma once

#include "control/http-connection.h"

#define CAM_HTTP_MOST 256        /* connections in all … */
#define CAM_HTTP_RESERVE 32      /* … and so many more for who comes from this machine */
#define CAM_HTTP_MOST_OF_ONE 64  /* of one address; not of this machine's, where a proxy may stand */

typedef struct CamHttpDoor CamHttpDoor;

/* @asked: somebody's request is whole, and it is his turn. */
CamHttpDoor *cam_http_door_new (CamLoopThread *loop, void (*asked) (CamHttpConnection *connection, gpointer data), gpointer data);
void cam_http_door_free (CamHttpDoor *self); /* NULL is fine; after close, or never used */

/* From now on accepts on @listener, too; or no more, and closes it. */
void cam_http_door_open (CamHttpDoor *self, int listener /* transfer full */);
void cam_http_door_shut (CamHttpDoor *self, int listener);

/* Shuts all and drops everybody. */
void cam_http_door_close (CamHttpDoor *self);

unsigned cam_http_door_count (const CamHttpDoor *self); /* connections */
