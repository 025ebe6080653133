/// A change of a multiset that waits in the combine buffer.
struct MultisetOperation: BitwiseCopyable {
  var element: Int64
  var amount: Int64
  var word: Int32
  var next: UInt32
}
