import Vocabulary

/// How a request ended, in the classes that the measures tell apart: each request is in exactly one.
public enum Ending: UInt8, Sendable, Hashable, CaseIterable {
  /// A success served by a provider.
  case served
  /// A success from the gateway's cache.
  case hit
  /// A success that shared another request's answer in flight.
  case followed
  /// An error, or an answer that broke off.
  case failed
  /// Refused: the key is not valid or there is no route.
  case rejectedByIdentity
  /// Refused by one of the tenant's own limits.
  case rejectedByLimit
  /// Refused by the tenant's own budget.
  case rejectedByBudget
  /// Refused because the gateway sheds load.
  case shed
  /// The client left.
  case abandoned

  /// The class of a record: arithmetic on raw values, since branches on it are mispredicted.
  @inline(__always)
  init(_ record: UnsafePointer<RequestRecord>) {
    let raw: UInt8 =
      switch record.pointee.end {
      case .succeeded:
        max(1, record.pointee.source == .semantic ? 2 : record.pointee.source.rawValue) &- 1
      case .failed: Ending.failed.rawValue
      case .rejected:
        record.pointee.rejection == .none
          ? Ending.rejectedByLimit.rawValue
          : Ending.rejectedByIdentity.rawValue &+ record.pointee.rejection.rawValue &- 1
      case .abandoned: Ending.abandoned.rawValue
      }
    self = Ending(rawValue: raw) ?? .failed
  }

  /// Whether the client has a whole answer.
  @inline(__always) public var isSuccess: Bool { rawValue <= Ending.followed.rawValue }
}

/// One exact counter for each ending.
public struct EndingCounts: BitwiseCopyable, Sendable, Equatable {
  var storage: (Int, Int, Int, Int, Int, Int, Int, Int, Int) = (0, 0, 0, 0, 0, 0, 0, 0, 0)

  /// How many requests ended so.
  public subscript(ending: Ending) -> Int {
    withUnsafeBytes(of: storage) {
      $0.load(fromByteOffset: Int(ending.rawValue) * MemoryLayout<Int>.stride, as: Int.self)
    }
  }

  /// The sum over all endings.
  public var all: Int { Ending.allCases.reduce(0) { $0 + self[$1] } }

  /// Requests whose client has a whole answer.
  public var succeeded: Int { self[.served] + self[.hit] + self[.followed] }

  /// Requests that the tenant's own limits or budgets refused.
  public var rejectedByOwnLimits: Int { self[.rejectedByLimit] + self[.rejectedByBudget] }

  /// Requests that were refused, for whatever reason.
  public var rejected: Int { self[.rejectedByIdentity] + rejectedByOwnLimits + self[.shed] }

  @inline(__always)
  mutating func add(_ ending: Ending, _ count: Int = 1) {
    withUnsafeMutableBytes(of: &storage) {
      let offset = Int(ending.rawValue) &* MemoryLayout<Int>.stride
      let old = $0.load(fromByteOffset: offset, as: Int.self)
      $0.storeBytes(of: old &+ count, toByteOffset: offset, as: Int.self)
    }
  }

  mutating func merge(_ other: EndingCounts) {
    for ending in Ending.allCases { add(ending, other[ending]) }
  }

  /// Whether all counters agree.
  public static func == (left: EndingCounts, right: EndingCounts) -> Bool {
    Ending.allCases.allSatisfy { left[$0] == right[$0] }
  }
}
