/// Who sells, in which team and region, and to whom.
struct Organisation: Sendable {
  let regionNames: [String]
  let teamNames: [String]
  /// How content each team is, from 0 to 1.
  let teamMoods: [Double]
  /// The first rep of each team, and one past the last rep at the end.
  let teamBounds: [Int]
  let teamRegions: [Int]
  var reps: [Rep]
  var accounts: [Account]
  private let currencies: SimulatedCurrencies
  private(set) var accountCount: Int64

  init(_ settings: SimulatorSettings, startDay: Int64, _ random: inout Randomness) {
    currencies = settings.currencies
    regionNames = (0..<settings.regions).map { region in
      let base = Vocabulary.regions[region % Vocabulary.regions.count]
      let round = region / Vocabulary.regions.count
      return round == 0 ? base : "\(base)-\(round + 1)"
    }
    let teamCount = settings.teams
    teamNames = (0..<teamCount).map { Self.name("team-", $0 + 1, width: 2) }
    teamMoods = teamNames.map { _ in random.uniform(0.25, 0.85) }
    let teamRegions = (0..<teamCount).map { $0 * settings.regions / teamCount }
    self.teamRegions = teamRegions
    let bounds = (0...teamCount).map { ($0 * settings.reps + teamCount - 1) / teamCount }
    teamBounds = bounds
    var reps: [Rep] = []
    reps.reserveCapacity(settings.reps)
    for team in 0..<teamCount {
      for index in bounds[team]..<bounds[team + 1] {
        let pseudonym = Randomness.mixed(settings.seed &+ Randomness.mixed(UInt64(index + 1)))
        reps.append(
          Rep(
            name: Self.name("rep-", index + 1, width: 3), team: team, region: teamRegions[team],
            gapFactor: min(max(random.logNormal(median: 1, spread: 0.3), 0.4), 2.5),
            skill: min(max(random.normal() * 0.07, -0.15), 0.2),
            respondent: Self.padded(String(pseudonym >> 16, radix: 16), width: 12),
            hireDay: startDay - random.between(30, 2_500)))
      }
    }
    self.reps = reps
    accounts = (0..<settings.accounts).map { place in
      Account(number: Int64(place + 1), industry: random.below(Vocabulary.industries.count), hasWon: false)
    }
    accountCount = Int64(settings.accounts)
  }

  private static func padded(_ digits: String, width: Int) -> String {
    String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }

  private static func name(_ prefix: String, _ number: Int, width: Int) -> String {
    prefix + padded(String(number), width: width)
  }

  func teamName(of rep: Int) -> String { teamNames[reps[rep].team] }

  func regionName(of rep: Int) -> String { regionNames[reps[rep].region] }

  /// The ids of a rep, its team and its region.
  func names(of rep: Int) -> (rep: String, team: String, region: String) {
    (reps[rep].name, teamName(of: rep), regionName(of: rep))
  }

  func currency(ofRegion region: Int) -> String {
    switch currencies {
    case .single(let code): code
    case .byRegion: Vocabulary.currencies[region % Vocabulary.currencies.count]
    }
  }

  /// An amount in hundredths of the region's currency, in whole tens, worth about this many ringgit.
  func amount(ringgit: Double, region: Int) -> Int64 {
    let factor: Double
    switch currencies {
    case .single: factor = 1
    case .byRegion: factor = Vocabulary.unitsPerRinggit[region % Vocabulary.unitsPerRinggit.count]
    }
    return max(1, Int64(ringgit * factor / 10)) * 1_000
  }

  /// A colleague other than `rep`, mostly of the same team; the rep itself when there is nobody else.
  func colleague(of rep: Int, _ random: inout Randomness) -> Int {
    let team = reps[rep].team
    let mates = random.chance(0.7) ? teamBounds[team]..<teamBounds[team + 1] : 0..<reps.count
    guard mates.count > 1 else { return rep }
    let other = mates.lowerBound + random.below(mates.count - 1)
    return other >= rep ? other + 1 : other
  }

  /// The place of an account for a new opportunity of this region; a new account may take a customer's place.
  mutating func accountForNewDeal(region: Int, _ random: inout Randomness) -> Int {
    let perRegion = max(1, accounts.count / regionNames.count)
    let place = random.below(perRegion) * regionNames.count + region
    if accounts[place].hasWon, random.chance(0.35) {
      accountCount += 1
      accounts[place] = Account(
        number: accountCount, industry: random.below(Vocabulary.industries.count), hasWon: false)
    }
    return place
  }
}
