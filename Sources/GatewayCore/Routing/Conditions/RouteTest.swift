import Vocabulary

/// One question about a request, and where a condition goes on after its answer.
///
/// A condition of any shape (`all`, `any`, `not`) is compiled into such tests: each names the next
/// test for yes and for no, or an end. Deciding runs along one path and evaluates no test twice.
/// - Complexity: O(tests on the path), no recursion, no allocation.
public struct RouteTest: BitwiseCopyable, Sendable, Hashable {
  /// What is asked about.
  enum Subject: UInt8, BitwiseCopyable, Sendable {
    /// Whether one of the tags in `low` (bits) is carried.
    case tag
    /// Whether all capabilities in `low` (bits) are needed.
    case capabilities
    case inputTokens
    /// The output cap; without one it is above every bound.
    case outputCap
    /// Input tokens and output cap.
    case totalTokens
    case key
    case user
    case team
    case feature
    case alias
    case priority
    case clientTry
    case streams
    /// The second of the civil day.
    case secondOfDay
    /// Whether the weekday is one of those in `low` (bits, 0 for Sunday).
    case weekday
    /// The share left of the request's budgets, in millionths.
    case budgetLeft
    /// Whether a budget asks to be rerouted.
    case rerouted
  }

  /// The end at which the condition holds.
  static let holds = UInt16.max
  /// The end at which it does not.
  static let fails = UInt16.max - 1

  var subject: Subject
  /// The least value that is a yes, or a set of bits.
  var low: Int64
  /// The greatest value that is a yes.
  var high: Int64 = .max
  var yes = RouteTest.holds
  var no = RouteTest.fails

  init(_ subject: Subject, _ range: ClosedRange<Int64>) {
    self.subject = subject
    low = range.lowerBound
    high = range.upperBound
  }

  init(_ subject: Subject, bits: UInt64) {
    self.subject = subject
    low = Int64(bitPattern: bits)
  }

  /// The answer for a request; the civil seconds at its instant count from 1970 in local time.
  @inline(__always)
  func answer(for request: borrowing Request, localSeconds: Int64) -> Bool {
    let bits = UInt64(bitPattern: low)
    let value: Int64
    switch subject {
    case .tag: return request.tags.rawValue & bits != 0
    case .capabilities: return request.capabilities.rawValue & bits == bits
    case .weekday:
      // 1970 began on a Thursday.
      return bits & (1 << UInt64(RouteTest.rest(of: localSeconds + 4 * 86_400, 604_800) / 86_400))
        != 0
    case .inputTokens: value = Int64(request.inputTokens)
    case .outputCap: value = RouteTest.cap(of: request)
    case .totalTokens:
      let cap = RouteTest.cap(of: request)
      value = cap == .max ? .max : cap + Int64(request.inputTokens)
    case .key: value = Int64(request.identity.key.index)
    case .user: value = Int64(request.identity.user.index)
    case .team: value = Int64(request.identity.team.index)
    case .feature: value = Int64(request.identity.feature.index)
    case .alias: value = Int64(request.alias.index)
    case .priority: value = Int64(request.priority)
    case .clientTry: value = Int64(request.clientTry)
    case .streams: value = request.streams ? 1 : 0
    case .secondOfDay: value = RouteTest.rest(of: localSeconds, 86_400)
    case .budgetLeft, .rerouted: return false
    }
    return value >= low && value <= high
  }

  /// What is left of civil seconds after whole periods; also before 1970.
  @inline(__always)
  private static func rest(of seconds: Int64, _ period: Int64) -> Int64 {
    let rest = seconds % period
    return rest < 0 ? rest + period : rest
  }

  @inline(__always)
  private static func cap(of request: borrowing Request) -> Int64 {
    request.outputCap == .max ? .max : Int64(request.outputCap)
  }
}

/// A condition on a request, as it is written.
indirect enum RouteCondition {
  case test(RouteTest)
  case all([RouteCondition])
  case any([RouteCondition])
  case not(RouteCondition)
}

extension RouteTree {
  /// Compiles a condition; returns its first test, or an end if there is nothing to test.
  ///
  /// Tests are laid down from the last to the first, so that each knows where it goes on (the
  /// short-circuit code of A. Aho, R. Sethi, J. Ullman, Compilers, §8.4).
  mutating func compile(
    _ condition: RouteCondition, yes: UInt16 = RouteTest.holds, no: UInt16 = RouteTest.fails
  ) -> UInt16 {
    switch condition {
    case .test(var test):
      (test.yes, test.no) = (yes, no)
      tests.append(test)
      return UInt16(truncatingIfNeeded: tests.count - 1)
    case .all(let parts):
      return parts.reversed().reduce(yes) { next, part in compile(part, yes: next, no: no) }
    case .any(let parts):
      return parts.reversed().reduce(no) { next, part in compile(part, yes: yes, no: next) }
    case .not(let part):
      return compile(part, yes: no, no: yes)
    }
  }
}
