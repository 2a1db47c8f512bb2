public import Chance
import Settings
public import Vocabulary

/// What a deployment takes to start when it has been idle: serverless hosting.
///
/// After `idle` without an attempt in flight the next one waits for a start; those that come
/// meanwhile wait for the same start. Besides, or instead, a share of the attempts meets a start of
/// its own, such as one of a provider's hosts that was scaled down. Replicate's llama-2-70b on
/// 2023-12-19: TTFT p50 1.19 s, p95 24 s, p99 64 s.
public struct ColdStart: Sendable {
  /// Nanoseconds without work after which it has to start anew; `nil` for never.
  public var idle: Int64?
  /// The share of attempts that meet a start of their own.
  public var share: Probability
  /// The law of the time of a start, in nanoseconds.
  public var takes: Sampler

  /// Makes a law of starts.
  public init(idle: Duration? = nil, share: Probability = .never, takes: Sampler) {
    self.idle = idle?.nanoseconds
    self.share = share
    self.takes = takes
  }

  /// Reads `coldStart`.
  init(reading s: inout SettingsReader) throws(SettingError) {
    idle = try s.optionalDuration(
      "idle", in: .zero ... .seconds(31_536_000),
      "so long without work, and the next attempt waits for a start; silence means never"
    )?.nanoseconds
    share = try s.share(
      "share", default: .never, "the share of attempts that meet a start of their own")
    takes = try Distributions.readDuration("takes", from: &s, "how long a start takes")
    let isUseful = idle != nil || share.value > 0
    try s.require(isUseful, "idle", expected: "when it starts: `idle`, `share` or both")
  }
}

/// Whether a deployment is up: when its last start ends and until when it has work.
struct Warmth: BitwiseCopyable, Sendable {
  /// It has never worked.
  private var busyUntil = Int64.min
  private var readyAt = Int64.min

  /// How long an attempt that starts now waits for a start.
  /// - Parameter start: How long a start takes that begins now.
  mutating func wait(at now: Int64, idle: Int64, start: () -> Int64) -> Int64 {
    if readyAt > now { return readyAt - now }
    guard busyUntil == .min || now - busyUntil > idle else { return 0 }
    let wait = start()
    readyAt = now + wait
    busyUntil = readyAt
    return wait
  }

  /// Notes that it has work until `instant`.
  mutating func works(until instant: Int64) {
    if instant != .max { busyUntil = max(busyUntil, instant) }
  }
}
