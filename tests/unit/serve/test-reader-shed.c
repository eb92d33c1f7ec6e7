/* Readers that get less for the machine's sake. */
#include "serve/reader.h"

#include "reader-fixture.h"

#define PICTURE_US 40000
#define KEYS_EVERY 50

/* Pictures with a key picture first and then every KEYS_EVERY, each with sound, from @now_us on. Returns how many pictures it took. */
static unsigned
play (Fixture *fixture, unsigned pictures, int64_t now_us)
{
  unsigned taken = 0;
  for (unsigned i = 0; i < pictures; i++, now_us += PICTURE_US) {
    taken += offer (fixture, CAM_TRACK_VIDEO, 3, i % KEYS_EVERY == 0, now_us) == CAM_READER_TOOK;
    g_assert_cmpint (offer (fixture, CAM_TRACK_AUDIO, 1, true, now_us + 1000), ==, CAM_READER_TOOK);
    fake_outlet_drain (&fixture->fake);
  }
  return taken;
}

static void
test_key_pictures_and_sound (Fixture *fixture, gconstpointer data)
{
  begin (fixture, 2, 1000000);
  fake_outlet_drain (&fixture->fake);
  g_ptr_array_set_size (fixture->fake.sent, 0);
  atomic_store (&fixture->shed, true);
  g_assert_cmpuint (play (fixture, 100, 2000000), ==, 2);
  g_assert_cmpuint (assert_contiguous (fixture, CAM_TRACK_VIDEO, 0), ==, 2 * 3);
  g_assert_cmpuint (assert_contiguous (fixture, CAM_TRACK_AUDIO, 6), ==, 100 + 1);
  g_autoptr (CamReaderView) seen = view (fixture);
  g_assert_cmpint (seen->state, ==, CAM_READER_STATE_SHED);
  g_assert_cmpuint (seen->sheds, ==, 1);
  g_assert_cmpuint (seen->units_left_out, ==, 98);
  g_assert_cmpstr (fixture->news->str, ==, ""); /* a line for each reader is what an overloaded machine needs least */
}

/* Nothing is shown that refers to what was left out. */
static void
test_all_pictures_again_from_a_key_picture_on (Fixture *fixture, gconstpointer data)
{
  begin (fixture, 2, 1000000);
  atomic_store (&fixture->shed, true);
  play (fixture, 10, 2000000);
  atomic_store (&fixture->shed, false);
  fake_outlet_drain (&fixture->fake);
  g_ptr_array_set_size (fixture->fake.sent, 0);
  offer (fixture, CAM_TRACK_VIDEO, 3, false, 3000000);
  fake_outlet_drain (&fixture->fake);
  g_assert_cmpuint (fixture->fake.sent->len, ==, 0);
  g_assert_cmpuint (play (fixture, 100, 4000000), ==, 100);
  g_assert_cmpuint (assert_contiguous (fixture, CAM_TRACK_VIDEO, 0), ==, 100 * 3);
  g_autoptr (CamReaderView) seen = view (fixture);
  g_assert_cmpint (seen->state, ==, CAM_READER_STATE_PLAYING);
}

static void
test_who_joins_meanwhile_begins_with_one_picture (Fixture *fixture, gconstpointer data)
{
  atomic_store (&fixture->shed, true);
  begin (fixture, 5, 1000000);
  g_assert_cmpuint (fixture->fake.waiting->len, ==, 2 + 1); /* a report each, and the head's key picture */
}

/* Where every picture is a key picture, they come a second apart. */
static void
test_pictures_that_are_all_key_pictures (Fixture *fixture, gconstpointer data)
{
  begin (fixture, 1, 1000000);
  atomic_store (&fixture->shed, true);
  unsigned taken = 0;
  for (unsigned i = 0; i < 100; i++) {
    taken += offer (fixture, CAM_TRACK_VIDEO, 3, true, 2000000 + i * PICTURE_US) == CAM_READER_TOOK;
    fake_outlet_drain (&fixture->fake);
  }
  g_assert_cmpuint (taken, >=, 4);
  g_assert_cmpuint (taken, <=, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/reader-shed/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("key-pictures-and-sound", test_key_pictures_and_sound);
  ADD ("all-pictures-again-from-a-key-picture-on", test_all_pictures_again_from_a_key_picture_on);
  ADD ("who-joins-meanwhile-begins-with-one-picture", test_who_joins_meanwhile_begins_with_one_picture);
  ADD ("pictures-that-are-all-key-pictures", test_pictures_that_are_all_key_pictures);
#undef ADD
  return g_test_run ();
}
