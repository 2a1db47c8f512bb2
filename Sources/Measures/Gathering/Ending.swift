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

  /// The raw value of the class of a record.
  ///
  /// Three tables of four bits an entry, by the end, the answer's source and the reason of a
  /// refusal: a branch on any of them would be mispredicted.
  @inline(__always)
  static func code(_ record: UnsafePointer<RequestRecord>) -> UInt8 {
    let source = UInt32(record.pointee.source.rawValue)
    let succeeded: UInt32 = (0x1_2100 &>> (source &* 4)) & 15
    let rejected: UInt32 = (0x7_6545 &>> (UInt32(record.pointee.rejection.rawValue) &* 4)) & 15
    let ends: UInt32 = 0x8030 | succeeded | rejected << 8
    return UInt8(truncatingIfNeeded: (ends &>> (UInt32(record.pointee.end.rawValue) &* 4)) & 15)
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

  /// Counts an ending, given by its raw value.
  @inline(__always)
  mutating func add(_ code: UInt8, _ count: Int = 1) {
    withUnsafeMutableBytes(of: &storage) {
      let offset = Int(code) &* MemoryLayout<Int>.stride
      let old = $0.load(fromByteOffset: offset, as: Int.self)
      $0.storeBytes(of: old &+ count, toByteOffset: offset, as: Int.self)
    }
  }

  mutating func merge(_ other: EndingCounts) {
    for ending in Ending.allCases { add(ending.rawValue, other[ending]) }
  }

  /// Whether all counters agree.
  public static func == (left: EndingCounts, right: EndingCounts) -> Bool {
    Ending.allCases.allSatisfy { left[$0] == right[$0] }
  }
}
