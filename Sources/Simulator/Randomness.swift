/// A seeded source of random values that are the same on every machine.
///
/// The generator is xoshiro256** (Blackman and Vigna, 2018). Distributions use only basic operations of
/// IEEE 754, because the logarithms of mathematics libraries differ in their last bits.
struct Randomness: Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  init(seed: UInt64) {
    var mixer = seed
    func next() -> UInt64 {
      mixer &+= 0x9E37_79B9_7F4A_7C15
      return Randomness.mixed(mixer)
    }
    state = (next(), next(), next(), next())
  }

  /// The output function of SplitMix64: spreads every bit of the input over the output.
  static func mixed(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func bits() -> UInt64 {
    func rotated(_ value: UInt64, _ count: UInt64) -> UInt64 { (value << count) | (value >> (64 - count)) }
    let result = rotated(state.1 &* 5, 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = rotated(state.3, 45)
    return result
  }

  /// Uniform in 0..<1.
  mutating func uniform() -> Double { Double(bits() >> 11) * 0x1p-53 }

  /// Uniform in `low..<high`.
  mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * uniform() }

  mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

  /// Uniform in `0..<count`; the count must be positive.
  mutating func below(_ count: Int) -> Int {
    Int(truncatingIfNeeded: bits().multipliedFullWidth(by: UInt64(count)).high)
  }

  /// Uniform in the closed range.
  mutating func between(_ low: Int64, _ high: Int64) -> Int64 { low + Int64(below(Int(high - low) + 1)) }

  mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }

  /// The sum of twelve uniform values less six: nearly standard normal, and never beyond ±6.
  mutating func normal() -> Double {
    var sum: UInt64 = 0
    for _ in 0..<3 {
      let word = bits()
      sum += (word & 0xFFFF) + ((word >> 16) & 0xFFFF) + ((word >> 32) & 0xFFFF) + (word >> 48)
    }
    return Double(sum) / 65_536 - 6
  }

  /// Lognormal with this median; `spread` is the standard deviation of the logarithm.
  mutating func logNormal(median: Double, spread: Double) -> Double {
    median * Randomness.exponential(of: spread * normal())
  }

  /// Exponentially distributed with this mean, cut at 37 means.
  mutating func exponential(mean: Double) -> Double { -mean * Randomness.logarithm(of: 1 - uniform()) }

  /// The natural logarithm of a positive normal number, to about 10⁻⁹.
  static func logarithm(of value: Double) -> Double {
    let ratio = (value.significand - 1) / (value.significand + 1)
    let square = ratio * ratio
    var sum = 0.0
    var divisor = 17.0
    while divisor >= 1 {
      sum = sum * square + 1 / divisor
      divisor -= 2
    }
    return Double(value.exponent) * 0.693_147_180_559_945_3 + 2 * ratio * sum
  }

  /// The exponential function between −700 and 700, to about 10⁻⁹ of its value.
  static func exponential(of value: Double) -> Double {
    let power = (value * 1.442_695_040_888_963_4).rounded()
    let rest = value - power * 0.693_147_180_559_945_3
    var sum = 1.0
    for divisor in stride(from: 9.0, through: 1.0, by: -1.0) { sum = 1 + rest * sum / divisor }
    return Double(sign: .plus, exponent: Int(power), significand: sum)
  }
}
