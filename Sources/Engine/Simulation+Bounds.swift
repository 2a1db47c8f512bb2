import Providers
import Vocabulary

// What the world adds to a record: the least that the call could have cost and taken.

extension Simulation {
  /// The least bill and the least latency that this call could have had.
  func bound(
    _ truth: inout RequestTruth, _ record: RequestRecord, _ call: Call
  ) {
    // Who had to wait may follow a call that came after it.
    let isShared =
      record.source == .follow && seen?.isShared(call.body, record.alias) ?? false
    // An answer that was kept is none of the call's own potential outcomes: it is one to a like
    // question, or, when the route has failed, one that a later call of the same body has bought.
    if call.repeats || isShared || record.source == .semantic || record.source == .cache {
      truth.floorBill = .zero
      truth.floorNanoseconds = 0
      return
    }
    let deployments = plan.bounds[Int(record.alias.index)]
    for deployment in deployments {
      for ordinal in 0..<max(1, UInt32(record.attempts)) {
        let floor = fleet.floor(
          AttemptStart(
            flight: 0, call: record.call, deployment: deployment, ordinal: ordinal,
            inputTokens: call.inputTokens, cachedInputTokens: call.truth.cachedInputTokens,
            outputTokens: min(call.truth.outputTokens, call.outputCap),
            outputCap: call.outputCap, streams: call.streams),
          from: call.arrived, until: now)
        truth.floorBill = min(truth.floorBill, floor.bill)
        truth.floorNanoseconds = min(truth.floorNanoseconds, floor.nanoseconds)
      }
    }
  }
}
