import Engine
import GatewayCore
import Measures
import Providers
import Traffic
import Vocabulary

// Connections to upstreams, and their deadlines.

extension SlowWire {
  func start(
    _ replica: Int, _ attempt: AttemptID, _ slot: UInt32, _ deployment: DeploymentID,
    _ deadlines: Deadlines
  ) {
    let request = gateways[replica].request(inSlot: slot)
    let id = Of(replica, gateways[replica].id(ofSlot: slot))
    guard let truth = truths[id] else {
      return complaints.append("an attempt for a request that never came")
    }
    let number = exchanges.count
    let ordinal = sent[id, default: [:]][deployment, default: 0]
    sent[id, default: [:]][deployment] = ordinal + 1
    requestOf[Of(replica, attempt)] = id.its
    tally.deployments[Int(deployment.index)].enter(at: now)
    let carried = gateways[replica].carried(by: attempt)
    let whole = min(truth.outputTokens, request.outputCap)
    fleet.start(
      AttemptStart(
        flight: UInt32(number), call: request.call, deployment: deployment,
        ordinal: ordinal,
        inputTokens: request.inputTokens + carried, cachedInputTokens: truth.cachedInputTokens,
        outputTokens: carried == 0 ? whole : max(1, whole - min(carried, whole)),
        outputCap: request.outputCap == .max
          ? .max : max(1, request.outputCap - min(carried, request.outputCap)),
        streams: request.streams, priority: request.priority, conversation: request.conversation),
      at: now, into: &promises)
    let promise = promises.promises[0]
    promises.promises.removeAll()
    var exchange = Exchange(
      replica: replica, attempt: attempt, deployment: deployment, promise: promise, started: now,
      total: deadlines.total, firstTokenLimit: .distantFuture, silenceLimit: .distantFuture)
    if request.streams {
      exchange.firstTokenLimit = deadlines.firstToken(after: now)
      exchange.silenceLimit = silence(promise, longerThan: deadlines.idleNanoseconds)
      if promise.firstToken < promise.end { schedule(.firstByte(number), at: promise.firstToken) }
    }
    exchanges.append(exchange)
    openExchanges[Of(replica, attempt)] = number
    if promise.end != .distantFuture { schedule(.response(number), at: promise.end) }
    for limit in [exchange.total, exchange.firstTokenLimit, exchange.silenceLimit]
    where limit != .distantFuture { schedule(.deadline(number), at: limit) }
  }

  func silence(_ promise: Promise, longerThan idle: Int64) -> Instant {
    guard idle != .max, promise.firstToken != .distantFuture else { return .distantFuture }
    if promise.end == .distantFuture { return promise.firstToken.advanced(byNanoseconds: idle) }
    let tokens = Int64(promise.usage.outputTokens)
    let flowing = promise.firstToken.nanoseconds(to: promise.end) - promise.pauseNanoseconds
    if tokens > 1, flowing / (tokens - 1) > idle {
      return promise.firstToken.advanced(byNanoseconds: idle)
    }
    return promise.pauseNanoseconds > idle
      ? promise.pausedAt.advanced(byNanoseconds: idle) : .distantFuture
  }

  func deadline(_ number: Int) {
    let exchange = exchanges[number]
    guard exchange.isOpen else { return }
    if now >= exchange.total {
      close(number, .totalTimeout)
    } else if !exchange.sawFirstByte, now >= exchange.firstTokenLimit {
      close(number, .firstTokenTimeout)
    } else if now >= exchange.silenceLimit {
      close(number, .idleTimeout)
    }
  }

  /// The server closes a connection before its upstream has answered.
  func close(_ number: Int, _ outcome: Outcome) {
    let exchange = exchanges[number]
    let (usage, bill) = fleet.cut(
      exchange.promise, of: exchange.deployment, started: exchange.started, at: now)
    end(number, outcome, .unsaid, usage, bill)
  }

  func end(
    _ number: Int, _ outcome: Outcome, _ hint: RetryAfter, _ usage: Usage, _ bill: Money
  ) {
    exchanges[number].isOpen = false
    let exchange = exchanges[number]
    let attempt = Of(exchange.replica, exchange.attempt)
    openExchanges[attempt] = nil
    billsOfAttempts[attempt] = bill
    send(.attemptEnded(exchange.attempt, usage, hint, outcome), to: exchange.replica)
  }
}
