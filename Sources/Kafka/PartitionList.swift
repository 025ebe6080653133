internal import CRdKafka

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Owns one `rd_kafka_topic_partition_list_t`.
final class PartitionList {
  let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

  init(capacity: Int) {
    guard let pointer = rd_kafka_topic_partition_list_new(Int32(capacity)) else {
      preconditionFailure("librdkafka returned no partition list, which it does only without memory.")
    }
    self.pointer = pointer
  }

  convenience init(_ offsets: [(TopicPartition, Int64)]) {
    self.init(capacity: offsets.count)
    for (partition, offset) in offsets { add(partition, offset: offset) }
  }

  convenience init(_ offsets: [(TopicPartition, Int64, metadata: String)]) {
    self.init(capacity: offsets.count)
    for (partition, offset, metadata) in offsets { add(partition, offset: offset, metadata: metadata) }
  }

  deinit { rd_kafka_topic_partition_list_destroy(pointer) }

  func add(_ partition: TopicPartition, offset: Int64, metadata: String = "") {
    let element = rd_kafka_topic_partition_list_add(pointer, partition.topic, partition.partition)
    guard let element else {
      preconditionFailure("librdkafka adds every element it is given.")
    }
    element.pointee.offset = offset
    guard !metadata.isEmpty else { return }
    let count = metadata.utf8.count
    // The list frees the metadata with `free`, so it must come from `malloc`.
    guard let copy = malloc(count) else { preconditionFailure("No memory for offset metadata.") }
    UnsafeMutableRawBufferPointer(start: copy, count: count).copyBytes(from: metadata.utf8)
    element.pointee.metadata = copy
    element.pointee.metadata_size = count
  }

  /// The elements, valid as long as the list is.
  var elements: UnsafeBufferPointer<rd_kafka_topic_partition_t> { PartitionList.elements(of: pointer) }

  static func elements(
    of list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>
  ) -> UnsafeBufferPointer<rd_kafka_topic_partition_t> {
    UnsafeBufferPointer(start: list.pointee.elems, count: Int(list.pointee.cnt))
  }
}

extension TopicPartition {
  init(_ element: rd_kafka_topic_partition_t) {
    self.init(topic: String(cString: element.topic), partition: element.partition)
  }
}
