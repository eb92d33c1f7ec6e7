/* Orders on their way from H to M, and the answers back: neither waits for the other. Bounded in number and time.
 * Thread: new, detach and free M; the rest H. Owner: control-desk. */
#pragma once

#include "control/control-desk.h"
#include "control/order.h"

#define CAM_ORDERS_MAX 64
#define CAM_ORDER_PATIENCE_US (30 * G_USEC_PER_SEC)

/* @setup, @loop: borrowed, outlive it but for detach. */
CamOrderBook *cam_order_book_new (const CamControlSetup *setup, CamLoopThread *loop);

/* Hands @order (transfer full) to M; @answer (@data) is called once, perhaps before this returns: with what came of it, or CAM_ANSWER_BUSY when
 * too many wait already, M has said nothing for CAM_ORDER_PATIENCE_US, or the daemon stops. */
void cam_order_book_place (CamOrderBook *self, CamOrder *order, CamAnswerFunc answer, gpointer data);

/* Answers all that wait; takes no more. */
void cam_order_book_close (CamOrderBook *self);

/* After the loop has ended: what M still has to say is said to nobody. Twice is fine. */
void cam_order_book_detach (CamOrderBook *self);
void cam_order_book_free (CamOrderBook *self); /* NULL is fine; after detach, and after the reload, which may have answers for it */
