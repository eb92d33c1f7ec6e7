#include "serve/serve-error.h"

G_DEFINE_QUARK (cam_serve_error, cam_serve_error)
