import Testing

@testable import Core

/// Against asking every store for every text, while stores learn texts now and then.
@Suite struct TextDirectoryTests {
  @Test(arguments: [1, 2, 5, 40], UInt64(1)...25) func knowsWhoKnows(_ storeCount: Int, _ seed: UInt64) throws
  {
    var random = seed
    func next(below limit: Int) -> Int {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(random >> 33) % limit
    }
    let catalogue = try SampleCatalogue.compiled()
    let stores = (0..<storeCount).map { _ in CellStore(catalogue: catalogue) }
    let texts = (0..<60).map { "text-\($0)" }
    var directory = TextDirectory(stores: stores)
    var asked = 0
    for _ in 0..<30 {
      for _ in 0..<next(below: 2 * storeCount + 1) {
        learn(texts[next(below: texts.count)], stores[next(below: storeCount)])
      }
      directory.refresh()
      for _ in 0..<20 {
        let hash = Hashing.textValue(texts[next(below: texts.count)])
        let home = next(below: storeCount)
        let own = stores[home].texts.number(ofHash: hash)
        var found: [[Int]] = []
        var place = directory.first(home: home, own: own, hash: hash)
        while place != TextDirectory.none {
          found.append([Int(directory[place].store), Int(directory[place].number)])
          place = directory[place].next
        }
        let expected = stores.enumerated().map { [$0, Int($1.texts.number(ofHash: hash))] }.filter {
          $0[1] != 0
        }
        #expect(found == expected)
        asked += expected.count
      }
    }
    #expect(asked > 0)
  }

  private func learn(_ text: String, _ store: CellStore) {
    let hash = Hashing.textValue(text)
    Array(text.utf8).withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      _ = store.texts.intern(start, bytes.count, hash: hash)
    }
  }
}
