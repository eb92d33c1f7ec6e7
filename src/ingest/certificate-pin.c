#include "ingest/certificate-pin.h"

typedef struct {
  GTlsDatabase parent;
  CamTlsFingerprint fingerprint;
} CamCertificatePin;

typedef struct {
  GTlsDatabaseClass parent;
} CamCertificatePinClass;

GType cam_certificate_pin_get_type (void);

G_DEFINE_TYPE (CamCertificatePin, cam_certificate_pin, G_TYPE_TLS_DATABASE)

static bool
read_fingerprint (GTlsCertificate *certificate, CamTlsFingerprint *ret_fingerprint)
{
  g_autoptr (GByteArray) der = NULL;
  g_object_get (certificate, "certificate", &der, NULL);
  if (der == NULL)
    return false;
  cam_tls_fingerprint_of (der->data, der->len, ret_fingerprint);
  return true;
}

static GTlsCertificateFlags
verify_chain (GTlsDatabase *database,
              GTlsCertificate *chain,
              const char *purpose,
              GSocketConnectable *identity,
              GTlsInteraction *interaction,
              GTlsDatabaseVerifyFlags flags,
              GCancellable *cancellable,
              GError **error)
{
  const CamCertificatePin *self = (const CamCertificatePin *) database;
  CamTlsFingerprint seen;
  bool is_it = read_fingerprint (chain, &seen) && cam_tls_fingerprint_equal (&seen, &self->fingerprint);
  return is_it ? G_TLS_CERTIFICATE_NO_FLAGS : G_TLS_CERTIFICATE_UNKNOWN_CA;
}

static void
cam_certificate_pin_class_init (CamCertificatePinClass *class)
{
  G_TLS_DATABASE_CLASS (class)->verify_chain = verify_chain;
}

static void
cam_certificate_pin_init (CamCertificatePin *self)
{
}

GTlsDatabase *
cam_certificate_pin_new (const CamTlsFingerprint *fingerprint)
{
  CamCertificatePin *self = g_object_new (cam_certificate_pin_get_type (), NULL);
  self->fingerprint = *fingerprint;
  return &self->parent;
}

char *
cam_certificate_pin_describe (GTlsCertificate *certificate)
{
  CamTlsFingerprint fingerprint;
  return read_fingerprint (certificate, &fingerprint) ? cam_tls_fingerprint_write (&fingerprint) : NULL;
}
