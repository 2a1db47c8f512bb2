import Measures
import Vocabulary

/// Something that mechanisms do, which a scenario wants to have seen: the words of `sometimes`.
public struct SightedEvent: Sendable {
  /// The words for it.
  public let name: String
  /// What it means.
  public let summary: String
  /// Whether a run tells how often; else only whether.
  public let isCounted: Bool
  /// How often a run has shown it; 1 or 0 if it tells only whether.
  public let count: @Sendable (RunTotals) -> Int

  init(_ name: String, _ summary: String, count: @escaping @Sendable (RunTotals) -> Int) {
    self.name = name
    self.summary = summary
    self.isCounted = true
    self.count = count
  }

  init(_ name: String, _ summary: String, shown: @escaping @Sendable (RunTotals) -> Bool) {
    self.name = name
    self.summary = summary
    self.isCounted = false
    self.count = { shown($0) ? 1 : 0 }
  }

  /// All events.
  public static let all: [SightedEvent] = [
    SightedEvent("breaker opens", "a circuit breaker opens") { $0.breakerOpenings.reduce(0, +) },
    SightedEvent("probe", "a half-open breaker lets an attempt pass") { $0.count(.probed) },
    SightedEvent("all down", "an attempt passes although all candidates are down") {
      $0.count(.bypassed)
    },
    SightedEvent("ejection", "a deployment is taken out of rotation") { $0.count(.ejected) },
    SightedEvent(
      "limit routes around", "a deployment is left out because its limit is reached",
      shown: { $0.hasRemoved(.limit, .inFlight) }),
    SightedEvent(
      "filter removes", "a filter leaves a deployment out",
      shown: { $0.hasRemoved(.tags, .price, .residency, .excluded) }),
    SightedEvent("retry", "a node is tried again") { $0.all.tally.retries },
    SightedEvent("fallback", "the next child is tried") { $0.all.tally.fallbacks },
    SightedEvent("hedge", "a second attempt starts before the first has ended") {
      $0.all.tally.hedges
    },
    SightedEvent("limit rejects", "a limit refuses a request") {
      $0.all.tally.endings[.rejectedByLimit]
    },
    SightedEvent("budget rejects", "a budget refuses a request") {
      $0.all.tally.endings[.rejectedByBudget]
    },
    SightedEvent("request waits", "a request waits for admission") { $0.count(.queued) },
    SightedEvent("shed", "a request is refused because of load") { $0.all.tally.endings[.shed] },
    SightedEvent("cache hits", "the cache answers") { $0.all.tally.endings[.hit] },
    SightedEvent("request follows", "a request shares the answer of another in flight") {
      $0.all.tally.endings[.followed]
    },
    SightedEvent("request fails", "a client gets an error") { $0.all.tally.endings[.failed] },
    SightedEvent("request abandoned", "a client leaves before its answer is whole") {
      $0.all.tally.endings[.abandoned]
    },
    SightedEvent("deployment returns", "a deployment comes back into rotation") {
      $0.count(.restored)
    },
    SightedEvent("budget warns", "a budget passes one of its marks") { $0.count(.budgetPassed) },
    SightedEvent("limit adapts", "an adaptive limit changes") { $0.count(.limitAdapted) },
    SightedEvent("stream restarts", "a broken stream goes on elsewhere") {
      $0.count(.streamRestarted)
    },
    SightedEvent("gateway restarts", "a replica starts anew") { $0.count(.restarted) },
    SightedEvent("policy reloaded", "a replica takes over another policy") {
      $0.count(.reloaded)
    },
    SightedEvent("store silent", "the central store of limits gives no verdict in time") {
      $0.count(.storeFailed)
    },
  ]

  /// The incident touches an attempt.
  static func incident(_ name: String, mask: UInt32) -> SightedEvent {
    SightedEvent(
      "incident '\(name)'", "the incident touches an attempt", shown: { $0.touched & mask != 0 })
  }

  /// Requests ask for the alias.
  static func traffic(_ name: String, alias: Int) -> SightedEvent {
    SightedEvent("traffic of \(name)", "requests ask for the alias") { totals in
      totals.aliases.indices.contains(alias) ? totals.aliases[alias].tally.arrived : 0
    }
  }
}

extension RunTotals {
  /// How many notes of a kind came.
  public func count(_ kind: Note.Kind) -> Int {
    let index = Int(kind.rawValue)
    return notes.indices.contains(index) ? notes[index] : 0
  }
}
