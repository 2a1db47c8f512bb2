import Laboratory
import Reports
import Synchronization
import Vocabulary

/// A bar on standard error with the rate and the time left, if a person looks at it.
///
/// Nothing of it ever reaches a file: rates and times are facts about the machine.
final class ProgressBar: Sendable {
  private let err: any TextOutput
  private let began = ContinuousClock.now
  private let isShown = Mutex(false)

  /// A bar; silent where standard error is no terminal.
  init(_ err: any TextOutput) { self.err = err }

  /// What an experiment tells its progress to; `nil` if nobody looks.
  var report: ProgressReport? {
    guard err.isTerminal else { return nil }
    return { [self] in show($0) }
  }

  /// Draws the bar.
  private func show(_ progress: Progress) {
    let elapsed = seconds(began.duration(to: .now))
    err.write(
      "\r" + ProgressBar.line(progress, elapsed: elapsed, columns: err.columns) + "\u{1B}[K")
    isShown.withLock { $0 = true }
  }

  /// Wipes the bar and says how long it took.
  func finish(requests: UInt64) {
    guard err.isTerminal else { return }
    if isShown.withLock({ $0 }) { err.write("\r\u{1B}[K") }
    let elapsed = seconds(began.duration(to: .now))
    let rate = elapsed > 0 ? Double(requests) / elapsed : 0
    err.line(
      "\(Format.count(Int(requests))) requests simulated in \(Format.seconds(elapsed)) "
        + "(\(Format.number(rate, digits: 0))/s)")
  }

  /// Wipes the bar.
  func clear() {
    if err.isTerminal, isShown.withLock({ $0 }) { err.write("\r\u{1B}[K") }
  }

  /// One line: "[████░░░░] 42 %  1,204,000 requests/s  12 s left".
  static func line(_ progress: Progress, elapsed: Double, columns: Int) -> String {
    let share = min(1, max(0, progress.fraction))
    let left = share > 0.01 ? elapsed * (1 - share) / share : nil
    let text =
      " \(Format.percent(share, digits: 0))  run \(progress.runs)/\(progress.plannedRuns)  "
      + "\(Format.number(progress.requestsPerSecond, digits: 0)) requests/s"
      + (left.map { "  \(Format.seconds($0.rounded())) left" } ?? "")
    let width = min(30, max(4, columns - text.count - 3))
    let full = Int((share * Double(width)).rounded(.down))
    return "[" + String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
      + "]" + text
  }

  private func seconds(_ duration: Duration) -> Double { Double(duration.nanoseconds) / 1e9 }
}
