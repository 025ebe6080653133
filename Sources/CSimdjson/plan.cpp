#include "plan.hpp"

#include <algorithm>
#include <new>

namespace nadi {
namespace {

/// Splits a pointer into unescaped reference tokens; false if it is malformed.
bool split(const char *pointer, std::vector<std::string> &tokens) {
  for (const char *at = pointer; *at != 0;) {
    if (*at != '/') return false;
    ++at;
    std::string token;
    for (; *at != 0 && *at != '/'; ++at) {
      if (*at != '~') {
        token.push_back(*at);
      } else if (at[1] == '0' || at[1] == '1') {
        token.push_back(at[1] == '0' ? '~' : '/');
        ++at;
      } else {
        return false;
      }
    }
    tokens.push_back(std::move(token));
  }
  return true;
}

/// Reads a token as an array index: digits without a leading zero, below 2^32 - 1.
bool array_index(const std::string &token, uint32_t &index) {
  if (token.empty() || token.size() > 9 || (token[0] == '0' && token.size() > 1)) return false;
  index = 0;
  for (char digit : token) {
    if (digit < '0' || digit > '9') return false;
    index = index * 10 + static_cast<uint32_t>(digit - '0');
  }
  return true;
}

Node &child(Node &node, const std::string &token) {
  for (auto &pair : node.children) {
    if (pair.first == token) return *pair.second;
  }
  node.children.emplace_back(token, std::make_unique<Node>());
  return *node.children.back().second;
}

/// Fills a table of 2^bits places and returns how many entries are not in their own place.
size_t fill(Node &node, uint32_t bits, uint64_t multiplier) {
  node.table.assign(size_t{1} << bits, Entry{});
  node.shift = 64 - bits;
  node.place_mask = (uint32_t{1} << bits) - 1;
  node.multiplier = multiplier;
  size_t moved = 0;
  for (const auto &pair : node.children) {
    const auto length = static_cast<uint32_t>(pair.first.size());
    char padded[8] = {};
    std::memcpy(padded, pair.first.data(), std::min<size_t>(8, length));
    Entry entry{name_prefix(padded, length), pair.second.get(), pair.first.data(), length};
    size_t at = node.place(entry.prefix, length);
    while (node.table[at].child != nullptr) {
      at = (at + 1) & node.place_mask;
      ++moved;
    }
    node.table[at] = entry;
  }
  return moved;
}

/// Chooses the multiplier that puts most names in a place of their own.
void build_table(Node &node) {
  uint32_t bits = 2;
  while ((size_t{1} << bits) < node.children.size() * 4) ++bits;
  const int attempts = node.children.size() <= 64 ? 256 : 4;
  uint64_t state = 0x9E3779B97F4A7C15u;
  uint64_t best = state;
  size_t fewest = SIZE_MAX;
  for (int attempt = 0; attempt < attempts && fewest > 0; ++attempt) {
    const size_t moved = fill(node, bits, state | 1);
    if (moved < fewest) {
      fewest = moved;
      best = state | 1;
    }
    state = state * 6364136223846793005u + 1442695040888963407u;
  }
  fill(node, bits, best);
}

/// Finishes every node. A list, not recursion: a pointer may be as deep as it is long. Parents come
/// before their children in the list, so walking it backwards sees children first.
void finish(Node &root) {
  std::vector<Node *> order{&root};
  for (size_t at = 0; at < order.size(); ++at) {
    for (auto &pair : order[at]->children) order.push_back(pair.second.get());
  }
  for (auto at = order.rbegin(); at != order.rend(); ++at) {
    Node &node = **at;
    node.has_children = !node.children.empty();
    build_table(node);
    for (auto &pair : node.children) {
      Node &below = *pair.second;
      if (below.slot != no_slot) node.slots_below.push_back(below.slot);
      node.slots_below.insert(node.slots_below.end(), below.slots_below.begin(), below.slots_below.end());
      uint32_t index = 0;
      if (array_index(pair.first, index)) node.elements.emplace_back(index, &below);
    }
  }
}

/// More reference tokens than any record could be deep enough for.
constexpr size_t most_tokens = 1024;
constexpr size_t most_pointers = 4096;

bool build(nadi_json_plan &plan, const char *const *pointers, size_t count) {
  plan.count = count;
  for (size_t slot = 0; slot < count; ++slot) {
    std::vector<std::string> tokens;
    if (pointers[slot] == nullptr || !split(pointers[slot], tokens)) return false;
    if (tokens.size() > most_tokens) return false;
    Node *node = &plan.root;
    for (const auto &token : tokens) node = &child(*node, token);
    if (node->slot == no_slot) {
      node->slot = static_cast<uint32_t>(slot);
    } else {
      plan.repeats.emplace_back(static_cast<uint32_t>(slot), node->slot);
    }
  }
  finish(plan.root);
  return true;
}

}  // namespace
}  // namespace nadi

extern "C" nadi_json_plan *nadi_json_plan_create(const char *const *pointers, size_t count) {
  if (count > nadi::most_pointers || (pointers == nullptr && count > 0)) return nullptr;
  try {
    auto plan = std::make_unique<nadi_json_plan>();
    return nadi::build(*plan, pointers, count) ? plan.release() : nullptr;
  } catch (...) {
    return nullptr;
  }
}

extern "C" void nadi_json_plan_destroy(nadi_json_plan *plan) { delete plan; }

extern "C" size_t nadi_json_plan_count(const nadi_json_plan *plan) { return plan->count; }
