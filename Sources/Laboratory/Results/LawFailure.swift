import Measures
import Vocabulary

/// A law that a run broke, with all that it takes to see it again.
public struct LawFailure: Sendable, Hashable, CustomStringConvertible {
  /// The breach.
  public var breach: BrokenLaw
  /// The case.
  public var caseName: String
  /// The policy.
  public var policy: String
  /// The seed.
  public var seed: UInt64
  /// The replication.
  public var replication: Int
  /// Seconds from the file's zero to the instant.
  public var seconds: Double
  /// The command that shows it; `nil` if no request is to blame.
  public var command: String?

  /// Two lines: what, where, and the command that reproduces it.
  public var description: String {
    let who = breach.request.map { "request \($0)" } ?? "no request"
    let head =
      "law broken: \(breach.law.name)   (case \(caseName), policy \(policy), seed \(seed), "
      + "replication \(replication), \(who), at \(breach.at.nanoseconds) ns: \(breach.detail))"
    return command.map { head + "\n  reproduce: " + $0 } ?? head
  }
}

/// The commands that a reader is told to type.
public struct Reproduction: Sendable, Hashable {
  /// The scenario as it was named.
  public var scenario: String
  /// The seed.
  public var seed: UInt64
  /// Further arguments that made the scenario what it was: `--set`, `--data`, `--policy`.
  public var arguments: [String]
  /// The case to name; `nil` if there is only one.
  public var caseName: String?

  /// The life of one request, under one policy or side by side.
  public func explain(request: UInt64, policies: [String], replication: Int) -> String {
    var words = ["gateway-lab", "explain", scenario, "--request", "\(request)"]
    for policy in policies { words += ["--policy", policy] }
    if let caseName { words += ["--case", caseName] }
    words += ["--seed", "\(seed)", "--replication", "\(replication)"]
    return (words + arguments).map(Reproduction.quoted).joined(separator: " ")
  }

  /// The word as a shell takes it.
  public static func quoted(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x2B, 0x2C, 0x2D, 0x2E, 0x2F, 0x3A, 0x3D, 0x40, 0x5F, 0x25: true
        default: false
        }
      }
    if isPlain { return word }
    return "'"
      + word.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "'\\''") + "'"
  }
}
