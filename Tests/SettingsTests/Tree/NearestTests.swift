import Settings
import Testing

@Suite("The nearest spelling")
struct NearestTests {
  let names = ["round-robin", "least-in-flight", "peak-ewma", "random", "full", "p2c"]

  @Test("forgives slips, swaps, case and hyphens")
  func slips() {
    let table = [
      ("leastInFlight", "least-in-flight"), ("least-inflight", "least-in-flight"),
      ("ruond-robin", "round-robin"), ("peak_ewma", "peak-ewma"), ("ramdon", "random"),
      ("fulll", "full"), ("FULL", "full"), ("p2", "p2c"),
    ]
    for (typed, meant) in table { #expect(Nearest.spelling(of: typed, among: names) == meant) }
  }

  @Test("does not guess wildly")
  func strangers() {
    for typed in ["", "x", "weighted", "rr", String(repeating: "a", count: 1_000_000)] {
      #expect(Nearest.spelling(of: typed, among: names) == nil)
    }
    #expect(Nearest.spelling(of: "full", among: []) == nil)
  }

  @Test("prefers the nearer, then the earlier")
  func ties() {
    #expect(Nearest.spelling(of: "decya", among: ["delay", "decay"]) == "decay")
    #expect(Nearest.spelling(of: "tam", among: ["team", "tame"]) == "team")
  }
}
