import GatewayCore
import Vocabulary

// Which node chose whom and why, in the words of the file.

extension LifeTeller {
  /// Where a node stands in the policy.
  func node(_ subject: UInt16) -> String? { path(of: subject).map { "at \($0)" } }

  private func path(of subject: UInt16) -> String? {
    guard let plan, plan.tree.names.indices.contains(Int(subject)) else { return nil }
    return short(plan.tree.names[Int(subject)])
  }

  /// A key path without the policy's own.
  private func short(_ path: String) -> String {
    path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
  }

  /// The filter or the limit that has removed a candidate.
  func whose(_ note: Note) -> String? {
    guard note.other > 0, let plan else { return nil }
    let place = Int(note.other - 1)
    if Note.Removal(rawValue: note.value) == .limit {
      return "by \(limit(UInt16(clamping: place)))"
    }
    guard plan.tree.filterNames.indices.contains(place) else { return nil }
    return "by \(short(plan.tree.filterNames[place]))"
  }

  /// The child that a note is about: its deployment, or what it is called below its node.
  func child(_ note: Note) -> String {
    if note.deployment != .none { return names.deploymentName(note.deployment) }
    let number = "child \(note.value + 1)"
    guard let plan, let parent = path(of: note.subject),
      let child = plan.tree.child(Int(note.value), of: note.subject), let own = path(of: child),
      own.hasPrefix(parent + ".")
    else { return number }
    return String(own.dropFirst(parent.count + 1))
  }

  /// What a node chose.
  func chosen(_ note: Note) -> String {
    switch plan?.tree.choice(of: note.subject) {
    case .threshold: note.value == 0 ? "the strong side" : "the weak side"
    default: child(note)
    }
  }

  /// Why it chose that.
  func why(_ note: Note) -> String? {
    switch plan?.tree.choice(of: note.subject) {
    case .strategy: return "of \(note.other)"
    case .threshold(let threshold):
      guard let score else { return "there is no score" }
      guard let threshold else { return "score \(fraction(score))" }
      let sign = note.value == 0 ? "≥" : "<"
      let bound = Int64((threshold * 1e6).rounded())
      let isClose = fraction(score) == fraction(bound)
      return isClose
        ? "score \(score) \(sign) \(bound) millionths"
        : "score \(fraction(score)) \(sign) \(fraction(bound))"
    case .condition:
      let isLast = Int(note.value) + 1 == plan?.tree.childCount(of: note.subject)
      return isLast ? "no condition holds" : "the first whose condition holds"
    case .hash: return "by the hash of its key, of \(note.other)"
    case .memory: return "as its key had it before, or by its hash, of \(note.other)"
    case .order, nil: return "of \(note.other)"
    }
  }

  /// A candidate's score, in what it counts; lower is better, but for rewards and weights.
  func scored(_ note: Note) -> String? {
    let score = note.other
    guard score < ScoreUnit.out else { return "out" }
    guard case .strategy(let unit)? = plan?.tree.choice(of: note.subject) else {
      return "score \(LifeTeller.grouped(score))"
    }
    switch unit {
    case .things: return "score \(LifeTeller.grouped(score))"
    case .thousandthsPerWeight: return "score \(thousandths(score))"
    case .nanoseconds: return "score \(LifeTeller.seconds(score))"
    case .picodollars:
      let price = LifeTeller.dollars(Money(picodollars: score % ScoreUnit.missed))
      return "score \(price)" + (score >= ScoreUnit.missed ? ", misses the objective" : "")
    case .inverseWeight:
      return "weight \(thousandths(score > 0 ? 1_000_000_000 / score : 0))"
    case .reward:
      return "mean reward \(thousandths((1_000_000_000_000_000 - score) / 1_000))"
    }
  }

  private func thousandths(_ value: Int64) -> String {
    let digits = String(value.magnitude % 1000)
    return (value < 0 ? "-" : "") + LifeTeller.grouped(Int64(value.magnitude / 1000)) + "."
      + String(repeating: "0", count: 3 - digits.count) + digits
  }
}
