import Chance
import Foundation
import Testing
import Vocabulary

/// A hash of the bits of many values, which must be the same on every machine and in every build.
struct Digest: Sendable, CustomTestStringConvertible {
  var name: String
  var short: UInt64
  var long: UInt64
  var function: @Sendable (Double, Double) -> Double
  var testDescription: String { name }

  static let all = [
    Digest(name: "log", short: 0, long: 0) { u, v in
      Elementary.log(v < 0.5 ? u : u / (1.000001 - v))
    },
    Digest(name: "log1p", short: 0, long: 0) { u, v in Elementary.log1p(v < 0.5 ? -u : u / v) },
    Digest(name: "exp", short: 0, long: 0) { u, v in
      Elementary.exp((u - 0.5) * (v < 0.5 ? 4 : 1480))
    },
    Digest(name: "expm1", short: 0, long: 0) { u, v in
      Elementary.expm1((u - 0.5) * (v < 0.5 ? 2 : 90))
    },
    Digest(name: "pow", short: 0, long: 0) { u, v in Elementary.pow(u * 10, (v - 0.5) * 100) },
    Digest(name: "erf", short: 0, long: 0) { u, v in Elementary.erf((u - 0.5) * (v < 0.5 ? 2 : 8)) },
    Digest(name: "erfc", short: 0, long: 0) { u, _ in Elementary.erfc(u * 30 - 3) },
    Digest(name: "lgamma", short: 0, long: 0) { u, v in Elementary.lgamma(u / v) },
    Digest(name: "normalQuantile", short: 0, long: 0) { u, v in
      Elementary.normalQuantile(v < 0.5 ? u : u * v * v * v * v)
    },
  ]

  func value(count: Int) -> UInt64 {
    let key = Chance(seed: 2026, replication: 3).key(.exploration, name: NameHash("digest"))
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for number in 0..<count {
      var draws = key.draws(call: CallKey(bits: UInt64(number)))
      let u = draws.uniform()
      hash = (hash ^ function(u, draws.uniform()).bitPattern) &* 0x0000_0100_0000_01B3
      hash ^= hash >> 29
    }
    return hash
  }
}

@Suite("The bits of the elementary functions")
struct DigestTests {
  @Test("are those of every other machine and build", arguments: Digest.all)
  func digests(_ digest: Digest) {
    let isLong = ProcessInfo.processInfo.environment["GATEWAY_LAB_LONG"] == "1"
    let value = digest.value(count: isLong ? 1_000_000 : 100_000)
    #expect(
      value == (isLong ? digest.long : digest.short),
      "\(digest.name): 0x\(String(value, radix: 16, uppercase: true))")
  }
}
