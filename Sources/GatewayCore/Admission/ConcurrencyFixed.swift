import Settings

/// Always the same number in flight.
///
/// With Poisson arrivals, exponential service and a queue for K − c it is M/M/c/K; without a queue
/// Erlang's loss system. Source: LiteLLM `max_parallel_requests`, Kong `max_concurrency`.
/// - Complexity: O(1).
public struct ConcurrencyFixed: ConcurrencyLimit {
  /// How much may be in flight.
  public let limit: Int

  /// Reads the limit.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    limit = try s.integer("limit", in: 1...60_000, "how much may be in flight at once")
  }
}
