import Foundation
import Testing

/// Compares `text` with a committed file; `UPDATE_SNAPSHOTS=1` rewrites it.
func expectSnapshot(
  _ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Snapshots").appending(path: name)
  if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    return
  }
  let expected = try? String(contentsOf: file, encoding: .utf8)
  if expected == text { return }
  let pair = zip(
    (expected ?? "").split(separator: "\n", omittingEmptySubsequences: false),
    text.split(separator: "\n", omittingEmptySubsequences: false))
  let first = pair.first { $0 != $1 }
  #expect(
    Bool(false),
    """
    \(name) differs from its snapshot
      expected: \(first?.0 ?? "(end of file)")
      found:    \(first?.1 ?? "(end of file)")
      UPDATE_SNAPSHOTS=1 swift test --filter CommandsTests rewrites it; review the diff
    """,
    sourceLocation: sourceLocation)
}
