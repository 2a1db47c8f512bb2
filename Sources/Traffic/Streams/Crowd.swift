import Vocabulary

/// Several clients as one: their arrivals merged by time.
///
/// At the same instant the client that stands first comes first. The draws of a client do not
/// depend on the others, so adding one leaves the arrivals of the rest as they are. Nobody is told
/// of answers: of clients that listen it shows what follows from none.
/// - Complexity: O(clients) per arrival; meant for the named streams of a scenario.
public struct Crowd: Sendable {
  private var clients: [any Client]
  private var waiting: [Arrival]
  private var isWaiting: [Bool]
  private var hasBegun = false
  private var given: UInt64 = 0
  /// The index of the client whose arrival was given last.
  public private(set) var latest = 0

  /// Makes a crowd of clients.
  public init(_ clients: [any Client]) {
    self.clients = clients
    waiting = Array(repeating: .blank, count: clients.count)
    isWaiting = Array(repeating: false, count: clients.count)
  }

  /// Overwrites `arrival` with the earliest one left and numbers it; `false` at the end.
  public mutating func next(into arrival: inout Arrival) throws(TrafficError) -> Bool {
    if !hasBegun {
      hasBegun = true
      for index in clients.indices { try refill(index) }
    }
    var earliest = -1
    for index in waiting.indices where isWaiting[index] {
      if earliest < 0 || waiting[index].at < waiting[earliest].at { earliest = index }
    }
    guard earliest >= 0 else { return false }
    arrival = waiting[earliest]
    arrival.request.number = given
    given &+= 1
    latest = earliest
    try refill(earliest)
    return true
  }

  /// How many malformed rows each client has left out so far.
  public var skippedRows: [Int] { clients.map(\.skippedRows) }

  private mutating func refill(_ index: Int) throws(TrafficError) {
    isWaiting[index] = try clients[index].next(into: &waiting[index])
  }
}
