import Settings
import Vocabulary

/// When a request goes to the strong side: score ≥ threshold (RouteLLM).
///
/// The threshold is stated, or calibrated to the share of requests that shall go to the strong
/// side: the quantile at 1 − share, of the scores that the scenario knows beforehand (those of its
/// trace's rows, or of its streams' laws), or of the last requests (online). Scores and thresholds
/// are multiples of 2⁻³¹, the nearest to what is written: equal in writing is equal.
///
/// Calibrated to a trace, the share of its calls at or above the threshold is the one asked for
/// within one call, or more by those whose scores tie with the threshold: none of equal scores can be
/// told apart.
/// - Source: I. Ong et al., RouteLLM, arXiv:2406.18665; `calibrate_threshold.py` of lm-sys/RouteLLM.
public struct ThresholdRule: BitwiseCopyable, Sendable, Hashable {
  /// The threshold; where it is online, that before the first score.
  public var at: Double
  /// The share of requests for the strong side.
  var strongShare = 0.0
  /// The latest scores that it is calibrated to; 0 for a fixed threshold.
  var sample = 0
  /// Whether a request without a score goes to the strong side.
  var strongWithoutScore = true
  /// Nanoseconds that a score may take.
  var deadline: Int64 = 0

  /// Reads what stands at `threshold`.
  init(reading s: inout SettingsReader) throws(SettingError) {
    at = 0
    let stated = try s.optionalNumber("at", in: 0...1, "the threshold: strong from this score on")
    let share = try s.optionalShare(
      "strongShare", "calibrate it to this share of requests for the strong side")
    sample = try s.integer(
      "sample", default: 0, in: 0...1_000_000, unit: "requests",
      "calibrate to the latest scores that this replica has seen, so many (local by design); 0: to"
        + " the sample that the scenario knows")
    strongWithoutScore =
      try s.name(
        "withoutScore", default: "strong", among: ["strong", "weak"], kind: "side",
        "where a request goes whose score could not be had in time") == 0
    deadline = try s.duration(
      "deadline", default: .seconds(1), in: .microseconds(1) ... .seconds(600),
      "how long a score may take"
    ).nanoseconds
    if s.isDescribing { return }
    try s.require(
      (stated == nil) != (share == nil), stated == nil ? "at" : "strongShare",
      expected: "either \"at\" or \"strongShare\"")
    // Until it is calibrated, when all routes are known: the threshold of evenly spread scores. No
    // score is 2, so none is for the strong side when none shall be.
    if let share { (strongShare, at) = (share.value, share.value > 0 ? 1 - share.value : 2) }
    if let stated { at = ThresholdRule.onGrid(stated) }
  }

  /// Whether it waits for the scores of all calls that can come to it.
  var isToBeCalibrated: Bool { strongShare > 0 && sample == 0 }

  /// The nearest multiple of 2⁻³¹.
  private static func onGrid(_ score: Double) -> Double {
    Double(Int64(score * 2_147_483_648 + 0.5)) / 2_147_483_648
  }

  /// The threshold that a share of scores reaches: their quantile at 1 − share, with linear
  /// interpolation between order statistics (R-7, the default of pandas, which RouteLLM uses).
  ///
  /// `nil` without scores.
  /// - Complexity: O(n log n).
  public static func calibrated(to share: Double, scores: [Double]) -> Double? {
    guard !scores.isEmpty else { return nil }
    let sorted = scores.sorted()
    let place = (1 - min(1, max(0, share))) * Double(sorted.count - 1)
    let low = Int(place)
    guard low + 1 < sorted.count else { return sorted[sorted.count - 1] }
    return sorted[low] + (sorted[low + 1] - sorted[low]) * (place - Double(low))
  }
}
