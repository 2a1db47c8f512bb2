import Settings
import Vocabulary

/// How an embedding model sees the questions of a world.
///
/// Questions come in families; two of one family are alike without being the same: answers to one
/// are wrong for the other. With `familySpread` f and `spread` s the expected cosine of two texts
/// is about 1/(1 + s²) for the same question, 1/((1 + s²)(1 + f²)) for two of one family, and 0 else.
public struct Meanings: BitwiseCopyable, Sendable {
  /// How far the texts of one question lie from its centre.
  public var spread = 0.2
  /// How far the questions of a family lie from its centre.
  public var familySpread = 0.4
  /// Questions of a family.
  public var family = 10

  /// The defaults: assumed, not measured.
  public init() {}

  /// Reads the meanings that an embedding service tells apart.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    spread = try s.number(
      "spread", default: 0.2, in: 0...10, "how far the texts of one question lie from its centre")
    familySpread = try s.number(
      "familySpread", default: 0.4, in: 0...10,
      "how far the questions of a family lie from its centre")
    family = try s.integer(
      "family", default: 10, in: 1...1_000_000, "questions of a family; 1: none is like another")
  }
}
