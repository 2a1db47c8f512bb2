import Vocabulary

/// When a deployment wants more replicas or fewer: a rule like the horizontal autoscaler of
/// Kubernetes.
///
/// Every so often: wanted = ⌈in flight ÷ target⌉, within the bounds. More are started at once; fewer
/// remain only after that has been wanted for the whole cool-down.
struct Autoscaler: Sendable {
  private let rule: ServingPlan.Autoscaling
  private let period: Int64
  /// When it looks next.
  private(set) var next: Int64
  private var fewerSince: Int64?

  init(_ rule: ServingPlan.Autoscaling) {
    self.rule = rule
    period = max(1, rule.every.nanoseconds)
    next = period
  }

  var startUp: Int64 { max(0, rule.startUp.nanoseconds) }

  /// Looks: how many replicas there are to be.
  mutating func look(inFlight: Int, replicas: Int) -> Int {
    let now = next
    next &+= period
    let quotient = Double(inFlight) / max(rule.target, 1e-9)
    let needed = quotient < 1e9 ? Int(quotient) : 1_000_000_000
    let wanted = min(
      max(Double(needed) < quotient ? needed + 1 : needed, rule.least), rule.most)
    if wanted >= replicas {
      fewerSince = nil
      return wanted
    }
    let since = fewerSince ?? now
    fewerSince = since
    guard now - since >= rule.coolDown.nanoseconds else { return replicas }
    return wanted
  }

  /// Passes over the looks until `now` that could change nothing: nothing in flight, as few as
  /// allowed.
  mutating func skip(to now: Int64) {
    guard next < now else { return }
    next += (now - next) / period * period
  }
}
