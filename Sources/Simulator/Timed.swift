/// An element that waits in a ``MinimumHeap`` until its time; equal times keep the order in which they came.
protocol Timed {
  var time: Int64 { get }
  var order: UInt64 { get }
}
