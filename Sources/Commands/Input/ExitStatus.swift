/// What the process tells its caller.
public enum ExitStatus: Int32, Sendable, Hashable {
  /// All is well.
  case fine = 0
  /// A law was broken, or a comparison of files found a difference.
  case failed = 1
  /// The input is wrong: nothing was simulated, nothing written.
  case wrongInput = 2
  /// An expectation is not decided.
  case undecided = 3
  /// Stopped by Ctrl-C: nothing was written.
  case interrupted = 130
}
