/// Test results in the XML that continuous-integration servers read.
public struct JUnit: Sendable, Hashable {
  /// How a test ended.
  public enum Result: Sendable, Hashable {
    /// It holds.
    case passed
    /// It does not hold: the message in a line, the detail below it.
    case failed(message: String, detail: String = "")
    /// It could not be judged for a reason of its own: a broken law.
    case error(message: String, detail: String = "")
    /// It was not judged: undecided, or left out.
    case skipped(message: String)
  }

  /// One test.
  public struct Case: Sendable, Hashable {
    /// What is expected.
    public var name: String
    /// Where it belongs: "scenario.case.policy".
    public var className: String
    /// How it ended.
    public var result: Result
    /// The file that says what is expected, for servers that link to it.
    public var file: String?
    /// What it has to say besides: the command that shows it again.
    public var output: String

    /// A test and how it ended.
    public init(
      _ name: String, className: String, _ result: Result, file: String? = nil, output: String = ""
    ) {
      self.name = name
      self.className = className
      self.result = result
      self.file = file
      self.output = output
    }
  }

  /// Tests that belong together.
  public struct Suite: Sendable, Hashable {
    /// The name.
    public var name: String
    /// The tests.
    public var cases: [Case]

    /// A suite of tests.
    public init(_ name: String, cases: [Case]) {
      self.name = name
      self.cases = cases
    }
  }

  /// The suites.
  public var suites: [Suite]

  /// Results of `suites`.
  public init(suites: [Suite]) { self.suites = suites }

  /// The XML, without times or host names, so that equal results give equal bytes.
  public func xml() -> String {
    var out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    out += "<testsuites name=\"gateway-lab\"\(counts(suites.flatMap(\.cases)))>\n"
    for suite in suites {
      out += "  <testsuite name=\"\(XML.attribute(suite.name))\"\(counts(suite.cases))>\n"
      for test in suite.cases { out += JUnit.element(test) }
      out += "  </testsuite>\n"
    }
    return out + "</testsuites>\n"
  }

  private func counts(_ cases: [Case]) -> String {
    var failed = 0
    var errors = 0
    var skipped = 0
    for test in cases {
      switch test.result {
      case .passed: break
      case .failed: failed += 1
      case .error: errors += 1
      case .skipped: skipped += 1
      }
    }
    return " tests=\"\(cases.count)\" failures=\"\(failed)\" errors=\"\(errors)\""
      + " skipped=\"\(skipped)\""
  }

  private static func element(_ test: Case) -> String {
    let open =
      "    <testcase name=\"\(XML.attribute(test.name))\""
      + " classname=\"\(XML.attribute(test.className))\""
      + (test.file.map { " file=\"\(XML.attribute($0))\"" } ?? "")
    let inner: String? =
      switch test.result {
      case .passed: nil
      case .failed(let message, let detail): problem("failure", message, detail)
      case .error(let message, let detail): problem("error", message, detail)
      case .skipped(let message): "<skipped message=\"\(XML.attribute(message))\"/>"
      }
    let output = test.output.isEmpty ? nil : "<system-out>\(XML.text(test.output))</system-out>"
    let parts = [inner, output].compactMap { $0 }
    guard !parts.isEmpty else { return open + "/>\n" }
    return open + ">\n" + parts.map { "      \($0)\n" }.joined() + "    </testcase>\n"
  }

  private static func problem(_ tag: String, _ message: String, _ detail: String) -> String {
    let open = "<\(tag) message=\"\(XML.attribute(message))\""
    return detail.isEmpty ? open + "/>" : open + ">\(XML.text(detail))</\(tag)>"
  }
}
