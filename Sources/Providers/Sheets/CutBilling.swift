/// What a provider bills for an answer that was cut off: withdrawn, timed out or broken.
public enum CutBilling: UInt8, Sendable, Hashable, CaseIterable {
  /// All input tokens, and the output tokens made until then.
  case consumed
  /// What the whole answer would have cost: the provider goes on to its end. A stream that the
  /// provider itself broke is billed as `consumed`.
  case full
  /// Nothing.
  case nothing
}
