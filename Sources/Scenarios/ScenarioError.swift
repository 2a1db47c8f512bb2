public import Settings
public import Traffic

/// Why a scenario cannot be loaded: one clear error, with its place and what to do next.
public enum ScenarioError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A value or a key is wrong.
  case setting(SettingError)
  /// A data file is missing, or is not the one meant; with the place that names it.
  case traffic(TrafficError, at: Position?, path: String)
  /// A file cannot be read.
  case file(path: String, problem: String, next: String)

  /// What, where, why, what next.
  public var description: String {
    switch self {
    case .setting(let error): error.description
    case .traffic(let error, let position, let path):
      position.map { "\($0): \(path): \(error)" } ?? error.description
    case .file(let path, let problem, let next): "\(path): \(problem)\n  next: \(next)"
    }
  }
}

/// Runs `body` and wraps its error.
func settings<R>(
  _ body: () throws(SettingError) -> R
) throws(ScenarioError) -> R {
  do { return try body() } catch { throw .setting(error) }
}
