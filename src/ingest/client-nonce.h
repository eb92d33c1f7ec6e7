/* Our half of what makes a digest new.
 * Thread: any. Owner: the caller. */
#pragma once

/* 32 hex digits that were not there before. (transfer full) */
char *cam_client_nonce_make (void);
