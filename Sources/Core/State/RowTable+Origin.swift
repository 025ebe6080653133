extension RowTable {
  /// What every row knows of its events, in one word: the time of all of them, or where its details are.
  struct Origin: BitwiseCopyable {
    private let word: Int64

    private static let restoredTag: Int64 = 1
    private static let detailsTag: Int64 = 2
    private static let tagBits: Int64 = 2

    /// A plain row, which may also have been restored at its time.
    init(time: Int64, isRestored: Bool) { word = time << Self.tagBits | (isRestored ? Self.restoredTag : 0) }

    init(details: Int) { word = Int64(details) << Self.tagBits | Self.detailsTag }

    /// The number of the details, or -1 when the row is plain.
    @inline(__always)
    var details: Int { word & Self.detailsTag == 0 ? -1 : Int(word >> Self.tagBits) }

    /// When the events of a plain row were, all of them.
    @inline(__always)
    var time: Int64 { word >> Self.tagBits }

    var isRestored: Bool { word & Self.restoredTag != 0 }
  }
}
