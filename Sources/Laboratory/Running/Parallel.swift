import Dispatch
import Synchronization

/// Runs independent tasks on several threads and folds their values in the order of the tasks.
///
/// Threads take the next task when they are free; a value waits until all before it have been
/// folded. So what is folded does not depend on the number of threads, and values are kept only as
/// long as an earlier task is running. Of several errors, that of the first task is thrown.
enum Parallel {
  private struct State<Value: Sendable, Folded: Sendable>: Sendable {
    var next = 0
    var due = 0
    var waiting: [Int: Value] = [:]
    var folded: Folded
    var failure: (index: Int, error: any Error)?
  }

  /// Folds `work(0) … work(count − 1)` into `start`, on at most `jobs` threads.
  static func fold<Value: Sendable, Folded: Sendable>(
    count: Int, jobs: Int, into start: Folded, work: @Sendable (Int) throws -> Value,
    fold: @Sendable (inout Folded, Int, Value) -> Void
  ) throws -> Folded {
    let state = Mutex(State<Value, Folded>(folded: start))
    @Sendable func take() -> Int? {
      state.withLock { state -> Int? in
        guard state.failure == nil, state.next < count else { return nil }
        state.next += 1
        return state.next - 1
      }
    }
    @Sendable func thread() {
      while let index = take() {
        do {
          let value = try work(index)
          state.withLock { state in
            state.waiting[index] = value
            while let next = state.waiting.removeValue(forKey: state.due) {
              fold(&state.folded, state.due, next)
              state.due += 1
            }
          }
        } catch {
          state.withLock { state in
            if let known = state.failure, known.index < index { return }
            state.failure = (index, error)
          }
        }
      }
    }
    let threads = max(1, min(jobs, count))
    if threads == 1 {
      thread()
    } else {
      DispatchQueue.concurrentPerform(iterations: threads) { _ in thread() }
    }
    if let failure = state.withLock({ $0.failure }) { throw failure.error }
    return state.withLock { $0.folded }
  }
}
