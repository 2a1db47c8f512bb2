import Chance
import Settings
import Vocabulary

/// What takes deployments out of rotation by what has been seen of them: a cooldown, an ejection, a
/// verdict on their health.
///
/// One ejection watches all deployments of a replica, over all routes. It hears every attempt that
/// has ended, may sweep at multiples of an interval, and says in an `EjectionTable` who is out until
/// when. Deployments are numbered by their ids.
public protocol Ejection: Sendable {
  /// What its notes say.
  var reason: Note.Ejection { get }
  /// Whose attempts count, where there are several replicas.
  var state: GuardState { get }
  /// Whether those it takes out are only used last, and not left out.
  var demotes: Bool { get }
  /// Whether what comes back is new to the strategies: they forget what they knew of it.
  var restoresCold: Bool { get }
  /// Nanoseconds between two sweeps, at multiples of it; 0 for none.
  var interval: Int64 { get }
  /// Whether a sweep may do anything now.
  var needsSweep: Bool { get }
  /// Learns the deployments, once, before the first request.
  mutating func prepare(for deployments: [EjectionTarget], chance: Chance)
  /// An attempt has ended.
  mutating func ended(
    _ deployment: Int, _ outcome: Outcome, _ hint: RetryAfter, at now: Instant,
    _ table: inout EjectionTable
  )
  /// A multiple of the interval has come.
  mutating func sweep(at now: Instant, _ table: inout EjectionTable)
}

extension Ejection {
  /// Leaves them out by default.
  public var demotes: Bool { false }
  /// The strategies remember by default.
  public var restoresCold: Bool { false }
  /// No sweeps by default.
  public var interval: Int64 { 0 }
  /// No sweeps by default.
  public var needsSweep: Bool { false }
  /// No sweeps by default.
  public mutating func sweep(at now: Instant, _ table: inout EjectionTable) {}
}

/// What an ejection may know of a deployment before any request.
public struct EjectionTarget: Sendable {
  /// The name.
  public var name: String
  /// Whether a route reaches it.
  public var isRouted: Bool
  /// Whether it has no sibling: no strategy ever chooses between it and another.
  public var isSingle: Bool

  /// Makes a target.
  public init(name: String, isRouted: Bool = true, isSingle: Bool = false) {
    self.name = name
    self.isRouted = isRouted
    self.isSingle = isSingle
  }
}

/// Who is out of rotation until when, over all ejections of a replica.
///
/// A question costs one or two comparisons; what changes is kept until the gateway has noted it.
public struct EjectionTable: Sendable {
  /// What has changed.
  struct Change: BitwiseCopyable {
    var ejection: UInt8
    var deployment: UInt16
    /// `distantPast` for a restoration.
    var until: Instant
  }

  private let deployments: Int
  private let demotes: [Bool]
  /// Per ejection and deployment.
  private var each: [Instant]
  private var out: [Instant]
  private var last: [Instant]
  private(set) var changes: [Change] = []
  /// The ejection that has the word.
  var current = 0

  init(deployments: Int, demotes: [Bool]) {
    self.deployments = deployments
    self.demotes = demotes
    each = Array(repeating: .distantPast, count: deployments * demotes.count)
    out = Array(repeating: .distantPast, count: deployments)
    last = out
  }

  /// Whether a deployment is out of rotation.
  @inline(__always)
  public func isOut(_ deployment: Int, at now: Instant) -> Bool { now < out[deployment] }

  /// Whether a deployment is to be used last.
  @inline(__always)
  public func isLast(_ deployment: Int, at now: Instant) -> Bool { now < last[deployment] }

  /// Until when the ejection that has the word keeps a deployment out; in the past if it does not.
  public func until(_ deployment: Int) -> Instant { each[current * deployments + deployment] }

  /// Takes a deployment out until an instant; `distantFuture`: until it is restored.
  public mutating func eject(_ deployment: Int, until: Instant) {
    each[current * deployments + deployment] = until
    changes.append(
      Change(ejection: UInt8(current), deployment: UInt16(deployment), until: until))
    combine(deployment)
  }

  /// Brings a deployment back.
  public mutating func restore(_ deployment: Int) {
    each[current * deployments + deployment] = .distantPast
    changes.append(
      Change(ejection: UInt8(current), deployment: UInt16(deployment), until: .distantPast))
    combine(deployment)
  }

  /// Forgets what has been noted.
  mutating func noted() { changes.removeAll(keepingCapacity: true) }

  private mutating func combine(_ deployment: Int) {
    out[deployment] = .distantPast
    last[deployment] = .distantPast
    for ejection in demotes.indices {
      let until = each[ejection * deployments + deployment]
      if demotes[ejection] {
        last[deployment] = max(last[deployment], until)
      } else {
        out[deployment] = max(out[deployment], until)
      }
    }
  }
}

/// All ejections, by name.
public enum Ejections {
  /// The registry: one line an ejection.
  public static let registry = Registry<any Ejection>(
    "ejection",
    [
      .init(
        "throttled", "out after a 429 for its Retry-After and a margin", source: "Helicone",
        make: { s throws(SettingError) in try Throttled(reading: &s) }),
      .init(
        "outliers", "out when its failures stand out among its peers, longer each time",
        source: "Envoy outlier detection",
        make: { s throws(SettingError) in try Outliers(reading: &s) }),
      .init(
        "errorRatio", "out while too many requests of a window failed; back with a cold start",
        source: "Helicone health monitor",
        make: { s throws(SettingError) in try ErrorRatio(reading: &s) }),
      .init(
        "recentOutage", "used last while an outage is remembered", source: "OpenRouter",
        make: { s throws(SettingError) in try RecentOutage(reading: &s) }),
    ])
}
