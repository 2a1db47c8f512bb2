import Chance
import Providers
import Vocabulary

// The small worlds of these tests.

let milli: Int64 = 1_000_000
let second: Int64 = 1_000_000_000

func at(_ duration: Duration) -> Instant { Instant.start.advanced(by: duration) }

/// $1 and $2 per million tokens, cached input for $0.50.
let prices = PriceSheet(
  input: TokenPrice(femtodollars: 1_000_000_000),
  cachedInput: TokenPrice(femtodollars: 500_000_000),
  output: TokenPrice(femtodollars: 2_000_000_000))

/// A deployment that takes 100 ms to the first token and 10 ms for each further one.
func deployment(
  _ name: String, region: String = "", quota: Int? = nil, faults: [Fault] = [],
  cut: CutBilling = .consumed, noise: Double = 0
) -> DeploymentPlan {
  let first: Sampler =
    noise == 0 ? .constant(100e6) : .lognormal(mu: 18.42068, sigma: noise)
  let next: Sampler = noise == 0 ? .constant(10e6) : .lognormal(mu: 16.1181, sigma: noise)
  return DeploymentPlan(
    name: name, model: "vendor/model", region: region, quota: quota, price: prices,
    latency: LatencyPlan(timeToFirstToken: first, timePerOutputToken: next), faults: faults,
    cut: cut)
}

func fleet(_ plan: FleetPlan, seed: UInt64 = 1) -> ProviderFleet {
  ProviderFleet(plan, chance: Chance(seed: seed, replication: 0))
}

func attempt(
  _ number: UInt64, at deployment: Int = 0, ordinal: UInt32 = 0, input: UInt32 = 1000,
  cached: UInt32 = 0, output: UInt32 = 101, cap: UInt32 = .max
) -> AttemptStart {
  AttemptStart(
    flight: UInt32(truncatingIfNeeded: number),
    call: CallKey(source: NameHash("test"), number: number), deployment: DeploymentID(deployment),
    ordinal: ordinal, inputTokens: input, cachedInputTokens: cached, outputTokens: output,
    outputCap: cap, streams: true)
}

extension ProviderFleet {
  /// The promise for one attempt.
  mutating func promise(_ attempt: AttemptStart, at now: Instant = .start) -> Promise {
    var output = ProviderOutput()
    start(attempt, at: now, into: &output)
    precondition(output.promises.count == 1)
    return output.promises[0]
  }
}

extension Promise {
  /// Everything but the driver's index and, unless asked, shifted to a start at zero.
  func isLike(_ other: Promise) -> Bool {
    outcome == other.outcome && retryAfter == other.retryAfter && incidents == other.incidents
      && firstToken == other.firstToken && end == other.end && usage == other.usage
      && bill == other.bill
  }
}
