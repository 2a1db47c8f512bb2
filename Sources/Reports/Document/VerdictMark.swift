/// A judgement, shown as a sign, a word and a colour, never as a colour alone.
public enum VerdictMark: String, Sendable, Hashable, CaseIterable {
  /// The difference is in the good direction and exceeds what matters.
  case better
  /// The difference is in the bad direction and exceeds what matters.
  case worse
  /// The difference is smaller than what matters.
  case equivalent
  /// The interval is too wide to tell.
  case undecided
  /// An expectation holds.
  case holds
  /// An expectation fails.
  case fails

  /// The sign: ▲ ▼ ≈ ? ✓ ✗.
  public var sign: String {
    switch self {
    case .better: "▲"
    case .worse: "▼"
    case .equivalent: "≈"
    case .undecided: "?"
    case .holds: "✓"
    case .fails: "✗"
    }
  }

  /// The word for the sign: "better", "worse", "equivalent", "undecided", "holds", "fails".
  public var word: String { rawValue }
}
