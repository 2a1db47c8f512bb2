import Settings
import Vocabulary

// What strategies share when they look over their candidates: the lowest score, and its ties.

/// Which of several equally good candidates is taken.
enum TieRule: Int, Sendable {
  /// The first in the file.
  case first
  /// Any of them, uniformly drawn.
  case random

  /// Reads the rule from `ties`.
  init(
    reading s: inout SettingsReader, default standard: TieRule = .first
  ) throws(SettingError) {
    let words = ["first", "random"]
    self =
      TieRule(
        rawValue: try s.name(
          "ties", default: words[standard.rawValue], among: words, kind: "tie rule",
          "which of equally good children is taken")) ?? .first
  }
}

extension CandidateSet {
  /// The member with the lowest score; the first of equals.
  @inline(__always)
  func lowest(_ score: (Int) -> Double) -> Int {
    var best = first
    var bestScore = Double.infinity
    var rest = bits
    while rest != 0 {
      let child = rest.trailingZeroBitCount
      let value = score(child)
      if value < bestScore {
        bestScore = value
        best = child
      }
      rest &= rest &- 1
    }
    return best
  }

  /// The member with the lowest score; of equals as the rule says.
  @inline(__always)
  func lowest(_ ties: TieRule, _ draws: RoutingDraws, _ score: (Int) -> Double) -> Int {
    if ties == .first { return lowest(score) }
    var equals = bits
    var bestScore = Double.infinity
    var rest = bits
    while rest != 0 {
      let child = rest.trailingZeroBitCount
      let value = score(child)
      if value < bestScore {
        bestScore = value
        equals = 1 << UInt64(child)
      } else if value == bestScore, bestScore < .infinity {
        equals |= 1 << UInt64(child)
      }
      rest &= rest &- 1
    }
    return CandidateSet(bits: equals).drawn(draws.uniform())
  }

  /// The member that a uniform number picks, all alike.
  @inline(__always)
  func drawn(_ uniform: Double) -> Int {
    member(Swift.min(count - 1, Int(uniform * Double(count))))
  }
}

/// A score as notes carry it: whole, not negative, finite.
@inline(__always)
func wholeScore(_ value: Double) -> Int64 { value > 0 ? Int64(min(value, 9e18)) : 0 }
