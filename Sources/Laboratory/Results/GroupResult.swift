import Measures
import Vocabulary

/// By what the rows of a comparison can be split: `--by`.
public enum Breakdown: String, Sendable, Hashable, CaseIterable {
  /// By team.
  case team
  /// By product feature.
  case feature
  /// By what was asked for.
  case alias
  /// By who served it.
  case deployment
  /// By the model of who served it.
  case model
  /// By user.
  case user
  /// By virtual key.
  case key
  /// By how it ended.
  case outcome

  /// The grouping that the measures gather for it; nothing for outcomes, which are always counted.
  var grouping: Grouping {
    switch self {
    case .team: .team
    case .feature: .feature
    case .alias: .alias
    case .deployment, .model: .deployment
    case .user: .user
    case .key: .key
    case .outcome: []
    }
  }
}

/// One part of the requests of a row.
public struct GroupResult: Sendable, Hashable {
  /// By what it was split.
  public var by: Breakdown
  /// The part's name.
  public var name: String
  /// Requests that arrived in it, over all replications.
  public var arrived: Int
  /// Its measures: the columns, or the share of all requests for outcomes.
  public var measures: [MeasureResult]
}

/// One tenant, over all replications.
public struct TenantResult: Sendable, Hashable {
  /// The team's name.
  public var name: String
  /// Requests that arrived.
  public var arrived: Int
  /// Successful ÷ (arrived − rejected by its own limits).
  public var availability: Double
  /// Successful ÷ calls.
  public var successPerCall: Double?
}

/// One point of the series of a row.
public struct SeriesPoint: Sendable, Hashable {
  /// Seconds from the file's zero to the beginning of the point.
  public var at: Double
  /// Requests that arrived, over all replications.
  public var arrived: Int
  /// Of these, successes.
  public var succeeded: Int
  /// Successful ÷ (arrived − rejected by own limits); `nil` without requests.
  public var availability: Double?
  /// Mean seconds to the end over successes; `nil` without any.
  public var meanLatency: Double?
  /// Seconds below which 95 % of the successes ended, in buckets of at most 12.5 %.
  public var p95Latency: Double?
  /// Attempts that they made, over all replications.
  public var attempts: Int
  /// Answers that were wrong, over all replications.
  public var wrong: Int
  /// Dollars billed for the requests that arrived in it, per replication.
  public var cost: Double
  /// The share of the successes that each deployment served; the last is the cache and followers.
  public var shares: [Double]
}

extension Ending {
  /// The words for it in reports.
  public var words: String {
    switch self {
    case .served: "served by a provider"
    case .hit: "served from the cache"
    case .followed: "shared another's answer"
    case .failed: "failed"
    case .rejectedByIdentity: "rejected: key or route"
    case .rejectedByLimit: "rejected by own limit"
    case .rejectedByBudget: "rejected by own budget"
    case .shed: "shed"
    case .abandoned: "abandoned"
    }
  }
}
