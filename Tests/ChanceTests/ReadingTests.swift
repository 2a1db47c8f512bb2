import Chance
import Settings
import Testing
import Vocabulary

/// A node as a file would give it.
private func text(_ value: String) -> Setting { Setting(.string(value), path: "latency") }
private func number(_ value: Double) -> Setting {
  Setting(.number(value, literal: "\(value)"), path: "latency")
}
private func list(_ values: [Setting]) -> Setting { Setting(.array(values), path: "latency") }
private func object(_ members: KeyValuePairs<String, Setting>) -> Setting {
  let members = members.map { key, value in
    Setting.Member(
      key: key, keyPosition: .code,
      value: Setting(value.content, at: value.position, path: "latency.\(key)"))
  }
  return Setting(.object(members), path: "latency")
}

@Suite("A distribution in a file")
struct ReadingTests {
  @Test("is a constant if it is a bare value")
  func bare() throws {
    #expect(try Distributions.readDuration(text("80ms")).quantile(0.9) == 80_000_000)
    #expect(try Distributions.readNumber(number(500)).quantile(0.1) == 500)
    #expect(try Distributions.readNumber(text("200k")).quantile(0.1) == 200_000)
  }

  @Test("is lognormal if it has a median and the slow side")
  func short() throws {
    let sampler = try Distributions.readDuration(
      object(["median": text("740ms"), "p95": text("1.4s")]))
    #expect((sampler.quantile(0.5) / 740e6 - 1).magnitude < 1e-14)
    #expect((sampler.quantile(0.95) / 1.4e9 - 1).magnitude < 1e-14)
    let tokens = try Distributions.readNumber(
      object(["median": number(6000), "p99": number(48_000)]))
    #expect((tokens.quantile(0.99) / 48_000 - 1).magnitude < 1e-13)
    let named = try Distributions.readDuration(
      object(["lognormal": object(["median": text("1s"), "sigma": number(0.4)])]))
    guard case .lognormal(_, let sigma) = named else {
      Issue.record("not lognormal: \(named)")
      return
    }
    #expect(sigma == 0.4)
  }

  @Test("may be any law of the registry")
  func named() throws {
    let exponential = try Distributions.readNumber(
      object(["exponential": object(["mean": number(250)])]))
    #expect(exponential.mean == 250)
    let shorthand = try Distributions.readDuration(object(["exponential": text("2s")]))
    #expect(shorthand.mean == 2e9)
    let gamma = try Distributions.readDuration(
      object(["gamma": object(["mean": text("1s"), "cv": number(0.5)])]))
    #expect(((gamma.mean ?? 0) / 1e9 - 1).magnitude < 1e-12)
    let quantiles = try Distributions.readDuration(
      object([
        "empirical": object([
          "quantiles": object(["p0": text("1s"), "50%": text("2s"), "p99.9": text("3s")])
        ])
      ]))
    #expect(quantiles.quantile(0.25) == 1.5e9)
    #expect(quantiles.quantile(0.9999) == 3e9)
    let mixture = try Distributions.readDuration(
      object([
        "mixture": list([
          object(["weight": text("90%"), "of": text("80ms")]),
          object(["weight": number(0.1), "of": object(["exponential": text("1s")])]),
        ])
      ]))
    #expect(((mixture.mean ?? 0) / 172e6 - 1).magnitude < 1e-12)
    #expect(mixture.quantile(0.5) == 80e6)
    let zipf = try Distributions.readNumber(object(["zipf": object(["count": number(10)])]))
    #expect(zipf.quantile(0.999999) == 10)
    #expect(zipf.law is Zipf)
  }

  @Test("that is wrong says what is allowed")
  func wrong() {
    expectError(object(["median": text("1s")]), contains: "p95")
    expectError(
      object(["median": text("1s"), "p95": text("900ms")]), contains: "at least the median")
    expectError(object(["median": text("1s"), "p96": text("2s")]), contains: "p95")
    expectError(object(["lognorm": text("1s")]), contains: "lognormal")
    expectError(object(["zipf": object(["count": number(3)])]), contains: "distribution")
    expectError(text("80"), contains: "duration")
    expectError(Setting(.bool(true), path: "latency"), contains: "80ms")
    expectError(object(["empirical": object([:])]), contains: "values")
    expectError(object(["mixture": list([])]), contains: "weights")
    expectError(
      object(["empirical": object(["quantiles": object(["half": text("1s")])])]),
      contains: "p50")
    expectError(
      object(["gamma": object(["mean": text("1s"), "cv": number(1), "shape": number(1)])]),
      contains: "not both")
  }

  @Test("is an error when it is absent and silence means nothing")
  func absent() throws {
    var reader = try SettingsReader(object([:]))
    #expect(throws: SettingError.self) {
      try Distributions.readDuration("latency", from: &reader, "how long")
    }
    let silent = try Distributions.readDuration(
      "latency", from: &reader, default: .milliseconds(50), "how long")
    #expect(silent.mean == 50e6)
    #expect(try Distributions.readOptionalNumber("tokens", from: &reader, "how many") == nil)
  }

  @Test("is described by the code that reads it")
  func described() throws {
    #expect(Distributions.durations.audit().isEmpty)
    #expect(Distributions.numbers.audit().isEmpty)
    #expect(Distributions.registry.names == Distributions.numbers.names)
    let keys = Distributions.durations.describe("lognormal").map(\.key)
    #expect(keys.contains("median") && keys.contains("p95") && keys.contains("sigma"))
    var reader = SettingsReader.describing()
    _ = try Distributions.readDuration("latency", from: &reader, "how long an answer takes")
    #expect(reader.described.count == 1)
    #expect(reader.described.first?.nested.count == 3)
  }

  private func expectError(
    _ setting: Setting, contains words: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    do {
      let sampler = try Distributions.readDuration(setting)
      Issue.record("no error but \(sampler)", sourceLocation: sourceLocation)
    } catch {
      #expect(error.description.contains(words), sourceLocation: sourceLocation)
    }
  }
}
