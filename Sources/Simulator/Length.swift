/// Lengths of time in milliseconds.
enum Length {
  static let second: Int64 = 1_000
  static let minute: Int64 = 60_000
  static let hour: Int64 = 3_600_000
  static let day: Int64 = 86_400_000

  static func hours(_ count: Double) -> Int64 { Int64(count * 3_600_000) }
  static func days(_ count: Double) -> Int64 { Int64(count * 86_400_000) }
}
