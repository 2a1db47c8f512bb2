import Providers
import Testing
import Vocabulary

// What both suites about potential outcomes ask of two fleets.

/// Two fleets answer calls alike, each deployment wherever it stands in either.
func expectLike(
  _ one: inout ProviderFleet, _ other: inout ProviderFleet, places: [(Int, Int)],
  calls: UInt64, every milliseconds: Int64, _ location: SourceLocation = #_sourceLocation
) {
  for number in 0..<calls {
    let now = at(.milliseconds(Int64(number) * milliseconds))
    for (here, there) in places {
      let (left, right) = (
        one.promise(attempt(number, at: here), at: now),
        other.promise(attempt(number, at: there), at: now)
      )
      #expect(left.isLike(right), sourceLocation: location)
    }
  }
}

/// A fleet answers calls alike, whatever else it is asked between them.
func expectUndisturbed(
  _ plan: FleetPlan, calls: UInt64, every milliseconds: Int64,
  _ location: SourceLocation = #_sourceLocation,
  by disturb: (inout ProviderFleet, UInt64, Instant) -> Void
) {
  var quiet = fleet(plan)
  var busy = fleet(plan)
  for number in 0..<calls {
    let now = at(.milliseconds(Int64(number) * milliseconds))
    _ = busy.promise(attempt(number + 10_000), at: now)
    _ = busy.promise(attempt(number, ordinal: 1), at: now)
    disturb(&busy, number, now)
    let (alone, among) = (
      quiet.promise(attempt(number), at: now), busy.promise(attempt(number), at: now)
    )
    #expect(alone.isLike(among), sourceLocation: location)
  }
}
