import Core

/// Memory for the tables of one decoder or encoder, freed with it.
///
/// The hot path reads these tables through plain pointers: no bounds checks and no reference counting.
final class PlanMemory {
  private var blocks: [UnsafeMutableRawPointer] = []

  /// Copies the elements to memory that lives as long as this object.
  func table<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
    let block = UnsafeMutablePointer<Element>.allocate(capacity: max(elements.count, 1))
    block.initialize(from: elements, count: elements.count)
    blocks.append(UnsafeMutableRawPointer(block))
    return block
  }

  /// As `table`, for one element.
  func single<Element: BitwiseCopyable>(_ element: Element) -> UnsafeMutablePointer<Element> {
    table([element])
  }

  /// The UTF-8 bytes of a text; their start is never nil.
  func text(_ text: String) -> EventBytes {
    let bytes = Array(text.utf8)
    return EventBytes(start: UnsafeRawPointer(table(bytes)), count: bytes.count)
  }

  deinit {
    for block in blocks { block.deallocate() }
  }
}
