import Settings
import Testing
import Vocabulary

@testable import Traffic

@Suite("A stream's settings")
struct StreamPlanTests {
  static func message(_ tree: Tree) throws -> String {
    var names = try someNames()
    try names.aliases.declare("extract")
    do {
      _ = try plan(tree, names: &names)
      return "no error"
    } catch { return "\(error)" }
  }

  static func with(_ extra: (String, Tree)...) -> Tree {
    .object(
      [
        ("arrivals", ["poisson": "4/s"]), ("alias", "chat"),
        ("tokens", ["input": 1, "output": 1]),
      ].filter { pair in !extra.contains { $0.0 == pair.0 } } + extra)
  }

  @Test(
    "say what is wrong, where, and what is allowed",
    arguments: [
      (["alias": "chat"], "missing \"arrivals\""),
      (with(("trace", "x.csv")), "a `trace` or `arrivals`, not both"),
      (with(("alias", "chta")), "did you mean \"chat\"?"),
      (with(("arrivals", "poison")), "did you mean \"poisson\"?"),
      (with(("arrivals", ["poisson": "0/s"])), "a rate above zero"),
      (with(("arrivals", ["poisson": 4])), "expected a rate"),
      (with(("loop", true)), "no `loop` without a `trace`"),
      (with(("format", "mooncake")), "no `format` without a `trace`"),
      (with(("sha256", "ab")), "64 lower-case hexadecimal digits"),
      (with(("tokens", ["input": 1])), "missing \"output\""),
      (with(("tokens", ["input": 1.5, "output": 1])), "a whole number of tokens"),
      (with(("speed", 0)), "speed"),
      (with(("rate", ["1h": 1, "0h": 2])), "times that increase"),
      (with(("rate", ["soon": 1])), "the key \"soon\""),
      (with(("teams", ["count": 2]), ("team", "x")), "a `team` or `teams`, not both"),
      (with(("streams", "often")), "share"),
      (with(("keys", ["zipf": ["count": 3, "exponnet": 1]])), "did you mean \"exponent\"?"),
      (with(("paitence", "3s")), "did you mean \"patience\"?"),
      (with(("conversations", ["think": "1s"])), "again"),
    ] as [(Tree, String)])
  func errors(tree: Tree, part: String) throws {
    let message = try Self.message(tree)
    #expect(message.contains(part), "\(message)")
  }

  @Test("refuse the 65th tag")
  func tags() throws {
    let tags = Tree.object((0..<65).map { ("k\($0)", "v") })
    #expect(try Self.message(Self.with(("tags", tags))).contains("at most 64"))
  }

  @Test("are described without a file, and so is every arrival process, format and law of keys")
  func described() throws {
    var reader = SettingsReader.describing()
    var names = TrafficNames()
    _ = try StreamPlan(name: "x", reading: &reader, names: &names)
    let keys = reader.described.map(\.key)
    for key in [
      "trace", "format", "skipBadRows", "arrivals", "rate", "count", "speed", "loop", "source",
      "sha256", "alias", "team", "teams", "user", "users", "virtualKey", "feature", "tags",
      "capabilities", "priority", "outputCap", "patience", "streams", "keys", "tokens",
      "cachedInput", "conversations",
    ] {
      #expect(keys.contains(key), "\(key)")
    }
    #expect(ArrivalLaws.registry.audit().isEmpty)
    #expect(TraceFormats.registry.audit().isEmpty)
    #expect(BodyChoice.registry.audit().isEmpty)
  }
}
