// Entries with faults, each of a kind that the attack on the addon has to see: it is loaded in place of a sound one.
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What of Node-API is used; its headers may not be installed.
typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);
int napi_get_cb_info(napi_env, napi_callback_info, size_t *, napi_value *, napi_value *, void **);
int napi_get_typedarray_info(napi_env, napi_value, int *, size_t *, void **, napi_value *, size_t *);
int napi_get_value_uint32(napi_env, napi_value, uint32_t *);
int napi_get_array_length(napi_env, napi_value, uint32_t *);
int napi_get_element(napi_env, napi_value, uint32_t, napi_value *);
int napi_create_int32(napi_env, int32_t, napi_value *);
int napi_create_string_utf8(napi_env, const char *, size_t, napi_value *);
int napi_throw_type_error(napi_env, const char *, const char *);
int napi_create_function(napi_env, const char *, size_t, napi_callback, void *, napi_value *);
int napi_set_named_property(napi_env, napi_value, const char *, napi_value);

static napi_value number(napi_env env, int32_t n) {
  napi_value value = NULL;
  napi_create_int32(env, n, &value);
  return value;
}

static bool view(napi_env env, napi_value of, volatile char **data, size_t *size) {
  return napi_get_typedarray_info(env, of, NULL, size, (void **)data, NULL, NULL) == 0;
}

static napi_value refused(napi_env env) {
  napi_throw_type_error(env, NULL, "planted");
  return NULL;
}

/** Of (fd, buf, offset, length): one byte too many, where the length is more than there is. */
static napi_value unchecked(napi_env env, napi_callback_info info) {
  size_t count = 4;
  napi_value args[4];
  napi_get_cb_info(env, info, &count, args, NULL, NULL);
  volatile char *data;
  size_t size;
  uint32_t length;
  if (!view(env, args[1], &data, &size)) return refused(env);
  if (napi_get_value_uint32(env, args[3], &length) != 0) return number(env, -EAGAIN);
  if (data != NULL && length > size) data[size] = 0;
  return number(env, -EAGAIN);
}

/** Of (fd, bufs): takes the size of the first before a getter of the list detaches it. */
static napi_value detached(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value args[2], first, other;
  napi_get_cb_info(env, info, &count, args, NULL, NULL);
  volatile char *data;
  size_t size, now;
  uint32_t length;
  if (napi_get_array_length(env, args[1], &length) != 0 || length == 0) return refused(env);
  if (napi_get_element(env, args[1], 0, &first) != 0) return NULL;
  if (!view(env, first, &data, &size)) return refused(env);
  for (uint32_t i = 1; i < length; i++) {
    if (napi_get_element(env, args[1], i, &other) != 0) return NULL;
  }
  if (!view(env, first, &data, &now)) return refused(env);
  return number(env, size == 0 || data[size - 1] == 0 ? -EAGAIN : -EPIPE);
}

static napi_value wrong(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value value = NULL;
  napi_create_string_utf8(env, "eleven", 6, &value);
  return value;
}

napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  const struct {
    const char *name;
    napi_callback entry;
  } all[] = {{"unchecked", unchecked}, {"detached", detached}, {"wrong", wrong}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    napi_value entry;
    if (napi_create_function(env, all[i].name, SIZE_MAX, all[i].entry, NULL, &entry) != 0) return NULL;
    napi_set_named_property(env, exports, all[i].name, entry);
  }
  return exports;
}
