public import Settings

/// The reader of JSON5 text with exact positions.
public enum JSON5 {
  /// Reads one value.
  public static func parse(
    bytes: [UInt8], file: String
  ) throws(SettingError) -> Setting {
    throw SettingError(
      at: Position(file: file, line: 1, column: 1), path: "", "the reader is not written yet")
  }
}
