import Vocabulary

// Who pays for what: whole answers, failures, and answers that were cut off.

extension Billing {
  /// What it bills for an attempt, and what was consumed, if nobody withdraws it.
  @inline(__always)
  mutating func charge(
    _ whole: Usage, _ course: Course, cut cutBilling: CutBilling, startedAt begin: Int64
  ) -> (usage: Usage, bill: Money) {
    switch course.outcome.kind {
    case .succeeded: return (whole, charge(whole, startedAt: begin))
    case .brokenStream:
      let usual: FaultBilling = cutBilling == .nothing ? .nothing : .consumed
      return charge(whole, made: course.outputTokens, course.billing, usual, begin)
    case .malformed: return charge(whole, made: course.outputTokens, course.billing, .full, begin)
    default:
      if course.billing == .usual { return (.none, .zero) }
      return charge(whole, made: 0, course.billing, .nothing, begin)
    }
  }

  private mutating func charge(
    _ whole: Usage, made tokens: UInt32, _ said: FaultBilling, _ usual: FaultBilling,
    _ begin: Int64
  ) -> (usage: Usage, bill: Money) {
    var usage = whole
    usage.outputTokens = tokens
    switch said == .usual ? usual : said {
    case .full: return (whole, charge(whole, startedAt: begin))
    case .consumed: return (usage, charge(usage, startedAt: begin))
    case .input:
      var input = usage
      input.outputTokens = 0
      return (usage, charge(input, startedAt: begin))
    case .nothing, .usual: return (usage, .zero)
    }
  }

  /// What has been consumed and is billed if an attempt ends at `now`, before its promised end.
  mutating func cut(
    _ promise: Promise, cut cutBilling: CutBilling, started: Instant, at now: Instant
  ) -> (usage: Usage, bill: Money) {
    let kind = promise.outcome.kind
    guard kind == .succeeded || kind == .brokenStream || kind == .malformed else {
      return (promise.usage, promise.bill)
    }
    var rule = promise.billing
    if rule == .usual {
      rule =
        switch cutBilling {
        case .nothing: .nothing
        case .full: kind == .brokenStream ? .consumed : .full
        case .consumed: .consumed
        }
    }
    if now >= promise.end || rule == .full { return (promise.usage, promise.bill) }
    var usage = promise.usage
    let pause = promise.pauseNanoseconds
    usage.outputTokens = Progress.tokens(
      at: Progress.withoutPause(now.nanoseconds, promise.pausedAt.nanoseconds, pause),
      firstToken: promise.madeFrom, end: promise.end.nanoseconds - pause, of: usage.outputTokens)
    switch rule {
    case .nothing, .usual:
      // What breaks or fails for nothing had been promised for nothing as well.
      if promise.billing == .usual, kind != .brokenStream {
        release(promise.usage, startedAt: started.nanoseconds)
      }
      return (usage, .zero)
    case .input: return (usage, promise.bill)
    case .consumed, .full:
      return (
        usage, charge(usage, insteadOf: promise.usage, startedAt: started.nanoseconds)
      )
    }
  }
}

extension Promise {
  /// When the first output token is made, seen or not.
  var madeFrom: Int64 {
    firstToken == .distantFuture ? .max : firstToken.nanoseconds - hiddenNanoseconds
  }
}
