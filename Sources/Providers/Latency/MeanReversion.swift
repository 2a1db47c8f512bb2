import Chance
import Settings
import Vocabulary

/// A mean-reverting process (Ornstein–Uhlenbeck) around zero: how far it strays and how long it
/// remembers.
///
/// Stationary standard deviation sigma, autocorrelation e^(−Δt/tau).
public struct MeanReversion: Sendable, Hashable {
  /// The standard deviation.
  public var sigma: Double
  /// The time constant in nanoseconds.
  public var tau: Int64

  /// Makes a process.
  public init(sigma: Double, tau: Duration) {
    self.sigma = sigma
    self.tau = max(1, tau.nanoseconds)
  }

  /// Reads `{ sigma, tau }`.
  init(reading s: inout SettingsReader) throws(SettingError) {
    sigma = try s.number(
      "sigma", in: 0...3, "how far it strays: the standard deviation (of a logarithm: 0.3 is 35 %)")
    tau = try s.duration(
      "tau", default: .seconds(1200), in: .seconds(10) ... .seconds(31_536_000),
      "how long it remembers: the time constant of the way back"
    ).nanoseconds
  }

  /// The length of a step of its grid: tau ÷ 32, at least a second.
  var step: Int64 { max(1_000_000_000, tau / 32) }
}

/// A mean-reverting process at work, on a fixed grid of time.
///
///     x(k+1) = ρ·x(k) + √(1 − ρ²)·ε(k+1), ρ = e^(−step/tau), x(0) = ε(0)
///
/// ε(k) is drawn under (name, k), so whoever asks and how often changes nothing; in a step the value
/// stands. It is kept within five standard deviations, so that bounds exist.
/// - Complexity: O(1) amortised while time goes on; going back starts anew.
struct MeanRevertingWalk: Sendable {
  /// Whom a process belongs to: the last word of its key.
  enum Owner: UInt32 {
    case provider, deployment, world, utilisation
  }

  static let reach = 5.0

  let step: Int64
  private let sigma: Double
  private let retained: Double
  private let kick: Double
  private let key: ChanceKey
  private let owner: UInt32
  private var index: Int64 = -1
  private var level = 0.0

  init(_ plan: MeanReversion, of owner: Owner, name: NameHash, chance: Chance) {
    step = plan.step
    sigma = plan.sigma
    retained = Elementary.exp(-Double(plan.step) / Double(plan.tau))
    kick = (1 - retained * retained).squareRoot()
    key = chance.key(.drift, name: name)
    self.owner = owner.rawValue
  }

  /// The value at an instant.
  mutating func value(at now: Int64) -> Double {
    let asked = max(0, now / step)
    if asked < index { index = -1 }
    while index < asked {
      index += 1
      let shock = Elementary.normalQuantile(key.uniform(step: index, counter: owner))
      level = index == 0 ? shock : retained * level + kick * shock
    }
    return sigma * min(max(level, -Self.reach), Self.reach)
  }

  /// The least value that it can have.
  var least: Double { -Self.reach * sigma }
}
