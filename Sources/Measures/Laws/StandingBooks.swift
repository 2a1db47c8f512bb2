import Vocabulary

/// The books of what deployments cost for being there.
///
/// What was charged is computed again from the price and from ∫ units dt, and that, where nothing
/// scales the units, from the measured stretch alone; the gateway's estimate from its own price. All
/// of it together is the standing part of the run's cost.
struct StandingBooks {
  private let prices: [StandingPrice?]
  private let stretch: Int128

  init(_ plan: MeasuresPlan) {
    prices = plan.standing
    stretch = Int128(max(0, plan.from.nanoseconds(to: plan.to)))
  }

  func close(_ tally: DriverTally, _ breaches: inout Breaches) {
    guard !prices.isEmpty else { return }
    var sum = tally.standingSideCalls
    let at = tally.requests.changed
    for (index, station) in tally.standing.enumerated() {
      sum += station.charge
      guard index < prices.count, let price = prices[index] else {
        if station.charge != .zero || station.estimate != .zero {
          breaches.add(
            .booksBalance, at: at, "deployment \(index) costs something for being there unasked")
        }
        continue
      }
      let units = price.isScaled ? station.unitNanoseconds : stretch * Int128(price.truth.units)
      let (truth, estimate) = (
        price.truth.charge(for: units), price.estimate.charge(for: units)
      )
      if units != station.unitNanoseconds || truth != station.charge
        || estimate != station.estimate
      {
        breaches.add(
          .booksBalance, at: at,
          "deployment \(index): charged \(station.charge.picodollars) p$, estimated "
            + "\(station.estimate.picodollars) p$ for \(station.unitNanoseconds) unit·ns; "
            + "the prices say \(truth.picodollars) and \(estimate.picodollars) p$ for \(units)")
      }
    }
    if sum != tally.standingCharges {
      breaches.add(
        .booksBalance, at: at,
        "standing charges are \(tally.standingCharges.picodollars) p$, those of deployments and of "
          + "side calls that belong to no request \(sum.picodollars) p$")
    }
  }
}
