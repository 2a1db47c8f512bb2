/// Where a run's records and notes go: one dynamic call per batch.
///
/// Requests come with the world's truth about them at the same position of a span of the same
/// length, and so do attempts and side calls. Within a kind, batches come in order of settlement; the
/// attempts and side calls of a batch precede the requests that they belong to.
public protocol Sink: AnyObject {
  /// Takes settled attempts.
  func consume(attempts: Span<AttemptRecord>, truths: Span<AttemptTruth>)
  /// Takes side calls that have ended; a sink that does not look at them need not have it.
  func consume(sideCalls: Span<SideCallRecord>, truths: Span<SideCallTruth>)
  /// Takes settled requests.
  func consume(requests: Span<RequestRecord>, truths: Span<RequestTruth>)
  /// Takes notes, in order of time.
  func consume(notes: Span<Note>)
}

extension Sink {
  /// Looks at no side call.
  public func consume(sideCalls: Span<SideCallRecord>, truths: Span<SideCallTruth>) {}
}
