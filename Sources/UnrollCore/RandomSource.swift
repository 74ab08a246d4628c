import CLibrary

/// A seeded random source (xoshiro256**, Blackman & Vigna 2018), split by name.
///
/// Every consumer takes its own split of the run's seed, so adding one moves none of the others, and nothing
/// depends on the order or the thread in which they are used.
public struct RandomSource: RandomNumberGenerator, Sendable {
  private let key: UInt64
  private var s: (UInt64, UInt64, UInt64, UInt64)

  /// Equal seeds give equal numbers.
  public init(seed: UInt64) {
    key = seed
    var x = seed
    s = (RandomSource.mix(&x), RandomSource.mix(&x), RandomSource.mix(&x), RandomSource.mix(&x))
  }

  /// An independent source named `name`; does not advance this one.
  public func split(_ name: String) -> RandomSource {
    // FNV-1a of the name, then mixed with the key of this source.
    let hash = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    var x = key ^ hash
    return RandomSource(seed: RandomSource.mix(&x))
  }

  /// An independent source numbered `index`.
  public func split(_ index: Int) -> RandomSource {
    var x = key &+ UInt64(bitPattern: Int64(index)) &* 0xd129_0d3b_4b5b_7e15
    return RandomSource(seed: RandomSource.mix(&x))
  }

  public mutating func next() -> UInt64 {
    let result = (s.1 &* 5).rotated(7) &* 9
    let t = s.1 << 17
    s.2 ^= s.0
    s.3 ^= s.1
    s.1 ^= s.2
    s.0 ^= s.3
    s.2 ^= t
    s.3 = s.3.rotated(45)
    return result
  }

  /// Uniform in [0, 1).
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Uniform in [low, high).
  public mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * uniform() }

  /// Standard normal (Box & Muller 1958).
  public mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }

  /// Uniform in 0..<count, by rejection so that it is exact.
  public mutating func below(_ count: Int) -> Int { Int(next(upperBound: UInt64(count))) }

  /// splitmix64 (Steele et al. 2014).
  private static func mix(_ x: inout UInt64) -> UInt64 {
    x &+= 0x9e37_79b9_7f4a_7c15
    var z = x
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}

extension UInt64 {
  fileprivate func rotated(_ count: UInt64) -> UInt64 { self << count | self >> (64 - count) }
}
