import Measures
import Scenarios
import Settings
import Statistics
import Vocabulary

/// What became of one line of `expect`, `never` or `sometimes`, in one case and under one policy.
public struct ExpectationResult: Sendable, Hashable {
  /// Which section the line stands in.
  public enum Kind: String, Sendable, Hashable {
    /// A measure that a policy must hold.
    case expect
    /// Something that must not be seen.
    case never
    /// Something that must be seen.
    case sometimes
  }

  /// The section.
  public var kind: Kind
  /// The line as it stands in the file.
  public var text: String
  /// Where it stands.
  public var position: Position
  /// The policy; `nil` if any may show it.
  public var policy: String?
  /// The case; `nil` if any may show it.
  public var caseName: String?
  /// The name of the measure; empty for `never` and `sometimes`.
  public var measure = ""
  /// The unit of the measure.
  public var unit = Measure.Unit.ratio
  /// Whether the measure must be at least the bound; else at most.
  public var isAtLeast = true
  /// Whether `value` is a paired difference.
  public var isDifference = false
  /// Whether `value` tells only that something was seen, not how often.
  public var isSign = false
  /// The mean of what was judged, with its interval: a value, or the difference to the bound that
  /// another policy sets; a count for `never` and `sometimes`.
  public var value: Estimate?
  /// The mean of what was measured, whether a value or a difference was judged.
  public var measured: Estimate?
  /// The bound in the measure's unit; 0 for a difference.
  public var bound = 0.0
  /// In how many replications a time never came.
  public var never = 0
  /// What was measured in each replication; only of a line that is held against the committed
  /// result.
  public var values: [Double?] = []
  /// Whether the committed result, which it is held against, says nothing of it.
  public var lacksCommitted = false
  /// What the replications say.
  public var verdict = BoundVerdict.undecided(replicationsNeeded: nil)
  /// The command that shows a failure; `nil` if there is none to show.
  public var command: String?

  /// Judges by replication; a time that never came in one of them breaks "at most" and keeps "at
  /// least".
  mutating func judge(_ judged: [Double?], measured values: [Double?]) {
    let known = judged.compactMap { $0 }
    never = values.count { $0?.isFinite == false }
    measured = Estimate(values.filter { $0?.isFinite != false })
    guard !known.contains(where: { !$0.isFinite }) else {
      value = Estimate(judged.filter { $0?.isFinite != false })
      verdict = isAtLeast == (known.contains(.infinity)) ? .holds : .fails
      return
    }
    value = Estimate(judged)
    verdict = BoundVerdict(known, atLeast: isAtLeast, bound: bound)
  }
}

extension BoundVerdict {
  /// The word in reports and JSON: holds, fails, undecided.
  public var word: String {
    switch self {
    case .holds: "holds"
    case .fails: "fails"
    case .undecided: "undecided"
    }
  }
}

extension [ExpectationResult] {
  /// Whether all of them hold.
  public var allHold: Bool { allSatisfy { $0.verdict == .holds } }
  /// Whether one of them fails.
  public var someFail: Bool { contains { $0.verdict == .fails } }
}
