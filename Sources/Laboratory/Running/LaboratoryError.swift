import Settings
import Traffic

/// What keeps an experiment from being made.
public enum LaboratoryError: Error, Sendable, CustomStringConvertible {
  /// No policy has that name.
  case noSuchPolicy(String, among: [String])
  /// No case has that name.
  case noSuchCase(String, among: [String])
  /// The scenario has no policy.
  case nothingToCompare
  /// The run has no request of that number.
  case noSuchRequest(UInt64, policy: String, arrived: UInt64)
  /// The measured interval is empty.
  case nothingMeasured
  /// The user has stopped it.
  case cancelled
  /// The traffic cannot be made.
  case traffic(TrafficError)

  /// What is wrong and what to do next.
  public var description: String {
    switch self {
    case .noSuchPolicy(let name, let names): unknown("policy", name, names)
    case .noSuchCase(let name, let names): unknown("case", name, names)
    case .nothingToCompare:
      "the scenario has no policy\n  next: add one under \"policies\", or name one with --policy"
    case .noSuchRequest(let number, let policy, let arrived):
      "request \(number) does not exist under \(policy): \(arrived) requests arrive, from 0 on"
        + "\n  next: choose a smaller number, or another --seed or --replication"
    case .nothingMeasured:
      "the horizon is not later than the warm-up: nothing would be measured"
        + "\n  next: lengthen \"horizon\" or shorten \"warmUp\""
    case .cancelled: "stopped"
    case .traffic(let error): "\(error)"
    }
  }

  private func unknown(_ kind: String, _ name: String, _ names: [String]) -> String {
    let nearest = Nearest.spelling(of: name, among: names).map { "\n  did you mean \"\($0)\"?" }
    return "no \(kind) named \"\(name)\"" + (nearest ?? "")
      + "\n  allowed: " + names.joined(separator: ", ")
  }
}
