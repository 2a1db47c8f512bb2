import Testing

@testable import Commands

@Suite("A command line")
struct ArgumentTests {
  @Test(
    "says what is wrong, what is allowed and what to do next",
    arguments: [
      (
        ["comapre", "x"],
        """
        gateway-lab: no verb named "comapre"
          did you mean compare?  allowed: compare, run, test, chaos, explain, policies, models, check, schema, bench
          next: gateway-lab --help

        """
      ),
      (
        ["--vresion"],
        """
        gateway-lab: unknown option --vresion: a verb comes first
          did you mean --version?
          next: gateway-lab --help

        """
      ),
      (
        ["compare", "x", "--sead", "3"],
        """
        gateway-lab compare: unknown option --sead
          did you mean --seed?
          next: gateway-lab compare --help

        """
      ),
      (
        ["compare", "x", "-s", "3"],
        """
        gateway-lab compare: unknown option -s: there are long options only
          did you mean --seed?
          next: gateway-lab compare --help

        """
      ),
      (
        ["compare"],
        """
        gateway-lab compare: SCENARIO is missing: a scenario file, or a folder with a scenario.json5
          next: gateway-lab compare scenarios/provider-outage

        """
      ),
      (
        ["compare", "x", "y"],
        """
        gateway-lab compare: one word too many: "y"
          next: gateway-lab compare SCENARIO [options]

        """
      ),
      (
        ["compare", "x", "--seed"],
        """
        gateway-lab compare: --seed needs a value: --seed N
          next: gateway-lab compare --help

        """
      ),
      (
        ["compare", "x", "--seed", "one"],
        """
        gateway-lab compare: --seed: found "one", expected a whole number of at least 0
          next: gateway-lab compare --help

        """
      ),
      (
        ["compare", "x", "--jobs=0"],
        """
        gateway-lab compare: --jobs: found "0", expected a whole number from 1 to 1024
          next: gateway-lab compare --help

        """
      ),
      (
        ["compare", "x", "--seed", "1", "--seed=2"],
        """
        gateway-lab compare: --seed is given twice
          next: give it once

        """
      ),
      (
        ["compare", "x", "--format", "jsno"],
        """
        gateway-lab compare: --format: found "jsno", which is none of the choices
          did you mean json?  allowed: terminal, markdown, json, csv
          next: gateway-lab compare --help

        """
      ),
      (
        ["compare", "x", "--skip-bad-rows=yes"],
        """
        gateway-lab compare: --skip-bad-rows takes no value, found "--skip-bad-rows=yes"
          next: gateway-lab compare --help

        """
      ),
      (
        ["compare", "/nowhere"],
        """
        /nowhere: no such file or folder
          next: name a scenario file, or a folder that holds scenario.json5

        """
      ),
      (
        ["explain", "x"],
        """
        gateway-lab explain: --request is missing: whose life shall be told?
          next: the reports of gateway-lab compare name requests worth a look

        """
      ),
      (
        ["policies", "peak-emwa"],
        """
        gateway-lab policies: no mechanism named "peak-emwa"
          did you mean peak-ewma?
          next: gateway-lab policies

        """
      ),
      (
        ["bench", "small-v1", "many", "1"],
        """
        gateway-lab bench: small-v1 needs the number of arrivals and a seed, both whole numbers
          next: gateway-lab bench small-v1 N SEED [TTL]

        """
      ),
    ])
  func mistakes(_ arguments: [String], _ message: String) {
    let (out, err) = (TextBuffer(), TextBuffer())
    #expect(Commands.run(arguments, out: out, err: err) == 2)
    #expect(err.text == message)
    #expect(out.text.isEmpty)
  }

  @Test("takes values after a space and after an equals sign, and repeats where that makes sense")
  func values() throws {
    let call = try Invocation(
      .compare,
      arguments: ["--seed=3", "--set", "x=1", "--set=y=2", "--skip-bad-rows", "--", "--odd"],
      out: TextBuffer(), err: TextBuffer(), verbs: [])
    #expect(call.operands == ["--odd"])
    #expect(call.integer("--seed") == 3)
    #expect(call.texts("--set") == ["x=1", "y=2"])
    #expect(call.flag("--skip-bad-rows"))
    #expect(call.words(without: ["--set"]) == ["--seed", "3", "--skip-bad-rows"])
  }

  @Test("tells the policies of files from names")
  func policyFiles() {
    #expect(Invocation.isPolicyFile("../mine.json5"))
    #expect(Invocation.isPolicyFile("mine.json5#fast"))
    #expect(!Invocation.isPolicyFile("failover + breaker"))
  }
}
