internal import CAllocator

/// How often the process has asked for memory.
struct AllocatorCount {
  /// Requests since the process began; those of other threads only when their caches were flushed.
  var requests: UInt64
  /// Bytes that this thread has asked for.
  var bytes: UInt64

  /// What is so now; nil where the allocator does not count.
  static var now: AllocatorCount? {
    var count = AllocatorCount(requests: 0, bytes: 0)
    return callocator_requests(&count.requests, &count.bytes) ? count : nil
  }
}
