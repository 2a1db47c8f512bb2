import Chance
import Foundation
import Vocabulary

@testable import GatewayCore

/// Drives the real gateway through a case in virtual time: scripted providers, scripted chance.
///
/// At one instant endings come before timers and timers before arrivals, as in LiteLLM's loop.
final class LiteLLMReplay {
  private struct Flight {
    var id: AttemptID
    var deployment: DeploymentID
    var ends: Instant
    var outcome: Outcome
    var retryAfter: RetryAfter
    var firstToken: Instant
  }

  private let one: LiteLLMCase
  private let deployments: [String]
  private var gateway: Gateway
  private var output = Output()
  private var now = Instant.start
  private var flights: [Flight] = []
  private var timers: [(id: TimerID, at: Instant)] = []
  private var names: [RequestID: String] = [:]
  private var started: [String: Int] = [:]
  private(set) var attempts: [LiteLLMCase.Line] = []
  private(set) var ends: [LiteLLMCase.Line] = []
  /// What is in the making: attempts are named after the request that they belong to.
  private var owners: [UInt32: String] = [:]

  init(_ one: LiteLLMCase) throws {
    self.one = one
    let translation = LiteLLMTranslation(one)
    deployments = one.members.map(\.name)
    let chance = Chance.scripted([
      .routing: one.picks, .jitter: one.jitters,
    ])
    gateway = Gateway(try translation.plan(), chance: chance)
    aliases = translation.aliases
  }

  private let aliases: [String]

  /// Runs the case to its end.
  func run() {
    var next = 0
    while true {
      let arrival = next < one.asks.count ? instant(one.asks[next].at) : .distantFuture
      let ending = flights.indices.min { flights[$0].ends < flights[$1].ends }
      let timer = timers.indices.min { timers[$0].at < timers[$1].at }
      let endAt = ending.map { flights[$0].ends } ?? .distantFuture
      let timerAt = timer.map { timers[$0].at } ?? .distantFuture
      if let ending, endAt <= timerAt, endAt <= arrival, endAt != .distantFuture {
        now = endAt
        let flight = flights.remove(at: ending)
        let usage =
          flight.outcome.isSuccess ? Usage(inputTokens: 10, outputTokens: 10) : Usage.none
        gateway.handle(
          .attemptEnded(flight.id, usage, flight.retryAfter, flight.outcome), at: now,
          into: &output)
      } else if let timer, timerAt <= arrival, timerAt != .distantFuture {
        now = timerAt
        let id = timers.remove(at: timer).id
        gateway.handle(.timerFired(id), at: now, into: &output)
      } else if arrival != .distantFuture {
        now = arrival
        arrive(one.asks[next], UInt64(next))
        next += 1
      } else {
        return
      }
      carryOut()
    }
  }

  private func arrive(_ ask: LiteLLMCase.Ask, _ number: UInt64) {
    let alias = aliases.firstIndex(of: LiteLLMTranslation.alias(of: ask)) ?? aliases.count
    let request = Request(
      number: number, call: CallKey(source: NameHash("litellm"), number: number), inputTokens: 10,
      alias: AliasID(alias), streams: ask.streams)
    current = ask.name
    let id = gateway.arrived(request, at: now, into: &output)
    names[id] = ask.name
    owners[id.slot] = ask.name
  }

  private var current = ""

  private func carryOut() {
    for place in 0..<output.commands.count {
      switch output.commands[place] {
      case .startAttempt(let deadlines, let id, let slot, let deployment):
        start(id, owners[slot] ?? current, deployment, deadlines)
      case .setTimer(let id, let at):
        timers.removeAll { $0.id.request == id.request && $0.id.kind == id.kind }
        timers.append((id, at))
      case .clearTimer(let id): timers.removeAll { $0.id == id }
      default: break
      }
    }
    output.commands.removeAll()
    for place in 0..<output.requests.count {
      let record = output.requests[place]
      let served = record.end == .succeeded
      ends.append(
        LiteLLMCase.Line(
          at: microseconds(record.ended), request: names[record.id] ?? current,
          what: served ? "ok \(deployments[Int(record.deployment.index)])" : "error"))
    }
    output.requests.removeAll()
    output.attempts.removeAll()
    output.notes.removeAll()
  }

  /// What the scripted provider will do with an attempt: defaults, then its window, then its turn.
  private func start(
    _ id: AttemptID, _ request: String, _ deployment: DeploymentID, _ deadlines: Deadlines
  ) {
    let name = deployments[Int(deployment.index)]
    attempts.append(
      LiteLLMCase.Line(at: microseconds(now), request: request, what: name))
    let turn = started[name, default: 0]
    started[name] = turn + 1
    var behaviour = one.providers[name] ?? [:]
    let seconds = Double(microseconds(now)) / 1e6
    for window in behaviour["windows"] as? [[String: Any]] ?? [] {
      let from = (window["from"] as? NSNumber)?.doubleValue ?? 0
      let to = (window["to"] as? NSNumber)?.doubleValue ?? .infinity
      guard from <= seconds, seconds < to else { continue }
      behaviour.merge(window) { $1 }
      break
    }
    let turns = behaviour["seq"] as? [[String: Any]] ?? []
    if turn < turns.count { behaviour.merge(turns[turn]) { $1 } }
    let latency = (behaviour["latency"] as? NSNumber)?.doubleValue ?? 0.1
    var outcome = LiteLLMTranslation.outcome(behaviour["outcome"] as? String ?? "ok")
    var ends = now.advanced(byNanoseconds: Int64((latency * 1e9).rounded()))
    let ttft = (behaviour["ttft"] as? NSNumber)?.doubleValue ?? latency
    if ends > deadlines.total {
      ends = deadlines.total
      outcome = .totalTimeout
    }
    let hint = (behaviour["retry_after"] as? NSNumber)?.doubleValue
    flights.append(
      Flight(
        id: id, deployment: deployment, ends: ends, outcome: outcome,
        retryAfter: outcome.isSuccess ? .unsaid : hint.map { RetryAfter(.seconds($0)) } ?? .unsaid,
        firstToken: now.advanced(byNanoseconds: Int64((ttft * 1e9).rounded()))))
  }

  private func instant(_ seconds: Double) -> Instant {
    Instant.start.advanced(byNanoseconds: Int64((seconds * 1e9).rounded()))
  }

  private func microseconds(_ instant: Instant) -> Int {
    Int((Double(instant.nanoseconds) / 1000).rounded())
  }
}
