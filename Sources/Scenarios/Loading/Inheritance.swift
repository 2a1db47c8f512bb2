import Settings

/// Resolves `extends`, and `from` of policies: every entry becomes whole.
struct Inheritance {
  /// The sections whose entries may extend one another, and what an entry is called.
  static let sections = [
    ("traffic", "stream"), ("quotas", "quota"), ("deployments", "deployment"),
    ("incidents", "incident"), ("policies", "policy"),
  ]
  /// No chain is longer.
  static let longest = 100

  private var files: SourceFiles
  /// The scenario's own file.
  private let file: String
  /// The whole entries so far, by `file#section#name`.
  private var done: [String: (whole: Setting, depth: Int)] = [:]

  private init(_ files: SourceFiles, file: String) {
    self.files = files
    self.file = file
  }

  /// The entries of one section, and in which file their names count.
  private struct Book {
    var file: String
    var section: String
    var noun: String
    var members: [Setting.Member]
  }

  /// The tree with whole entries in all sections.
  static func resolved(
    _ tree: Setting, _ files: inout SourceFiles
  ) throws(ScenarioError) -> Setting {
    guard case .object(var members) = tree.content else { return tree }
    var work = Inheritance(files, file: tree.position.file)
    for (section, noun) in sections {
      guard let place = members.firstIndex(where: { $0.key == section }),
        let entries = members[place].value.members
      else { continue }
      let book = Book(file: tree.position.file, section: section, noun: noun, members: entries)
      var whole: [Setting.Member] = []
      for var entry in entries where !entry.value.isNull {
        entry.value = try work.resolve(entry, book, chain: []).whole
        whole.append(entry)
      }
      members[place].value.content = .object(whole)
    }
    files = work.files
    var copy = tree
    copy.content = .object(members)
    return copy
  }

  /// One step of a chain of entries that extend each other.
  private struct Link {
    var key: String
    var name: String
  }

  private mutating func resolve(
    _ entry: Setting.Member, _ book: Book, chain: [Link]
  ) throws(ScenarioError) -> (whole: Setting, depth: Int) {
    let key = "\(book.file)\n\(entry.value.position.file)\n\(book.section)\n\(entry.key)"
    if let known = done[key] { return known }
    let own = entry.value
    let parent = own.present("extends")
    let from = book.section == "policies" ? own.present("from") : nil
    let used = book.section == "policies" ? ["extends", "from"] : ["extends"]
    let rest = used.reduce(own) { $0.removing($1) }
    guard let mention = parent ?? from else {
      done[key] = (rest, 0)
      return (rest, 0)
    }
    let isElsewhere = book.file != file
    let shownName = isElsewhere ? "\(FilePath.name(of: book.file))#\(entry.key)" : entry.key
    let way = chain + [Link(key: key, name: shownName)]
    let isCircle = chain.contains { $0.key == key }
    if isCircle || way.count > Self.longest {
      let shown = way.suffix(8).map(\.name).joined(separator: " → ")
      throw .setting(
        SettingError(
          at: mention,
          isCircle
            ? "a \(book.noun) cannot extend itself: \(shown)"
            : "\(book.section) extend one another more than \(Self.longest) deep: … \(shown)",
          next: "give one of them its own values instead"))
    }
    if let parent, let from {
      throw .setting(
        SettingError(
          at: from, "`from` beside `extends: \(parent.found)`: a policy has one base",
          next: "keep one of them; the file that `from` names may extend policies of its own"))
    }
    guard case .string(let name) = mention.content else {
      throw .setting(
        SettingError(
          at: mention,
          expected: from == nil
            ? "the name of the \(book.noun) to extend" : "a path such as \"../policies/prod.json5\""
        ))
    }
    let base: (whole: Setting, depth: Int)
    if from == nil {
      guard let other = book.members.first(where: { $0.key == name && !$0.value.isNull }) else {
        throw .setting(
          SettingError(
            at: mention, unknown: book.noun, name: name,
            among: book.members.filter { !$0.value.isNull }.map(\.key)))
      }
      base = try resolve(other, book, chain: way)
    } else {
      base = try imported(name, mention, book, chain: way)
    }
    let prefix = [book.section, entry.key]
    let whole = rest.merged(over: base.whole) { MergeRules.isChoice(prefix + $0) }
    guard base.depth < Self.longest else {
      throw .setting(
        SettingError(
          at: mention, "\(book.section) extend one another more than \(Self.longest) deep",
          next: "give one of them its own values instead"))
    }
    done[key] = (whole, base.depth + 1)
    return (whole, base.depth + 1)
  }

  /// The policy that `from: "file#name"` means.
  private mutating func imported(
    _ text: String, _ mention: Setting, _ book: Book, chain: [Link]
  ) throws(ScenarioError) -> (whole: Setting, depth: Int) {
    let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let folder = mention.position.line > 0 ? FilePath.folder(of: mention.position.file) : ""
    let path = FilePath.join(folder, String(parts[0]))
    let tree = try Fragments.merged(path, &files, mention: mention, needsVersion: false)
    guard let list = tree["policies"], let members = list.members else {
      guard parts.count == 1 else {
        throw .setting(
          SettingError(
            at: mention,
            "the file \(Setting.quoted(path)) has no \"policies\", so it holds one policy only",
            next: "leave out #\(parts[1])"))
      }
      let entry = Setting.Member(
        key: FilePath.name(of: path), keyPosition: tree.position, value: tree.removing("lab"))
      return try resolve(entry, book, chain: chain)
    }
    let names = members.map(\.key)
    guard let name = parts.count == 2 ? String(parts[1]) : (names.count == 1 ? names[0] : nil)
    else {
      throw .setting(
        SettingError(
          at: mention, "the file \(Setting.quoted(path)) holds \(names.count) policies",
          allowed: names,
          next: "say which: \"\(text)#\(names.first ?? "name")\""))
    }
    guard let entry = members.first(where: { $0.key == name }) else {
      throw .setting(
        SettingError(
          at: mention, unknown: "policy in \(Setting.quoted(path))", name: name, among: names))
    }
    let other = Book(
      file: tree.position.file, section: "policies", noun: "policy", members: members)
    return try resolve(entry, other, chain: chain)
  }
}

extension Setting {
  /// The member of that name unless it is null.
  ///
  /// Not `flatMap { $0.isNull ? nil : $0 }`: there `nil` would be a setting, the null.
  func present(_ key: String) -> Setting? {
    guard let value = self[key], !value.isNull else { return .none }
    return value
  }
}
