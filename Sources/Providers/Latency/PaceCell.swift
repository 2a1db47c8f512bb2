/// What the hour does to a deployment's speed: drift, hour of the day, and the hidden load.
struct PaceCell: BitwiseCopyable, Sendable {
  /// The factor on the time to the first token.
  var first = 1.0
  /// The factor on the time per output token.
  var token = 1.0
  /// The utilisation by others, before our own part.
  var utilisation = 0.0

  /// An hour that changes nothing.
  static let plain = PaceCell()

  /// Both at their least: a bound of two hours.
  func least(_ other: PaceCell) -> PaceCell {
    PaceCell(
      first: min(first, other.first), token: min(token, other.token),
      utilisation: min(utilisation, other.utilisation))
  }
}
