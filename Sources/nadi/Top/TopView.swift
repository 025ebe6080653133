/// Turns a look at a running daemon into lines.
enum TopView {
  static func lines(_ look: TopLook, _ rates: TopRates, url: String) -> [DemoLine] {
    header(look.state, rates, url) + [DemoLine()] + partitions(look.tasks) + [DemoLine()]
      + numbers(look.updates)
  }

  private static func header(_ state: TopLook.State, _ rates: TopRates, _ url: String) -> [DemoLine] {
    var title = DemoLine("nadi top", .heading)
    title.add("  \(url)  group \(state.group)  version \(state.version)  ")
    title.add(state.isReady ? "ready" : "not ready", state.isReady ? .bold : .warning)
    title.add("  \(state.phase)")
    var lines = [title]
    for check in state.checks where !check.isPassed {
      lines.append(DemoLine("  \(check.name): \(check.detail)", .warning))
    }
    var events = DemoLine("events ")
    events.add(NumberText.grouped(state.books.read), .bold)
    events.add(" (\(NumberText.grouped(rates.events))/s)  updates ")
    events.add(NumberText.grouped(state.updates), .bold)
    events.add(" (\(NumberText.grouped(rates.updates))/s)  commits \(NumberText.grouped(state.commits))")
    events.add("  lag \(NumberText.grouped(state.lag))  watermark \(time(state.watermark))")
    let books = state.books
    let account = [
      ("counted", books.counted), ("duplicate", books.duplicate), ("late", books.late),
      ("filtered", books.filtered), ("rejected", books.rejected),
    ]
    let words = account.map { "\($0) \(NumberText.grouped($1))" }.joined(separator: "  ")
    let reasons = state.deadLettersByReason.sorted { $0.key < $1.key }
      .map { "\($0.key) \(NumberText.grouped($0.value))" }.joined(separator: "  ")
    return lines + [
      events, DemoLine("books  \(words)  " + (books.isBalanced ? "(balanced)" : "(NOT BALANCED)")),
      DemoLine(
        "state  cells \(NumberText.grouped(state.cells))  rows \(NumberText.grouped(state.rows))"
          + "  snapshots \(NumberText.grouped(state.snapshots))  dead letters "
          + NumberText.grouped(state.deadLetters) + (reasons.isEmpty ? "" : ": \(reasons)")),
    ]
  }

  private static func partitions(_ tasks: [TopLook.Task]) -> [DemoLine] {
    let heading = row("partition", "position", "lag", "read", "rejected", "stream time", "watermark")
    return [DemoLine(heading, .dim)]
      + tasks.map { task in
        DemoLine(
          row(
            "\(task.topic)[\(task.partition)]", NumberText.grouped(task.position),
            task.lag.map { NumberText.grouped($0) } ?? "-", NumberText.grouped(task.books.read),
            NumberText.grouped(task.books.rejected), time(task.streamTime), time(task.watermark)),
          task.isRestoring ? .dim : .normal)
      }
  }

  private static func row(
    _ name: String, _ position: String, _ lag: String, _ read: String, _ rejected: String, _ stream: String,
    _ watermark: String
  ) -> String {
    let right = DemoView.right
    return DemoView.left(name, 26) + right(position, 14) + right(lag, 12) + right(read, 14)
      + right(rejected, 10)
      + "  " + DemoView.left(stream, 19) + "  " + watermark
  }

  private static func numbers(_ updates: [DemoUpdate]) -> [DemoLine] {
    let label = updates.first?.window.label ?? "no window yet"
    return [DemoLine("company, \(label)", .heading)]
      + updates.map { update in
        DemoLine(
          DemoView.left(update.metric, 32) + DemoView.right(NumberText.value(update), 16) + " "
            + DemoView.left(NumberText.unit(update), 10) + update.window.state)
      }
  }

  /// To the second, in UTC.
  private static func time(_ text: String?) -> String {
    text.map { String($0.prefix(19)).replacing("T", with: " ") } ?? "-"
  }
}
