import Foundation
import Synchronization

/// Ctrl-C: whoever works asks now and then whether to stop, and leaves nothing half-written.
///
/// The handler only sets a flag (nothing else is safe in a signal handler). A second Ctrl-C ends
/// the process at once, unless files are being put into place, which takes no time.
enum Interruption {
  private static let asked = Atomic<Bool>(false)
  private static let isPublishing = Atomic<Bool>(false)

  /// Whether Ctrl-C was pressed.
  static var isAsked: Bool { asked.load(ordering: .relaxed) }

  /// Watches for Ctrl-C and for a request to terminate while `body` runs.
  static func watching<R>(_ body: () throws -> R) rethrows -> R {
    let handler: @convention(c) (Int32) -> Void = { number in
      if Interruption.note() { return }
      signal(number, SIG_DFL)
      raise(number)
    }
    asked.store(false, ordering: .relaxed)
    let before = [SIGINT, SIGTERM].map { (number: $0, handler: signal($0, handler)) }
    defer { for old in before { signal(old.number, old.handler) } }
    return try body()
  }

  /// Marks the moment of renaming: a second Ctrl-C waits.
  static func publishing<R>(_ body: () throws -> R) rethrows -> R {
    isPublishing.store(true, ordering: .relaxed)
    defer { isPublishing.store(false, ordering: .relaxed) }
    return try body()
  }

  /// Notes a signal; `false` if it is the second and nothing keeps the process from ending.
  private static func note() -> Bool {
    let isSecond = asked.exchange(true, ordering: .relaxed)
    return !isSecond || isPublishing.load(ordering: .relaxed)
  }
}
