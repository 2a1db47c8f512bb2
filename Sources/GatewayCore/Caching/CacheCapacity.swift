import Settings
import Vocabulary

/// How much a cache may hold, in entries or in bytes, and which answers are too large for it.
///
/// The bytes of an answer are its output tokens × `bytesPerToken` + `overhead`; the defaults
/// (4 bytes a token of English text, half a kibibyte for key and headers) are assumptions.
/// - Complexity: O(1).
public struct CacheCapacity: BitwiseCopyable, Sendable {
  /// How much it may hold, in entries or bytes; `nil` for no bound.
  public var limit: Int?
  /// Whether the limit is in bytes.
  public var countsBytes = false
  /// Bytes of an output token.
  public var bytesPerToken = 4
  /// Bytes of an answer besides its tokens.
  public var overhead = 512
  /// The largest answer that is kept, in bytes.
  public var maximumBytes = Int.max

  /// No answer of 4 GiB and more is kept where bytes are counted: an entry's size has 32 bits.
  static let largestEntry = Int(UInt32.max)

  /// Room for one answer.
  static let nothing = CacheCapacity(limit: 1)

  private init(limit: Int) { self.limit = limit }

  /// Reads `capacity`, `bytes`, and what an answer weighs.
  init(reading s: inout SettingsReader, like preset: CachePreset) throws(SettingError) {
    let entries = try s.optionalInteger(
      "capacity", in: 1...100_000_000, "entries it may hold; without capacity and bytes no bound")
    let bytes = try s.optionalInteger(
      "bytes", in: 1...1_000_000_000_000, "bytes it may hold, instead of a capacity in entries")
    try s.require(
      entries == nil || bytes == nil, "bytes", expected: "either capacity or bytes, not both")
    limit = bytes ?? entries ?? preset.capacity
    countsBytes = bytes != nil
    bytesPerToken = try s.integer(
      "bytesPerToken", default: 4, in: 0...1000, "bytes of an output token")
    overhead = try s.integer(
      "overhead", default: 512, in: 1...1_000_000, "bytes of an answer besides its tokens")
    maximumBytes = try s.integer(
      "maxBytes", default: preset.maximumBytes, in: 1 ... .max, "larger answers are not kept")
  }

  /// The bytes of an answer.
  @inline(__always)
  func bytes(of usage: Usage) -> Int { Int(usage.outputTokens) * bytesPerToken + overhead }

  /// What an answer takes of the capacity.
  @inline(__always)
  func size(of usage: Usage) -> Int { countsBytes ? bytes(of: usage) : 1 }

  /// Whether an answer is small enough to be kept.
  @inline(__always)
  func keeps(_ usage: Usage) -> Bool {
    let bytes = bytes(of: usage)
    return bytes <= maximumBytes
      && (!countsBytes || bytes <= min(limit ?? .max, CacheCapacity.largestEntry))
  }

  /// About how many entries there is room for, if a typical answer has 250 tokens: only the size of
  /// a frequency sketch follows from it.
  var entries: Int {
    guard let limit else { return .max }
    return countsBytes ? max(16, limit / max(1, bytesPerToken * 250 + overhead)) : limit
  }
}
