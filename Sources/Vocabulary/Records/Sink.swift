/// Where a run's records and notes go: one dynamic call per batch.
///
/// Requests come with the world's truth about them at the same position of a span of the same
/// length, and so do attempts. Within a kind, batches come in order of settlement; the attempts of
/// a batch precede the requests that they belong to.
public protocol Sink: AnyObject {
  /// Takes settled attempts.
  func consume(attempts: Span<AttemptRecord>, truths: Span<AttemptTruth>)
  /// Takes settled requests.
  func consume(requests: Span<RequestRecord>, truths: Span<RequestTruth>)
  /// Takes notes, in order of time.
  func consume(notes: Span<Note>)
}
