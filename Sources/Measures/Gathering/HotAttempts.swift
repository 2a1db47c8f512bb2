import Vocabulary

/// The attempts at all deployments while they are being counted.
struct HotAttempts: ~Copyable {
  struct Row: BitwiseCopyable {
    var estimate = MoneyTotal.zero
    var inputTokens = 0
    var cachedInputTokens = 0
    var outputTokens = 0
    var firstToken = HotHistogram()
    var total = HotHistogram()
  }

  private var rows: Rows<Row>
  private var outcomes: Rows<Int>
  private var statuses: Rows<Int>
  private var uses: Rows<Int>
  private var bills: Rows<MoneyTotal>
  /// How many kinds of outcomes there are.
  private let kinds = Outcome.Kind.allCases.count

  init(deployments: Int) {
    rows = Rows(repeating: Row(), count: deployments)
    outcomes = Rows(repeating: 0, count: deployments * kinds)
    statuses = Rows(repeating: 0, count: deployments * 1024)
    uses = Rows(repeating: 0, count: deployments * 16)
    bills = Rows(repeating: .zero, count: deployments * 16)
  }

  deinit {
    for index in 0..<rows.count {
      rows[index].firstToken.free()
      rows[index].total.free()
    }
  }

  @inline(__always)
  mutating func add(_ record: UnsafePointer<AttemptRecord>, _ truth: AttemptTruth) {
    let index = Int(record.pointee.deployment.index)
    guard index < rows.count else { return }
    outcomes[proven: index &* kinds &+ Int(record.pointee.outcome.kind.rawValue)] &+= 1
    statuses[proven: index &* 1024 &+ Int(record.pointee.outcome.status & 1023)] &+= 1
    let use: AttemptTally.Use =
      record.pointee.served
      ? .served
      : record.pointee.outcome.isSuccess
        ? .unused : record.pointee.outcome.kind == .cancelled ? .withdrawn : .failed
    let place = index &* 16 &+ Int(record.pointee.reason.rawValue) &* 4 &+ use.rawValue
    uses[proven: place] &+= 1
    bills[proven: place] += truth.bill
    rows[proven: index].estimate += record.pointee.estimate
    rows[proven: index].inputTokens &+= Int(record.pointee.usage.inputTokens)
    rows[proven: index].cachedInputTokens &+= Int(record.pointee.usage.cachedInputTokens)
    rows[proven: index].outputTokens &+= Int(record.pointee.usage.outputTokens)
    guard record.pointee.outcome.isSuccess else { return }
    rows[proven: index].total.record(record.pointee.started.nanoseconds(to: record.pointee.ended))
    guard record.pointee.firstToken != .distantFuture else { return }
    rows[proven: index].firstToken.record(
      record.pointee.started.nanoseconds(to: record.pointee.firstToken))
  }

  /// The tallies as ordinary values.
  var tallies: [AttemptTally] {
    (0..<rows.count).map { index in
      var tally = AttemptTally()
      tally.outcomes = (0..<kinds).map { outcomes[index * kinds + $0] }
      tally.statuses = (0..<1024).map { statuses[index * 1024 + $0] }
      tally.uses = (0..<16).map { uses[index * 16 + $0] }
      tally.bills = (0..<16).map { bills[index * 16 + $0] }
      tally.estimate = rows[index].estimate
      tally.inputTokens = rows[index].inputTokens
      tally.cachedInputTokens = rows[index].cachedInputTokens
      tally.outputTokens = rows[index].outputTokens
      tally.firstToken = rows[index].firstToken.histogram
      tally.total = rows[index].total.histogram
      return tally
    }
  }
}
