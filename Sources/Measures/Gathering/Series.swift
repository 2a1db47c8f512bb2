import Vocabulary

/// Measures over time: requests by the minute of their arrival, warm-up and drain included.
///
/// Latencies of a point are kept in coarse log-linear buckets (8 to an octave, so at most 12.5 %
/// wide), fine enough for a curve and small enough for one set a minute.
public struct Series: Sendable, Equatable {
  /// The counters of one point.
  public struct Point: BitwiseCopyable, Sendable, Equatable {
    /// How the requests that arrived in it ended.
    public var endings = EndingCounts()
    /// Attempts that they made.
    public var attempts = 0
    /// What they were billed.
    public var bill = MoneyTotal.zero
    /// Nanoseconds to the end, over the successes.
    public var endToEnd: Int128 = 0
    /// Answers that were wrong: spoilt, mistaken, or to another question.
    public var wrong = 0

    /// Makes an empty point.
    public init() {}

    @inline(__always)
    mutating func add(
      _ record: UnsafePointer<RequestRecord>, _ truth: UnsafePointer<RequestTruth>, _ seen: Seen
    ) {
      endings.add(seen.code)
      attempts &+= Int(record.pointee.attempts)
      bill += truth.pointee.bill
      if seen.isSuccess { endToEnd &+= Int128(seen.endToEnd) }
      wrong &+= truth.pointee.isDegraded || truth.pointee.isWrong ? 1 : 0
    }

    /// Requests that arrived in it and have ended.
    public var arrived: Int { endings.all }
    /// Of these, successes.
    public var succeeded: Int { endings.succeeded }
    /// Of these, refused by the tenant's own limits or budgets.
    public var rejectedByOwnLimits: Int { endings.rejectedByOwnLimits }

    /// Successful / (arrived − rejected by the tenant's own limits); `nil` without requests.
    public var availability: Double? {
      let judged = arrived - rejectedByOwnLimits
      return judged > 0 ? Double(succeeded) / Double(judged) : nil
    }

    /// Mean seconds to the end over the successes; `nil` without any.
    public var meanEndToEnd: Double? {
      succeeded > 0 ? Double(endToEnd) / 1e9 / Double(succeeded) : nil
    }
  }

  /// The width of a point in nanoseconds.
  public let bucket: Int64
  /// How many deployments there are; the shares have one column more, for "nobody".
  public let deployments: Int
  /// One point for each stretch of `bucket`, from the start of the run to the last arrival.
  public private(set) var points: [Point] = []
  var latencies: [UInt32] = []
  var servings: [UInt32] = []

  static let octaves = 26
  static let firstExponent = 16
  static let rowLength = octaves * 8
  static let longest = 1 << 20

  /// Makes an empty series.
  public init(bucket: Duration, deployments: Int) {
    self.bucket = max(1, bucket.nanoseconds)
    self.deployments = deployments
  }

  init(
    bucket: Int64, deployments: Int, points: [Point], latencies: [UInt32], servings: [UInt32]
  ) {
    self.bucket = bucket
    self.deployments = deployments
    self.points = points
    self.latencies = latencies
    self.servings = servings
  }

  /// When the point at `index` begins.
  public func start(of index: Int) -> Instant {
    Instant(nanoseconds: Int64(index) * bucket)
  }

  /// How many successes of a point `deployment` served; `nil` asks for the cache and followers.
  public func served(at index: Int, by deployment: DeploymentID?) -> Int {
    let column = deployment.map { Int($0.index) } ?? deployments
    guard points.indices.contains(index), column <= deployments else { return 0 }
    return Int(servings[index * (deployments + 1) + column])
  }

  /// Nanoseconds below which a share `q` of a point's successes ended; `nil` without any.
  ///
  /// Linear interpolation inside a bucket that is at most 12.5 % wide.
  public func quantile(_ q: Double, at index: Int) -> Double? {
    guard points.indices.contains(index), points[index].succeeded > 0 else { return nil }
    let row = index * Series.rowLength
    let rank = min(max(q, 0), 1) * Double(points[index].succeeded)
    var before = 0.0
    for column in 0..<Series.rowLength {
      let inside = Double(latencies[row + column])
      if inside > 0, before + inside >= rank {
        let low = Series.lowerBound(of: column)
        return low + (Series.lowerBound(of: column + 1) - low) * (rank - before) / inside
      }
      before += inside
    }
    return nil
  }

  /// Adds another series, exactly; both have the same bucket and deployments.
  public mutating func merge(_ other: Series) {
    guard other.bucket == bucket, other.deployments == deployments else { return }
    points.merge(other.points) { left, right in
      left.endings.merge(right.endings)
      left.attempts += right.attempts
      left.bill += right.bill
      left.endToEnd += right.endToEnd
      left.wrong += right.wrong
    }
    latencies.merge(other.latencies) { $0 &+= $1 }
    servings.merge(other.servings) { $0 &+= $1 }
  }

  /// Whether both hold the same counts.
  public static func == (left: Series, right: Series) -> Bool {
    left.bucket == right.bucket && left.points == right.points
      && left.latencies == right.latencies && left.servings == right.servings
  }

  @inline(__always)
  static func column(of latency: Int64) -> Int {
    let bits = UInt64(truncatingIfNeeded: max(0, latency))
    let exponent = 63 &- (bits | (1 << UInt64(firstExponent))).leadingZeroBitCount
    let place = (exponent &- firstExponent) &<< 3 &+ Int(bits &>> UInt64(exponent &- 3))
    return min(place, rowLength &- 1)
  }

  static func lowerBound(of column: Int) -> Double {
    if column < 16 { return Double(column << (firstExponent - 3)) }
    return Double(UInt64(8 + column % 8) << UInt64(column / 8 - 1 + firstExponent - 3))
  }
}
