#include "control/control-error.h"

G_DEFINE_QUARK (cam_control_error, cam_control_error)
