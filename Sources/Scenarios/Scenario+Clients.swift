public import Chance
public import Traffic
import Vocabulary

extension Scenario {
  /// Makes the clients of one replication, one for each stream, in order.
  ///
  /// Generated streams and traces begin at the run's start (the warm-up is part of the traffic) and
  /// end at the horizon.
  /// - Parameter data: Where data files are looked for; nil for where the scenario was found.
  public func makeClients(
    chance: Chance, data: DataFolders? = nil
  ) throws(TrafficError) -> [any Client] {
    var clients: [any Client] = []
    for stream in streams {
      clients.append(
        try stream.makeClient(
          chance: chance, from: .start, until: horizon, zero: warmUp, data: data ?? self.data,
          names: names))
    }
    return clients
  }
}
