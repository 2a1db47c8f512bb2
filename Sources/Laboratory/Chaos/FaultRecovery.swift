import Measures
import Scenarios
import Vocabulary

/// Whether a policy is back to what it does without faults, once all faults are over.
///
/// Compared are the calls that arrive from `grace` after the end of the last fault until the
/// horizon, in a run with the faults and in one without, over the same traffic and potential
/// outcomes: success per call at most a point lower, and the mean latency of successes at most a quarter
/// and a tenth of a second longer. What does not come back although its cause is gone is
/// metastable (N. Bronson et al., "Metastable failures in distributed systems", HotOS 2021).
public struct FaultRecovery: Sendable, Hashable {
  /// What was seen after the faults, in one of two runs.
  public struct Aftermath: Sendable, Hashable {
    /// Success per call; `nil` without calls.
    public var success: Double?
    /// The mean latency of the successes in seconds; `nil` without any.
    public var latency: Double?

    init(_ group: Group) {
      success = MeasureCatalog.measure("successPerCall")?.value(group)
      latency = MeasureCatalog.measure("meanEndToEndLatency")?.value(group)
    }
  }

  /// With the faults.
  public var struck: Aftermath
  /// Without them.
  public var quiet: Aftermath

  /// By how much success per call may be lower.
  public static let points = 0.01
  /// By what factor, and what more, the mean latency may be longer.
  public static let slack = (factor: 1.25, seconds: 0.1)

  /// What is not back; `nil` if all is.
  public var shortfall: (measure: String, value: Double, bound: Double)? {
    guard let before = quiet.success else { return nil }
    let success = struck.success ?? 0
    if success < before - FaultRecovery.points {
      return ("success per call", success, before - FaultRecovery.points)
    }
    guard let usual = quiet.latency, let latency = struck.latency else { return nil }
    let most = usual * FaultRecovery.slack.factor + FaultRecovery.slack.seconds
    return latency > most ? ("mean end to end", latency, most) : nil
  }
}

extension World {
  /// Runs a policy in this world and in the same world without faults, and looks at what comes
  /// after `healed`.
  func recovery(
    _ contender: Contender, replication: Int, after healed: Instant, watching: ProhibitionWatch?,
    quiet: World, meter: ProgressMeter
  ) throws -> (struck: RunOutcome, recovery: FaultRecovery) {
    var (struck, quiet) = (self, quiet)
    struck.furtherSlices = [Slice(from: healed)]
    quiet.furtherSlices = [Slice(from: healed)]
    let outcome = try struck.run(
      contender, replication: replication, prohibitions: watching, meter: meter)
    let calm = try quiet.run(contender, replication: replication, meter: meter)
    let recovery = FaultRecovery(
      struck: FaultRecovery.Aftermath(outcome.totals.slices.last ?? Group()),
      quiet: FaultRecovery.Aftermath(calm.totals.slices.last ?? Group()))
    return (outcome, recovery)
  }
}
