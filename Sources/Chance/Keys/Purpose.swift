/// What a draw is for: one of the words that make the key of a draw.
///
/// Two draws with different purposes are independent even when all else about them is equal, so a
/// new use of chance is a new purpose and changes no draw that was there before. Raw values are
/// fixed forever: they are part of every result. Add at the end; never reuse a number.
@frozen
public enum Purpose: UInt64, Sendable, CaseIterable {
  /// The gaps between arrivals.
  case arrival = 1
  /// Which body a call has: the draw behind repeats and cache keys.
  case fingerprint = 2
  /// Tokens in the prompt.
  case inputTokens = 3
  /// Tokens in the answer.
  case outputTokens = 4
  /// Who calls: key, user, team, feature.
  case identity = 5
  /// Tokens of the prompt that the provider has in its cache.
  case cachedInput = 6
  /// Time to first token.
  case timeToFirstToken = 7
  /// Time per output token.
  case timePerOutputToken = 8
  /// Which fault, if any, an attempt meets.
  case fault = 9
  /// The details of a fault: when it strikes, how far a stream gets.
  case faultDetail = 10
  /// Choices of a routing policy.
  case routing = 11
  /// Jitter of waits between tries.
  case jitter = 12
  /// Whether and how an incident touches an attempt.
  case incident = 13
  /// How long a client waits.
  case clientPatience = 14
  /// Which conversation a call belongs to and what it does there.
  case conversation = 15
  /// Experiments that split traffic in shares.
  case split = 16
  /// Slow changes of a provider over time, on a fixed grid.
  case drift = 17
  /// Bursts of traffic over time, on a fixed grid.
  case burst = 18
  /// Whether a call streams.
  case streaming = 19
  /// Which alias a call asks for.
  case alias = 20
  /// The cap on output tokens a client sets.
  case outputCap = 21
  /// The priority of a call.
  case priority = 22
  /// Tags and capabilities of a call.
  case tags = 23
  /// How hard a call is, and whether an answer is good.
  case quality = 24
  /// What a quota answers, where that is uncertain.
  case quota = 25
  /// Choices about hedged attempts.
  case hedge = 26
  /// Choices of a cache.
  case cache = 27
  /// Delays and losses between gateway replicas and their shared state.
  case gossip = 28
  /// Network delays between client, gateway and provider.
  case network = 29
  /// Which replica of the gateway a call reaches.
  case replica = 30
  /// A client's own retries.
  case clientRetry = 31
  /// A health check's outcome.
  case probe = 32
  /// When incidents that are drawn begin and end, on a fixed grid.
  case incidentTimes = 33
  /// Queueing models: service times and places.
  case service = 34
  /// Resampling in statistics.
  case resampling = 35
  /// Scenarios and faults that tests make up.
  case exploration = 36
  /// Side calls of a gateway: how long they take and whether they fail.
  case sideCall = 37
  /// What texts look like to an embedding model.
  case embedding = 38
  /// Which calls a recovering breaker lets pass.
  case recovery = 45
  /// Whether an ejection that is found due is acted on.
  case ejection = 46
  /// Choices of limits on what is in flight: when a base latency is measured anew.
  case concurrency = 61
  /// Which question a body asks.
  case question = 50
  /// Whether an attempt belongs to the slow part.
  case slowTail = 70
  /// How much of an answer is thought and not shown.
  case reasoning = 71
  /// Whether an attempt meets a start, and how long it takes.
  case coldStart = 72
  /// Which fault of a process that several deployments share an attempt meets.
  case sharedFault = 73
  /// Whether a process of faults is in its bad state, on a fixed grid.
  case faultState = 74
  /// How hard a body is for a model.
  case difficulty = 51
  /// Whether a model's answer to a call is wrong.
  case mistake = 90
}
