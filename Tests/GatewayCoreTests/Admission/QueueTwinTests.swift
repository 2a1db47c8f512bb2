import Settings
import Testing
import Vocabulary

@testable import GatewayCore

/// The same queue as a list that is searched from end to end.
private struct SlowQueue {
  struct Entry {
    var number: UInt32
    var line: UInt32
    var priority: UInt8
    var turn: Int
    var arrival: Int
  }

  let rule: QueueRule
  var entries: [Entry] = []
  private var arrivals = 0
  private var finish: [Int: Int] = [:]
  private var turn = 0

  init(_ rule: QueueRule) { self.rule = rule }

  private func priority(_ request: Request) -> UInt8 { rule.byPriority ? request.priority : 0 }

  private func turnsRound(_ waiting: Int) -> Bool {
    rule.order == .lifo || (rule.order == .adaptive && waiting > rule.lifoAbove)
  }

  private func start(_ request: Request) -> Int {
    rule.fair == nil ? 0 : max(turn, finish[Int(request.identity.team.index)] ?? 0)
  }

  func next(_ line: UInt32) -> UInt32? {
    let all = entries.filter { $0.line == line }
    guard let best = all.map(\.priority).max() else { return nil }
    let first = all.filter { $0.priority == best }.sorted {
      ($0.turn, $0.arrival) < ($1.turn, $1.arrival)
    }
    return turnsRound(all.count) ? first.last?.number : first.first?.number
  }

  func isFirst(_ request: Request, _ line: UInt32) -> Bool {
    var after = self
    let waiting = entries.filter { $0.line == line }.count
    after.entries.append(
      Entry(
        number: .max, line: line, priority: priority(request), turn: start(request),
        arrival: arrivals))
    // Whether the line is long is judged without the newcomer.
    let all = after.entries.filter { $0.line == line }
    let best = all.map(\.priority).max()
    let first = all.filter { $0.priority == best }.sorted {
      ($0.turn, $0.arrival) < ($1.turn, $1.arrival)
    }
    return (turnsRound(waiting) ? first.last : first.first)?.number == .max
  }

  func room(_ request: Request) -> AdmissionQueue.Room {
    if entries.count < rule.capacity { return .free }
    guard let worst = entries.map(\.priority).min() else { return .none }
    let last = entries.filter { $0.priority == worst }.sorted { $0.arrival < $1.arrival }
    let round = turnsRound(entries.count)
    if priority(request) > worst || (priority(request) == worst && round) {
      return .inPlaceOf((round ? last.first : last.last)?.number ?? .max)
    }
    return .none
  }

  mutating func enter(_ request: Request, _ line: UInt32, as number: UInt32) {
    if entries.isEmpty { turn = max(turn, finish.values.max() ?? 0) }
    let start = start(request)
    if rule.fair != nil { finish[Int(request.identity.team.index)] = start + 1 }
    entries.append(
      Entry(
        number: number, line: line, priority: priority(request), turn: start, arrival: arrivals))
    arrivals += 1
  }

  mutating func leave(_ number: UInt32, admitted: Bool) {
    guard let place = entries.firstIndex(where: { $0.number == number }) else { return }
    if admitted, rule.fair != nil { turn = max(turn, entries[place].turn) }
    entries.remove(at: place)
  }

  mutating func move(_ number: UInt32, to line: UInt32) {
    guard let place = entries.firstIndex(where: { $0.number == number }) else { return }
    entries[place].line = line
  }
}

@Suite("The lines of an admission queue")
struct QueueTwinTests {
  @Test("serve, order and evict as a list that is searched from end to end")
  func twin() throws {
    var evictions = 0
    var admitted = 0
    try forEverySeed(0..<60) { seed, random in
      func one<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &random)]
      }
      var members: [(String, Setting)] = [
        ("capacity", Setting(integerLiteral: one([1, 4, 30]))),
        ("byPriority", Setting(.bool(Bool.random(using: &random)))),
        ("overtake", Setting(.bool(Int.random(in: 0..<4, using: &random) > 0))),
      ]
      switch Int.random(in: 0..<4, using: &random) {
      case 0: members.append(("order", "lifo"))
      case 1: members += [("order", "adaptive"), ("lifoAbove", 3)]
      case 2: members.append(("fair", "team"))
      default: break
      }
      var reader = try SettingsReader(.members(members))
      let rule = try QueueRule(reading: &reader)
      var queue = AdmissionQueue(rule, lines: 5, tenants: 3)
      var slow = SlowQueue(rule)
      func bucket() -> UInt32 { UInt32.random(in: 0..<5, using: &random) }
      func blocker(_ bucket: UInt32) -> QueueBlocker {
        QueueBlocker(subject: 0, line: bucket, permit: -1, retryAt: .distantFuture)
      }
      for step in 0..<600 {
        let lines: Range<UInt32> = rule.overtakes ? 0..<5 : 0..<1
        switch Int.random(in: 0..<10, using: &random) {
        case 0...4:
          let request = Request(
            call: CallKey(bits: 0),
            identity: Identity(team: TeamID(Int.random(in: 0..<3, using: &random))),
            inputTokens: 1, alias: AliasID(0),
            priority: UInt8(Int.random(in: 0..<3, using: &random)))
          let target = bucket()
          let (mine, other) = (
            queue.isFirst(request, queue.line(target)), slow.isFirst(request, queue.line(target))
          )
          #expect(mine == other, "seed \(seed), step \(step)")
          let room = queue.room(for: request)
          #expect(room == slow.room(request), "seed \(seed), step \(step)")
          if case .inPlaceOf(let worst) = room {
            queue.leave(worst, admitted: false)
            slow.leave(worst, admitted: false)
            evictions += 1
          }
          if room == .none { continue }
          let number = queue.enter(
            request, slot: UInt32(step), blocker(target), since: .start, latest: .distantFuture)
          slow.enter(request, queue.line(target), as: number)
        case 5...7:
          guard let number = queue.next(one(Array(lines))) else { continue }
          queue.leave(number, admitted: true)
          slow.leave(number, admitted: true)
          admitted += 1
        case 8:
          guard let entry = slow.entries.randomElement(using: &random) else { continue }
          queue.leave(entry.number, admitted: false)
          slow.leave(entry.number, admitted: false)
        default:
          guard let entry = slow.entries.randomElement(using: &random) else { continue }
          let target = bucket()
          queue.refused(entry.number, blocker(target))
          slow.move(entry.number, to: queue.line(target))
        }
        let count = queue.count
        #expect(count == slow.entries.count)
        for line in lines {
          let next = queue.next(line)
          #expect(next == slow.next(line), "seed \(seed), step \(step), line \(line)")
        }
      }
    }
    #expect(evictions > 500)
    #expect(admitted > 5_000)
  }
}
