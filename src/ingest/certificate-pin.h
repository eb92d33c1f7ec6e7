/* A GTlsDatabase that believes one certificate, by its fingerprint, and no other: neither name, dates nor issuer count.
 * Thread: any. Owner: the connection it is given to. */
#pragma once

#include <gio/gio.h>

#include "config/tls-fingerprint.h"

/* (transfer full) */
GTlsDatabase *cam_certificate_pin_new (const CamTlsFingerprint *fingerprint);

/* Of @certificate, as TLSFingerprint= takes it; NULL when it has no DER form. (transfer full) */
char *cam_certificate_pin_describe (GTlsCertificate *certificate);
