import Vocabulary

/// Which cluster of questions each answer that a gateway keeps belongs to.
///
/// An open-addressed table over the handles of bodies, at most half full.
/// - Complexity: O(1) expected; memory follows what is kept.
struct BodyQuestions: ~Copyable {
  struct Place: BitwiseCopyable {
    /// The handle + 1; 0 for empty.
    var body: UInt64 = 0
    var cluster: UInt32 = 0
  }

  private var places = Buffer<Place>()
  private var count = 0

  private func home(_ body: UInt64) -> Int {
    Int(truncatingIfNeeded: (body &* 0x9E37_79B9_7F4A_7C15) >> 24) & (places.count - 1)
  }

  /// The bit of the handles that the driver gives to bodies in a shared cache: they are no replica's.
  static let shared: UInt64 = 1 << 63

  private static func handle(_ body: BodyID, _ replica: Int, _ replicas: Int) -> UInt64 {
    if body.bits & shared != 0 { return body.bits }
    return body.bits &* UInt64(replicas) &+ UInt64(replica) &+ 1
  }

  /// A body is kept.
  mutating func keep(_ body: BodyID, of replica: Int, _ replicas: Int, cluster: UInt32) {
    if (count + 1) * 2 > places.count { grow() }
    insert(Place(body: Self.handle(body, replica, replicas), cluster: cluster))
    count += 1
  }

  /// The cluster of a body; 0 if nothing is known of it.
  func cluster(of body: BodyID, _ replica: Int, _ replicas: Int) -> UInt32 {
    find(Self.handle(body, replica, replicas)).map { places[$0].cluster } ?? 0
  }

  /// A body is released.
  mutating func release(_ body: BodyID, of replica: Int, _ replicas: Int) {
    guard var hole = find(Self.handle(body, replica, replicas)) else { return }
    let mask = places.count - 1
    var next = (hole + 1) & mask
    while places[next].body != 0 {
      if (next - home(places[next].body)) & mask >= (next - hole) & mask {
        places[hole] = places[next]
        hole = next
      }
      next = (next + 1) & mask
    }
    places[hole] = Place()
    count -= 1
  }

  private func find(_ body: UInt64) -> Int? {
    guard places.count > 0 else { return nil }
    var place = home(body)
    while places[place].body != 0 {
      if places[place].body == body { return place }
      place = (place + 1) & (places.count - 1)
    }
    return nil
  }

  private mutating func insert(_ new: Place) {
    var place = home(new.body)
    while places[place].body != 0 { place = (place + 1) & (places.count - 1) }
    places[place] = new
  }

  private mutating func grow() {
    let old = places.count
    var kept = Buffer<Place>(capacity: max(1, count))
    for place in 0..<old where places[place].body != 0 { kept.append(places[place]) }
    places.removeAll()
    places.fill(upTo: max(64, old * 2), with: Place())
    for place in 0..<kept.count { insert(kept[place]) }
  }
}
