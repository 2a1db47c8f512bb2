import Vocabulary

/// Little's law as an exact identity between the driver's integrals and the records' own instants.
///
/// ∫ L(t) dt counts every nanosecond of every stay, so it equals the sum of the stays of those that
/// left plus the ages of those still inside: no expectation, no tolerance. The left side comes from
/// the driver (changes of a count), the right side from the records (differences of instants).
/// - Source: J. D. C. Little 1961; S. Stidham 1974 (sample-path form).
struct Sojourns: ~Copyable {
  private var held: Int128 = 0
  private var answered: Int128 = 0
  private var stays: Rows<Int128>
  private var attempts: Rows<Int>

  init(deployments: Int) {
    stays = Rows(repeating: 0, count: deployments)
    attempts = Rows(repeating: 0, count: deployments)
  }

  @inline(__always)
  mutating func settled(_ record: UnsafePointer<AttemptRecord>) {
    let deployment = Int(record.pointee.deployment.index)
    guard deployment < stays.count else { return }
    stays[deployment] &+= Int128(
      record.pointee.ended.nanoseconds &- record.pointee.started.nanoseconds)
    attempts[deployment] &+= 1
  }

  @inline(__always)
  mutating func ended(_ record: UnsafePointer<RequestRecord>) {
    held &+= Int128(record.pointee.settled.nanoseconds &- record.pointee.arrived.nanoseconds)
    answered &+= Int128(record.pointee.ended.nanoseconds &- record.pointee.arrived.nanoseconds)
  }

  func close(_ tally: DriverTally, _ breaches: inout Breaches) {
    compare(held, tally.requests, "the gateway", &breaches)
    if let answers = tally.answers { compare(answered, answers, "the clients", &breaches) }
    for (index, station) in tally.deployments.enumerated() {
      let stay = index < stays.count ? stays[index] : 0
      let settled = index < attempts.count ? attempts[index] : 0
      compare(stay, station, "deployment \(index)", &breaches)
      if station.entered != settled + station.open {
        breaches.add(
          .settlesOnce, at: station.changed,
          "deployment \(index): \(station.entered) started, \(settled) settled and "
            + "\(station.open) are open")
      }
    }
  }

  private func compare(
    _ stay: Int128, _ station: StationTally, _ where: String, _ breaches: inout Breaches
  ) {
    guard station.integral != stay + station.openAges else { return }
    breaches.add(
      .littlesLaw, at: station.changed,
      "\(`where`): ∫ inFlight dt is \(station.integral) ns, the ended stayed \(stay) ns and the "
        + "open are \(station.openAges) ns old")
  }
}
