import Vocabulary

/// The gateway's copies of the price curves, and what it has seen bought of the month's volumes.
///
/// A replica counts what it has bought itself: with several replicas a volume discount is estimated
/// late, which is one of the ways in which an estimate differs from the bill.
struct CurveBook: Sendable {
  private let sheets: [PriceSheet]
  private let curves: [PriceCurve?]
  private var ledgers: [VolumeLedger]
  /// The place of each deployment's ledger: that of its account's first.
  private let ledgerOf: [Int]

  init(_ deployments: [DeploymentFacts]) {
    sheets = deployments.map(\.sheet)
    curves = deployments.map(\.curve)
    ledgers = deployments.map { _ in VolumeLedger() }
    ledgerOf = deployments.indices.map { place in
      let account = deployments[place].account
      return account.isEmpty
        ? place : deployments.firstIndex { $0.account == account } ?? place
    }
  }

  /// What `usage` would be billed.
  func bill(for usage: Usage, by deployment: Int, at start: Instant) -> Money {
    curves[deployment]?.bill(for: usage, at: start, after: ledgers[ledgerOf[deployment]])
      ?? sheets[deployment].bill(for: usage)
  }

  /// What `usage` is billed, booked.
  mutating func charge(_ usage: Usage, by deployment: Int, at start: Instant) -> Money {
    let bill = bill(for: usage, by: deployment, at: start)
    if let curve = curves[deployment], let volume = curve.volume {
      ledgers[ledgerOf[deployment]].book(
        usage, list: curve.listBill(for: usage, at: start), at: start, volume, curve.calendar)
    }
    return bill
  }
}

extension Gateway {
  /// What `usage` would cost by the gateway's own sheets, of an attempt that starts at `start`.
  @inline(__always)
  mutating func price(of usage: Usage, by deployment: DeploymentID, at start: Instant) -> Money {
    if hasCurves { return curves.bill(for: usage, by: Int(deployment.index), at: start) }
    return sheets[Int(deployment.index)].bill(for: usage)
  }

  /// What an attempt has cost by the gateway's own sheets.
  @inline(__always)
  mutating func charge(_ usage: Usage, by deployment: DeploymentID, at start: Instant) -> Money {
    if hasCurves { return curves.charge(usage, by: Int(deployment.index), at: start) }
    return sheets[Int(deployment.index)].bill(for: usage)
  }
}
