import Synchronization

/// Lists of numbers that stand in for chance, handed out in order to whoever asks.
///
/// Differential tests feed the same numbers to a real router and to ours. There is one list for all
/// keys, or a list for each of some keys (a lane); a list that runs dry goes on with 1/2 and counts
/// what it could not give.
public final class Script: Sendable {
  private struct Place {
    var next: [Int]
    var shortfall = 0
  }

  private let keys: [ChanceKey?]
  private let lanes: [[Double]]
  private let place: Mutex<Place>

  /// Makes a script of uniforms for all keys.
  public init(_ draws: [Double]) {
    keys = [nil]
    lanes = [draws]
    place = Mutex(Place(next: [0]))
  }

  /// Makes a script with a list for each key; another key gets 1/2.
  public init(_ lanes: [(key: ChanceKey, draws: [Double])]) {
    keys = lanes.map(\.key)
    self.lanes = lanes.map(\.draws)
    place = Mutex(Place(next: lanes.map { _ in 0 }))
  }

  /// The next number of a key's lane; 1/2 when none is left.
  public func next(for key: ChanceKey) -> Double {
    place.withLock { place in
      guard let lane = keys.firstIndex(where: { $0 == nil || $0 == key }),
        place.next[lane] < lanes[lane].count
      else {
        place.shortfall += 1
        return 0.5
      }
      place.next[lane] += 1
      return lanes[lane][place.next[lane] - 1]
    }
  }

  /// How many numbers have been handed out.
  public var drawn: Int { place.withLock { $0.next.reduce(0, +) } }

  /// How many numbers were asked for after the last.
  public var shortfall: Int { place.withLock { $0.shortfall } }
}
