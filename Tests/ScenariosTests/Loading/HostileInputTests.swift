import Foundation
import Scenarios
import Settings
import Testing

@Suite("A hostile input")
struct HostileInputTests {
  @Test("gives one error when it is no text at all")
  func noText() throws {
    var garbage = [UInt8](repeating: 0, count: 1 << 20)
    var state: UInt64 = 1
    for index in garbage.indices {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      garbage[index] = UInt8(truncatingIfNeeded: state >> 56)
    }
    let files = try Files([("scenario.json5", "")])
    let inputs: [(bytes: [UInt8], says: String)] = [
      (garbage, "is not UTF-8"), ([], "the file is empty"),
      (Array("// x".utf8), "the file is empty"),
      (Array("{a:".utf8) * 100_000, "more than 128 levels"),
      (Array("[".utf8) * 100_000 + Array("]".utf8) * 100_000, "more than 128 levels"),
      (Array(smallest.utf8.prefix(300)), "the file ends inside"),
      (Array(edited("chat", "ch\u{1}t").utf8).map { $0 == 1 ? 0xFF : $0 }, "is not UTF-8"),
      (Array("[1]".utf8), "expected a scenario"), (Array("7".utf8), "expected a scenario"),
    ]
    for (bytes, says) in inputs {
      try Data(bytes).write(to: URL(filePath: files.path + "/scenario.json5"))
      #expect {
        try files.load()
      } throws: { error in
        "\(error)".contains(says)
      }
    }
  }

  @Test("gives a scenario or an error, whatever value stands in whatever place")
  func values() throws {
    let tree = try JSON5.parse(bytes: Array(example.utf8), file: "example")
    var ways: [SettingPath] = []
    func walk(_ node: Setting) {
      if let way = SettingPath(node.path) { ways.append(way) }
      for member in node.members ?? [] { walk(member.value) }
      for element in node.elements ?? [] { walk(element) }
    }
    walk(tree)
    let nasty: [Setting] = [
      nil, true, -1, 0, 1e308, 1e19, 3, "", "x", "0", "1e12/ns", "9e18s", "291y", "1ns", "1e308%",
      "$9e18/M", "-5ms", "∞", [], [:], [[]], ["": 1], 9_223_372_036_854_775_807, "chat", "1/36500d",
    ]
    let files = try Files([("scenario.json5", example)])
    _ = try files.load()
    var errors = 0
    // All of the 12,000 pairs have been tried once; each run tries every 97th.
    for pair in stride(from: 0, to: ways.count * nasty.count, by: 97) {
      let (way, value) = (ways[pair / nasty.count], nasty[pair % nasty.count])
      let text = try tree.replacing(way, with: value).json5()
      try Data(text.utf8).write(to: URL(filePath: files.path + "/scenario.json5"))
      do throws(ScenarioError) { _ = try files.load().resolvedText } catch {
        errors += 1
        if case .setting(let error) = error {
          #expect(error.position.line > 0, "\(way) = \(value.found): \(error)")
        }
      }
    }
    #expect(errors > 20)
  }

  @Test("that is long is an error or is read, in little time")
  func long() throws {
    var chain = "d0: { extends: \"a/x\" },"
    for index in 1..<200 { chain += "d\(index): { extends: \"d\(index - 1)\" }," }
    let deep = try #require(try message(edited("\"b/y\":", chain + "\"b/y\":")))
    #expect(deep.contains("deployments extend one another more than 100 deep"))

    // 2³⁰ ways lead to the last fragment, which is read once.
    let fragments = (0..<30).map { index in
      (name: "f\(index).json5", text: "{ use: [\"f\(index + 1).json5\", \"f\(index + 1).json5\"] }")
    }
    let files = try Files(
      [("scenario.json5", edited("lab: 1,", "lab: 1, use: \"f0.json5\",")), ("f30.json5", "{}")]
        + fragments)
    #expect(try files.load().inputs.count == 32)
  }
}

private func * (bytes: [UInt8], count: Int) -> [UInt8] {
  [UInt8](repeatElement(bytes, count: count).joined())
}
