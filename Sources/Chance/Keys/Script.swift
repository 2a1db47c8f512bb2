import Synchronization

/// A list of numbers that stand in for chance, handed out in order to whoever asks.
///
/// Differential tests feed the same numbers to a real router and to ours. A script that runs dry
/// goes on with 1/2 and counts what it could not give.
public final class Script: Sendable {
  private struct Place {
    var next = 0
    var shortfall = 0
  }

  private let draws: [Double]
  private let place = Mutex(Place())

  /// Makes a script of uniforms.
  public init(_ draws: [Double]) { self.draws = draws }

  /// The next number; 1/2 when none is left.
  public func next() -> Double {
    place.withLock { place in
      guard place.next < draws.count else {
        place.shortfall += 1
        return 0.5
      }
      place.next += 1
      return draws[place.next - 1]
    }
  }

  /// How many numbers have been handed out.
  public var drawn: Int { place.withLock { $0.next } }

  /// How many numbers were asked for after the last.
  public var shortfall: Int { place.withLock { $0.shortfall } }
}
