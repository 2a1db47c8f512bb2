import Vocabulary

/// A series while it is being filled.
struct HotSeries: ~Copyable {
  private let bucket: Int64
  private let deployments: Int
  private var points = Rows(repeating: Series.Point(), count: 1)
  private var latencies = Rows(repeating: UInt32(0), count: Series.rowLength)
  private var servings: Rows<UInt32>
  private var used = 0
  private var current = 0
  /// Where the current point and its rows begin.
  private var point: UnsafeMutablePointer<Series.Point>
  private var latencyRow: UnsafeMutablePointer<UInt32>
  private var servingRow: UnsafeMutablePointer<UInt32>
  private var from: Int64 = 0
  private var to: Int64 = 0

  init(bucket: Duration, deployments: Int) {
    self.bucket = max(1, bucket.nanoseconds)
    self.deployments = deployments
    servings = Rows(repeating: 0, count: deployments + 1)
    point = points.address(of: 0)
    latencyRow = latencies.address(of: 0)
    servingRow = servings.address(of: 0)
  }

  @inline(__always)
  mutating func add(
    _ record: UnsafePointer<RequestRecord>, _ truth: UnsafePointer<RequestTruth>, _ seen: Seen
  ) {
    let arrived = record.pointee.arrived.nanoseconds
    if arrived >= to || arrived < from { move(to: arrived) }
    point.pointee.add(record, truth, seen)
    guard seen.isSuccess else { return }
    latencyRow[Series.column(of: seen.endToEnd)] &+= 1
    let server = seen.isServed ? Int(record.pointee.deployment.index) : deployments
    servingRow[server < deployments ? server : deployments] &+= 1
  }

  /// The series as an ordinary value.
  var series: Series {
    Series(
      bucket: bucket, deployments: deployments, points: points.array(used),
      latencies: latencies.array(used * Series.rowLength),
      servings: servings.array(used * (deployments + 1)))
  }

  /// Goes to the point of an arrival.
  ///
  /// Beyond the longest series, the last point takes all.
  @inline(never)
  private mutating func move(to arrived: Int64) {
    current = Int(min(max(0, arrived) / bucket, Int64(Series.longest - 1)))
    from = Int64(current) * bucket
    to = from.addingReportingOverflow(bucket).overflow ? .max : from + bucket
    used = max(used, current + 1)
    defer {
      point = points.address(of: current)
      latencyRow = latencies.address(of: current * Series.rowLength)
      servingRow = servings.address(of: current * (deployments + 1))
    }
    guard current >= points.count else { return }
    let size = max(current + 1, min(points.count * 2, Series.longest))
    points.grow(to: size, with: Series.Point())
    latencies.grow(to: size * Series.rowLength, with: 0)
    servings.grow(to: size * (deployments + 1), with: 0)
  }
}
