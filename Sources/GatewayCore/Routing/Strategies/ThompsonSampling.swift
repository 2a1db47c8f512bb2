import Chance
import Settings
import Vocabulary

/// Draws a plausible mean reward for each child and takes the child whose draw is best.
///
/// Rewards of 0 and 1: Beta(prior + successes, prior + failures), drawn as X/(X + Y) of two gammas
/// by inverse transform. Other rewards: Normal((Σ reward + m)/(n + 1), √((Σ (reward − mean)² +
/// spread²)/(n + 1)²)), m the mean over all children. With `memory` what was seen fades and a child
/// that is not chosen becomes uncertain again. Each child's uniforms are keyed by call and name, so
/// two policies draw alike. Sources: W. Thompson, Biometrika 25, 1933; O. Chapelle, L. Li, "An
/// empirical evaluation of Thompson sampling", NIPS 2011.
/// - Complexity: O(candidates), one or two draws each; gammas from a table of quantiles.
public struct ThompsonSampling: Strategy {
  /// Whose attempts it learns from.
  public var scope: StateScope { book.scope }
  private let prior: Double
  private let spread: Double
  private var book: RewardBook
  private var names: [NameHash] = []
  private let gammas = GammaTable.shared

  /// Reads the prior, the reward and its memory.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    prior = try s.number(
      "prior", default: 1, in: 1...1_000, "successes and failures that count as seen before")
    spread = try s.number(
      "spread", default: 1, in: 0...1_000_000,
      "standard deviation to expect of a reward that is not 0 or 1")
    book = try RewardBook(reading: &s)
  }

  /// Learns the children.
  public mutating func prepare(for children: [RouteChild]) {
    book.prepare(children.count)
    names = children.map { NameHash($0.name) }
  }

  /// Chooses a candidate by the rule above.
  public mutating func choose(
    among candidates: CandidateSet, for request: borrowing Request, at now: Instant,
    draws: RoutingDraws
  ) -> Int {
    if book.isBinary {
      return candidates.lowest { child in
        let reading = book.read(child, at: now)
        let wins = reading.mean * reading.count
        let gain = gammas.quantile(prior + wins, draws.uniform(0, of: names[child]))
        let loss = gammas.quantile(
          prior + max(0, reading.count - wins), draws.uniform(1, of: names[child]))
        // The ratio orders as X/(X + Y) does.
        return loss / gain
      }
    }
    let mean = book.overallMean(of: candidates, at: now)
    return candidates.lowest { child in
      let reading = book.read(child, at: now)
      let n = reading.count + 1
      let center = (reading.mean * reading.count + mean) / n
      let deviation = (reading.spread + spread * spread).squareRoot() / n
      return -(center + deviation * Elementary.normalQuantile(draws.uniform(0, of: names[child])))
    }
  }

  /// A mean reward.
  public var scoreUnit: ScoreUnit { .reward }
  /// The mean reward, turned round so that lower is better.
  public func score(of child: Int, for request: borrowing Request, at now: Instant) -> Int64? {
    let reading = book.read(child, at: now)
    return reading.count > 0 ? scoreOfReward(reading.mean) : nil
  }

  /// Wants to be told of attempts.
  public var observes: Bool { true }
  /// Counts an attempt that has started below a child.
  public mutating func started(_ child: Int, for request: borrowing Request, at now: Instant) {
    book.started(child)
  }
  /// Learns from an attempt that has ended below a child.
  public mutating func ended(_ child: Int, _ observation: AttemptObservation, at now: Instant) {
    book.ended(child)
    learn(child, observation, at: now)
  }
  /// Learns from an attempt that has ended below a child, here or elsewhere.
  public mutating func learn(_ child: Int, _ observation: AttemptObservation, at now: Instant) {
    book.learn(child, observation, at: now)
  }
  /// Takes in what another replica has published.
  public mutating func remoteChanged(_ child: Int, by change: Int) {
    book.remoteChanged(child, by: change)
  }
  /// Takes over what another has learnt.
  public mutating func takeOver(_ other: any Strategy) {
    if let other = other as? Self { book.takeOver(other.book) }
  }
  /// Forgets a child's rewards.
  public mutating func reset(_ child: Int, at now: Instant) { book.reset(child) }
}
