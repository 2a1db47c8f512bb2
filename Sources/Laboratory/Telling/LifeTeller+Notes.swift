import GatewayCore
import Vocabulary

// What each note says, in words.

extension LifeTeller {
  func story(_ note: Note) -> (String, [String?])? {
    let deployment = names.deploymentName(note.deployment)
    switch note.kind {
    case .breakerChanged: return ("breaker", [deployment, breaker(note)])
    case .limiterJudged, .limiterCharged, .limiterCounted, .reconciled, .limitAdapted,
      .storeFailed:
      return limitStory(note)
    case .candidateRemoved:
      return ("removed", [deployment, removal(note.value), whose(note), node(note.subject)])
    case .chose: return ("chose", [chosen(note), why(note), node(note.subject)])
    case .scored: return ("scored", [child(note), scored(note), node(note.subject)])
    case .bypassed: return ("breaker", [deployment, "bypassed: everything else is down too"])
    case .probed: return ("breaker", [deployment, "lets it pass as a probe"])
    case .cacheLooked:
      let found = ["miss", "hit", "expired", "stale, but the route has failed"]
      return ("cache", [found[Int(min(3, max(0, note.value)))]])
    case .cacheStored:
      let cache = note.subject == 1 ? "semantic cache" : "cache"
      return (cache, ["keeps the answer", "\(LifeTeller.grouped(note.value)) entries"])
    case .continued:
      if note.value == 1 { return ("goes on", ["next child", node(note.subject)]) }
      let wait = note.other > 0 ? "after \(LifeTeller.seconds(note.other))" : "at once"
      return ("goes on", ["retry", wait, node(note.subject)])
    case .stopped: return ("stops", [stop(note.value)])
    case .lateReport: return nil
    case .queued: return ("queue", ["waits", "\(note.value) waiting"])
    case .dequeued:
      let why = Note.Shedding(rawValue: note.subject).map { "shed (\($0))" } ?? "shed"
      let how = note.value == 0 ? "admitted" : note.value == 1 ? why : "abandoned"
      return ("queue", [how, "after \(LifeTeller.seconds(note.other))"])
    case .followed: return ("coalesced", ["follows request \(note.value)"])
    case .asked:
      let isPlace = note.subject > UInt16(SideCallID.Kind.probe.rawValue)
      return ("asks", ["\(isPlace ? "" : "for ")the \(side(note.subject))"])
    case .answered:
      if note.value != 1 { return ("is told", ["no \(side(note.subject)) in time"]) }
      let isScore = note.subject == UInt16(SideCallID.Kind.complexity.rawValue)
      return (
        "is told", ["the \(side(note.subject))", isScore ? "score \(fraction(note.other))" : nil]
      )
    case .semanticLooked:
      if note.value == 3 { return ("semantic cache", ["stale, but the route has failed"]) }
      return ("semantic cache", [note.value == 1 ? "hit" : "miss", similarity(note.other)])
    case .hedged:
      return ("hedge", ["nothing has begun for \(LifeTeller.seconds(note.value))"])
    case .ejected:
      return ("ejected", [deployment, ejection(note.subject), "until \(instant(note.value))"])
    case .restored: return ("restored", [deployment])
    case .budgetPassed:
      return ("budget", [limit(note.subject), "\(note.value / 10_000) % spent"])
    case .restarted: return ("gateway", ["replica \(note.replica.index) starts anew"])
    case .reloaded: return ("gateway", ["replica \(note.replica.index) takes over a policy"])
    case .toldByOthers: return ("has heard", [told(note), node(note.subject)])
    case .streamRestarted: return ("stream", [deployment, "broke", "goes on elsewhere"])
    }
  }

  private func told(_ note: Note) -> String {
    switch Note.Told(rawValue: note.value) {
    case .pin: "where its key is kept, from replica \(note.other)"
    case .attempts: "of \(LifeTeller.grouped(note.other)) attempts of other replicas"
    case .budget: "\(LifeTeller.grouped(note.other)) counts of other replicas' retries"
    case nil: "told \(note.value)"
    }
  }

  private func breaker(_ note: Note) -> String {
    switch note.value {
    case 0: "closes"
    case 1:
      "opens until "
        + LifeTeller.seconds(zero.nanoseconds(to: Instant(nanoseconds: note.other)))
    default: "half open"
    }
  }

  private func removal(_ value: Int64) -> String {
    switch Note.Removal(rawValue: value) {
    case .breaker: "its breaker is open"
    case .capability: "it lacks a capability"
    case .contextWindow: "the prompt does not fit"
    case .tried: "tried already"
    case .ejected: "it is out of rotation"
    case .price: "it costs too much"
    case .residency: "its region is not allowed"
    case .tags: "its tags do not match"
    case .limit: "its limit is reached"
    case .deadline: "it could not finish in time"
    case .credential: "its credential was refused"
    case .excluded: "a filter leaves it out"
    case .inFlight: "as much is in flight there as may be"
    case nil: "reason \(value)"
    }
  }

  private func stop(_ value: Int64) -> String {
    switch value {
    case 0: "nothing is left to try"
    case 1: "the maximum of attempts is reached"
    case 2: "the request's deadline has passed"
    case 3: "the retry budget is spent"
    case 4: "the answer had begun"
    default: "reason \(value)"
    }
  }

  func instant(_ nanoseconds: Int64) -> String {
    LifeTeller.seconds(zero.nanoseconds(to: Instant(nanoseconds: nanoseconds)))
  }

  private func ejection(_ subject: UInt16) -> String {
    switch Note.Ejection(rawValue: subject) {
    case .cooldown: "cools down"
    case .throttled: "asked for a pause"
    case .outlier: "is an outlier"
    case .health: "is unwell"
    case .outage: "had an outage: used last"
    case nil: "reason \(subject)"
    }
  }

  private func side(_ kind: UInt16) -> String {
    switch kind {
    case 0: "embedding"
    case 1: "complexity"
    case 2: "probe"
    case 3: "central store"
    case 4: "shared cache"
    default: "shared store of vectors"
    }
  }

  private func similarity(_ millionths: Int64) -> String? {
    millionths > 0 ? "similarity \(fraction(millionths))" : nil
  }

  func fraction(_ millionths: Int64) -> String {
    let thousandths = (max(0, millionths) + 500) / 1000
    let digits = String(thousandths % 1000)
    return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
  }
}
