import Core
import Foundation
import Testing

@testable import Formats

@Suite struct UpdateEncoderTests {
  /// Awkward ids; all are valid UTF-8.
  static let ids = [
    "rep-1", "", "Rocco Neubert", "say \"hi\"", "back\\slash", "a|b", "a/b", "50%", "%7C",
    "line\nfeed\r\ttab",
    "\u{0}\u{1}\u{1F}\u{7F}", "Nur Aisyah binti Abdullah", "李小龙", "🏆👩‍👩‍👧", "é|/%\"\\\n", "company",
    String(repeating: "\u{1}", count: 256), String(repeating: "|", count: 256), "12345678", "1234567\"",
    "\u{2028}",
  ]

  struct Written {
    var key: String
    var identifier: String
    var time: String
    var text: String
    var value: [String: Any]
  }

  let catalogue: Catalogue
  let encoder: UpdateEncoder

  init() throws {
    catalogue = try TestCatalogue.make()
    encoder = UpdateEncoder(catalogue: catalogue, source: "/nadi/test")
  }

  /// 2017-06-30T15:59:59Z, in the second quarter of Kuala Lumpur.
  static let asOf: Int64 = 1_498_838_399_000

  func update(_ metric: String, scope: String, window: String = "quarter") throws -> Update {
    let windowIndex = try #require(catalogue.windows.firstIndex { $0.name == window })
    let scopeIndex = try #require(catalogue.scopes.firstIndex { $0.name == scope })
    let bounds = catalogue.windows[windowIndex].calendar.bounds(containing: Self.asOf)
    var update = Update(
      metric: try #require(catalogue.metrics.firstIndex { $0.name == metric }), scope: scopeIndex,
      window: windowIndex, start: bounds.start, end: bounds.end, state: .open, asOf: Self.asOf)
    update.parentScope = catalogue.scopes[scopeIndex].parent
    return update
  }

  func write(
    _ update: Update, first: String? = nil, second: String? = nil, parent: String? = nil,
    currency: String? = nil
  ) throws -> Written {
    let memory = PlanMemory()
    var copy = update
    copy.firstId = first.map(memory.text) ?? .none
    copy.secondId = second.map(memory.text) ?? .none
    copy.parentId = parent.map(memory.text) ?? .none
    copy.currency = currency.map(memory.text) ?? .none
    encoder.encode(copy)
    let text = String(decoding: encoder.value, as: UTF8.self)
    let object = try JSONSerialization.jsonObject(with: Data(encoder.value))
    return Written(
      key: String(decoding: encoder.key, as: UTF8.self),
      identifier: String(decoding: encoder.identifier, as: UTF8.self),
      time: String(decoding: encoder.time, as: UTF8.self), text: text,
      value: try #require(object as? [String: Any]))
  }

  @Test func writesTheExampleToTheByte() throws {
    var update = try update("win_rate", scope: "team")
    update.value = PublishedNumber(millionths: 618_234)
    update.numerator = PublishedNumber(millionths: 217_000_000)
    update.denominator = PublishedNumber(millionths: 351_000_000)
    update.sample = update.denominator
    update.priorValue = PublishedNumber(millionths: 830_000)
    update.revision = 418
    let written = try write(update, first: "Rocco Neubert")
    #expect(
      written.text
        == #"{"metric":"win_rate","definition":"says \"win_rate\"\nper window","unit":"ratio","direction":"up","#
        + #""currency":null,"scope":"team","scopeId":"Rocco Neubert","dimensions":{"team":"Rocco Neubert"},"#
        + #""parent":{"scope":"company","scopeId":"company"},"window":{"grain":"quarter","#
        + #""start":"2017-04-01T00:00:00+08:00","end":"2017-07-01T00:00:00+08:00","label":"2017-Q2","#
        + #""zone":"Asia/Kuala_Lumpur","state":"open"},"value":0.618234,"previousValue":null,"delta":null,"#
        + #""parts":{"num":217,"den":351},"n":351,"sufficient":true,"suppressed":false,"revision":418,"#
        + #""asOf":"2017-06-30T15:59:59.000Z","completeSince":null,"prior":{"value":0.83,"sameElapsed":null},"#
        + #""target":null,"rank":null,"benchmark":null}"#)
    #expect(written.key == "win_rate|team|Rocco Neubert|quarter|2017-04-01T00:00:00+08:00")
    #expect(written.identifier == written.key + "#418")
    #expect(written.time == "2017-06-30T15:59:59.000Z")
  }

  @Test func idsComeBackAsTheyWere() throws {
    for id in Self.ids {
      for other in ["call", id] {
        let written = try write(
          try update("revenue", scope: "rep_kind"), first: id, second: other, parent: id, currency: id)
        #expect(written.value["dimensions"] as? [String: String] == ["rep": id, "kind": other])
        #expect(written.value["parent"] as? [String: String] == ["scope": "rep", "scopeId": id])
        #expect(written.value["currency"] as? String == id)
        let joined = UpdateFragments.keyPart(id) + "/" + UpdateFragments.keyPart(other)
        #expect(written.value["scopeId"] as? String == joined)
        #expect(
          written.key
            == "revenue|rep_kind|\(joined)|quarter|2017-04-01T00:00:00+08:00|\(UpdateFragments.keyPart(id))")
      }
      let written = try write(try update("calls", scope: "rep"), first: id, parent: nil)
      #expect(written.value["scopeId"] as? String == id)
      #expect((written.value["parent"] as? [String: Any])?["scopeId"] is NSNull)
    }
  }

  @Test func keysAreUnique() throws {
    var keys: Set<String> = []
    var count = 0
    func insert(_ written: Written) {
      keys.insert(written.key)
      count += 1
    }
    for window in ["day", "quarter", "all"] {
      for metric in ["calls", "revenue", "per_day"] {
        for id in Self.ids {
          insert(try write(try update(metric, scope: "rep", window: window), first: id, currency: "MYR"))
          insert(try write(try update(metric, scope: "team", window: window), first: id, currency: "MYR"))
          for other in Self.ids {
            insert(
              try write(
                try update(metric, scope: "rep_kind", window: window), first: id, second: other,
                currency: "MYR"))
          }
          guard metric != "calls" else { continue }
          insert(try write(try update(metric, scope: "company", window: window), currency: id))
        }
      }
    }
    #expect(keys.count == count)
  }

  @Test func percentEscapesSeparatorsOnly() throws {
    let written = try write(try update("calls", scope: "rep_kind"), first: "a|b/c%d", second: "é \"x\"")
    #expect(written.key.hasPrefix("calls|rep_kind|a%7Cb%2Fc%25d/é \"x\"|quarter|"))
    #expect(written.value["scopeId"] as? String == "a%7Cb%2Fc%25d/é \"x\"")
  }

  @Test func theCompanyAndAllOfTime() throws {
    let written = try write(try update("calls", scope: "company", window: "all"))
    #expect(written.key == "calls|company|company|all|all")
    #expect(written.value["scopeId"] as? String == "company" && written.value["parent"] is NSNull)
    #expect((written.value["dimensions"] as? [String: String])?.isEmpty == true)
    let window = try #require(written.value["window"] as? [String: Any])
    #expect(window["start"] is NSNull && window["end"] is NSNull && window["label"] as? String == "all")
    for member in [
      "value", "previousValue", "delta", "parts", "n", "completeSince", "target", "rank", "benchmark",
    ] {
      #expect(written.value[member] is NSNull, "\(member)")
    }
    let money = try write(try update("revenue", scope: "company", window: "all"))
    #expect(money.key == "revenue|company|company|all|all|" && money.value["currency"] is NSNull)
  }

  @Test func moneyIsText() throws {
    var update = try update("per_day", scope: "company")
    update.value = PublishedNumber(millionths: 12_500_000_000)
    update.previousValue = PublishedNumber(millionths: 12_499_999_999)
    update.numerator = PublishedNumber(millionths: 25_000_000_000)
    update.denominator = PublishedNumber(millionths: 2_000_000)
    update.sample = PublishedNumber(millionths: 2_000_000)
    update.priorValue = PublishedNumber(millionths: -100_000)
    update.priorSameElapsed = PublishedNumber(millionths: 0)
    update.isSufficient = false
    update.isSuppressed = true
    update.state = .final
    update.completeSince = 0
    let written = try write(update, currency: "MYR")
    #expect(written.value["value"] as? String == "12500.00")
    #expect(written.value["previousValue"] as? String == "12499.999999")
    #expect(written.value["delta"] as? String == "0.000001")
    #expect(written.value["parts"] as? [String: String] == ["num": "25000.00", "den": "2.00"])
    #expect(written.value["n"] as? Int == 2)
    #expect(written.value["prior"] as? [String: String] == ["value": "-0.10", "sameElapsed": "0.00"])
    #expect(written.value["sufficient"] as? Bool == false && written.value["suppressed"] as? Bool == true)
    #expect((written.value["window"] as? [String: Any])?["state"] as? String == "final")
    #expect(written.value["completeSince"] as? String == "1970-01-01T00:00:00.000Z")
  }

  private func quotient(_ metric: String) throws -> Update {
    var update = try update(metric, scope: "company")
    update.value = PublishedNumber(millionths: 500_000)
    update.numerator = PublishedNumber(millionths: 1_000_000)
    update.denominator = PublishedNumber(millionths: 2_000_000)
    update.sample = update.denominator
    return update
  }

  @Test(arguments: [
    ("win_rate", true), ("per_minute", true), ("half", false), ("median", false), ("calls_each", false),
    ("more", false), ("square", false),
  ])
  func partsAreThoseThatAddUp(metric: String, hasParts: Bool) throws {
    var update = try quotient(metric)
    #expect(try write(update).text.contains(#""parts":{"num":1,"den":2},"#) == hasParts)
    update.denominator = .null
    #expect(try write(update).value["parts"] is NSNull)
  }

  @Test(arguments: ["half", "median"])
  func aConstantDivisorIsNoSample(metric: String) throws {
    var update = try quotient(metric)
    update.isSufficient = false
    let written = try write(update)
    #expect(written.value["n"] is NSNull && written.value["sufficient"] as? Bool == true)
  }

  @Test func aRatioOfAmountsIsANumberWithACurrency() throws {
    var update = try update("value_rate", scope: "company")
    update.value = PublishedNumber(millionths: 500_000)
    let written = try write(update, currency: "MYR")
    #expect(written.value["value"] as? Double == 0.5 && written.value["currency"] as? String == "MYR")
    #expect(written.key.hasSuffix("|MYR"))
  }

  static let numbers: [(Int128, plain: String, money: String)] = [
    (0, "0", "0.00"), (1, "0.000001", "0.000001"), (-1, "-0.000001", "-0.000001"), (500_000, "0.5", "0.50"),
    (9_999_999, "9.999999", "9.999999"), (10_000_000, "10", "10.00"), (1_010_000, "1.01", "1.01"),
    (99_000_000, "99", "99.00"), (100_000_000, "100", "100.00"),
    (Int128(Int64.max), "9223372036854.775807", "9223372036854.775807"),
    (Int128(Int64.min), "-9223372036854.775808", "-9223372036854.775808"),
    (Int128(Int64.max) + 1, "9223372036854.775808", "9223372036854.775808"),
    (Int128(UInt64.max) * 1_000_000, "18446744073709551615", "18446744073709551615.00"),
    (10_000_000_000_000_000_000 * 1_000_000, "10000000000000000000", "10000000000000000000.00"),
    (.max, "170141183460469231731687303715884.105727", "170141183460469231731687303715884.105727"),
    (.min, "-170141183460469231731687303715884.105728", "-170141183460469231731687303715884.105728"),
  ]

  @Test(arguments: numbers)
  func numbersAreExact(millionths: Int128, plain: String, money: String) throws {
    var update = try update("calls", scope: "company")
    update.value = PublishedNumber(millionths: millionths)
    #expect(try write(update).text.contains("\"value\":\(plain),"))
    update.metric = try self.update("revenue", scope: "company").metric
    #expect(try write(update).text.contains("\"value\":\"\(money)\","))
  }

  @Test func revisionsAndDeltasAtTheirLimits() throws {
    var update = try update("calls", scope: "company")
    update.revision = .max
    update.value = PublishedNumber(millionths: .max)
    update.previousValue = PublishedNumber(millionths: -1)
    let written = try write(update)
    #expect(written.identifier.hasSuffix("#18446744073709551615"))
    #expect(written.value["delta"] is NSNull)
    for revision in [UInt64(0), 9, 10, 99, 100, 9_999_999_999_999_999_999, 10_000_000_000_000_000_000] {
      update.revision = revision
      #expect(try write(update).text.contains("\"revision\":\(revision),"))
    }
  }

  @Test func windowsAreNotMixedUp() throws {
    var seen: [Int64: String] = [:]
    for round in 0..<2 {
      for day in 0..<700 {
        var update = try update("calls", scope: "company", window: "day")
        update.start += Int64(day) * Millis.day
        update.end += Int64(day) * Millis.day
        let window = try #require(try write(update).value["window"] as? [String: Any])
        let start = try #require(window["start"] as? String)
        #expect(start == catalogue.definition.zone.format(update.start))
        if round == 1 { #expect(seen[update.start] == start) }
        seen[update.start] = start
      }
    }
  }
}
