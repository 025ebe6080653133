#include <algorithm>
#include <memory>
#include <new>

#include "walk.hpp"

namespace nadi {
namespace {

constexpr size_t most_bytes = size_t{1} << 30;

int walk_container(nadi_json_parser &parser, const Node *node, nadi_json_value *values, uint32_t opened,
                   const uint32_t *&at) {
  Walk walk(parser, values);
  const bool escapes = parser.escape < parser.end;
  return escapes ? walk.container<true>(node, opened, at) : walk.container<false>(node, opened, at);
}

bool check_scalar(nadi_json_parser &parser, const uint32_t *at) {
  return Walk(parser, nullptr).scalar<true>(at, parser.text[*at], nullptr);
}

void clear(const nadi_json_plan &plan, nadi_json_value *values) {
  for (size_t slot = 0; slot < plan.count; ++slot) set(values[slot], NADI_JSON_ABSENT);
}

void repeat(const nadi_json_plan &plan, nadi_json_value *values) {
  for (const auto &pair : plan.repeats) values[pair.first] = values[pair.second];
}

/// Whether `at` is just past the record's last token.
bool is_end(const nadi_json_parser &parser, const uint32_t *at) {
  return at == parser.indexer->structural_indexes.get() + parser.indexer->n_structural_indexes;
}

/// Checks the whole array at the start of the record and counts its objects.
int check_array(nadi_json_parser &parser, size_t &objects) {
  const char *const text = parser.text.get();
  const uint32_t *at = parser.indexer->structural_indexes.get() + 1;
  bool only_objects = true;
  objects = 0;
  bool more = text[*at] != ']';
  while (more) {
    const char first = text[*at];
    if (first == '{' || first == '[') {
      const int error = walk_container(parser, nullptr, nullptr, 1, at);
      if (error != NADI_JSON_OK) return error;
    } else if (check_scalar(parser, at)) {
      ++at;
    } else {
      return NADI_JSON_NOT_JSON;
    }
    only_objects = only_objects && first == '{';
    ++objects;
    more = text[*at] == ',';
    if (more) ++at;
  }
  if (text[*at] != ']' || !is_end(parser, at + 1)) return NADI_JSON_NOT_JSON;
  return only_objects ? NADI_JSON_OK : NADI_JSON_NOT_OBJECT;
}

/// Stage 1: the index of the copied record, ended by an index of the padding's first space, which
/// starts no token and so stops the walk.
int index_record(nadi_json_parser &parser, size_t length) {
  auto &indexer = *parser.indexer;
  const auto *bytes = reinterpret_cast<const uint8_t *>(parser.text.get());
  switch (indexer.stage1(bytes, length, simdjson::stage1_mode::regular)) {
    case simdjson::SUCCESS: break;
    case simdjson::EMPTY: return NADI_JSON_EMPTY;
    // Bad UTF-8 is told apart by `nadi_json_begin`.
    default: return NADI_JSON_NOT_JSON;
  }
  const uint32_t count = indexer.n_structural_indexes;
  indexer.structural_indexes[count] = static_cast<uint32_t>(length);
  indexer.structural_indexes[count + 1] = static_cast<uint32_t>(length);
  return NADI_JSON_OK;
}

int begin(nadi_json_parser &parser, const nadi_json_plan &plan, size_t length, nadi_json_value *values,
          size_t &objects) {
  const int error = index_record(parser, length);
  if (NADI_UNLIKELY(error != NADI_JSON_OK)) return error;
  parser.free = parser.unescaped.get();
  const uint32_t *at = parser.indexer->structural_indexes.get();
  const char first = parser.text[*at];
  if (NADI_LIKELY(first == '{')) {
    const int walked = walk_container(parser, &plan.root, values, 0, at);
    if (NADI_UNLIKELY(walked != NADI_JSON_OK)) return walked;
    if (NADI_UNLIKELY(!is_end(parser, at))) return NADI_JSON_NOT_JSON;
    if (NADI_UNLIKELY(!plan.repeats.empty())) repeat(plan, values);
    objects = 1;
    return NADI_JSON_OK;
  }
  if (first != '[') {
    return check_scalar(parser, at) && is_end(parser, at + 1) ? NADI_JSON_NOT_OBJECT : NADI_JSON_NOT_JSON;
  }
  size_t found = 0;
  const char *const first_escape = parser.escape;
  const int checked = check_array(parser, found);
  if (checked != NADI_JSON_OK) return checked;
  parser.escape = first_escape;
  parser.next = at + 1;
  parser.left = found;
  objects = found;
  nadi_json_next(&parser, &plan, values);
  return NADI_JSON_OK;
}

}  // namespace
}  // namespace nadi

extern "C" nadi_json_parser *nadi_json_parser_create(size_t max_bytes, uint32_t max_depth) {
  if (max_bytes > nadi::most_bytes || max_depth == 0) return nullptr;
  try {
    auto parser = std::make_unique<nadi_json_parser>();
    const size_t room = max_bytes + nadi::padding;
    parser->max_bytes = max_bytes;
    // A record of n bytes opens at most n containers, so more frames could never be used.
    parser->max_depth = static_cast<uint32_t>(std::min<size_t>(max_depth, max_bytes + 1));
    parser->text.reset(new char[room]);
    parser->unescaped.reset(new char[room]);
    parser->frames.reset(new nadi::Frame[parser->max_depth]);
    // The depth given here only sizes buffers of stage 2, which is not used.
    const auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(
        room, 1, parser->indexer);
    return error == simdjson::SUCCESS ? parser.release() : nullptr;
  } catch (...) {
    return nullptr;
  }
}

extern "C" void nadi_json_parser_destroy(nadi_json_parser *parser) { delete parser; }

extern "C" int nadi_json_begin(nadi_json_parser *parser, const nadi_json_plan *plan, const char *data,
                               size_t length, nadi_json_value *values, size_t *out_count) {
  *out_count = 0;
  parser->left = 0;
  nadi::clear(*plan, values);
  if (NADI_UNLIKELY(length > parser->max_bytes)) return NADI_JSON_TOO_LARGE;
  if (NADI_UNLIKELY(length == 0)) return NADI_JSON_EMPTY;
  parser->end = parser->text.get() + length;
  parser->escape = parser->end;
  const bool has_escapes = nadi::copy_padded(parser->text.get(), data, length);
  if (NADI_UNLIKELY(has_escapes)) parser->seek_escape(parser->text.get());
  const int error = nadi::begin(*parser, *plan, length, values, *out_count);
  if (NADI_LIKELY(error == NADI_JSON_OK)) return NADI_JSON_OK;
  nadi::clear(*plan, values);
  // Stage 1 stops at the fault it finds first, and not every kernel's check covers the whole record.
  const bool is_text = error != NADI_JSON_NOT_JSON ||
      simdjson::get_active_implementation()->validate_utf8(parser->text.get(), length);
  return is_text ? error : static_cast<int>(NADI_JSON_INVALID_UTF8);
}

extern "C" int nadi_json_next(nadi_json_parser *parser, const nadi_json_plan *plan, nadi_json_value *values) {
  if (parser->left == 0) return 0;
  nadi::clear(*plan, values);
  // The whole array was checked before its first object, so this walk cannot fail.
  nadi::walk_container(*parser, &plan->root, values, 1, parser->next);
  nadi::repeat(*plan, values);
  ++parser->next;
  --parser->left;
  return 1;
}

extern "C" const char *nadi_json_error_text(int code) {
  switch (code) {
    case NADI_JSON_OK: return "no error";
    case NADI_JSON_NOT_JSON: return "not valid JSON";
    case NADI_JSON_INVALID_UTF8: return "not valid UTF-8";
    case NADI_JSON_TOO_DEEP: return "nested too deeply";
    case NADI_JSON_TOO_LARGE: return "longer than the limit";
    case NADI_JSON_NOT_OBJECT: return "neither an object nor an array of objects";
    case NADI_JSON_EMPTY: return "no bytes, or only white space";
    default: return "unknown error";
  }
}

#define NADI_TEXT_OF(value) #value
#define NADI_TEXT(value) NADI_TEXT_OF(value)

extern "C" const char *nadi_json_library_version(void) {
  return NADI_TEXT(SIMDJSON_VERSION);
}
