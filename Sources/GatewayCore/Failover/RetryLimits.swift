import Settings
import Vocabulary

/// Which error the client gets when nothing is left to try.
public enum ReportedError: Int, BitwiseCopyable, Sendable, CaseIterable {
  /// The last attempt's.
  case last
  /// The first attempt's.
  case first
  /// The last one before the first fallback: that of the group that was asked for (LiteLLM).
  case original

  init(reading s: inout SettingsReader) throws(SettingError) {
    self =
      ReportedError(
        rawValue: try s.name(
          "error", default: "last", among: ["last", "first", "original"], kind: "error",
          "which error the client gets when nothing is left: the last, the first, or the last one"
            + " before the first fallback")) ?? .last
  }
}

/// How often and how deep a request may move on to a next child.
///
/// `depth` is LiteLLM's `max_fallbacks`: a fallback that was itself reached by so many moves, one
/// inside the other, moves on no more; a flat list of any length is one move deep.
public struct FallbackLimits: BitwiseCopyable, Sendable {
  /// The most moves of a request; `.max` for no such cap.
  var most: Int = .max
  /// The most moves one inside the other.
  var depth: Int = .max

  /// No caps.
  public init() {}

  init(reading s: inout SettingsReader) throws(SettingError) {
    most =
      try s.optionalInteger("max", in: 0...16, "moves to a next child that a request may make")
      ?? .max
    depth =
      try s.optionalInteger(
        "depth", in: 0...16, "fallbacks inside fallbacks: the walk goes no deeper (LiteLLM)")
      ?? .max
  }
}
