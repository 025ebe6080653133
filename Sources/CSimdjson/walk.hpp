#ifndef NADI_WALK_HPP
#define NADI_WALK_HPP

#include <memory>

#include "plan.hpp"
#include "text.hpp"

namespace nadi {

/// A container that is open, in the order they were opened.
struct Frame {
  const Node *node;
  uint32_t index;
  bool is_array;
};

}  // namespace nadi

struct nadi_json_parser {
  size_t max_bytes = 0;
  uint32_t max_depth = 0;
  std::unique_ptr<simdjson::internal::dom_parser_implementation> indexer;
  std::unique_ptr<char[]> text;
  std::unique_ptr<char[]> unescaped;
  std::unique_ptr<nadi::Frame[]> frames;
  /// Where the next unescaped string goes. All of a record's fit: none is longer than it was written.
  char *free = nullptr;
  /// The first backslash of the record not yet passed, or the record's end. A walk meets every one in
  /// turn, because outside strings the grammar has none, so one comparison tells a string without.
  const char *escape = nullptr;
  const char *end = nullptr;
  /// Where the array's next object is in the index, and how many objects are left.
  const uint32_t *next = nullptr;
  size_t left = 0;

  /// Sets `escape` to the first backslash from `at` on.
  void seek_escape(const char *at) {
    const void *found = std::memchr(at, '\\', static_cast<size_t>(end - at));
    escape = found != nullptr ? static_cast<const char *>(found) : end;
  }

  /// Checks a string that contains `escape`, writes its bytes to `free` if they are needed, and moves
  /// `escape` past it. Returns false for a bad escape.
  bool unescape(const char *start, const char *closing_quote, bool needed, uint32_t &length) {
    if (!nadi::unescape(start, closing_quote, escape, needed ? free : nullptr, length)) return false;
    seek_escape(closing_quote);
    return true;
  }
};

namespace nadi {

inline void set(nadi_json_value &value, uint8_t kind) { value = {nullptr, 0, kind}; }

/// The single pass over stage 1's index: it checks the grammar and fills slots. The index holds every
/// structural byte, every opening quote, and the first byte of every other run of bytes, so nothing
/// but white space lies between one token's end and the next indexed byte.
///
/// A scalar and a member name are one index each, so only `container` moves on. Positions are pointers
/// into the index that it keeps in a register: stores to slots could alias a member variable.
/// Records without a backslash, which are most, take the functions compiled without `escapes`.
class Walk {
 public:
  Walk(nadi_json_parser &parser, nadi_json_value *values)
      : text_(parser.text.get()), values_(values), parser_(parser) {}

  /// Walks the container at `at`, which `opened` others enclose, and moves `at` past it.
  template <bool escapes>
  int container(const Node *node, uint32_t opened, const uint32_t *&at);

  /// Checks and delivers the scalar at `at`; `child` may be null.
  template <bool escapes>
  bool scalar(const uint32_t *at, char first, const Node *child);

 private:
  /// The closing quote of the string at `at`, or NULL.
  const char *closing_quote(const uint32_t *at) const {
    const char *start = text_ + at[0];
    const char *end = text_ + at[1] - 1;
    while (NADI_UNLIKELY(*end != '"')) {
      if (end <= start || !is_white(*end)) return nullptr;
      --end;
    }
    return end > start ? end : nullptr;
  }

  template <bool escapes>
  bool string(const uint32_t *at, const Node *child);

  /// The child for the member name at `at`; `valid` becomes false for a bad string.
  template <bool escapes>
  const Node *member(const uint32_t *at, const Node *node, bool &valid);

  void empty_below(const Node *child) {
    for (uint32_t slot : child->slots_below) set(values_[slot], NADI_JSON_ABSENT);
  }

  void deliver(const Node *child, nadi_json_value value) {
    if (child->slot != no_slot) values_[child->slot] = value;
    if (NADI_UNLIKELY(child->has_children)) empty_below(child);
  }

  const char *const text_;
  nadi_json_value *const values_;
  nadi_json_parser &parser_;
};

template <bool escapes>
NADI_INLINE bool Walk::string(const uint32_t *at, const Node *child) {
  const char *end = closing_quote(at);
  if (NADI_UNLIKELY(end == nullptr)) return false;
  const char *start = text_ + *at + 1;
  nadi_json_value value{start, static_cast<uint32_t>(end - start), NADI_JSON_STRING};
  if (escapes && parser_.escape < end) {
    const bool needed = child != nullptr && child->slot != no_slot;
    if (!parser_.unescape(start, end, needed, value.length)) return false;
    if (needed) {
      value.data = parser_.free;
      parser_.free += value.length;
    }
  }
  if (child != nullptr) deliver(child, value);
  return true;
}

template <bool escapes>
NADI_INLINE bool Walk::scalar(const uint32_t *at, char first, const Node *child) {
  if (NADI_LIKELY(first == '"')) return string<escapes>(at, child);
  const char *start = text_ + *at;
  nadi_json_value value{nullptr, 0, NADI_JSON_ABSENT};
  switch (first) {
    case 't':
      if (!is_literal(start, "true")) return false;
      value.kind = NADI_JSON_TRUE;
      break;
    case 'f':
      if (!is_false(start)) return false;
      value.kind = NADI_JSON_FALSE;
      break;
    case 'n':
      if (!is_literal(start, "null")) return false;
      value.kind = NADI_JSON_NULL;
      break;
    default: {
      // Anything that does not start a value fails here, as it does not start a number.
      const char *end = number_end(start);
      if (end == nullptr) return false;
      value = {start, static_cast<uint32_t>(end - start), NADI_JSON_NUMBER};
    }
  }
  if (child != nullptr) deliver(child, value);
  return true;
}

template <bool escapes>
NADI_INLINE const Node *Walk::member(const uint32_t *at, const Node *node, bool &valid) {
  const char *end = closing_quote(at);
  valid = end != nullptr;
  if (!valid || (!escapes && node == nullptr)) return nullptr;
  const char *start = text_ + *at + 1;
  auto length = static_cast<uint32_t>(end - start);
  if (escapes && parser_.escape < end) {
    // The name is not kept, so the next unescaped string may take its place.
    valid = parser_.unescape(start, end, node != nullptr, length);
    if (!valid) return nullptr;
    start = parser_.free;
  }
  return node != nullptr ? node->member(start, length) : nullptr;
}

template <bool escapes>
int Walk::container(const Node *node, uint32_t opened, const uint32_t *&position) {
  const uint32_t *at = position;
  const char *const text = text_;
  Frame *const base = parser_.frames.get();
  Frame *const limit = base + (parser_.max_depth > opened ? parser_.max_depth - opened : 0);
  Frame *top = base;
  const Node *child = nullptr;
  bool is_array = text[*at] == '[';
  uint32_t element = 0;

opened_container:
  // `node`, `is_array` and `element` are the innermost container's; frames hold those around it.
  if (NADI_UNLIKELY(top >= limit)) return NADI_JSON_TOO_DEEP;
  if (node != nullptr) {
    // An object or array without needed members needs no lookups inside.
    if (node->slot != no_slot) set(values_[node->slot], is_array ? NADI_JSON_ARRAY : NADI_JSON_OBJECT);
    if (node->has_children) {
      empty_below(node);
    } else {
      node = nullptr;
    }
  }
  ++at;
  if (is_array) {
    if (text[*at] == ']') goto closed_container;
    goto array_element;
  }
  if (text[*at] == '}') goto closed_container;

object_member: {
  if (NADI_UNLIKELY(text[*at] != '"')) return NADI_JSON_NOT_JSON;
  bool valid;
  child = member<escapes>(at, node, valid);
  if (NADI_UNLIKELY(!valid || text[at[1]] != ':')) return NADI_JSON_NOT_JSON;
  at += 2;
  const char first = text[*at];
  if (NADI_UNLIKELY(first == '{' || first == '[')) goto nested;
  if (NADI_UNLIKELY(!scalar<escapes>(at, first, child))) return NADI_JSON_NOT_JSON;
  ++at;
}

object_continues: {
  const char byte = text[*at];
  if (NADI_LIKELY(byte == ',')) {
    ++at;
    goto object_member;
  }
  if (NADI_LIKELY(byte == '}')) goto closed_container;
  return NADI_JSON_NOT_JSON;
}

array_element: {
  child = node != nullptr ? node->element(element) : nullptr;
  const char first = text[*at];
  if (first == '{' || first == '[') goto nested;
  if (NADI_UNLIKELY(!scalar<escapes>(at, first, child))) return NADI_JSON_NOT_JSON;
  ++at;
}

array_continues: {
  const char byte = text[*at];
  if (byte == ',') {
    ++at;
    ++element;
    goto array_element;
  }
  if (NADI_LIKELY(byte == ']')) goto closed_container;
  return NADI_JSON_NOT_JSON;
}

nested:
  *top++ = {node, element, is_array};
  node = child;
  is_array = text[*at] == '[';
  element = 0;
  goto opened_container;

closed_container:
  ++at;
  if (top == base) {
    position = at;
    return NADI_JSON_OK;
  }
  --top;
  node = top->node;
  element = top->index;
  is_array = top->is_array;
  if (is_array) goto array_continues;
  goto object_continues;
}

}  // namespace nadi

#endif
