public import Settings
import Vocabulary

// A scenario as it would be if its file said something else: what chaos and maps are made of.

extension Scenario {
  /// The scenario in other weather: these incidents, all of them in one case, and of what is
  /// expected only what must hold in every case.
  ///
  /// - Parameter fragment: the incidents as a scenario file says them: `{ incidents: { … } }`.
  public func inWeather(_ fragment: String, case name: String) throws(SettingError) -> Scenario {
    let weather = try JSON5.parse(text: fragment, file: name)
    let incidents = weather["incidents"] ?? Setting(.object([]))
    let replaced = ["incidents", "cases", "expect", "never", "sometimes"]
    var members = (resolved.members ?? []).filter { !replaced.contains($0.key) }
    func add(_ key: String, _ content: Setting.Content) {
      members.append(
        Setting.Member(key: key, keyPosition: .code, value: Setting(content).moved(to: key)))
    }
    let names = (incidents.members ?? []).map { Setting(.string($0.key)) }
    add("incidents", incidents.content)
    add(
      "cases",
      .object([Setting.Member(key: name, keyPosition: .code, value: Setting(.array(names)))]))
    for key in ["expect", "never"] {
      if let lines = resolved[key] { add(key, Scenario.general(lines).content) }
    }
    return try recompiled(Setting(.object(members), at: resolved.position, path: resolved.path))
  }

  /// The scenario with `--set path=value` done, in order.
  public func setting(_ changes: [String]) throws(SettingError) -> Scenario {
    var tree = resolved
    for change in changes { tree = try Overrides.set(change, in: tree) }
    return try recompiled(tree)
  }

  /// The scenario with a multiple of its traffic: streams are that much faster, populations of
  /// users that much larger.
  public func withLoad(_ factor: Double) throws(SettingError) -> Scenario {
    var changes: [String] = []
    for stream in resolved["traffic"]?.members ?? [] {
      let path = "traffic[\(Setting.quoted(stream.key))]"
      if let count = stream.value["arrivals"]?["users"]?["count"] {
        let users = max(1, Int(Double(try count.integer()) * factor + 0.5))
        changes.append("\(path).arrivals.users.count=\(users)")
      } else {
        let speed = try stream.value["speed"]?.number() ?? 1
        changes.append("\(path).speed=\(speed * factor)")
      }
    }
    return try setting(changes)
  }

  private func recompiled(_ tree: Setting) throws(SettingError) -> Scenario {
    var other = try Scenario(tree: tree, data: data)
    (other.name, other.path, other.inputs) = (name, path, inputs)
    return other
  }

  /// The lines that name neither a case nor an incident.
  private static func general(_ lines: Setting) -> Setting {
    var copy = lines
    switch lines.content {
    case .array(let elements): copy.content = .array(elements.filter(isGeneral))
    case .object(let members):
      copy.content = .object(
        members.map { member in
          var member = member
          member.value =
            member.value.elements == nil
            ? general(Setting(.array([member.value]))) : general(member.value)
          return member
        })
    default: break
    }
    return copy
  }

  private static func isGeneral(_ line: Setting) -> Bool {
    guard case .string(let text) = line.content else { return false }
    let words = text.split(separator: " ")
    // An incident's name stands in quotes.
    return !text.contains("'") && !text.contains("\"") && !words.contains("committed")
      && !words.contains("during") && !words.contains("after")
      && !zip(words, words.dropFirst()).contains { $0 == "in" && $1 == "case" }
  }
}
