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
  /// The mean of what was judged, with its interval: a value, or the difference to the bound that
  /// another policy sets; a count for `never` and `sometimes`.
  public var value: Estimate?
  /// The bound in the measure's unit; 0 for a difference.
  public var bound: Double
  /// Whether `value` is a paired difference.
  public var isDifference: Bool
  /// What the replications say.
  public var verdict: BoundVerdict
  /// The command that shows a failure; `nil` if there is none to show.
  public var command: String?
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
