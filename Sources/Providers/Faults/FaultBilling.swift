/// Who pays for an attempt that failed by itself.
///
/// | | usual | what may be said instead |
/// |---|---|---|
/// | status, connection, hang, contextWindow, contentPolicy | nothing | `input`: the prompt was read; `full`: the provider went on to the end |
/// | broken | as `billing.cut` says of cut answers: the tokens made until then | `nothing`, `input`, `full` |
/// | malformed | the whole answer: to the provider it is a success | `nothing`, `input` |
public enum FaultBilling: UInt8, BitwiseCopyable, Sendable, Hashable, CaseIterable {
  /// What its kind usually costs.
  case usual
  /// Nothing.
  case nothing
  /// The input tokens.
  case input
  /// The input tokens, and the output tokens made until then.
  case consumed
  /// The whole answer that it would have become.
  case full

  /// The words of a file, without `usual`.
  static let names = ["nothing", "input", "consumed", "full"]
}
