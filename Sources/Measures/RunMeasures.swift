import Vocabulary

/// Gathers one run: counters, histograms, series and the laws, from records, truths and notes only.
///
/// Give it to the engine as its sink; after the run, call `close` with the driver's own tally, and
/// read `totals`. A flush hands over all it has of all three kinds; which kind comes first does not
/// matter, except that attempts precede the requests they belong to.
/// - Complexity: O(1) a record; memory follows what is in flight and the tenants, not the trace.
public final class RunMeasures: Sink {
  /// What is measured.
  public let plan: MeasuresPlan
  private var gathering: Gathering
  private var merged: [RunTotals] = []

  /// Makes an empty gatherer.
  public init(plan: MeasuresPlan) {
    self.plan = plan
    gathering = Gathering(plan)
  }

  /// What was found so far, with all that was merged, in the order of merging.
  ///
  /// Made anew at each call: ask once, after the run.
  public var totals: RunTotals {
    merged.reduce(into: gathering.totals) { $0.merge($1) }
  }

  /// The breaches of the laws so far, of this run alone.
  public var breaches: Breaches { gathering.breaches }

  /// Takes settled attempts.
  public func consume(attempts: Span<AttemptRecord>, truths: Span<AttemptTruth>) {
    gathering.consume(attempts: attempts, truths: truths)
  }

  /// Takes settled requests.
  public func consume(requests: Span<RequestRecord>, truths: Span<RequestTruth>) {
    gathering.consume(requests: requests, truths: truths)
  }

  /// Takes side calls that have ended.
  public func consume(sideCalls: Span<SideCallRecord>, truths: Span<SideCallTruth>) {
    gathering.consume(sideCalls: sideCalls, truths: truths)
  }

  /// Takes notes, in order of time.
  public func consume(notes: Span<Note>) {
    gathering.consume(notes: notes)
  }

  /// Ends the run: compares the records with what the driver counted by itself.
  public func close(_ tally: DriverTally) {
    gathering.close(tally)
  }

  /// Adds another replication's totals to these.
  public func merge(_ other: RunMeasures) {
    merged.append(other.totals)
  }
}
