#ifndef NADI_PLAN_HPP
#define NADI_PLAN_HPP

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "CSimdjson.h"

namespace nadi {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "name prefixes are compared as little-endian words");

constexpr uint32_t no_slot = UINT32_MAX;

/// The first eight bytes of a name as one word, zero-filled; eight bytes must be readable.
inline uint64_t name_prefix(const char *name, uint32_t length) {
  uint64_t word;
  std::memcpy(&word, name, sizeof word);
  return length >= 8 ? word : word & ~(~uint64_t{0} << (8 * length));
}

struct Node;

/// One place of a node's name table; empty when `child` is null.
struct Entry {
  uint64_t prefix = 0;
  const Node *child = nullptr;
  const char *name = nullptr;
  uint32_t length = 0;
};

/// One place in the tree of pointers.
struct Node {
  /// The slot the value itself goes to.
  uint32_t slot = no_slot;
  bool has_children = false;
  uint32_t shift = 63;
  uint64_t multiplier = 1;
  uint32_t place_mask = 0;
  std::vector<Entry> table;
  /// Children whose name is an array index.
  std::vector<std::pair<uint32_t, const Node *>> elements;
  /// Slots below this node, which a repeated member must empty first.
  std::vector<uint32_t> slots_below;
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> children;

  size_t place(uint64_t prefix, uint32_t length) const { return ((prefix ^ length) * multiplier) >> shift; }

  /// The child for a member name, of which eight bytes must be readable.
  const Node *member(const char *name, uint32_t length) const {
    const uint64_t prefix = name_prefix(name, length);
    size_t at = place(prefix, length);
    for (;;) {
      const Entry &entry = table[at];
      if (entry.child == nullptr) return nullptr;
      if (entry.prefix == prefix && entry.length == length &&
          (length <= 8 || std::memcmp(name + 8, entry.name + 8, length - 8) == 0)) {
        return entry.child;
      }
      at = (at + 1) & place_mask;
    }
  }

  /// The child for an array index.
  const Node *element(uint32_t index) const {
    for (const auto &pair : elements) {
      if (pair.first == index) return pair.second;
    }
    return nullptr;
  }
};

}  // namespace nadi

struct nadi_json_plan {
  nadi::Node root;
  size_t count = 0;
  /// Slots whose pointer repeats an earlier one: (slot, earlier slot).
  std::vector<std::pair<uint32_t, uint32_t>> repeats;
};

#endif
