import Core
import Service

/// The share of work and state of each input partition.
struct TasksDocument: Encodable {
  struct Task: Encodable {
    var topic: String
    var partition: Int32
    var position: Int64
    /// Left out while it is unknown.
    var lag: Int64?
    var streamTime: String?
    var watermark: String?
    var isAtEnd: Bool
    var isRestoring: Bool
    var books: BooksDocument
  }

  var tasks: [Task]

  init(_ status: RunStatus) {
    tasks = status.partitions.map { partition in
      Task(
        topic: partition.topic, partition: partition.partition, position: partition.position,
        lag: partition.lag, streamTime: TimeText.utc(partition.streamTime),
        watermark: TimeText.utc(partition.watermark), isAtEnd: partition.isAtEnd,
        isRestoring: partition.isRestoring, books: BooksDocument(partition.books))
    }
  }
}
