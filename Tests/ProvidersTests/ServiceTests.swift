import Chance
import Settings
import Testing
import Vocabulary

@testable import Providers

@Suite("A side service")
struct ServiceTests {
  private let chance = Chance(seed: 7, replication: 0)

  private func services(_ kind: SideCallKind, _ plan: ServicePlan) -> SideServices {
    var services = ServicesPlan()
    services[kind] = plan
    return SideServices(services, chance: chance)
  }

  @Test("answers after its latency and bills call and tokens, rounded once")
  func answers() {
    let price = SideCallPrice(
      perCall: Money(picodollars: 1_000), perInputToken: TokenPrice(femtodollars: 20_500))
    let services = services(.embedding, ServicePlan(latency: .constant(5e6), price: price))
    let promise = services.start(
      .embedding, CallKey(bits: 3), number: 1, inputTokens: 3, at: at(.seconds(1)))
    #expect(promise.end == at(.milliseconds(1_005)))
    #expect(promise.succeeds)
    #expect(promise.bill.picodollars == 1_062)
  }

  @Test("fails its share, unbilled, and the same call of the same number always alike")
  func fails() {
    let plan = ServicePlan(
      latency: .exponential(mean: 1e6), price: SideCallPrice(perCall: Money(picodollars: 9)),
      fails: Probability(clamping: 0.25))
    let one = services(.complexity, plan)
    let two = services(.complexity, plan)
    var failed = 0
    for number in 0..<4_000 {
      let call = CallKey(bits: UInt64(number))
      let a = one.start(.complexity, call, number: 1, inputTokens: 1, at: .start)
      let b = two.start(.complexity, call, number: 1, inputTokens: 9, at: .start)
      #expect(a.end == b.end && a.succeeds == b.succeeds)
      #expect(a.bill.picodollars == (a.succeeds ? 9 : 0))
      failed += a.succeeds ? 0 : 1
    }
    #expect((900...1_100).contains(failed))
  }

  @Test("that the world does not have fails at once")
  func absent() {
    let none = SideServices(ServicesPlan(), chance: chance)
    let promise = none.start(.store, CallKey(bits: 1), number: 1, inputTokens: 5, at: .start)
    #expect(promise == SidePromise(end: .start, succeeds: false, bill: .zero))
  }

  @Test("is read from a file; silence about its latency is an error")
  func reading() throws {
    func read(_ root: Setting) throws -> ServicesPlan {
      var reader = try SettingsReader(root)
      let plan = try ServicesPlan(reading: &reader)
      try reader.finish()
      return plan
    }
    let plan = try read([
      "services": ["embedding": ["latency": "20ms", "price": "$0.02/M", "fails": "0.1%"]]
    ])
    #expect(plan.kinds == .embedding)
    #expect(plan[.embedding]?.price.perInputToken.femtodollars == 20_000_000)
    #expect(plan[.embedding]?.fails.value == 0.001)
    #expect(try read([:]).kinds == [])
    #expect(throws: SettingError.self) { try read(["services": ["embedding": ["price": "$1/M"]]]) }
    #expect(throws: SettingError.self) { try read(["services": ["embeding": ["latency": "1s"]]]) }
  }
}

@Suite("An embedding")
struct EmbeddingTests {
  private func vector(_ cluster: UInt32, _ call: UInt64, fingerprint: UInt128 = 0) -> [Float] {
    var vector = [Float](repeating: 0, count: EmbeddingSource.dimensions)
    var span = vector.mutableSpan
    EmbeddingSource(chance: Chance(seed: 1, replication: 0))
      .write(
        cluster: cluster, call: CallKey(bits: call), fingerprint: fingerprint, into: &span)
    return vector
  }

  private func cosine(_ a: [Float], _ b: [Float]) -> Float {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  @Test("has length one, and is near those of its cluster and far from others")
  func clusters() {
    for call in UInt64(0)..<50 {
      let one = vector(3, call)
      #expect(abs(cosine(one, one) - 1) < 1e-5)
      #expect(cosine(one, vector(3, call + 1_000)) > 0.9)
      #expect(cosine(one, vector(14, call)) < 0.6)
      #expect(cosine(vector(0, call), vector(0, call + 1_000)) < 0.6)
    }
  }

  @Test("of another question of the same family is alike, but less than of the same question")
  func families() {
    var (same, family) = (Float(0), Float(0))
    for call in UInt64(0)..<200 {
      same += cosine(vector(13, call), vector(13, call + 1_000)) / 200
      family += cosine(vector(13, call), vector(14, call + 1_000)) / 200
    }
    // 1/(1 + 0.2²), and of two questions 1/(1 + 0.4²) of it.
    #expect(abs(same - 0.96) < 0.02, "\(same)")
    #expect(family > 0.7 && family < 0.92, "\(family)")
  }

  @Test("is the same for equal fingerprints, whoever calls")
  func fingerprints() {
    #expect(vector(3, 1, fingerprint: 77) == vector(3, 2, fingerprint: 77))
    #expect(vector(3, 1, fingerprint: 77) != vector(3, 1, fingerprint: 78))
    #expect(vector(0, 1, fingerprint: 77) == vector(0, 2, fingerprint: 77))
  }
}
