/* Packets on their way from GStreamer's threads to a camera's loop: copies, one behind the other, bounded by bytes; what does not fit is dropped, so nobody waits.
 * What is in the packets is not known here.
 * Thread: put any; take its reader's. Owner: an rtspsrc-source. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct CamPacketMailbox CamPacketMailbox;

typedef enum {
  CAM_MAILBOX_KEPT,
  CAM_MAILBOX_FIRST,  /* kept, and it was empty: its reader must be told */
  CAM_MAILBOX_DROPPED /* no room, or longer than 65,535 bytes */
} CamMailboxPut;

/* @most_bytes: of packets that wait, each with 3 bytes for its header. */
CamPacketMailbox *cam_packet_mailbox_new (size_t most_bytes);
void cam_packet_mailbox_free (CamPacketMailbox *self); /* NULL is fine */

CamMailboxPut cam_packet_mailbox_put (CamPacketMailbox *self, uint8_t channel, const uint8_t *data, size_t size);

/* Collects what has come since the last collect, in order; what was collected then and not taken is forgotten. */
void cam_packet_mailbox_collect (CamPacketMailbox *self);

/* The next packet of what was collected, borrowed until the next collect. False: that was all. */
bool cam_packet_mailbox_take (CamPacketMailbox *self, uint8_t *ret_channel, const uint8_t **ret_data, size_t *ret_size);
