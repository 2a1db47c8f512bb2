public import Chance
import Settings
import Vocabulary

/// Output tokens that a model thinks and does not show.
///
/// They come before the first visible token and delay it by the time per output token each; they
/// are billed as output. DeepSeek-R1's share of its output: mean 0.71, p10 0.37, p50 0.75, p90 0.97
/// (ServeGen, 2025).
public struct Reasoning: Sendable {
  /// The law of the hidden share of the output; one draw per attempt, moved into 0…0.99.
  public var share: Sampler
  /// Whether the hidden tokens come on top of the tokens that a trace tells, which then are the
  /// visible ones: total = visible ÷ (1 − share), at most the output cap.
  public var adds: Bool

  /// Makes a law of hidden tokens.
  public init(share: Sampler, adds: Bool = false) {
    self.share = share
    self.adds = adds
  }

  /// Reads `reasoning`.
  init(reading s: inout SettingsReader) throws(SettingError) {
    share = .constant(0)
    let doc = "the hidden share of the output tokens: \"71%\", or a distribution of numbers"
    if let setting = try s.raw("share", doc) {
      if setting.isDescribing { _ = try setting.share() }
      if case .string = setting.content, !setting.isDescribing {
        share = .constant(try setting.share().value)
      } else {
        share = try Distributions.readNumber(setting)
      }
    } else if !s.isDescribing {
      throw s.missing("share", expected: "a share such as \"71%\", or a distribution")
    }
    adds = try s.flag(
      "adds", default: false,
      "whether they come on top of the traffic's output tokens, which then are the visible ones")
  }

  /// The hidden tokens among `total`; at least one token is seen.
  static func hidden(_ share: Double, of total: UInt32) -> UInt32 {
    guard total > 1, share > 0 else { return 0 }
    return min(UInt32(min(share, 0.99) * Double(total)), total - 1)
  }

  /// The whole output if `visible` tokens are seen; at most `cap`, never fewer than are seen.
  static func total(_ share: Double, visible: UInt32, cap: UInt32) -> UInt32 {
    guard visible > 0, share > 0 else { return visible }
    let total = Double(visible) / (1 - min(share, 0.99)) + 0.5
    return max(visible, min(cap, total < 4_294_967_295 ? UInt32(total) : .max))
  }
}
