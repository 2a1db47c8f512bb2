import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A virtual key")
struct IdentityTests {
  private func bench() throws -> Bench {
    var names = PolicyNames.letters
    names.keys = [KeyFacts(), KeyFacts(isEnabled: false), KeyFacts(expires: at(.seconds(10)))]
    return try Bench(["routes": ["chat": "a"]], names: names)
  }

  @Test("that is unknown or disabled is refused with 401", arguments: [1, 3, 4_000_000_000])
  func refused(key: Int) throws {
    let bench = try bench()
    bench.arrive { $0.identity.key = KeyID(key) }
    let record = try #require(bench.requests.first)
    #expect(record.end == .rejected)
    #expect(record.rejection == .identity)
    #expect(record.outcome == .status(401))
    #expect(bench.live.isEmpty && bench.attempts.isEmpty)
    #expect(bench.held == 0)
  }

  @Test("is good until the very instant at which it expires")
  func expires() throws {
    let bench = try bench()
    bench.now = at(.seconds(10)).advanced(byNanoseconds: -1)
    bench.arrive { $0.identity.key = KeyID(2) }
    #expect(bench.live.count == 1)
    bench.pass(.nanoseconds(1))
    bench.arrive { $0.identity.key = KeyID(2) }
    #expect(bench.live.count == 1)
    #expect(bench.requests.last?.rejection == .identity)
  }

  @Test("is not looked at by a gateway that knows no keys")
  func unchecked() throws {
    let bench = try Bench(["routes": ["chat": "a"]])
    bench.arrive { $0.identity.key = KeyID(1_000) }
    #expect(bench.live.count == 1)
  }

  @Test(
    "asking for an alias without a route, or for none at all, gets 404", arguments: [1, 2, 60_000])
  func noRoute(alias: Int) throws {
    let bench = try bench()
    bench.arrive { $0.alias = AliasID(alias) }
    let record = try #require(bench.requests.first)
    #expect(record.end == .failed)
    #expect(record.outcome == .status(404))
    #expect(bench.held == 0)
  }
}
