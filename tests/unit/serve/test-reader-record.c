#include "serve/reader-record.h"

#include "serve/client-registry.h"

static const CamReaderIdentity identity = {.id = "3f0c", .camera = "yard", .stream = "sub", .address = "192.0.2.1:5000"};

static void
test_a_new_one (void)
{
  _Atomic uint64_t total = 0;
  int64_t before_us = g_get_real_time ();
  CamReaderRecord *record = cam_reader_record_new (&identity, &total);
  g_autoptr (CamReaderView) view = cam_reader_record_view (record);
  cam_reader_record_free (record);
  g_assert_cmpstr (view->id, ==, "3f0c");
  g_assert_cmpstr (view->camera, ==, "yard");
  g_assert_cmpstr (view->stream, ==, "sub");
  g_assert_cmpstr (view->address, ==, "192.0.2.1:5000");
  g_assert_null (view->transport);
  g_assert_cmpint (view->since_unix_us, >=, before_us);
  g_assert_cmpint (view->since_unix_us, <=, g_get_real_time ());
  g_assert_cmpint (view->state, ==, CAM_READER_STATE_PAUSED);
  g_assert_cmpuint (view->units + view->bytes + view->units_left_out + view->thinnings + view->waiting_bytes, ==, 0);
}

static void
test_counts (void)
{
  _Atomic uint64_t total = 5;
  CamReaderRecord *record = cam_reader_record_new (&identity, &total);
  cam_reader_record_set_transport (record, "TCP");
  cam_reader_record_set_state (record, CAM_READER_STATE_THINNED);
  cam_reader_record_note_queued (record, 3, 300);
  cam_reader_record_note_dropped (record, 1, 100);
  cam_reader_record_note_left_out (record, 2);
  cam_reader_record_note_skip (record, CAM_SKIP_LAG);
  cam_reader_record_note_skip (record, CAM_SKIP_LAG);
  cam_reader_record_note_skip (record, CAM_SKIP_MEMORY);
  cam_reader_record_note_thinned (record);
  cam_reader_record_note_shed (record);
  cam_reader_record_note_shed (record);
  cam_reader_record_note_waiting (record, 2000, 77);
  cam_reader_record_note_waiting (record, 1000, 66);
  g_autoptr (CamReaderView) view = cam_reader_record_view (record);
  g_assert_cmpstr (view->transport, ==, "TCP");
  g_assert_cmpint (view->state, ==, CAM_READER_STATE_THINNED);
  g_assert_cmpuint (view->units, ==, 2);
  g_assert_cmpuint (view->bytes, ==, 200);
  g_assert_cmpuint (view->units_left_out, ==, 3);
  g_assert_cmpuint (total, ==, 8);
  g_assert_cmpuint (view->skips[CAM_SKIP_LAG], ==, 2);
  g_assert_cmpuint (view->skips[CAM_SKIP_BYTES], ==, 0);
  g_assert_cmpuint (view->skips[CAM_SKIP_MEMORY], ==, 1);
  g_assert_cmpuint (view->thinnings, ==, 1);
  g_assert_cmpuint (view->sheds, ==, 2);
  g_assert_cmpint (view->lag_us, ==, 1000);
  g_assert_cmpint (view->worst_lag_us, ==, 2000);
  g_assert_cmpuint (view->waiting_bytes, ==, 66);
  cam_reader_record_free (record);
}

static void
test_names (void)
{
  g_assert_cmpstr (cam_reader_state_name (CAM_READER_STATE_PAUSED), ==, "paused");
  g_assert_cmpstr (cam_reader_state_name (CAM_READER_STATE_PLAYING), ==, "playing");
  g_assert_cmpstr (cam_reader_state_name (CAM_READER_STATE_SKIPPING), ==, "skipping");
  g_assert_cmpstr (cam_reader_state_name (CAM_READER_STATE_THINNED), ==, "thinned");
  g_assert_cmpstr (cam_reader_state_name (CAM_READER_STATE_SHED), ==, "shed");
  g_assert_cmpstr (cam_skip_reason_name (CAM_SKIP_LAG), ==, "lag");
  g_assert_cmpstr (cam_skip_reason_name (CAM_SKIP_BYTES), ==, "bytes");
  g_assert_cmpstr (cam_skip_reason_name (CAM_SKIP_MEMORY), ==, "memory");
}

/* The registry's list: copies, of all or of one camera's, that outlive who was listed. */
static void
test_the_list (void)
{
  const CamServerConfig limits = {.max_readers = 9};
  CamClientRegistry *registry = cam_client_registry_new (&limits);
  CamReaderRecord *records[] = {
      cam_client_registry_enrol (registry, &identity),
      cam_client_registry_enrol (registry, &(CamReaderIdentity){.id = "1", .camera = "door", .stream = "main", .address = "a"}),
      cam_client_registry_enrol (registry, &(CamReaderIdentity){.id = "2", .camera = "yard", .stream = "main", .address = "b"}),
  };
  cam_reader_record_note_left_out (records[0], 4);
  cam_reader_record_note_left_out (records[1], 3);
  g_autoptr (GPtrArray) all = cam_client_registry_list (registry, NULL);
  g_autoptr (GPtrArray) yard = cam_client_registry_list (registry, "yard");
  g_autoptr (GPtrArray) none = cam_client_registry_list (registry, "attic");
  g_assert_cmpuint (all->len, ==, 3);
  g_assert_cmpuint (yard->len, ==, 2);
  g_assert_cmpuint (none->len, ==, 0);
  cam_client_registry_strike (registry, records[1]);
  cam_client_registry_strike (registry, NULL);
  g_autoptr (GPtrArray) left = cam_client_registry_list (registry, NULL);
  g_assert_cmpuint (left->len, ==, 2);
  g_assert_cmpstr (((CamReaderView *) all->pdata[1])->camera, ==, "door");
  g_assert_cmpuint (cam_client_registry_get (registry, CAM_CLIENT_COUNT_UNITS_SKIPPED), ==, 7);
  cam_client_registry_strike (registry, records[0]);
  cam_client_registry_strike (registry, records[2]);
  cam_client_registry_free (registry);
}

static gpointer
count_on (gpointer data)
{
  CamReaderRecord *record = data;
  for (unsigned i = 0; i < 200000; i++) {
    cam_reader_record_note_queued (record, 1, 10);
    cam_reader_record_note_waiting (record, i, i);
  }
  return NULL;
}

/* Copies are made while the reader counts: numbers only grow, and none is of another time than between two looks. */
static void
test_copies_beside_a_reader (void)
{
  const CamServerConfig limits = {.max_readers = 9};
  CamClientRegistry *registry = cam_client_registry_new (&limits);
  CamReaderRecord *record = cam_client_registry_enrol (registry, &identity);
  GThread *reader = g_thread_new ("reader", count_on, record);
  uint64_t units = 0;
  while (units < 200000) {
    g_autoptr (GPtrArray) views = cam_client_registry_list (registry, NULL);
    const CamReaderView *view = views->pdata[0];
    g_assert_cmpuint (view->units, >=, units);
    g_assert_cmpuint (view->bytes, <=, 2000000);
    units = view->units;
  }
  g_thread_join (reader);
  cam_client_registry_strike (registry, record);
  cam_client_registry_free (registry);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reader-record/a-new-one", test_a_new_one);
  g_test_add_func ("/reader-record/counts", test_counts);
  g_test_add_func ("/reader-record/names", test_names);
  g_test_add_func ("/reader-record/the-list", test_the_list);
  g_test_add_func ("/reader-record/copies-beside-a-reader", test_copies_beside_a_reader);
  return g_test_run ();
}
