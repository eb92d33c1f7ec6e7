/* Listening sockets that we did not open ourselves: a socket unit's, and those that the service manager kept for us over a restart. Whoever
 * listens asks here first, and says what it opened, so that it is kept for the next process. What is spoken on them is not known here.
 * Thread: any. Owner: the daemon. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>
#include <sys/socket.h>

typedef struct CamHandedSockets CamHandedSockets;

/* Who keeps what is opened; called by whoever opens or closes. @name: of the descriptor, as sd_listen_fds_with_names(3) gives it back. */
typedef struct {
  void (*keep) (const char *name, int fd, gpointer data);
  void (*forget) (const char *name, gpointer data);
  gpointer data; /* borrowed */
} CamSocketKeeper;

/* @keeper: copied; NULL: nobody keeps anything. */
CamHandedSockets *cam_handed_sockets_new (const CamSocketKeeper *keeper);
void cam_handed_sockets_free (CamHandedSockets *self); /* NULL is fine; closes what nobody took */

/* @fd (transfer full) under its @name: "rtsp", "rtsps", "http" or "control" from a socket unit (FileDescriptorName=), or as the keeper was told: those
 * are forgotten if they do not listen any more.
 * Errors: G_IO_ERROR_INVALID_ARGUMENT when it is no listening stream socket, or its name is another one; the message names it. */
bool cam_handed_sockets_add (CamHandedSockets *self, const char *name, int fd, GError **error);

/* What is asked for: "rtsp", the address as the configuration has it, and what that means. */
typedef struct {
  const char *kind;
  const char *text;
  const struct sockaddr *address;
  socklen_t size;
  bool ipv6_only; /* of "[::]": IPv4 is somebody else's, or nobody's */
} CamListenWish;

/* The socket for @wish, non-blocking and close-on-exec, or −1 (self NULL: always). (transfer full)
 * A socket unit's is one that is bound to just that address; for "[::]" 0.0.0.0 will do when there is no better one: systemd falls back like we do.
 * A kept one was opened for the same words: port 0 takes whichever it was then. */
int cam_handed_sockets_take (CamHandedSockets *self, const CamListenWish *wish);

/* Lets go of kept sockets that nobody took and that stand in the way of binding @wish: true when there were any, bind again then. NULL is fine. */
bool cam_handed_sockets_make_room (CamHandedSockets *self, const CamListenWish *wish);

/* @fd was opened for @wish, or is closed for good, its next process included. NULL is fine. */
void cam_handed_sockets_note_opened (CamHandedSockets *self, const CamListenWish *wish, int fd);
void cam_handed_sockets_note_closed (CamHandedSockets *self, const char *kind, const char *text);

/* After everybody took what it needs. Lets go of kept sockets that are left: the configuration wants them no more.
 * Errors: G_IO_ERROR_INVALID_ARGUMENT when a socket unit's is left; the message names all of them and the key that would use them. */
bool cam_handed_sockets_finish (CamHandedSockets *self, GError **error);
