/* The text of the pipeline behind a test: URL, and which elements and packages it takes.
 * Running it is test-source's business.
 * Thread: pure. Owner: results belong to the caller. */
#pragma once

#include <glib.h>

#include "config/test-url.h"

#define CAM_TEST_PIPELINE_VIDEO_SINK "video"     /* name of the appsink */
#define CAM_TEST_PIPELINE_AUDIO_SINK "audio"     /* name of the appsink */
#define CAM_TEST_PIPELINE_COUNTER "frame-counter" /* name of the textoverlay that shows the number of the frame */

/* For gst_parse_launch (). @name: of the camera, burnt into the picture; only letters, digits, '-' and '_' of it are used.
 * @has_text: whether the overlay elements are there. (transfer full) */
char *cam_test_pipeline_write (const CamTestUrl *url, const char *name, bool has_text);

/* An element that it cannot do without. */
typedef struct {
  const char *element;
  const char *package; /* of Debian 12 */
} CamTestElement;

/* The nth needed element, NULL after the last. */
const CamTestElement *cam_test_pipeline_get_element (const CamTestUrl *url, unsigned nth);
