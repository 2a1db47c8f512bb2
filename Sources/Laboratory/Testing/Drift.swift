import Measures
import Vocabulary

/// Numbers that differ from the committed ones, and what may have changed them.
public struct Drift: Sendable, Hashable {
  /// One mean that has moved.
  public struct Change: Sendable, Hashable {
    /// The case.
    public var caseName: String
    /// The policy.
    public var policy: String
    /// The measure.
    public var measure: String
    /// The committed mean.
    public var before: Double?
    /// The mean now.
    public var after: Double?

    /// By what share of the committed mean it has moved; infinite if it had none.
    public var share: Double {
      guard let before, let after else { return .infinity }
      if before == after { return 0 }
      return before == 0 ? .infinity : (after - before).magnitude / before.magnitude
    }
  }

  /// The means that have moved, row by row, in the order of the measures.
  public var changes: [Change] = []
  /// Rows that the committed result does not have, and rows that are no more.
  public var rows: [String] = []
  /// What it was made from that is not the same any more.
  public var causes: [String] = []

  /// Whether the numbers are the committed ones.
  public var isEmpty: Bool { changes.isEmpty && rows.isEmpty }

  /// Why the numbers may differ, in a clause.
  public var reason: String {
    causes.isEmpty
      ? "what it is made from is the same: the code has changed them"
      : causes.joined(separator: "; ")
  }
}

extension Comparison {
  /// The version of the world's arithmetic: raised when the same file shall give other numbers.
  public static let model = 1

  /// What differs from a committed result.
  ///
  /// Means are compared in the twelve digits that a summary has.
  /// - Parameter version: The version of the tool.
  public func drift(from committed: CommittedResult, version: String) -> Drift {
    var drift = Drift()
    for result in cases {
      for policy in result.policies where policy.reference == nil {
        guard let old = committed.row(result.name, policy.name) else {
          drift.rows.append("new: case \(result.name), policy \(policy.name)")
          continue
        }
        for mean in old.means {
          guard let measure = policy.measure(mean.measure) else { continue }
          let now = measure.estimate?.mean
          if !Comparison.isSame(mean.value, now) {
            drift.changes.append(
              Drift.Change(
                caseName: result.name, policy: policy.name, measure: mean.measure,
                before: mean.value, after: now))
          }
        }
      }
    }
    for row in committed.rows where !row.isReference {
      if let result = result(for: row.caseName), result.policy(row.policy) != nil { continue }
      drift.rows.append("gone: case \(row.caseName), policy \(row.policy)")
    }
    drift.causes = causes(since: committed, version: version)
    return drift
  }

  private func causes(since committed: CommittedResult, version: String) -> [String] {
    var causes: [String] = []
    for input in inputs {
      let old = committed.inputs.first { $0.file == input.file }
      if old == nil { causes.append("\(input.file) is new") }
      if let old, old.checksum != input.checksum { causes.append("\(input.file) has changed") }
    }
    for old in committed.inputs where !inputs.contains(where: { $0.file == old.file }) {
      causes.append("\(old.file) is not read any more")
    }
    if let old = committed.version, old != version {
      causes.append("the lab is \(version), was \(old)")
    }
    if let old = committed.model, old != Comparison.model {
      causes.append("the model is \(Comparison.model), was \(old)")
    }
    if committed.seed != seed { causes.append("the seed is \(seed), was \(committed.seed)") }
    if committed.replications != replications {
      causes.append("\(replications) replications, were \(committed.replications)")
    }
    return causes
  }

  private static func isSame(_ before: Double?, _ after: Double?) -> Bool {
    guard let before, let after else { return before == nil && after == nil }
    let size = max(before.magnitude, after.magnitude)
    return (before - after).magnitude <= 1e-11 * size
  }
}
