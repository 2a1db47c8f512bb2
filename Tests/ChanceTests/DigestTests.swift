import Chance
import Testing
import Vocabulary

/// A hash of the bits of many values, which must be the same on every machine and in every build.
struct Digest: Sendable, CustomTestStringConvertible {
  var name: String
  var expected: UInt64
  var function: @Sendable (Double, Double) -> Double
  var testDescription: String { name }

  static let all = [
    Digest(name: "log", expected: 0x4C71_33A3_65D3_FC3E) { u, v in
      Elementary.log(v < 0.5 ? u : u / (1.000001 - v))
    },
    Digest(name: "log1p", expected: 0x2131_37B3_3586_2D6C) { u, v in
      Elementary.log1p(v < 0.5 ? -u : u / v)
    },
    Digest(name: "exp", expected: 0xE80A_99B6_1703_0608) { u, v in
      Elementary.exp((u - 0.5) * (v < 0.5 ? 4 : 1480))
    },
    Digest(name: "expm1", expected: 0xFC41_F37C_AF01_67D0) { u, v in
      Elementary.expm1((u - 0.5) * (v < 0.5 ? 2 : 90))
    },
    Digest(name: "pow", expected: 0x48BC_03CA_CA60_E8E9) { u, v in
      Elementary.pow(u * 10, (v - 0.5) * 100)
    },
    Digest(name: "erf", expected: 0x4EA0_168D_FD5D_7AD5) { u, v in
      Elementary.erf((u - 0.5) * (v < 0.5 ? 2 : 8))
    },
    Digest(name: "erfc", expected: 0x5EB2_D768_62D4_949B) { u, _ in Elementary.erfc(u * 30 - 3) },
    Digest(name: "lgamma", expected: 0xB25C_45B1_75D1_83BC) { u, v in Elementary.lgamma(u / v) },
    Digest(name: "normalQuantile", expected: 0x51E1_3BC4_A27E_D688) { u, v in
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
    let value = digest.value(count: 1_000_000)
    #expect(
      value == digest.expected,
      "\(digest.name): 0x\(String(value, radix: 16, uppercase: true))")
  }
}
