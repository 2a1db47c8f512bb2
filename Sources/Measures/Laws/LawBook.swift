import Vocabulary

/// All laws of one run, fed in one pass.
struct LawBook {
  init(_ plan: MeasuresPlan) {}
  mutating func newFlush(_ breaches: inout Breaches) {}
  mutating func settled(
    _ record: borrowing AttemptRecord, _ truth: AttemptTruth, _ breaches: inout Breaches
  ) {}
  mutating func ended(
    _ record: borrowing RequestRecord, _ truth: RequestTruth, _ breaches: inout Breaches
  ) {}
  mutating func noted(_ note: Note, _ breaches: inout Breaches) {}
  mutating func close(_ tally: DriverTally, _ breaches: inout Breaches) {}
}
