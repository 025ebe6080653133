#ifndef NADI_CSIMDJSON_H
#define NADI_CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

/// Strict JSON projection for one record at a time: which members a caller needs is compiled once
/// into a plan, and a parser then checks a whole record against RFC 8259 and extracts those members
/// in the same pass. Nothing here throws, recurses, or allocates after creation.
///
/// Accepted: exactly the texts RFC 8259 allows, in UTF-8 without a byte order mark, whose root is an
/// object or an array of objects. Numbers have no size limit, because they are returned as text.
/// A `\u` escape that is half of a surrogate pair is allowed by the grammar and has no UTF-8 form:
/// it is accepted and decoded as U+FFFD.

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__cplusplus) || defined(__clang__)
#define NADI_JSON_BYTE_ENUM : uint8_t
#else
#define NADI_JSON_BYTE_ENUM
#endif

/// What a value is; `nadi_json_value.kind` holds one of these.
enum nadi_json_kind NADI_JSON_BYTE_ENUM {
  /// The record has no such member; `data` is NULL.
  NADI_JSON_ABSENT = 0,
  /// The literal null; `data` is NULL.
  NADI_JSON_NULL = 1,
  /// `data` and `length` are the unescaped UTF-8 bytes, which may contain zero bytes.
  NADI_JSON_STRING = 2,
  /// `data` and `length` are the number as it was written, checked against the grammar.
  NADI_JSON_NUMBER = 3,
  /// The literal true; `data` is NULL.
  NADI_JSON_TRUE = 4,
  /// The literal false; `data` is NULL.
  NADI_JSON_FALSE = 5,
  /// An object, whose members other pointers of the plan may reach; `data` is NULL.
  NADI_JSON_OBJECT = 6,
  /// An array, whose elements other pointers of the plan may reach; `data` is NULL.
  NADI_JSON_ARRAY = 7,
};

/// Why a record was refused. When several apply, the first fault met decides between NOT_JSON and
/// TOO_DEEP, INVALID_UTF8 wins over NOT_JSON, and NOT_OBJECT is given only for valid JSON.
enum nadi_json_error {
  NADI_JSON_OK = 0,
  /// The bytes are not one JSON text.
  NADI_JSON_NOT_JSON = 1,
  /// The bytes are not valid UTF-8.
  NADI_JSON_INVALID_UTF8 = 2,
  /// More containers are open at once than the parser's `max_depth`.
  NADI_JSON_TOO_DEEP = 3,
  /// The record is longer than the parser's `max_bytes`.
  NADI_JSON_TOO_LARGE = 4,
  /// The root is neither an object nor an array, or an element of the root array is not an object.
  NADI_JSON_NOT_OBJECT = 5,
  /// The record has no bytes, or only white space.
  NADI_JSON_EMPTY = 6,
};

/// One extracted value; 16 bytes. `data` is not terminated by a zero byte.
typedef struct {
  const char *data;
  uint32_t length;
  /// An `enum nadi_json_kind`.
  uint8_t kind;
} nadi_json_value;

/// An immutable set of pointers; any number of parsers on any threads may share one.
typedef struct nadi_json_plan nadi_json_plan;

/// The buffers for one record; for one thread at a time.
typedef struct nadi_json_parser nadi_json_parser;

/// Compiles `count` RFC 6901 pointers; pointer i fills slot i of a values array. The empty pointer is
/// the record's object itself. A reference token such as `0` reaches the member of that name in an
/// object and the element of that index in an array; `-` never matches an element. Pointers may
/// repeat. Returns NULL if a pointer is malformed (no leading `/`, a `~` not followed by 0 or 1) or
/// has more than 1,024 tokens, if there are more than 4,096 pointers, or without memory.
nadi_json_plan *nadi_json_plan_create(const char *const *pointers, size_t count);

/// Frees a plan; NULL is ignored.
void nadi_json_plan_destroy(nadi_json_plan *plan);

/// The number of slots, which is the length every values array must have.
size_t nadi_json_plan_count(const nadi_json_plan *plan);

/// Creates a parser for records of up to `max_bytes` bytes (at most 1 GiB) in which at most
/// `max_depth` (at least 1) containers are open at once, the root being the first. It reserves about
/// six times `max_bytes`, of which only what the longest record needs is ever touched. Returns NULL
/// for limits outside these ranges or without memory.
nadi_json_parser *nadi_json_parser_create(size_t max_bytes, uint32_t max_depth);

/// Frees a parser and every view it gave; NULL is ignored.
void nadi_json_parser_destroy(nadi_json_parser *parser);

/// Checks one whole record and fills `values` from its first object. `data` is copied, and no byte
/// outside `data[0..<length]` is read. `*out_count` becomes the number of objects: 1 for an object,
/// the number of elements for an array. For an empty array and after an error it is 0 and every value
/// is ABSENT. Of members with the same name the last one counts. Returns an `enum nadi_json_error`.
/// The views stay valid until the next call with this parser to this function or to destroy.
int nadi_json_begin(nadi_json_parser *parser, const nadi_json_plan *plan, const char *data,
                    size_t length, nadi_json_value *values, size_t *out_count);

/// Fills `values` from the next object of the array given to `nadi_json_begin` and returns 1, or
/// returns 0 and leaves `values` alone when there is none. Earlier views stay valid.
int nadi_json_next(nadi_json_parser *parser, const nadi_json_plan *plan, nadi_json_value *values);

/// A short sentence without a full stop for an `enum nadi_json_error`; never NULL.
const char *nadi_json_error_text(int code);

/// The version of simdjson this was compiled with, such as "3.1.0"; never NULL.
const char *nadi_json_library_version(void);

#ifdef __cplusplus
}
#endif

#endif
