import Vocabulary

/// One tenant's state under a limiting algorithm whose rule many tenants share.
///
/// The order of use: `refill` to the present, then `holds`, then either `charge` or `refused`. The
/// state of a limit lies in a dense array of one type, so nothing is allocated, retained or
/// dispatched dynamically per request. Contract, checked for every algorithm of the registry:
/// - what it admits stays within its envelope, whatever comes;
/// - `instant(holding:)` is exact: if nothing else comes, the same request is admitted then, and
///   not a nanosecond before; `distantFuture` if time alone never admits it;
/// - `charge` may exceed what it holds (what is charged after the fact), `giveBack` never makes it
///   hold more than when it was fresh.
public protocol Limiter: Sendable {
  /// What many tenants share.
  associatedtype Rule: BitwiseCopyable & Sendable & Hashable

  /// A state that has admitted nothing.
  init(_ rule: Rule)

  /// Lets time pass up to `now`; an earlier instant changes nothing.
  mutating func refill(_ rule: Rule, at now: Instant)

  /// Whether it would admit so many permits now.
  func holds(_ permits: Int64, _ rule: Rule) -> Bool

  /// When it will admit so many permits if nothing else comes.
  func instant(holding permits: Int64, _ rule: Rule) -> Instant

  /// Takes permits, whether it holds them or not.
  mutating func charge(_ permits: Int64, _ rule: Rule)

  /// Gives back some of what was charged at `charged`.
  mutating func giveBack(_ permits: Int64, chargedAt charged: Instant, _ rule: Rule)

  /// Whether what was charged at an instant still counts: not if its window is over.
  func counts(chargedAt charged: Instant, _ rule: Rule) -> Bool

  /// What a refusal does to it; nothing, usually.
  mutating func refused(_ rule: Rule)

  /// Whole permits that it holds now; negative while it owes.
  func permits(_ rule: Rule) -> Int64
}

extension Limiter {
  /// What has no windows counts all that has not drained.
  @inline(__always)
  public func counts(chargedAt charged: Instant, _ rule: Rule) -> Bool { true }

  /// A refusal changes nothing.
  @inline(__always)
  public mutating func refused(_ rule: Rule) {}
}
