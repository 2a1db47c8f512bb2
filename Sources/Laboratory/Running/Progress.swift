import Synchronization
import Vocabulary

/// How far an experiment has come.
public struct Progress: Sendable, Hashable {
  /// The share of the planned virtual time that has been simulated, 0 to 1.
  ///
  /// It can go back when more replications turn out to be needed.
  public var fraction: Double
  /// Requests simulated so far.
  public var requests: UInt64
  /// Requests simulated per second of wall-clock time; a fact about the machine.
  public var requestsPerSecond: Double
  /// Runs that are done.
  public var runs: Int
  /// Runs that are planned.
  public var plannedRuns: Int
}

/// Who is told how far an experiment has come; called from any thread, one call at a time.
public typealias ProgressReport = @Sendable (Progress) -> Void

/// Adds up how far the runs of an experiment have come, and says so now and then.
final class ProgressMeter: Sendable {
  private struct State {
    var virtual: Double = 0
    var requests: UInt64 = 0
    var runs = 0
    var planned = 0
    var told: ContinuousClock.Instant
  }

  private let state: Mutex<State>
  private let report: ProgressReport?
  private let isCancelled: (@Sendable () -> Bool)?
  private let began = ContinuousClock.now
  private static let pause: Duration = .milliseconds(100)

  init(_ report: ProgressReport?, isCancelled: (@Sendable () -> Bool)?) {
    self.report = report
    self.isCancelled = isCancelled
    state = Mutex(State(told: began))
  }

  var requests: UInt64 { state.withLock { $0.requests } }

  func plan(_ runs: Int) {
    state.withLock { $0.planned += runs }
  }

  /// Adds a step of one run; `false` if the experiment shall stop.
  func add(virtual: Double, requests: UInt64, endsRun: Bool = false) -> Bool {
    state.withLock { state in
      state.virtual += virtual
      state.requests += requests
      state.runs += endsRun ? 1 : 0
      guard let report else { return }
      let now = ContinuousClock.now
      guard endsRun || state.told.duration(to: now) >= ProgressMeter.pause else { return }
      state.told = now
      let seconds = began.duration(to: now).inSeconds
      report(
        Progress(
          fraction: state.planned > 0 ? min(1, state.virtual / Double(state.planned)) : 0,
          requests: state.requests,
          requestsPerSecond: seconds > 0 ? Double(state.requests) / seconds : 0,
          runs: state.runs, plannedRuns: state.planned))
    }
    return isCancelled?() != true
  }
}

/// The steps of one run, told to the meter every few batches.
struct RunProgress {
  private let meter: ProgressMeter
  private let end: Double
  private var virtual: Double = 0
  private var requests: UInt64 = 0
  private var batches = 0

  init(_ meter: ProgressMeter, end: Instant) {
    self.meter = meter
    self.end = Double(max(1, end.nanoseconds))
  }

  /// Told by the engine after each batch; `false` stops the run.
  mutating func reached(_ now: Instant, _ number: UInt64) -> Bool {
    batches += 1
    guard batches % 32 == 0 else { return true }
    return tell(Double(now.nanoseconds) / end, number, endsRun: false)
  }

  /// The run is over.
  mutating func finish(_ number: UInt64) {
    _ = tell(1, number, endsRun: true)
  }

  private mutating func tell(_ reached: Double, _ number: UInt64, endsRun: Bool) -> Bool {
    defer { (virtual, requests) = (max(virtual, reached), max(requests, number)) }
    return meter.add(
      virtual: max(0, reached - virtual), requests: number - min(requests, number),
      endsRun: endsRun)
  }
}
