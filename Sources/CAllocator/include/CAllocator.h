#ifndef CALLOCATOR_H
#define CALLOCATOR_H

#include <stdbool.h>
#include <stdint.h>

/// How often the process has asked for memory, and for how many bytes, since it began.
///
/// The calling thread's requests are all counted; those of other threads are counted when their caches are next
/// flushed. Returns false where the allocator does not count.
bool callocator_requests(uint64_t *count, uint64_t *bytes);

#endif
