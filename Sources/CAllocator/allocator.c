#include "CAllocator.h"

#include <stddef.h>

#if defined(__linux__)

#include <jemalloc/jemalloc.h>

/// All arenas together; the name of a statistic holds the number.
#define TEXT(number) #number
#define EXPANDED(number) TEXT(number)
#define STATISTIC(name) "stats.arenas." EXPANDED(MALLCTL_ARENAS_ALL) "." name

static bool read_count(const char *name, uint64_t *value) {
  size_t size = sizeof *value;
  return mallctl(name, value, &size, NULL, 0) == 0;
}

bool callocator_requests(uint64_t *count, uint64_t *bytes) {
  uint64_t epoch = 1;
  size_t size = sizeof epoch;
  // The thread's cache keeps counts of its own until it is flushed.
  mallctl("thread.tcache.flush", NULL, NULL, NULL, 0);
  if (mallctl("epoch", &epoch, &size, &epoch, size) != 0) {
    return false;
  }
  uint64_t small = 0;
  uint64_t large = 0;
  if (!read_count(STATISTIC("small.nrequests"), &small) || !read_count(STATISTIC("large.nrequests"), &large)) {
    return false;
  }
  *count = small + large;
  return read_count("thread.allocated", bytes);
}

#else

bool callocator_requests(uint64_t *count, uint64_t *bytes) {
  *count = 0;
  *bytes = 0;
  return false;
}

#endif
