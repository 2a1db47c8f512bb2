import Chance
import Settings
import Vocabulary

@testable import GatewayCore

/// One ejection over some deployments, and a clock; sweeps come when the gateway would send them.
struct Watching {
  var ejection: any Ejection
  var table: EjectionTable
  /// What has changed: when, who, until when (-1: back).
  var story: [(at: Double, who: Int, until: Double)] = []
  private var swept: Int64 = 0

  init(
    _ ejection: any Ejection, deployments: Int, single: [Int] = [], seed: UInt64 = 1
  ) {
    self.ejection = ejection
    self.ejection.prepare(
      for: (0..<deployments).map {
        EjectionTarget(name: "host \($0)", isSingle: single.contains($0))
      }, chance: Chance(seed: seed, replication: 0))
    table = EjectionTable(deployments: deployments, demotes: [ejection.demotes])
  }

  /// An attempt ends after all sweeps that were due.
  mutating func end(
    _ who: Int, _ outcome: Outcome, _ seconds: Double, hint: Double? = nil, times: Int = 1
  ) {
    pass(to: seconds)
    for _ in 0..<times {
      ejection.ended(
        who, outcome, hint.map { RetryAfter(.seconds($0)) } ?? .unsaid, at: at(.seconds(seconds)),
        &table)
    }
    take(seconds)
  }

  /// Sweeps until an instant, which belongs to it.
  mutating func pass(to seconds: Double) {
    let (now, interval) = (at(.seconds(seconds)).nanoseconds, ejection.interval)
    guard interval > 0 else { return }
    while swept + interval <= now {
      swept += interval
      ejection.sweep(at: Instant(nanoseconds: swept), &table)
      take(Double(swept) / 1e9)
    }
  }

  private mutating func take(_ seconds: Double) {
    for change in table.changes {
      let until = change.until
      story.append(
        (
          seconds, Int(change.deployment),
          until == .distantPast
            ? -1 : until == .distantFuture ? .infinity : Double(until.nanoseconds) / 1e9
        ))
    }
    table.noted()
  }

  func isOut(_ who: Int, _ seconds: Double) -> Bool { table.isOut(who, at: at(.seconds(seconds))) }
  func isLast(_ who: Int, _ seconds: Double) -> Bool {
    table.isLast(who, at: at(.seconds(seconds)))
  }

  /// The story in words: `3.0: 0 out`, `8.0: 0 back`, `3.0: 0 until 8.0`.
  var told: [String] {
    story.map { one in
      let what =
        one.until == -1 ? "back" : one.until == .infinity ? "out" : "until \(one.until)"
      return "\(one.at): \(one.who) \(what)"
    }
  }
}
