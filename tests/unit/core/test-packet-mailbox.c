#include "core/packet-mailbox.h"

#include <string.h>

static void
assert_next (CamPacketMailbox *mailbox, uint8_t channel, const char *text)
{
  uint8_t found = 0;
  const uint8_t *data = NULL;
  size_t size = 0;
  g_assert_true (cam_packet_mailbox_take (mailbox, &found, &data, &size));
  g_assert_cmpuint (found, ==, channel);
  g_assert_cmpmem (data, size, text, strlen (text));
}

static void
assert_empty (CamPacketMailbox *mailbox)
{
  uint8_t channel = 0;
  const uint8_t *data = NULL;
  size_t size = 0;
  g_assert_false (cam_packet_mailbox_take (mailbox, &channel, &data, &size));
}

static CamMailboxPut
put (CamPacketMailbox *mailbox, uint8_t channel, const char *text)
{
  return cam_packet_mailbox_put (mailbox, channel, (const uint8_t *) text, strlen (text));
}

static void
test_order (void)
{
  CamPacketMailbox *mailbox = cam_packet_mailbox_new (100);
  assert_empty (mailbox);
  g_assert_cmpint (put (mailbox, 0, "one"), ==, CAM_MAILBOX_FIRST);
  g_assert_cmpint (put (mailbox, 3, ""), ==, CAM_MAILBOX_KEPT);
  g_assert_cmpint (put (mailbox, 2, "three"), ==, CAM_MAILBOX_KEPT);
  assert_empty (mailbox);
  cam_packet_mailbox_collect (mailbox);
  assert_next (mailbox, 0, "one");
  assert_next (mailbox, 3, "");
  g_assert_cmpint (put (mailbox, 1, "later"), ==, CAM_MAILBOX_FIRST);
  assert_next (mailbox, 2, "three");
  assert_empty (mailbox);
  cam_packet_mailbox_collect (mailbox);
  assert_next (mailbox, 1, "later");
  assert_empty (mailbox);
  cam_packet_mailbox_collect (mailbox);
  assert_empty (mailbox);
  cam_packet_mailbox_free (mailbox);
  cam_packet_mailbox_free (NULL);
}

static void
test_bounds (void)
{
  CamPacketMailbox *mailbox = cam_packet_mailbox_new (2 * 3 + 8);
  g_assert_cmpint (put (mailbox, 0, "four"), ==, CAM_MAILBOX_FIRST);
  g_assert_cmpint (put (mailbox, 0, "fives"), ==, CAM_MAILBOX_DROPPED);
  g_assert_cmpint (put (mailbox, 0, "4444"), ==, CAM_MAILBOX_KEPT);
  g_assert_cmpint (put (mailbox, 0, ""), ==, CAM_MAILBOX_DROPPED);
  cam_packet_mailbox_collect (mailbox);
  assert_next (mailbox, 0, "four");
  g_assert_cmpint (put (mailbox, 0, "there is room again"), ==, CAM_MAILBOX_DROPPED);
  g_assert_cmpint (put (mailbox, 0, "room again"), ==, CAM_MAILBOX_FIRST);
  /* What was not taken is forgotten. */
  cam_packet_mailbox_collect (mailbox);
  assert_next (mailbox, 0, "room again");
  cam_packet_mailbox_free (mailbox);
}

static void
test_length (void)
{
  CamPacketMailbox *mailbox = cam_packet_mailbox_new (1024 * 1024);
  g_autofree uint8_t *packet = g_malloc0 (UINT16_MAX + 1);
  packet[UINT16_MAX - 1] = 7;
  g_assert_cmpint (cam_packet_mailbox_put (mailbox, 0, packet, UINT16_MAX + 1), ==, CAM_MAILBOX_DROPPED);
  for (unsigned i = 0; i < 8; i++)
    g_assert_cmpint (cam_packet_mailbox_put (mailbox, 0, packet, UINT16_MAX), ==, i == 0 ? CAM_MAILBOX_FIRST : CAM_MAILBOX_KEPT);
  cam_packet_mailbox_collect (mailbox);
  for (unsigned i = 0; i < 8; i++) {
    uint8_t channel = 0;
    const uint8_t *data = NULL;
    size_t size = 0;
    g_assert_true (cam_packet_mailbox_take (mailbox, &channel, &data, &size));
    g_assert_cmpmem (data, size, packet, UINT16_MAX);
  }
  assert_empty (mailbox);
  cam_packet_mailbox_collect (mailbox); /* gives the large buffer back */
  assert_empty (mailbox);
  g_assert_cmpint (put (mailbox, 0, "x"), ==, CAM_MAILBOX_FIRST);
  cam_packet_mailbox_free (mailbox);
}

#define PACKETS 20000

static gpointer
put_many (gpointer data)
{
  for (uint32_t i = 0; i < PACKETS; i++)
    cam_packet_mailbox_put (data, 1, (const uint8_t *) &i, sizeof i);
  return NULL;
}

/* Two threads: nothing is lost, doubled or out of order. */
static void
test_threads (void)
{
  CamPacketMailbox *mailbox = cam_packet_mailbox_new (PACKETS * (3 + sizeof (uint32_t)));
  GThread *thread = g_thread_new ("writer", put_many, mailbox);
  uint32_t expected = 0;
  while (expected < PACKETS) {
    uint8_t channel = 0;
    const uint8_t *data = NULL;
    size_t size = 0;
    cam_packet_mailbox_collect (mailbox);
    for (; cam_packet_mailbox_take (mailbox, &channel, &data, &size); expected++)
      g_assert_cmpmem (data, size, &expected, sizeof expected);
  }
  g_thread_join (thread);
  cam_packet_mailbox_free (mailbox);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/packet-mailbox/order", test_order);
  g_test_add_func ("/packet-mailbox/bounds", test_bounds);
  g_test_add_func ("/packet-mailbox/length", test_length);
  g_test_add_func ("/packet-mailbox/threads", test_threads);
  return g_test_run ();
}
