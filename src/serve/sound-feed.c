#include "serve/sound-feed.h"

/* A second of 20 ms units many times over: what an encoder that was held up has to say at once. */
enum { CHANNEL_UNITS = 256, CHANNEL_BYTES = 1024 * 1024 };

struct CamSoundFeed {
  CamSoundFeedSetup setup;   /* its branches are a reference */
  CamSoundChoice choice;     /* what the channel is for; COPY: there is none */
  CamSoundBranch *branch;    /* ref; NULL: sound is the stream's own, or none */
  CamMediaChannel *channel;  /* ref; with the branch */
  bool is_wanted;
};

CamSoundFeed *
cam_sound_feed_new (const CamSoundFeedSetup *setup)
{
  CAM_ASSERT_ON (setup->loop);
  CamSoundFeed *self = g_new0 (CamSoundFeed, 1);
  self->setup = *setup;
  cam_sound_branches_ref (self->setup.branches);
  self->choice = CAM_SOUND_COPY;
  return self;
}

static void
leave_branch (CamSoundFeed *self)
{
  if (self->branch == NULL)
    return;
  if (self->is_wanted)
    cam_sound_branch_unwant (self->branch);
  cam_stream_hub_unsubscribe (cam_sound_branch_get_hub (self->branch), self->channel);
  cam_media_channel_close (self->channel);
  cam_media_channel_set_consumer (self->channel, NULL, NULL, NULL);
  g_clear_pointer (&self->channel, cam_media_channel_unref);
  g_clear_pointer (&self->branch, cam_sound_branch_unref);
}

static void
join_branch (CamSoundFeed *self, CamSoundChoice choice)
{
  self->branch = cam_sound_branches_get (self->setup.branches, choice);
  self->channel = cam_media_channel_new (CHANNEL_UNITS, CHANNEL_BYTES, false);
  cam_media_channel_set_consumer (self->channel, self->setup.loop, self->setup.func, self->setup.data);
  cam_stream_hub_subscribe (cam_sound_branch_get_hub (self->branch), self->channel);
  if (self->is_wanted)
    cam_sound_branch_want (self->branch);
}

void
cam_sound_feed_free (CamSoundFeed *self)
{
  if (self == NULL)
    return;
  CAM_ASSERT_ON (self->setup.loop);
  leave_branch (self);
  cam_sound_branches_unref (self->setup.branches);
  g_free (self);
}

CamStreamDescription *
cam_sound_feed_follow (CamSoundFeed *self, const CamStreamDescription *description)
{
  CAM_ASSERT_ON (self->setup.loop);
  const CamSoundFeedSetup *setup = &self->setup;
  CamSoundChoice choice =
      cam_sound_choose (setup->mode, setup->wish.is_asked, setup->wish.choice, setup->way, description->tracks[CAM_TRACK_AUDIO]);
  if (choice != self->choice) {
    leave_branch (self);
    if (cam_sound_choice_is_encoded (choice))
      join_branch (self, choice);
    self->choice = choice;
  }
  return cam_sound_choice_describe (choice, description);
}

bool
cam_sound_feed_is_branch (const CamSoundFeed *self)
{
  return self->branch != NULL;
}

void
cam_sound_feed_set_wanted (CamSoundFeed *self, bool is_wanted)
{
  CAM_ASSERT_ON (self->setup.loop);
  if (is_wanted == self->is_wanted)
    return;
  self->is_wanted = is_wanted;
  if (self->branch == NULL)
    return;
  if (is_wanted)
    cam_sound_branch_want (self->branch);
  else
    cam_sound_branch_unwant (self->branch);
}

bool
cam_sound_feed_next (CamSoundFeed *self, CamAccessUnit *ret_unit)
{
  return self->channel != NULL && cam_media_channel_next (self->channel, 0, ret_unit) == CAM_HANDOFF_OK;
}
