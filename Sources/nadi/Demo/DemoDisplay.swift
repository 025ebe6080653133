import Service

/// Shows how a demonstration goes: the screen of a terminal, or a line each second.
final class DemoDisplay {
  private let board: DemoBoard
  private let view: DemoView
  private let terminal: DemoTerminal?
  private let seconds: Int?
  private let startMillis = WallClock.steadyMillis()
  private var lastDrawMillis: Int64 = 0
  private var lastLineMillis: Int64 = 0
  private var noteCount = 0
  private var rates = DemoRates()

  private static let drawMillis: Int64 = 250
  private static let pageMillis: Int64 = 4_000

  /// - Parameter seconds: how long it will go on, if that is known.
  init(board: DemoBoard, view: DemoView, seconds: Int?, isPlain: Bool) {
    self.board = board
    self.view = view
    self.seconds = seconds
    terminal = isPlain || !DemoTerminal.isPresent ? nil : DemoTerminal()
    board.guarding { try terminal?.open() }
  }

  /// Shows the present state if it is time to; output that cannot be written is a failure of the demonstration.
  func tick() { board.guarding { try show() } }

  private func show() throws {
    let now = WallClock.steadyMillis()
    if let terminal {
      guard now - lastDrawMillis >= Self.drawMillis else { return }
      lastDrawMillis = now
      let state = board.current
      rates.enter(state, now: now)
      try terminal.draw(screen(state, now: now, terminal.size))
    } else {
      try printNotes()
      guard now - lastLineMillis >= 1_000 else { return }
      lastLineMillis = now
      let state = board.current
      rates.enter(state, now: now)
      try StandardOutput.write(plainLine(state, now: now) + "\n")
    }
  }

  /// Ends the display; what is printed next stands alone.
  func close() {
    terminal?.close()
    if terminal == nil { board.guarding { try printNotes() } }
  }

  /// Prints lines as they are meant for this output.
  func write(_ lines: [DemoLine]) throws {
    let isStyled = terminal?.isStyled ?? false
    try StandardOutput.write(lines.map { $0.text(isStyled: isStyled) + "\n" }.joined())
  }

  // MARK: - Lines

  private func printNotes() throws {
    let (notes, count) = board.access { ($0.notes, $0.noteCount) }
    for note in notes.suffix(count - noteCount) { try StandardOutput.print("     daemon: \(note)") }
    noteCount = count
  }

  private func plainLine(_ state: DemoState, now: Int64) -> String {
    let books = state.status?.books
    return DemoView.right("\((now - startMillis) / 1_000)", 4) + "s \(step(state))"
      + "  simulated \(view.time(state.simulatedTime))"
      + "  read \(NumberText.grouped(books?.read ?? 0)) (\(NumberText.grouped(rates.events))/s)"
      + "  updates \(NumberText.grouped(state.status?.updateCount ?? 0)) (\(NumberText.grouped(rates.updates))/s)"
      + "  lag \(NumberText.grouped(state.lag))  watermark \(view.time(state.status?.watermark))"
      + "  books \(books?.isBalanced ?? true ? "balanced" : "NOT BALANCED")"
  }

  private func step(_ state: DemoState) -> String {
    switch state.order {
    case .run: state.status.map { $0.phase.rawValue } ?? "joining"
    case .stopFeed: "catching up"
    case .stopDaemon, .stopReader: "stopping"
    }
  }

  // MARK: - Screen

  private func screen(_ state: DemoState, now: Int64, _ size: (columns: Int, rows: Int)) -> [DemoLine] {
    var lines = header(state, now: now, columns: size.columns)
    let room = size.rows - 1 - lines.count - 2
    let people = DemoView.leaderboard(state.table) + [DemoLine()] + DemoView.winRates(state.table)
    if size.columns >= DemoView.metricColumns + 46 {
      let metrics = page(DemoView.families(state.table), room: room - 1, now: now)
      let left = [DemoView.metricHeading] + metrics
      for index in 0..<max(0, min(room, max(left.count, people.count))) {
        let first = index < left.count ? left[index] : DemoLine()
        let second = index < people.count ? people[index] : DemoLine()
        lines.append(first.padded(to: DemoView.metricColumns + 3, then: second))
      }
    } else {
      let peopleRoom = min(12, room / 2)
      let metrics = page(DemoView.families(state.table), room: room - peopleRoom - 2, now: now)
      lines += [DemoView.metricHeading] + metrics + [DemoLine()] + people.prefix(peopleRoom)
    }
    lines.append(DemoLine())
    lines.append(DemoLine(state.notes.last.map { "daemon: \($0)" } ?? "", .dim))
    return lines
  }

  private func header(_ state: DemoState, now: Int64, columns: Int) -> [DemoLine] {
    let elapsed = (now - startMillis) / 1_000
    var title = DemoLine("nadi demo", .heading)
    title.add("  200 reps, 20 teams, 5 regions  \(step(state))  \(elapsed) s")
    if let seconds {
      let done = min(20, Int(elapsed) * 20 / max(1, seconds))
      title.add(" of \(seconds)  [" + DemoView.left(String(repeating: "#", count: done), 20) + "]")
    } else {
      title.add("  Ctrl-C ends it", .dim)
    }
    let status = state.status
    var first = DemoLine("simulated ")
    first.add(view.time(state.simulatedTime), .bold)
    first.add("  watermark \(view.time(status?.watermark))  zone \(view.zone.name)")
    var second = DemoLine("events ")
    second.add(NumberText.grouped(status?.books.read ?? 0), .bold)
    second.add(" (\(NumberText.grouped(rates.events))/s)  updates ")
    second.add(NumberText.grouped(status?.updateCount ?? 0), .bold)
    second.add(" (\(NumberText.grouped(rates.updates))/s)  lag \(NumberText.grouped(state.lag))")
    second.add("  commits \(NumberText.grouped(status?.commitCount ?? 0))")
    let page = DemoLine("page   \(state.url ?? "-")")
    return [title, first, second, DemoLine("books  " + DemoView.books(state)), page, DemoLine()]
  }

  /// The part of the lines to show now, when not all fit.
  private func page(_ lines: [DemoLine], room: Int, now: Int64) -> [DemoLine] {
    guard lines.count > room else { return lines }
    let size = max(1, room - 1)
    let count = (lines.count + size - 1) / size
    let number = Int((now - startMillis) / Self.pageMillis) % count
    // The last page is as full as the others.
    let first = max(0, min(number * size, lines.count - size))
    let part = lines[first..<min(lines.count, first + size)]
    let filler = Array(repeating: DemoLine(), count: size - part.count)
    return Array(part) + filler + [DemoLine("page \(number + 1) of \(count)", .dim)]
  }
}
