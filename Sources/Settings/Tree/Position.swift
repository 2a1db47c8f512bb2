/// A place in a file: where a key or a value begins.
public struct Position: Sendable, Hashable, CustomStringConvertible {
  /// The file's path as the user gave it, or what stands for it (`--set`).
  public var file: String
  /// The line, from 1; 0 if the place has no lines.
  public var line: Int
  /// The column in Unicode scalars, from 1.
  public var column: Int

  /// Makes a place.
  public init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// The place of what was written in code and not in a file.
  public static var code: Position { Position(file: "(code)", line: 0, column: 0) }

  /// The place as `file:line:column`, or the file alone if it has no lines.
  public var description: String { line > 0 ? "\(file):\(line):\(column)" : file }
}
