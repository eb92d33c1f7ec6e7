#include "config/access-words.h"

#include <string.h>

#include "config/config-error.h"
#include "config/config-value.h"

#define MAX_USER_NAME 64
#define MAX_CAMERA_NAME 32
#define LOWER_AND_DIGITS "abcdefghijklmnopqrstuvwxyz0123456789"

bool
cam_user_name_is_valid (const char *name)
{
  const size_t length = strlen (name);
  return length > 0 && length <= MAX_USER_NAME && strspn (name, LOWER_AND_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZ._@-") == length;
}

bool
cam_camera_name_is_valid (const char *name)
{
  const size_t length = strlen (name);
  return length > 0 && length <= MAX_CAMERA_NAME && strchr ("_-", name[0]) == NULL && strspn (name, LOWER_AND_DIGITS "_-") == length;
}

static const struct {
  const char *text; /* a whole word, or up to and with ':' */
  CamAccessKind kind;
} words[] = {
    {"anyone", CAM_ACCESS_ANYONE}, {"users", CAM_ACCESS_USERS}, {"user:", CAM_ACCESS_USER},
    {"group:", CAM_ACCESS_GROUP},  {"net:", CAM_ACCESS_NET},
};

/* NULL when @rest does not fit @kind. */
static CamAccessRule *
make_rule (CamAccessKind kind, const char *rest)
{
  g_autoptr (GInetAddressMask) net = NULL;
  switch (kind) {
  case CAM_ACCESS_ANYONE:
  case CAM_ACCESS_USERS:
    return *rest == '\0' ? cam_access_rule_new (kind, NULL, NULL) : NULL;
  case CAM_ACCESS_USER:
  case CAM_ACCESS_GROUP:
    return cam_user_name_is_valid (rest) ? cam_access_rule_new (kind, rest, NULL) : NULL;
  case CAM_ACCESS_NET:
    net = g_inet_address_mask_new_from_string (rest, NULL);
    return net != NULL ? cam_access_rule_new (kind, NULL, net) : NULL;
  }
  g_return_val_if_reached (NULL);
}

static void
fail (GError **error, const char *text)
{
  g_autofree char *quoted = cam_config_quote (text);
  const char *expected = g_str_has_prefix (text, "net:") ? "net:ADDRESS/BITS, the address without a bit set after BITS"
                                                         : "words out of anyone, users, user:NAME, group:NAME, net:ADDRESS/BITS";
  g_set_error (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_VALUE, "%s: expected %s", quoted, expected);
}

static CamAccessRule *
parse_word (const char *word, GError **error)
{
  CamAccessRule *rule = NULL;
  for (unsigned i = 0; i < G_N_ELEMENTS (words) && rule == NULL; i++) {
    if (g_str_has_prefix (word, words[i].text))
      rule = make_rule (words[i].kind, word + strlen (words[i].text));
  }
  if (rule == NULL)
    fail (error, word);
  return rule;
}

GPtrArray *
cam_access_parse (const char *text, GError **error)
{
  g_auto (GStrv) list = cam_config_parse_words (text, error);
  if (list == NULL)
    return NULL;
  if (*list == NULL) {
    fail (error, text);
    return NULL;
  }
  g_autoptr (GPtrArray) rules = g_ptr_array_new_with_free_func ((GDestroyNotify) cam_access_rule_free);
  for (char **word = list; *word != NULL; word++) {
    CamAccessRule *rule = parse_word (*word, error);
    if (rule == NULL)
      return NULL;
    g_ptr_array_add (rules, rule);
  }
  return g_steal_pointer (&rules);
}

static const char *
word_of (CamAccessKind kind)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (words); i++) {
    if (words[i].kind == kind)
      return words[i].text;
  }
  g_return_val_if_reached ("");
}

char *
cam_access_write (const GPtrArray *rules)
{
  GString *text = g_string_new (NULL);
  for (unsigned i = 0; i < rules->len; i++) {
    const CamAccessRule *rule = g_ptr_array_index (rules, i);
    g_autofree char *net = rule->net != NULL ? g_inet_address_mask_to_string (rule->net) : NULL;
    g_string_append_printf (text, "%s%s%s%s", i > 0 ? " " : "", word_of (rule->kind), rule->name != NULL ? rule->name : "",
                            net != NULL ? net : "");
  }
  return g_string_free (text, FALSE);
}
