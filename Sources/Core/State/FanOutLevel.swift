/// One step of a group's fan-out; see `LevelPlan`.
struct FanOutLevel: ~Copyable {
  /// What waits for it.
  var buffer: CombineBuffer
  var pane: WindowCursor
  /// The level it is combined from; -1 for the first.
  let source: Int
  /// Positions of the windows that are served from here.
  var positions = FlatArray<Int>()

  init(_ plan: LevelPlan.Level, dimensionWords: Int, words: Int) {
    buffer = CombineBuffer(dimensionWords: dimensionWords, words: words)
    pane = WindowCursor(plan.pane)
    source = plan.source
    for position in plan.positions { positions.append(position) }
  }
}
