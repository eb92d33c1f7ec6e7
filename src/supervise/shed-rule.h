/* Whether the machine carries all that is asked of it, and how many classes of cameras must give up pictures until it does: up a step when it was over
 * its budget for some seconds without a break, down a step when it was far below it for much longer, and longer still each time that proves wrong.
 * Thread: pure, time is an argument. Owner: embedded by value in load-shedder. */
#pragma once

#include "config/camera-config.h"

#define CAM_SHED_STEPS 3                            /* readers of cameras with Priority=low; normal; high */
#define CAM_SHED_UP_US INT64_C (3000000)            /* over the budget for this long: one step */
#define CAM_SHED_DOWN_US INT64_C (30000000)         /* below it for this long, at first: one step back */
#define CAM_SHED_LONGEST_DOWN_US INT64_C (480000000) /* the doubled time goes no further */

/* What a second was like. */
typedef struct {
  int64_t lag_us;      /* the latest that a loop came to what was due */
  double memory_share; /* of MediaMemory */
  double cpu_share;    /* of the processors that the process may use */
} CamLoad;

typedef enum
{
  CAM_LOAD_FINE,   /* far below the budget */
  CAM_LOAD_LAG,    /* over it: the loops are late */
  CAM_LOAD_MEMORY, /* MediaMemory is nearly used up */
  CAM_LOAD_CPU,
  CAM_LOAD_BETWEEN /* neither over it nor far below */
} CamLoadVerdict;

CamLoadVerdict cam_load_judge (const CamLoad *load);
const char *cam_load_verdict_word (CamLoadVerdict verdict); /* "lag"; never NULL */

/* All zero but for down_us at first: cam_shed_rule_init. Times µs of CLOCK_MONOTONIC; 0: not so now. */
typedef struct {
  unsigned step;
  CamLoadVerdict why;  /* of the newest step up */
  int64_t over_us;     /* since when it is over */
  int64_t fine_us;     /* since when it is far below */
  int64_t stepped_down_us;
  int64_t down_us;     /* how long it must be fine for the next step down */
} CamShedRule;

void cam_shed_rule_init (CamShedRule *self);

/* Once a second. True: the step is another one now. */
bool cam_shed_rule_note (CamShedRule *self, const CamLoad *load, int64_t now_us);

/* Whether at @step readers of a camera with @priority get key pictures only. */
bool cam_shed_step_concerns (unsigned step, CamPriority priority);
