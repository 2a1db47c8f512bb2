import Testing

/// The pages that tell people what to type and where to look.
private let pages =
  ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "results/README.md"]
  + Project.files(below: "notebooks-md", ending: ".md")
  + Project.files(below: "scenarios", ending: ".md")
  + Project.files(below: "Sources", ending: ".md")

@Suite("The documents")
struct DocumentsTests {
  @Test("name only verbs and options that the tool has")
  func commands() throws {
    let code = Project.sources.filter {
      $0.path.hasPrefix("Sources/Commands/") || $0.path.hasPrefix("Sources/Notebooks/")
    }.map { String(decoding: $0.raw, as: UTF8.self) }.joined(separator: "\n")
    let verbs = Set(code.matches(of: /Verb\(\s*"([a-z]+)"/).map { String($0.1) })
    let options = Set(code.matches(of: /"(--[a-z-]+)/).map { String($0.1) })
    #expect(verbs.contains("compare"))
    for (page, number, words) in try commandLines() {
      let isScenario = words.first.map { $0.hasPrefix("--") } ?? true
      if let verb = words.first, !isScenario, verb.allSatisfy(\.isLetter),
        verb.first?.isLowercase == true
      {
        #expect(verbs.contains(verb), "\(page):\(number): no verb \(verb)")
      }
      for word in words where word.hasPrefix("--") && word.count > 2 {
        let name = String(word.prefix { $0 != "=" })
        #expect(options.contains(name), "\(page):\(number): no option \(name)")
      }
      for word in words where word.hasPrefix("scenarios/") {
        #expect(Project.exists(word), "\(page):\(number): no \(word)")
      }
    }
  }

  @Test("keep every kind of change in the change log, and at its end why numbers moved")
  func changes() throws {
    let log = try Project.text("CHANGELOG.md")
    let heads = log.split(separator: "\n").filter { $0.hasPrefix("##") }
    #expect(heads.prefix(4) == ["## [Unreleased]", "### Added", "### Changed", "### Fixed"])
    for head in heads.dropFirst() {
      let entries = log.split(separator: head + "\n", maxSplits: 1).last ?? ""
      #expect(entries.drop { $0 == "\n" }.hasPrefix("- "), "\(head) says nothing")
    }
    let last = log.split(separator: "\n\n").last ?? ""
    #expect(last.hasPrefix("**Numbers changed**: "))
  }

  @Test("link to files and name paths that are there")
  func links() throws {
    for page in pages {
      let folder = page.split(separator: "/").dropLast().joined(separator: "/")
      for (number, line) in try Project.text(page).split(
        separator: "\n", omittingEmptySubsequences: false
      ).enumerated() {
        for match in line.matches(of: /\]\(([^)#:\s]+)(?:#[^)]*)?\)/) {
          let target = folder.isEmpty ? String(match.1) : "\(folder)/\(match.1)"
          #expect(Project.exists(target), "\(page):\(number + 1): no \(target)")
        }
        for match in line.matches(
          of: /`((?:Sources|Tests|scenarios|results|notebooks-md|\.ci)\/[\w.\/+-]+)`/)
        where !match.1.contains("NAME") {
          #expect(Project.exists(String(match.1)), "\(page):\(number + 1): no \(match.1)")
        }
      }
    }
  }

  /// Every `gateway-lab …` in code of a page, in words.
  private func commandLines() throws -> [(page: String, line: Int, words: [String])] {
    var found: [(page: String, line: Int, words: [String])] = []
    for page in pages {
      var isCode = false
      for (number, line) in try Project.text(page).split(
        separator: "\n", omittingEmptySubsequences: false
      ).enumerated() {
        if line.hasPrefix("```") {
          isCode = line.hasPrefix("```sh") || line.hasPrefix("```gateway-lab")
        }
        var codes: [Substring] = line.matches(of: /`([^`]+)`/).map(\.1)
        if isCode || line.hasPrefix("    ") { codes.append(line) }
        for code in codes {
          guard let range = code.firstRange(of: #/(?:^|\s)gateway-lab\s/#) else { continue }
          let command = code[range.upperBound...].prefix { !"#|>;)".contains($0) }
          found.append((page, number + 1, command.split(separator: " ").map(String.init)))
        }
      }
    }
    return found
  }
}
