/* Where GStreamer remembers which plug-ins exist, so that a start does not look at each of them again.
 * Thread: M, before any other thread: it changes the environment. Owner: none. */
#pragma once

/* Points $GST_REGISTRY at a file in a cache folder of ours, unless it is set: $CACHE_DIRECTORY (systemd), else the user's cache
 * folder, else /var/cache/camrelay. Where no folder can be written to, GStreamer's own default stays. */
void cam_gst_registry_choose (void);
