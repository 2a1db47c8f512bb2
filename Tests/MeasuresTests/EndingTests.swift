import Testing
import Vocabulary

@testable import Measures

@Suite("The ending of a request")
struct EndingTests {
  /// The classes by branches, one after the other.
  private func slow(_ record: RequestRecord) -> Ending {
    switch record.end {
    case .succeeded:
      switch record.source {
      case .none, .provider: .served
      case .cache, .semantic: .hit
      case .follow: .followed
      }
    case .failed: .failed
    case .rejected:
      switch record.rejection {
      case .identity: .rejectedByIdentity
      case .none, .limit: .rejectedByLimit
      case .budget: .rejectedByBudget
      case .shed: .shed
      }
    case .abandoned: .abandoned
    }
  }

  @Test("is in its tables what branches make of it, for every end, source and reason")
  func tables() {
    let request = Request(call: CallKey(bits: 1), inputTokens: 1, alias: AliasID(0))
    var record = RequestRecord(arrival: request, id: .none, at: .start, replica: ReplicaID(0))
    for end in RequestRecord.End.allCases {
      for source in RequestRecord.Source.allCases {
        for rejection in RequestRecord.Rejection.allCases {
          (record.end, record.source, record.rejection) = (end, source, rejection)
          let seen = withUnsafePointer(to: record) { record in
            withUnsafePointer(to: RequestTruth()) { Seen(record, $0) }
          }
          #expect(seen.ending == slow(record))
          #expect(seen.isSuccess == (end == .succeeded))
          #expect(seen.isServed == (slow(record) == .served))
        }
      }
    }
  }
}
