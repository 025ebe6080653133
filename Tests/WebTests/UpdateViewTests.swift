import Testing

@testable import Service
@testable import Web

@Suite struct UpdateViewTests {
  private func day(_ day: Int?, _ id: String = "rep-1", value: Int? = 1, scope: String = "rep")
    -> SampleUpdate
  {
    SampleUpdate(scope: scope, id: id, day: day, value: value)
  }

  @Test func theLastUpdateOfACellIsSeenNewestWindowFirst() {
    let view = UpdateView(bytesMax: 1 << 20)
    view.take([day(0), day(2), day(nil), day(1, value: 5)])
    view.take([day(1, value: 7)])
    let cells = view.select(UpdateFilter())
    #expect(cells.map(\.start) == [day(nil), day(2), day(1), day(0)].map(\.startText))
    #expect(cells[2].number == .init(millionths: 7_000_000))
    #expect(view.figures.cells == 4)
    #expect(view.figures.bytes == cells.reduce(0) { $0 + $1.byteCount })
    #expect(view.figures.updates == 5)
  }

  @Test func aTombstoneRemovesTheCell() {
    let view = UpdateView(bytesMax: 1 << 20)
    view.take([day(0), day(1)])
    var tombstone = day(0)
    tombstone.isTombstone = true
    view.take([tombstone])
    #expect(view.keys() == [day(1).key])
    view.take([tombstone])
    #expect(view.figures.cells == 1)
    #expect(view.figures.bytes == view.select(UpdateFilter()).reduce(0) { $0 + $1.byteCount })
  }

  @Test func memoryIsBoundedAndTheCompanyGoesLast() {
    let bound = 1 << 20
    let view = UpdateView(bytesMax: bound)
    var newest = 0
    for number in 0..<200 {
      view.take((0..<40).map { day(number, "rep-\($0)") } + [day(number, "company", scope: "company")])
      #expect(view.figures.bytes <= bound)
      newest = number
    }
    let kept = view.select(UpdateFilter())
    #expect(kept.filter { $0.isCompany }.count == 200, "the company's cells are few and stay")
    #expect(view.figures.evicted == UInt64(200 * 41 - kept.count))
    let days = Set(kept.filter { !$0.isCompany }.map(\.startMillis))
    let oldest = days.min() ?? 0
    #expect(days.contains(day(newest).start))
    #expect(oldest > day(0).start)
    // Only the oldest day that is left may be incomplete.
    for start in days where start != oldest {
      #expect(kept.filter { $0.startMillis == start && !$0.isCompany }.count == 40)
    }
  }

  @Test func whatMayBeOutOfDateIsNotShown() {
    let view = UpdateView(bytesMax: 1 << 20)
    view.take([day(0, "rep-1"), day(0, "rep-2"), day(0, "company", scope: "company")])
    view.take([day(0, "rep-2", value: 3)], omitted: 4)
    #expect(Set(view.keys()) == [day(0, "rep-2").key, day(0, "company", scope: "company").key])
    view.take([day(1, "rep-2", value: 3)], omitted: 1, omitsCompany: true)
    #expect(view.keys() == [day(1, "rep-2").key])
    #expect(view.figures.omitted == 5)
  }

  @Test func onlyTheNewestWindowOfEachWhenAsked() {
    let view = UpdateView(bytesMax: 1 << 20)
    var money = SampleUpdate(metric: "revenue", currency: "MYR")
    view.take([day(0), day(3), day(1, "rep-2")])
    for (number, currency) in [(0, "MYR"), (1, "MYR"), (0, "USD")] {
      (money.day, money.currency) = (number, currency)
      view.take([money])
    }
    let newest = [
      day(3), day(1, "rep-2"), SampleUpdate(metric: "revenue", day: 1, currency: "MYR"),
      SampleUpdate(metric: "revenue", day: 0, currency: "USD"),
    ]
    #expect(Set(view.keys(["window": "day"], latestOnly: true)) == Set(newest.map(\.key)))
  }

  @Test func everyConditionOfAFilterCounts() {
    let sample = SampleUpdate(metric: "revenue", day: 4, currency: "MYR", parent: "team-1")
    let batch = CommittedUpdates([sample])
    let cell = ViewCell(batch.updates[0], in: batch.bytes)
    let fitting = [
      "metric": "calls,revenue", "scope": "rep", "id": "rep-1", "window": "day", "start": sample.startText,
      "currency": "MYR", "parent": "team-1",
    ]
    #expect(UpdateFilter(fitting).matches(cell))
    #expect(UpdateFilter().matches(cell))
    #expect(Set(fitting.keys) == Set(UpdateFilter.parameters), "every parameter is tried")
    for name in fitting.keys {
      var other = fitting
      other[name] = "another"
      #expect(!UpdateFilter(other).matches(cell), "\(name)")
    }
  }

  @Test(arguments: [
    ("rep-1", "rep-1"), ("a%7Cb", "a|b"), ("a%2Fb", "a/b"), ("100%25", "100%"), ("a%7Cb/c", "a%7Cb/c"),
    ("50%", "50%"),
    ("%e9%zz", "\u{FFFD}%zz"),
  ])
  func idsAreAsUpdatesHaveThem(_ part: String, _ id: String) {
    let batch = CommittedUpdates([SampleUpdate(id: part)])
    #expect(ViewCell(batch.updates[0], in: batch.bytes).scopeId == id)
  }
}
