#include "config/config-credential.h"

#include <string.h>

#include "config/config-error.h"
#include "config/config-file.h"

#define MAX_CREDENTIAL_BYTES 4096
#define MAX_NAME 255

static CamSecret *
fail (GError **error, CamConfigError code, const char *name, const char *message)
{
  g_autofree char *quoted = cam_config_quote (name);
  g_set_error (error, CAM_CONFIG_ERROR, code, "%s: %s", quoted, message);
  return NULL;
}

static size_t
length_without_line_end (const CamConfigFile *file)
{
  size_t length = file->size;
  if (length > 0 && file->data[length - 1] == '\n')
    length--;
  if (length < file->size && length > 0 && file->data[length - 1] == '\r')
    length--;
  return length;
}

CamSecret *
cam_config_credential_read (const char *directory, const char *name, GError **error)
{
  if (strchr (name, '/') != NULL || *name == '.' || strlen (name) > MAX_NAME)
    return fail (error, CAM_CONFIG_ERROR_VALUE, name, "expected the name of a credential, without '/' and not beginning with '.'");
  if (directory == NULL)
    return fail (error, CAM_CONFIG_ERROR_FILE, name, "the service manager has passed no credentials (LoadCredential=)");
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_auto (CamConfigFile) file = {NULL, 0};
  g_autoptr (GError) cause = NULL;
  if (!cam_config_file_read (path, MAX_CREDENTIAL_BYTES, &file, &cause))
    return fail (error, CAM_CONFIG_ERROR_FILE, name, cause->message);
  if (file.size > MAX_CREDENTIAL_BYTES)
    return fail (error, CAM_CONFIG_ERROR_FILE, name, "longer than " G_STRINGIFY (MAX_CREDENTIAL_BYTES) " bytes");
  const size_t length = length_without_line_end (&file);
  if (memchr (file.data, '\0', length) != NULL || memchr (file.data, '\n', length) != NULL)
    return fail (error, CAM_CONFIG_ERROR_FILE, name, "expected one line of text");
  return cam_secret_new (file.data, (gssize) length);
}
