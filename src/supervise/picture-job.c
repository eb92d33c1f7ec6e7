#include "supervise/picture-job.h"

#include "camrelay/picture-protocol.h"
#include "supervise/picture-run.h"
#include "version.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "camrelay-picture"
#define MAX_RUNS 2
#define MAX_WAITING 256
#define MIN_SIDE 16 /* of what encoders take */

/* Where one program at a time may run. */
typedef struct {
  CamPictureDesk *desk; /* borrowed: it is inside of it */
  CamPictureRun *run;   /* owned; NULL: free */
  CamPictureJob *job;   /* borrowed; NULL: nobody waits for it any more */
} Seat;

struct CamPictureDesk {
  char *program;  /* owned */
  GQueue waiting; /* of CamPictureJob, borrowed; first come, first served */
  Seat seats[MAX_RUNS];
};

struct CamPictureJob {
  CamPictureDesk *desk; /* borrowed: outlives the job */
  CamCodec codec;
  GBytes *request;       /* owned */
  GBytes *plain_request; /* owned; the same without the camera's picture; NULL: there was none, or it is what is tried now */
  Seat *seat;            /* borrowed; NULL: it waits, or is over */
  guint refusal;         /* idle: the desk has too much to do */
  CamPictureFunc func;
  gpointer data; /* borrowed: outlives the job */
};

static char *
find_program (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  if (self != NULL) {
    g_autofree char *folder = g_path_get_dirname (self);
    g_autofree char *beside = g_build_filename (folder, PROGRAM, NULL);
    if (access (beside, X_OK) == 0)
      return g_steal_pointer (&beside);
  }
  return g_strdup (CAM_LIBEXECDIR "/" PROGRAM);
}

CamPictureDesk *
cam_picture_desk_new (const char *program)
{
  CamPictureDesk *self = g_new0 (CamPictureDesk, 1);
  self->program = program != NULL ? g_strdup (program) : find_program ();
  g_queue_init (&self->waiting);
  for (unsigned i = 0; i < MAX_RUNS; i++)
    self->seats[i].desk = self;
  return self;
}

void
cam_picture_desk_free (CamPictureDesk *self)
{
  if (self == NULL)
    return;
  g_assert (g_queue_is_empty (&self->waiting));
  for (unsigned i = 0; i < MAX_RUNS; i++)
    cam_picture_run_free (self->seats[i].run);
  g_free (self->program);
  g_free (self);
}

/* The camera's picture may be what the program fell over: without it there is still something to say. */
static bool
try_without_picture (CamPictureJob *job, CamPictureOutcome outcome)
{
  if (outcome != CAM_PICTURE_RUN_BROKE || job->plain_request == NULL)
    return false;
  g_bytes_unref (job->request);
  job->request = g_steal_pointer (&job->plain_request);
  g_queue_push_head (&job->desk->waiting, job);
  return true;
}

static void fill_seats (CamPictureDesk *self);

static void
on_run_over (CamPictureRun *run, CamPictureOutcome outcome, GBytes *unit, const char *why, gpointer data)
{
  Seat *seat = data;
  CamPictureJob *job = g_steal_pointer (&seat->job);
  bool is_over = job != NULL;
  if (job != NULL) {
    job->seat = NULL;
    is_over = !try_without_picture (job, outcome);
  }
  g_autoptr (GBytes) kept_unit = unit != NULL ? g_bytes_ref (unit) : NULL;
  g_autofree char *kept_why = g_strdup (why);
  g_clear_pointer (&seat->run, cam_picture_run_free);
  fill_seats (seat->desk);
  if (is_over)
    job->func (kept_unit, kept_why, job->data);
}

static void
fill_seats (CamPictureDesk *self)
{
  for (unsigned i = 0; i < MAX_RUNS; i++) {
    Seat *seat = &self->seats[i];
    if (seat->run != NULL || g_queue_is_empty (&self->waiting))
      continue;
    seat->job = g_queue_pop_head (&self->waiting);
    seat->job->seat = seat;
    seat->run = cam_picture_run_new (self->program, seat->job->codec, seat->job->request, on_run_over, seat);
  }
}

/* The bytes of @text that fit into @room, and no half of a character. */
static size_t
count_fitting (const char *text, size_t room)
{
  size_t size = strlen (text);
  if (size <= room)
    return size;
  while (room > 0 && ((unsigned char) text[room] & 0xc0) == 0x80)
    room--;
  return room;
}

static GBytes *
make_request (const CamPictureOrder *order, GBytes *picture)
{
  const CamTrack *track = order->track;
  bool is_drawable = track->width >= MIN_SIDE && track->height >= MIN_SIDE && track->width <= CAM_PICTURE_MAX_SIDE &&
                     track->height <= CAM_PICTURE_MAX_SIDE && (size_t) track->width * track->height <= CAM_PICTURE_MAX_PIXELS;
  size_t unit_bytes = 0;
  const void *unit = picture != NULL ? g_bytes_get_data (picture, &unit_bytes) : NULL;
  CamPictureRequestHead head = {
      .magic = CAM_PICTURE_REQUEST_MAGIC,
      .version = CAM_PICTURE_VERSION,
      .set_id = (uint16_t) order->set_id,
      .width = is_drawable ? track->width : 0,
      .height = is_drawable ? track->height : 0,
      .title_bytes = (uint16_t) count_fitting (order->title, CAM_PICTURE_MAX_TITLE_BYTES),
      .text_bytes = (uint16_t) count_fitting (order->text, CAM_PICTURE_MAX_TEXT_BYTES),
      .unit_bytes = (uint32_t) unit_bytes,
  };
  GByteArray *request = g_byte_array_new ();
  g_byte_array_append (request, (const uint8_t *) &head, sizeof head);
  g_byte_array_append (request, (const uint8_t *) order->title, head.title_bytes);
  g_byte_array_append (request, (const uint8_t *) order->text, head.text_bytes);
  if (unit != NULL)
    g_byte_array_append (request, unit, head.unit_bytes);
  return g_byte_array_free_to_bytes (request);
}

static gboolean
on_refusal (gpointer data)
{
  CamPictureJob *self = data;
  self->refusal = 0;
  self->func (NULL, "too many pictures wait to be drawn", self->data);
  return G_SOURCE_REMOVE;
}

CamPictureJob *
cam_picture_job_new (CamPictureDesk *desk, const CamPictureOrder *order, CamPictureFunc func, gpointer data)
{
  CamPictureJob *self = g_new (CamPictureJob, 1);
  *self = (CamPictureJob){.desk = desk, .codec = order->track->codec, .func = func, .data = data};
  bool has_picture = order->picture != NULL && g_bytes_get_size (order->picture) <= CAM_PICTURE_MAX_UNIT_BYTES;
  self->request = make_request (order, has_picture ? order->picture : NULL);
  self->plain_request = has_picture ? make_request (order, NULL) : NULL;
  if (g_queue_get_length (&desk->waiting) >= MAX_WAITING) {
    self->refusal = g_idle_add (on_refusal, self);
    return self;
  }
  g_queue_push_tail (&desk->waiting, self);
  fill_seats (desk);
  return self;
}

void
cam_picture_job_free (CamPictureJob *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->refusal, g_source_remove);
  g_queue_remove (&self->desk->waiting, self);
  if (self->seat != NULL) {
    self->seat->job = NULL;
    cam_picture_run_kill (self->seat->run);
  }
  g_bytes_unref (self->request);
  g_clear_pointer (&self->plain_request, g_bytes_unref);
  g_free (self);
}
