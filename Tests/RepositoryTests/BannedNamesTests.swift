import Testing

@Suite("The code")
struct BannedNamesTests {
  @Test("uses no name that is banned where it stands")
  func banned() {
    for file in Project.sources + Project.tests {
      let names = BannedName.all.filter { $0.holds(file.path) }
      for (line, pattern) in file.uses(of: names.map(\.pattern)) {
        let reason = names.first { $0.pattern == pattern }?.reason ?? ""
        Issue.record("\(file.path):\(line): \(pattern) is banned: \(reason)")
      }
    }
  }

  @Test("has no marks of unfinished work")
  func unfinished() {
    let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
    for file in Project.sources + Project.tests {
      for (number, text) in file.rawLines {
        for mark in marks where text.contains(mark) {
          Issue.record("\(file.path):\(number): \(mark): do it, or file an issue")
        }
      }
    }
  }

  @Test("takes no order from a dictionary or a set")
  func unordered() {
    for file in Project.sources {
      for (line, name) in UnorderedUse.lines(of: file) {
        Issue.record("\(file.path):\(line): the order of \(name) differs from run to run: sort it")
      }
    }
  }

  @Test("has one idea per file: no Helper, Manager or Utils")
  func names() {
    for file in Project.sources {
      let name = String(file.path.split(separator: "/").last ?? "")
      for word in ["Util", "Helper", "Manager"] {
        #expect(!name.contains(word), "\(file.path): say what it does")
      }
    }
  }
}

/// The checks themselves are checked on code that breaks the rule.
@Suite("A check of the code")
struct CheckTests {
  private func text(_ code: String) -> SourceText {
    SourceText(path: "Sources/Engine/Example.swift", bytes: Array(code.utf8))
  }

  @Test("reads no comments and no strings")
  func blanks() {
    let code = """
      let a = "log(1)" // exp(2)
      /* pow(3) /* nested */ sin(4) */
      let b = #"cos(5) "quoted" tan(6)"#, c = "\\" erf(7)"
      let d = \"\"\"
        cbrt(8) "
        \"\"\"
      let e = hypot(9, 10)
      """
    let file = text(code)
    let names = ["log", "exp", "pow", "sin", "cos", "tan", "erf", "cbrt", "hypot"]
    let found = file.uses(of: names.map { $0 + "(" })
    #expect(found.map(\.pattern) == ["hypot("])
    #expect(found.map(\.line) == [7])
  }

  @Test("finds a free function, not a member, a declaration or a longer name")
  func calls() {
    #expect(text("let x = log(2)").uses(of: ["log("]).map(\.line) == [1])
    #expect(text("let x = Foundation.log(2)").uses(of: ["log("]).map(\.line) == [1])
    #expect(text("let x = Elementary.log(2)").uses(of: ["log("]).map(\.line) == [])
    #expect(text("func log(_ x: Double) {}").uses(of: ["log("]).map(\.line) == [])
    #expect(text("let x = catalog(2)").uses(of: ["log("]).map(\.line) == [])
    #expect(text("a\nlet x = try! f()").uses(of: ["try!"]).map(\.line) == [2])
    #expect(text("let x = has!").uses(of: ["as!"]).map(\.line) == [])
  }

  @Test("finds a dictionary or a set that is walked unsorted")
  func unordered() {
    let walked = text(
      """
      var load: [String: Int] = [:]
      var seen = Set<Int>()
      for (key, value) in load { print(key, value) }
      for key in load.keys.sorted() { print(key) }
      let first = seen.first
      let total = seen.count
      """)
    #expect(UnorderedUse.lines(of: walked).map(\.line) == [3, 5])
  }
}
