/* The properties of a rtspsrc for one camera: where it is, by which transport, for how long what is waited for, who logs in, which certificate is believed.
 * What comes of it is rtspsrc-element's business.
 * Thread: S. Owner: none, functions. */
#pragma once

#include <gst/gst.h>

#include "config/camera-config.h"
#include "config/camera-url.h"

/* @transport: not auto. */
void cam_rtspsrc_settings_apply (GstElement *source, const CamCameraUrl *url, const CamStreamConfig *config, CamTransport transport);

/* Whether @config names a certificate. */
bool cam_rtspsrc_settings_has_pin (const CamStreamConfig *config);
