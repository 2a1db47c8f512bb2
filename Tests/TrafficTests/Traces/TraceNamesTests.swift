import Chance
import Settings
import Testing
import Vocabulary

@testable import Traffic

@Suite("The names in a trace")
struct TraceNamesTests {
  /// What a scenario with all four sections declares.
  private static func names() throws -> TrafficNames {
    var names = TrafficNames()
    try names.teams.declare("kyc")
    try names.teams.declare("Zürich")
    try names.teams.declare("others", count: 40)
    try names.users.declare("people", count: 1_000)
    try names.keys.declare("k1")
    try names.features.declare("search")
    for alias in ["chat", "extract"] { try names.aliases.declare(alias) }
    names.teams.isOpen = false
    names.users.isOpen = false
    names.keys.isOpen = false
    names.features.isOpen = false
    return names
  }

  private static let header = "t,in,out,dept,uid,api_key,product,model\n"

  private static func tree(
    _ file: String, _ shape: String = "csv", undeclared: Bool = true, more: [(String, Tree)] = []
  ) -> Tree {
    var format: [(String, Tree)] = [
      ("time", "t"), ("unit", "s"), ("input", "in"), ("output", "out"), ("team", "dept"),
      ("user", "uid"), ("key", "api_key"), ("feature", "product"), ("alias", "model"),
    ]
    if undeclared { format.append(("undeclared", ["user": "people"])) }
    return .object(
      [
        ("trace", .text(file)), ("alias", "chat"), ("format", .object([(shape, .object(format))])),
      ] + more)
  }

  private static func played(
    _ rows: String, _ shape: String = "csv", undeclared: Bool = true, more: [(String, Tree)] = []
  ) throws -> (arrivals: [Arrival], skipped: Int) {
    let folder = try ScratchFolder()
    let path = try folder.write((shape == "csv" ? header : "") + rows)
    var known = try names()
    let stream = try plan(
      tree(path, shape, undeclared: undeclared, more: more), name: "log", names: &known)
    var client = try stream.makeClient(
      chance: Chance(seed: 1, replication: 0), until: .distantFuture,
      data: DataFolders(beside: ""), names: known)
    var arrival = Arrival.blank
    var all: [Arrival] = []
    while try client.next(into: &arrival) { all.append(arrival) }
    return (all, client.skippedRows)
  }

  private static func refusal(
    _ rows: String, _ shape: String = "csv", undeclared: Bool = true
  ) -> String {
    do {
      _ = try played(rows, shape, undeclared: undeclared)
      return ""
    } catch { return "\(error)" }
  }

  @Test("say who asked, and for what: ids of what the scenario declares")
  func ids() throws {
    let (all, _) = try Self.played(
      "0,10,5,kyc,people/3,k1,search,chat\n1,10,5,others/40,people/1000,k1,,extract\n"
        + "2,10,5,\"Zürich\",,,none,\n")
    let who = all.map(\.request.identity)
    #expect(who.map(\.team.index) == [1, 42, 2])
    #expect(who.map(\.user.index) == [3, 1_000, 0])
    #expect(who.map(\.key.index) == [1, 1, 0])
    #expect(who.map(\.feature.index) == [1, 0, 0])
    #expect(all.map(\.request.alias.index) == [0, 1, 0])
  }

  @Test("are the same in JSON, with escapes and null")
  func json() throws {
    func row(_ t: Int, _ rest: String) -> String { "{\"t\":\(t),\"in\":10,\"out\":5,\(rest)}\n" }
    let (all, _) = try Self.played(
      row(
        0,
        #""dept":"Z\u00fcrich","uid":"people\/7","api_key":null,"product":"search","model":"extract""#
      )
        + row(
          1, #""dept":"kyc","uid":"people/7","api_key":"k1","product":null,"model":null"#),
      "jsonl")
    #expect(all.map(\.request.identity.team.index) == [2, 1])
    #expect(all.map(\.request.identity.user.index) == [7, 7])
    #expect(all.map(\.request.identity.key.index) == [0, 1])
    #expect(all.map(\.request.identity.feature.index) == [1, 0])
    #expect(all.map(\.request.alias.index) == [1, 0])
  }

  @Test("that nobody declares are members of the group that the format names, always the same")
  func undeclared() throws {
    let rows = (0..<3_000).map { "\($0),10,5,kyc,user-\($0 % 300)@example.org,k1,search,chat\n" }
    let ids = try Self.played(rows.joined()).arrivals.map(\.request.identity.user.index)
    #expect(ids.allSatisfy { (1...1_000).contains($0) })
    #expect((300..<3_000).allSatisfy { ids[$0] == ids[$0 - 300] })
    // 300 names on 1,000 members: 1,000·(1 − 0.999³⁰⁰) = 259.3 are used, give or take 6 (σ ≈ 5.2).
    let used = Set(ids).count
    #expect((240...280).contains(used), "\(used)")
    let again = try Self.played(rows.joined()).arrivals.map(\.request.identity.user.index)
    #expect(ids == again)
  }

  @Test("that nobody declares are errors without such a group: file, line, the nearest, what next")
  func unknown() {
    let error = Self.refusal(
      "0,10,5,kyc,people/3,k1,search,chat\n1,10,5,kyk,people/3,k1,search,chat\n")
    #expect(error.contains(":3: dept is \"kyk\", and no team of that name is declared"), "\(error)")
    #expect(error.contains("did you mean \"kyc\"?  declared: kyc, Zürich, others\n"), "\(error)")
    #expect(error.contains("next: declare it in `teams`, say of which group"), "\(error)")
    let user = Self.refusal("0,10,5,kyc,somebody,k1,search,chat\n", undeclared: false)
    #expect(user.contains(":2: uid is \"somebody\", and no user of that name"), "\(user)")
    let alias = Self.refusal("0,10,5,kyc,people/3,k1,search,chta\n")
    #expect(alias.contains("model is \"chta\", and no alias of that name is declared"), "\(alias)")
    #expect(alias.contains("next: route it in a policy, let a stream ask for it, or"), "\(alias)")
  }

  @Test(
    "of a group are one of its members, and nothing else",
    arguments: ["others", "others/0", "others/41", "others/01", "others/", "others/-1", "kyc/1"])
  func members(name: String) {
    let error = Self.refusal("0,10,5,\(name),people/3,k1,search,chat\n")
    #expect(error.contains(":2: dept is \"\(name)\""), "\(error)")
    if name == "others" {
      #expect(error.contains("a group of 40; expected one of its members, from \"others/1\""))
    }
  }

  @Test("that are bad are left out and counted if the stream says so; no bytes trap")
  func skipped() throws {
    let more: [(String, Tree)] = [("skipBadRows", true)]
    let (all, skipped) = try Self.played(
      "0,10,5,kyc,people/3,k1,search,chat\n1,10,5,kyk,people/3,k1,search,chat\n"
        + "2,10,5,kyc,people/99999999999999999999,k1,search,nobody\n3,10,5,kyc,x,k1,search,chat\n",
      more: more)
    #expect(all.count == 2 && skipped == 2)
    for name in ["\\", "\\u", "\\u12", "\\ud800", "\\ud83d\\ude00", "\\q", "a\\\\", "/", "//1"] {
      let row = "{\"t\":0,\"in\":1,\"out\":1,\"dept\":\"\(name)\",\"uid\":\"\",\"api_key\":\"\","
      let (_, bad) = try Self.played(
        row + "\"product\":\"\",\"model\":\"\"}\n", "jsonl", more: more)
      #expect(bad == 1, "\(name)")
    }
  }

  @Test("belong to the body: the same prompt for another alias is another fingerprint")
  func fingerprints() throws {
    let format: [(String, Tree)] = [
      ("time", "t"), ("unit", "s"), ("input", "in"), ("output", "out"), ("alias", "model"),
      ("body", "sum"),
    ]
    let folder = try ScratchFolder()
    let path = try folder.write(
      "t,in,out,model,sum\n0,10,5,chat,x\n1,10,5,extract,x\n2,10,5,,x\n3,10,5,extract,x\n")
    var known = try Self.names()
    let stream = try plan(
      .object([
        ("trace", .text(path)), ("alias", "chat"), ("format", .object([("csv", .object(format))])),
      ]), name: "log", names: &known)
    var client = try stream.makeClient(
      chance: Chance(seed: 1, replication: 0), until: .distantFuture,
      data: DataFolders(beside: ""), names: known)
    var arrival = Arrival.blank
    var prints: [UInt128] = []
    while try client.next(into: &arrival) { prints.append(arrival.request.fingerprint) }
    #expect(prints[0] == prints[2] && prints[1] == prints[3] && prints[0] != prints[1])
  }

  @Test("are of kinds that a section declares; a stream does not say the same a second time")
  func declared() throws {
    let rows = "0,10,5,kyc,people/3,k1,search,chat\n"
    for (key, value) in [
      ("team", "kyc"), ("user", "people"), ("virtualKey", "k1"), ("feature", "search"),
    ] as [(String, Tree)] {
      let error = #expect(throws: SettingError.self) {
        try Self.played(rows, more: [(key, value)])
      }
      #expect(error.map { "\($0)".contains("no `\(key)` beside a trace whose format") } == true)
    }
    let folder = try ScratchFolder()
    let path = try folder.write(Self.header + rows)
    var open = TrafficNames()
    try open.aliases.declare("chat")
    let error = #expect(throws: SettingError.self) {
      _ = try plan(Self.tree(path), name: "log", names: &open)
    }
    #expect(
      error.map { "\($0)".contains("a section `teams` that declares whom the column \"dept\"") }
        == true)
  }

  @Test("of an undeclared group that is none are an error of the file")
  func noGroup() throws {
    var known = try Self.names()
    known.users = NameTable(kind: "user", limit: 100, isOpen: false, reserved: "none")
    try known.users.declare("folks", count: 9)
    let error = #expect(throws: SettingError.self) {
      _ = try plan(Self.tree("x.csv"), name: "log", names: &known)
    }
    #expect(error.map { "\($0)".contains("not \"people\"") } == true)
  }

  @Test("give thresholds the scores of each alias")
  func scores() throws {
    let folder = try ScratchFolder()
    let path = try folder.write("t,in,out,model,s\n0,1,1,chat,0.25\n1,1,1,extract,0.5\n2,1,1,,1\n")
    var known = try Self.names()
    let stream = try plan(
      [
        "trace": .text(path), "alias": "chat",
        "format": [
          "csv": [
            "time": "t", "unit": "s", "input": "in", "output": "out", "alias": "model",
            "difficulty": "s",
          ]
        ],
      ], name: "log", names: &known)
    let found = try stream.recordedDifficulties(
      until: .distantFuture, data: DataFolders(beside: ""), names: known)
    #expect(found.map(\.alias.index) == [0, 1, 0])
    #expect(found.map(\.difficulty) == [0.25, 0.5, 1])
  }
}
