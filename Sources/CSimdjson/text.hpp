#ifndef NADI_TEXT_HPP
#define NADI_TEXT_HPP

#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define NADI_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define NADI_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define NADI_INLINE inline __attribute__((always_inline))

namespace nadi {

/// Bytes after the record that may be read: stage 1's padding, and eight for a name's prefix.
constexpr size_t padding = simdjson::SIMDJSON_PADDING + 64;

inline bool is_white(char byte) { return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r'; }

inline bool is_digit(char byte) { return static_cast<uint8_t>(byte - '0') < 10; }

/// Whether a number or literal may be followed by this byte. The copy ends in spaces, so the end of
/// the record is one of them.
inline bool ends_token(char byte) { return byte == ',' || byte == '}' || byte == ']' || is_white(byte); }

/// The end of the number at `at`, or NULL if it breaks the grammar.
inline const char *number_end(const char *at) {
  if (*at == '-') ++at;
  if (*at == '0') {
    ++at;
  } else {
    if (!is_digit(*at)) return nullptr;
    do ++at;
    while (is_digit(*at));
  }
  if (*at == '.') {
    ++at;
    if (!is_digit(*at)) return nullptr;
    do ++at;
    while (is_digit(*at));
  }
  if (NADI_UNLIKELY((*at | 0x20) == 'e')) {
    ++at;
    if (*at == '+' || *at == '-') ++at;
    if (!is_digit(*at)) return nullptr;
    do ++at;
    while (is_digit(*at));
  }
  return ends_token(*at) ? at : nullptr;
}

inline bool is_literal(const char *at, const char (&text)[5]) {
  return std::memcmp(at, text, 4) == 0 && ends_token(at[4]);
}

inline bool is_false(const char *at) { return std::memcmp(at, "false", 5) == 0 && ends_token(at[5]); }

/// Copies the record, adds the padding, and tells whether it contains a backslash. Without one, every
/// string is its own bytes, and looking for escapes string by string is not needed.
inline bool copy_padded(char *to, const char *from, size_t length) {
  std::memset(to + length, ' ', padding);
#if defined(__SSE2__)
  if (NADI_LIKELY(length >= 16)) {
    const __m128i backslash = _mm_set1_epi8('\\');
    __m128i found = _mm_setzero_si128();
    const auto step = [&](size_t at) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(from + at));
      found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, backslash));
      _mm_storeu_si128(reinterpret_cast<__m128i *>(to + at), bytes);
    };
    for (size_t at = 0; at + 16 <= length; at += 16) step(at);
    step(length - 16);
    return _mm_movemask_epi8(found) != 0;
  }
#endif
  if (length == 0) return false;
  std::memcpy(to, from, length);
  return std::memchr(to, '\\', length) != nullptr;
}

constexpr uint32_t no_unit = UINT32_MAX;

/// Four hexadecimal digits as a UTF-16 code unit. A string's closing quote stops the reading.
inline uint32_t hex_unit(const char *at) {
  uint32_t unit = 0;
  for (int place = 0; place < 4; ++place) {
    const char byte = at[place];
    const char lower = static_cast<char>(byte | 0x20);
    if (is_digit(byte)) {
      unit = unit << 4 | static_cast<uint32_t>(byte - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      unit = unit << 4 | static_cast<uint32_t>(lower - 'a' + 10);
    } else {
      return no_unit;
    }
  }
  return unit;
}

inline char *put_utf8(char *to, uint32_t scalar) {
  const auto put = [&](uint32_t byte) { *to++ = static_cast<char>(byte); };
  if (scalar < 0x80) {
    put(scalar);
  } else if (scalar < 0x800) {
    put(0xC0 | scalar >> 6);
    put(0x80 | (scalar & 0x3F));
  } else if (scalar < 0x10000) {
    put(0xE0 | scalar >> 12);
    put(0x80 | (scalar >> 6 & 0x3F));
    put(0x80 | (scalar & 0x3F));
  } else {
    put(0xF0 | scalar >> 18);
    put(0x80 | (scalar >> 12 & 0x3F));
    put(0x80 | (scalar >> 6 & 0x3F));
    put(0x80 | (scalar & 0x3F));
  }
  return to;
}

/// Reads the code units after `\u` from `at` on, moves past them, and returns the scalar they stand
/// for, or `no_unit`. `at` points to the first digit.
inline uint32_t escaped_scalar(const char *&at) {
  constexpr uint32_t replacement = 0xFFFD;
  const uint32_t high = hex_unit(at);
  if (high == no_unit) return no_unit;
  at += 4;
  if (high < 0xD800 || high > 0xDFFF) return high;
  if (high > 0xDBFF || at[0] != '\\' || at[1] != 'u') return replacement;
  const uint32_t low = hex_unit(at + 2);
  if (low == no_unit) return no_unit;
  if (low < 0xDC00 || low > 0xDFFF) return replacement;
  at += 6;
  return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

/// The byte that a one-letter escape stands for, or 0.
inline char escaped_byte(char letter) {
  switch (letter) {
    case '"': case '\\': case '/': return letter;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
  }
}

/// Unescapes a string's bytes, of which `first` is the first backslash, to `to`, or only checks the
/// escapes if `to` is NULL. Returns false for a bad escape. The bytes end in the closing quote, which
/// no escape contains, so reading a cut-off escape stops there.
inline bool unescape(const char *at, const char *end, const char *first, char *to, uint32_t &length) {
  char *const start = to;
  while (first != nullptr) {
    if (to != nullptr) to = std::copy(at, first, to);
    at = first + 1;
    if (*at == 'u') {
      ++at;
      const uint32_t scalar = escaped_scalar(at);
      if (scalar == no_unit) return false;
      if (to != nullptr) to = put_utf8(to, scalar);
    } else {
      const char byte = escaped_byte(*at);
      if (byte == 0) return false;
      ++at;
      if (to != nullptr) *to++ = byte;
    }
    first = static_cast<const char *>(std::memchr(at, '\\', static_cast<size_t>(end - at)));
  }
  if (to != nullptr) to = std::copy(at, end, to);
  length = static_cast<uint32_t>(to - start);
  return true;
}

}  // namespace nadi

#endif
